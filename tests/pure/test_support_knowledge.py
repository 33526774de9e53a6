"""What is written of the knowledge is complete, is what the agent takes, and is looked through so that each kind of fault is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from agents.support.entries import Entries
from agents.support.policy import CATEGORIES, INTENTS, LANGUAGES, PRIORITIES, SERVICES
from ops.support.knowledge import FOLDER, Written, entries, filled, records_of, written
from ops.support.knowledge_check import Fault, check, counted, faults
from ops.support.likeness import answer_shingles
from ops.support.retrieval_evaluate import evaluate_retrieval, figures, paraphrases


@pytest.fixture(scope="module")
def source() -> Written:
    return written()


@pytest.fixture(scope="module")
def sound(source: Written) -> list[Fault]:
    return faults(source)


def test_the_knowledge_has_no_fault(sound: list[Fault]) -> None:
    assert sound == []


def test_there_is_as_much_of_it_as_asked_for(source: Written) -> None:
    counts = counted(source)
    assert counts["entries"] >= 1318
    assert len(counts["by_category"]) == len(CATEGORIES) == 16
    assert min(each["entries"] for each in counts["by_category"].values()) >= 75
    assert len(counts["by_language"]) == len(LANGUAGES) == 15
    assert {each["entries"] for each in counts["by_language"].values()} == {counts["topics"]}
    assert {each["signed"] for each in counts["by_language"].values()} == {counts["signed_topics"]}
    assert counts["signed_topics"] >= 30


def test_the_agent_takes_every_record() -> None:
    known = Entries()
    records = entries()
    assert [known.take(record) for record in records] == ["new"] * len(records)
    assert {intent for entry in known for intent in entry.intents} == set(INTENTS)
    assert {service for entry in known for service in entry.services} == set(SERVICES)


def test_the_seed_draws_the_order_among_equals_and_nothing_else() -> None:
    one, again, other = entries(1), entries(1), entries(2)
    assert one == again != other

    def by_id(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(records, key=lambda record: str(record["entry_id"]))

    assert by_id(one) == by_id(other)
    for records in (one, other):
        ranks = [PRIORITIES.index(record["priority"]) for record in records]
        assert ranks == sorted(ranks, reverse=True)


def test_facts_are_filled_in_and_unknown_ones_refused() -> None:
    assert filled("Free for {a} minutes, {a} in all.", {"a": 3}, "x") == "Free for 3 minutes, 3 in all."
    assert filled("{a}", {"a": "{b}", "b": 1}, "x") == "{b}"  # a value is never read as a template
    with pytest.raises(ValueError, match=r"rides.x.en: \{b\} is not in facts.yaml"):
        filled("{b}", {"a": 3}, "rides.x.en")


def changed(source: Written, language: str, topic: str, **parts: Any) -> Written:
    texts = dict(source.texts)
    texts[language] = dict(texts[language]) | {topic: dict(texts[language][topic]) | parts}
    return replace(source, texts=texts)


def without(source: Written, language: str, topic: str) -> Written:
    return replace(
        source, texts=dict(source.texts) | {language: {name: text for name, text in source.texts[language].items() if name != topic}}
    )


def test_how_customers_put_it_is_searched_with_the_keywords(source: Written) -> None:
    record = next(each for each in records_of(source) if each["entry_id"] == "rides.cancel-free.de")
    written_down = source.texts["de"]["rides.cancel-free"]["keywords"]
    assert record["keywords"] == [*written_down, *source.asked["de"]["rides.cancel-free"]]
    assert len(record["keywords"]) > len(written_down)


TOPIC = "rides.cancel-free"


def one_word_in_ten(text: str) -> str:
    return " ".join("other" if i % 10 == 5 else word for i, word in enumerate(text.split()))


BREAKS: dict[str, tuple[Callable[[Written], Written], str, str]] = {
    "a topic is missing in a language": (lambda s: without(s, "sv", TOPIC), "sv.yaml", "has no text for the signed topic"),
    "a language is missing": (
        lambda s: replace(s, texts={name: texts for name, texts in s.texts.items() if name != "no"}),
        "no.yaml",
        "is not there",
    ),
    "a fact is unknown": (
        lambda s: changed(s, "fr", TOPIC, answer=s.texts["fr"][TOPIC]["answer"] + " {nonsense}"),
        f"{TOPIC}.fr",
        "{nonsense} is not in facts.yaml",
    ),
    "a translation says other facts": (
        lambda s: changed(s, "de", TOPIC, answer=s.texts["de"][TOPIC]["answer"].replace("{cancel_free_ride_min}", "fünf")),
        f"{TOPIC}.de",
        "says other facts than in English",
    ),
    "an answer is empty": (lambda s: changed(s, "fr", TOPIC, answer=""), f"{TOPIC}.fr", "the answer '' is empty"),
    "an answer is endless": (lambda s: changed(s, "fr", TOPIC, answer="mot " * 299 + "fin"), f"{TOPIC}.fr", "1199 characters"),
    "an answer is in another script": (
        lambda s: changed(s, "pl", TOPIC, answer="Нажмите кнопку отмены. " * 12),
        f"{TOPIC}.pl",
        "in the script of pl",
    ),
    "an answer is left in English": (
        lambda s: changed(s, "nl", TOPIC, answer=s.texts["en"][TOPIC]["answer"]),
        f"{TOPIC}.nl",
        "reads like en",
    ),
    "an answer is another one with words changed": (
        lambda s: changed(s, "it", "rides.book", answer=one_word_in_ten(s.texts["it"][TOPIC]["answer"])),
        "rides.book.it",
        "nearly that of",
    ),
    "a question is another one": (
        lambda s: changed(s, "es", "rides.book", question=s.texts["es"][TOPIC]["question"] + " ¿Y ahora?"),
        "rides.book.es",
        "nearly that of",
    ),
    "there are too few keywords": (lambda s: changed(s, "pt", TOPIC, keywords=["taxa"]), f"{TOPIC}.pt", "1 keywords"),
    "nobody says how customers put it": (
        lambda s: replace(s, asked=dict(s.asked) | {"ko": dict(s.asked["ko"]) | {TOPIC: []}}),
        "asked/ko.yaml",
        f"does not say how customers put {TOPIC}",
    ),
    "a phrase is of no topic": (
        lambda s: replace(s, asked=dict(s.asked) | {"ko": dict(s.asked["ko"]) | {"rides.fly": ["날아가고 싶어요"]}}),
        "asked/ko.yaml",
        "rides.fly is not in topics.yaml",
    ),
    "a phrase is in another script": (
        lambda s: replace(s, asked=dict(s.asked) | {"ru": dict(s.asked["ru"]) | {TOPIC: ["how do I cancel"]}}),
        f"{TOPIC}.ru",
        "the phrase 'how do I cancel' has 0 letters of 12",
    ),
    "a fact is used nowhere": (lambda s: replace(s, facts=dict(s.facts) | {"spare": 1}), "facts.yaml", "spare is used in no text"),
}


@pytest.mark.parametrize("name", list(BREAKS))
def test_a_fault_is_found_where_it_is(source: Written, sound: list[Fault], name: str) -> None:
    breaks, where, what = BREAKS[name]
    found = [fault for fault in faults(breaks(source)) if fault not in sound]
    assert any(where == fault.where and what in fault.what for fault in found), found
    assert len(found) <= 3


def test_too_few_entries_and_categories_are_found(source: Written) -> None:
    few = replace(source, texts={"en": source.texts["en"]})
    said = [fault.what for fault in faults(few)]
    assert any("entries where at least 1318 are asked for" in what for what in said)
    assert sum("entries where at least 75 are asked for" in what for what in said) == len(CATEGORIES)


def test_the_check_prints_and_leaves_one_object_for_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert check(as_json=True) == 0
    figures_of = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures_of["entries"] == len(records_of(written()))
    assert figures_of["faults"] == []
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "ko.yaml").unlink()
    assert check(folder=tmp_path, as_json=True) == 1
    assert {"where": "ko.yaml", "what": "is not there"} in json.loads(capsys.readouterr().out.splitlines()[-1])["faults"]


def test_every_fifth_word_changed_leaves_an_answer_alike() -> None:
    words = [a + b for a in "abcdefgh" for b in "klmnopqrst"]
    text = " ".join(words)
    other = " ".join("changed" if i % 5 == 0 else word for i, word in enumerate(words))
    one, two = answer_shingles(text, "en"), answer_shingles(other, "en")
    assert 0.2 < len(one & two) / len(one | two) < 0.4


def test_ranks_become_figures() -> None:
    assert figures(np.array([1, 1, 2, 6, 0])) == {
        "paraphrases": 5,
        "recall_at_1": 0.4,
        "recall_at_5": 0.6,
        "mrr": pytest.approx((1 + 1 + 1 / 2 + 1 / 6) / 5),
        "not_found": 0.2,
    }


def test_retrieval_is_measured_by_language(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = ["language\ttopic\ttext", "en\tvehicles.animals\tis my puppy allowed", "de\tvehicles.animals\tdarf mein Hund mit"]
    path = tmp_path / "paraphrases.tsv"
    path.write_text("\n".join(rows), encoding="utf-8")
    assert evaluate_retrieval(path, as_json=True) == 0
    measured = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert measured["recall_at_5"] == 1.0
    assert list(measured["by_language"]) == ["en", "de"]
    path.write_text("en\tsafety.accident\tis my puppy allowed\n", encoding="utf-8")
    assert evaluate_retrieval(path) == 1


@pytest.mark.parametrize("text", ["", "en\tonly two\n", "xx\ttopic\ttext\n"])
def test_a_file_that_holds_no_paraphrases_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "paraphrases.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(typer.Exit):
        paraphrases(path)
