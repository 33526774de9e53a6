"""Customers' messages of one step in; what each says, as far as it can be told from the message alone, out: for all of them at once.

Two things besides the message have a say: the language of its conversation, where the text itself does not tell one, and what was learnt
until then. ``together`` tells which messages nothing of that changes in between, so cutting records into batches changes nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.support.conversations import Conversations
from agents.support.escalation import SAFETY_INTENT
from agents.support.learning import Learner
from agents.support.model import Model
from agents.support.policy import DEFAULT, OUT_OF_SCOPE
from agents.support.reading import FEEDBACK, MESSAGES, Read, Row, known_language
from agents.support.saying import Said, Texts
from agents.support.turns import USER

SHORT = 12  # characters, of which a language is not told if the conversation's is known
WORDLESS = "en"  # the language of what has no letters, in a conversation of no language

BEYOND, BEYOND_SHARE = 0.9, 0.4  # from this P(out of scope) on, so much of the probability counts: intents are told of texts in scope only

_HAN, _KANA, _HANGUL = "\u3400-\u9fff\uf900-\ufaff", "\u3040-\u30ff\uff66-\uff9f", "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
_SCRIPTS = {"ru": "\u0400-\u052f", "ar": "\u0600-\u06ff\u0750-\u077f", "zh": _HAN, "ja": _HAN + _KANA, "ko": _HANGUL}
_FOREIGN = {language: re.compile(f"[^\\W\\d_\u0000-\u024f\u1e00-\u1eff{own}]") for language, own in _SCRIPTS.items()}
_BEYOND_LATIN = re.compile("[^\\W\\d_\u0000-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True)
class Heard(Said):
    """What a message says in its conversation. ``probability``: as learnt until now.

    ``danger``: the probability of that intent; nothing that was learnt lowers it. 0 for what has no words. ``suspicion``: the same, or what
    the model suspects apart from the intents if that is more; less where the text is surely of no business of ours.
    """

    danger: float
    suspicion: float

    def shares(self, classes: Sequence[str]) -> dict[str, float]:
        """The probability of each intent, out of scope among them."""
        within = 1 - self.outside
        shares = {name: round(share * within, 6) for name, share in zip(classes, self.probability.tolist(), strict=True)}
        shares[OUT_OF_SCOPE] = self.outside
        return shares


def is_asked(read: Read) -> bool:
    """Whether it is a customer's message."""
    return read.topic == MESSAGES and read.row["sender"] == USER


def together(records: Sequence[Read], start: int, known: Conversations, learner: Learner) -> int:
    """Up to where records from ``start`` on can be heard at once, by their times, as it is the first one's."""
    touched = set()
    for i in range(start, len(records)):
        row = records[i].row
        if i > start and is_asked(records[i]) and leans(row):
            before = known.get(row["conversation_id"])
            if row["conversation_id"] in touched or (before is not None and before.due_ms(known.limits) <= row["ts"]):
                return i
        if records[i].topic == FEEDBACK and (row["corrected_intent"] is not None or (row["helpful"] and learner.models)):
            return i + 1
        if records[i].topic == MESSAGES:
            touched.add(row["conversation_id"])
    return len(records)


def hear(rows: Sequence[Row], languages: Sequence[str | None], texts: Texts, learner: Learner) -> list[Heard]:
    """What each of these messages says; ``languages``: that of the conversation each is in, as it was before the message."""
    given = [spoken(row, one, texts) for row, one in zip(rows, languages, strict=True)]
    return [_heard(said, texts.model, learner) for said in texts.said(given)]


def ahead(rows: Sequence[Row], texts: Texts) -> None:
    """Let ``texts`` look at messages beforehand, as if their conversations were still of the languages that they were last of."""
    texts.clean([row["text"] for row in rows])
    texts.look_at(list(dict.fromkeys(spoken(row, texts.languages.get(row["conversation_id"]), texts) for row in rows)))


def spoken(row: Row, before: str | None, texts: Texts) -> tuple[str, str | None]:
    """The text of a message, and its language where that need not be told from the text."""
    return row["text"], language_of(row, before, texts.message(row["text"]).text)


def _heard(said: Said, model: Model, learner: Learner) -> Heard:
    text = said.message.text
    moved, outside = learner.moved(text, said.probability), learner.moved_outside(text, said.outside) if said.readable else 1.0
    safety = [i for i, name in enumerate(model.classes) if name == SAFETY_INTENT and said.readable]
    danger = max((float(each[at]) for each in (said.probability, moved) for at in safety), default=0.0)
    alarm = larger(danger, said.alarm) if said.alarm is not None and said.readable else danger
    return Heard(
        said.message, said.language, moved, outside, said.second, said.alarm, said.inside if said.readable else (),
        said.sentiment, said.score, said.entities, said.masked, said.dangers, said.asks_for_person, said.query,
        danger, suspected(alarm, min(said.outside, outside)),
    )  # fmt: skip


def larger(one: float, other: float) -> float:
    """What is no number is taken for danger."""
    return one if math.isnan(one) or one > other else other


def suspected(danger: float, outside: float) -> float:
    """The suspicion of danger, by its probability and that of being out of scope."""
    return danger * BEYOND_SHARE if outside >= BEYOND else danger


def leans(row: Row) -> bool:
    """Whether a message is of its conversation's language, rather than of one told from the text."""
    raw = row["text"]
    return known_language(row["language"]) is None and (len(raw) < SHORT or not any(map(str.isalpha, raw[: DEFAULT.longest])))


def language_of(row: Row, before: str | None, text: str) -> str | None:
    """The language of a message where it need not be told from the text: what the customer has set, or has written ``before``."""
    if set_by_customer := known_language(row["language"]):
        return set_by_customer
    if before is not None and leans(row) and not _FOREIGN.get(before, _BEYOND_LATIN).search(text):
        return before
    return None if any(map(str.isalpha, text)) else WORDLESS
