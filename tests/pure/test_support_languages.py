"""What is written in no language that is served has an outcome of its own, and labelled files may be in any that is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import typer

from agents.support.agent import SupportAgent
from agents.support.model import Head, languages_of
from agents.support.phrase_lists import OWN_NAMES
from agents.support.policy import LANGUAGES, UNKNOWN
from agents.support.text import cleaned
from agents.support.vectors import Vocabulary, of_grams, vectors
from ops.support import train
from ops.support.corpus import corpus
from ops.support.heads import svm
from ops.support.labelled import read_labelled
from ops.support.vocabulary import learnt
from tests.pure.support_events import DANGER, GERMAN, SECOND, STATUS, Task, agent, message, small_model

STRANGE = {
    "Klingon": "tlhIngan Hol Dajatlh'a'? qatlh naDev bIHtaHbe'",
    "Xhosa": "Iphi imali yam? Ndihlawule kabini kuhambo olunye",
    "Turkish": "siparişim nerede, bir saattir bekliyorum",
    "Vietnamese": "tài xế của tôi ở đâu, tôi đã chờ một tiếng rồi",
    "Greek": "πού είναι ο οδηγός μου, περιμένω μια ώρα",  # noqa: RUF001
    "random letters": "xkq wvzt plmrb qqzj hhtrw ksdpf",
}
SERVED = {
    "en": "where is my driver, I have been waiting for an hour",
    "es": "¿dónde está mi conductor? llevo una hora esperando",
    "de": "wo bleibt mein Fahrer, ich warte seit einer Stunde",
    "pl": "gdzie jest mój kierowca, czekam już godzinę",
    "no": "hvor er sjåføren min, jeg har ventet i en time",
    "ru": "где мой водитель, жду уже час",
    "ja": "運転手さんはどこですか、一時間待っています",
}


@cache
def told_by() -> tuple[Head, Vocabulary]:
    """What tells languages, of a third of the corpus."""
    lines = corpus()[::3]
    grams = of_grams([line.text for line in lines])
    known = learnt(grams, len(lines))
    return svm(vectors(grams, len(lines), known), np.array([line.language for line in lines])), known


def tell(text: str) -> tuple[str, bool]:
    head, known = told_by()
    looked = [cleaned(text, 4000).text]
    (language,), (sure,) = languages_of(head, vectors(of_grams(looked), 1, known), looked)
    return language, bool(sure)


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_in_no_known_language_is_not_guessed(name: str) -> None:
    assert not tell(STRANGE[name])[1]


@pytest.mark.parametrize("language", SERVED)
def test_what_is_in_a_known_language_is_told(language: str) -> None:
    assert tell(SERVED[language]) == (language, True)


def test_a_few_letters_are_in_the_likeliest_language() -> None:
    assert tell("qzx ORD-7718")[1]


SCRIPTS = {
    "ru": ["штраф", "водитель", "где мой водитель"],
    "ar": ["تحرش", "أين السائق؟", "وين"],
    "zh": ["司机在哪里", "退款", "春节期间跑不跑?"],
    "ja": ["最悪のサービスだ、腹が立つ", "キャンセル", "運転手"],
    "ko": ["기사", "분실", "환불해 주세요", "VIP 취소"],
}
FOREIGN = [
    "मेरा ड्राइवर कहाँ है", "कहाँ", "איפה הנהג שלי", "הנהג", "คนขับอยู่ไหน", "სად არის მძღოლი", "πού", "Αθήνα", "ድራይቨር", "վարորդ",
    "راننده کجاست", "چرا", "گاڑی", "siparişim nerede",
    "де мій водій", "Водій не приїхав, поверніть гроші", "дзе мой вадзіцель", "где чека мој возач", "менің жүргізушім қайда",
]  # fmt: skip


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, texts in SCRIPTS.items() for text in texts])
def test_a_script_of_one_language_tells_it_however_short_the_text(language: str, text: str) -> None:
    assert tell(text) == (language, True)


@pytest.mark.parametrize("text", FOREIGN)
def test_a_script_of_languages_that_are_not_served_is_not_guessed(text: str) -> None:
    assert not tell(text)[1]


@pytest.mark.parametrize("text", ["", "a", "b", "B", "<b", "1", "🙂", "é 7", "?"])
def test_no_two_letters_are_taken_for_english(text: str) -> None:
    assert tell(text) == ("en", True)


@pytest.mark.parametrize(
    "text", ["contact support", "change phone number", "fantastisk resa, jättenöjd", "mot de passe oublié", "für mich?"]
)
def test_a_short_text_in_latin_letters_is_of_a_language_that_is_written_in_them(text: str) -> None:
    language, told = tell(text)
    assert told
    assert language not in SCRIPTS


def test_arabic_may_be_written_in_latin_letters() -> None:
    assert tell("el sawa2 kan beyed5an w el shobbak ma2foul") == ("ar", True)


def test_a_name_does_not_make_a_russian_text_ukrainian() -> None:
    assert tell("Водитель Сергій не приехал, верните деньги за поездку пожалуйста, я жду уже час") == ("ru", True)


def test_where_scripts_are_mixed_the_most_decides() -> None:
    assert tell("my driver 大阪 is late since one hour") == ("en", True)
    assert tell("where is my driver, waiting at π street")[0] == "en"
    assert tell("где мой Uber") == ("ru", True)


def test_no_text_changes_what_another_is_in() -> None:
    head, known = told_by()
    looked = [
        cleaned(text, 4000).text for text in (*STRANGE.values(), *SERVED.values(), *FOREIGN, *SCRIPTS["ja"], *SCRIPTS["ko"], "", "a\udc80")
    ]
    names, told = languages_of(head, vectors(of_grams(looked), len(looked), known), looked)
    assert list(zip(names, told.tolist(), strict=True)) == [tell(text) for text in looked]


def foreign() -> Task:
    """A task to which every text of some length is foreign."""
    model = small_model()
    nothing = np.zeros((len(model.vocabulary), 2), np.float32)
    head = Head(("de", "en"), nothing, np.array([-1.5, -1.0]), 1.0, np.zeros(2))
    return Task(SupportAgent(agent().policy, replace(model, language=head)))


def test_a_foreign_message_is_answered_by_the_languages_there_are_and_then_handed_over() -> None:
    task = foreign()
    rows = [task.ask(STRANGE["Klingon"], f"m{i}", i * SECOND) for i in range(3)]
    assert [(row["outcome"], row["language"], row["guards"]) for row in rows] == [
        ("ASKED", UNKNOWN, ["language not known"]),
        ("ASKED", UNKNOWN, ["language not known"]),
        ("ESCALATED", UNKNOWN, []),
    ]
    assert all(name in rows[0]["reply"] for name in OWN_NAMES.values())
    assert task["handovers"][-1]["language"] == "an unknown language"


def test_danger_in_a_foreign_message_is_handed_over_at_once() -> None:
    row = foreign().ask(DANGER)
    assert (row["outcome"], row["priority"]) == ("ESCALATED", "URGENT")


def test_in_a_conversation_whose_language_is_known_a_foreign_message_is_taken_for_that() -> None:
    task = foreign()
    first, second = task.ask(GERMAN, language="de"), task.ask(STATUS, "m2", SECOND)
    assert (first["language"], second["language"]) == ("de", "de")
    assert not second["guards"]


def test_how_records_are_cut_into_batches_changes_nothing_of_foreign_ones() -> None:
    rows = [message("m1", GERMAN, language="de"), message("m2", STATUS), message("m3", STRANGE["Greek"], conversation_id="c2")]
    alone, together = foreign(), foreign()
    one_by_one = [alone.step(messages=[row])[0]["language"] for row in rows]
    assert [row["language"] for row in together.step(messages=rows)] == one_by_one == ["de", "de", UNKNOWN]


def test_rows_of_a_labelled_file_are_in_the_language_they_name_or_read_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "corpus", lambda: corpus()[::3])
    path = tmp_path / "some.tsv"
    texts = [SERVED["de"], SERVED["pl"], STRANGE["Greek"], "ok"]
    lines = [f"{text}\tstatus_eta\t{name}" for text, name in zip(texts, ["", "pl-PL", "", "nb"], strict=True)]
    path.write_text("\n".join(["text\tintent\tlanguage", *lines]), encoding="utf-8")
    rows = read_labelled(path)
    assert train.spoken(rows, None) == ["de", "pl", None, "no"]
    assert train.spoken(rows, "it") == ["it"] * 4


def test_a_row_of_a_language_that_is_not_served_ends_the_command(tmp_path: Path) -> None:
    path = tmp_path / "some.tsv"
    path.write_text("text\tintent\tlanguage\nhello\tstatus_eta\ttlh", encoding="utf-8")
    with pytest.raises(typer.Exit):
        train.spoken(read_labelled(path), None)


def test_every_language_has_its_own_name() -> None:
    assert tuple(OWN_NAMES) == LANGUAGES
