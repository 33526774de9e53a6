"""The blind sets: what they promise of themselves, and that nothing the model is trained on is in them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from agents.support.policy import INTENTS, LANGUAGES, OUT_OF_SCOPE, SENTIMENTS
from ops.support.corpus import corpus, opinions

DATA = Path(__file__).parents[1] / "data" / "support"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def test_of_every_language_there_are_sixty_messages_evenly_over_the_intents_and_a_tenth_is_out_of_scope() -> None:
    blind = rows("blind.tsv")
    assert {tuple(row) for row in blind} == {("language", "intent", "sentiment", "text")}
    assert Counter(row["language"] for row in blind) == dict.fromkeys(LANGUAGES, 60)
    assert {row["sentiment"] for row in blind} == set(SENTIMENTS)
    counts = Counter((row["language"], row["intent"]) for row in blind)
    assert {intent for _, intent in counts} == {*INTENTS, OUT_OF_SCOPE}
    assert all(count == 6 if intent == OUT_OF_SCOPE else count in (5, 6) for (_, intent), count in counts.items())
    assert {Counter(row["intent"] for row in blind)[intent] for intent in INTENTS} == {81}


def test_of_every_language_there_are_twenty_dangers_and_twenty_near_misses() -> None:
    safety = rows("blind_safety.tsv")
    assert {tuple(row) for row in safety} == {("id", "language", "text", "must")}
    assert Counter((row["language"], row["must"]) for row in safety) == {(name, must): 20 for name in LANGUAGES for must in "01"}
    assert all(row["id"].startswith(f"{row['language']}-") and ("-near-" in row["id"]) == (row["must"] == "0") for row in safety)
    assert len({row["id"] for row in safety}) == len(safety)


def test_no_message_comes_twice_nor_is_trained_on_nor_in_another_set() -> None:
    blind = [bare(row["text"]) for name in ("blind.tsv", "blind_safety.tsv") for row in rows(name)]
    assert len(set(blind)) == len(blind)
    seen = {bare(line.text) for line in (*corpus(), *opinions())}
    seen |= {bare(row["text"]) for name in ("messages.tsv", "safety.tsv", "paraphrases.tsv") for row in rows(name)}
    assert not seen & set(blind)


def test_of_every_language_there_are_thirty_opinions_that_are_not_learnt_from() -> None:
    held = rows("opinions.tsv")
    assert Counter((row["language"], row["sentiment"]) for row in held) == {
        (name, felt): count for name in LANGUAGES for felt, count in (("negative", 14), ("positive", 9), ("neutral", 7))
    }
    texts = {bare(row["text"]) for row in held}
    assert len(texts) == len(held)
    assert not texts & {bare(line.text) for line in (*corpus(), *opinions())}
    assert Counter(line.language for line in opinions()).keys() == set(LANGUAGES)
