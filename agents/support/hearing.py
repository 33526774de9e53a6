"""Customers' messages of one step in; what each says, as far as it can be told from the message alone, out: for all of them at once.

Two things besides the message have a say: the language of its conversation, where the text itself does not tell one, and what was learnt
until then. ``together`` tells which messages nothing of that changes in between, so cutting records into batches changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from agents.support.asking import asks_for_person
from agents.support.conversations import Conversations
from agents.support.danger import dangers
from agents.support.entities import Entity, find
from agents.support.escalation import SAFETY_INTENT
from agents.support.learning import Learner
from agents.support.model import Embed, Model, understand
from agents.support.policy import OUT_OF_SCOPE, SENTIMENTS, Policy
from agents.support.privacy import PLACEHOLDERS, mask, masked
from agents.support.reading import FEEDBACK, MESSAGES, Read, Row, known_language
from agents.support.text import EMPTY, NO_WORDS, Message, cleaned
from agents.support.turns import USER

F64 = npt.NDArray[np.float64]
SHORT = 12  # characters, of which a language is not told if the conversation's is known
NEGATIVE, NEUTRAL, POSITIVE = range(3)
TAKEOVER = "hacked"  # the matter of somebody else in the account
WORDLESS = "en"  # the language of what has no letters, in a conversation of no language

_HAN, _KANA, _HANGUL = "\u3400-\u9fff\uf900-\ufaff", "\u3040-\u30ff\uff66-\uff9f", "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
_SCRIPTS = {"ru": "\u0400-\u052f", "ar": "\u0600-\u06ff\u0750-\u077f", "zh": _HAN, "ja": _HAN + _KANA, "ko": _HANGUL}
_FOREIGN = {language: re.compile(f"[^\\W\\d_\u0000-\u024f\u1e00-\u1eff{own}]") for language, own in _SCRIPTS.items()}
_BEYOND_LATIN = re.compile("[^\\W\\d_\u0000-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message says. ``probability`` (intents,) of those in scope, as learnt until now; ``inside``: the conformal set.

    ``suspicion``: the probability of danger, whatever the scope, which nothing that was learnt lowers; 0 for what has no words.
    ``masked``: the text without what identifies somebody, ``entities`` likewise; only ``message`` has the text as it came.
    """

    message: Message
    language: str
    probability: F64
    outside: float
    suspicion: float
    second: bool
    inside: tuple[str, ...]
    sentiment: str
    score: float
    entities: tuple[Entity, ...]
    masked: str
    dangers: tuple[str, ...]
    asks_for_person: bool

    @property
    def readable(self) -> bool:
        """Whether there are words in it."""
        return not {EMPTY, NO_WORDS} & set(self.message.oddities)

    def shares(self, classes: Sequence[str]) -> dict[str, float]:
        """The probability of each intent, out of scope among them."""
        shares = {name: round(float(share) * (1 - self.outside), 6) for name, share in zip(classes, self.probability, strict=True)}
        return shares | {OUT_OF_SCOPE: self.outside}


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


def hear(
    rows: Sequence[Row], languages: Sequence[str | None], model: Model, learner: Learner, policy: Policy, embed: Embed | None
) -> list[Heard]:
    """What each of these messages says; ``languages``: that of the conversation each is in, as it was before the message."""
    if not rows:
        return []
    messages = [cleaned(row["text"], policy.longest) for row in rows]
    texts = [message.text for message in messages]
    given = [language_of(row, one, text) for row, one, text in zip(rows, languages, texts, strict=True)]
    seen = understand(model, texts, embed, given)
    felt = _felt(seen.felt, model, len(rows))
    safety = [i for i, name in enumerate(model.classes) if name == SAFETY_INTENT]
    out = []
    for i, (message, text) in enumerate(zip(messages, texts, strict=True)):
        language, found = seen.languages[i], find(text, seen.languages[i])
        shown = _shown(text, found, language)
        inside = tuple(name for name, inside in zip(model.classes, seen.inside[i].tolist(), strict=True) if inside)
        moved = learner.moved(text, seen.probability[i])
        suspicion = max((float(each[at]) for each in (seen.probability[i], moved) for at in safety), default=0.0)
        out.append(
            Heard(
                message, language, moved, float(seen.outside[i]), suspicion, bool(seen.second[i]), inside,
                SENTIMENTS[int(felt[i].argmax())], round(float(felt[i, POSITIVE] - felt[i, NEGATIVE]), 6),
                tuple(_anonymous(one, text, shown) for one in found), shown, dangers(text, language), asks_for_person(text, language),
            )
        )  # fmt: skip
    return [one if one.readable else replace(one, outside=1.0, suspicion=0.0, inside=()) for one in out]


def leans(row: Row) -> bool:
    """Whether a message is of its conversation's language, rather than of one told from the text."""
    raw = row["text"]
    return known_language(row["language"]) is None and (len(raw) < SHORT or not any(map(str.isalpha, raw[: Policy().longest])))


def language_of(row: Row, before: str | None, text: str) -> str | None:
    """The language of a message where it need not be told from the text: what the customer has set, or has written ``before``."""
    if set_by_customer := known_language(row["language"]):
        return set_by_customer
    if before is not None and leans(row) and not _FOREIGN.get(before, _BEYOND_LATIN).search(text):
        return before
    return None if any(map(str.isalpha, text)) else WORDLESS


def _shown(text: str, found: Sequence[Entity], language: str) -> str:
    """``privacy.masked``, where the entities are known already."""
    once = mask(text, found)
    return once if once == text else masked(once, language)


def _anonymous(entity: Entity, text: str, shown: str) -> Entity:
    """An entity without its value if that identifies somebody, or is part of what was masked."""
    if entity.kind not in PLACEHOLDERS and text[entity.start : entity.end] in shown:
        return entity
    return replace(entity, value=PLACEHOLDERS.get(entity.kind, f"[{entity.kind}]"))


def _felt(felt: F64 | None, model: Model, n: int) -> F64:
    """Columns in the order of SENTIMENTS; neutral where the model tells none."""
    if felt is None or model.sentiment is None:
        return np.tile([0.0, 1.0, 0.0], (n, 1))
    return felt[:, [model.sentiment.classes.index(name) for name in SENTIMENTS]]
