"""Customers' texts in; what each says by itself, out: for as many of them at once as there are, which costs least.

Nothing here depends on a conversation or on what was learnt, so texts can be looked at before the step that they are decided in: `Texts`
remembers them for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from agents.support.asking import asks_for_person, chosen, offered
from agents.support.conversation import Conversation
from agents.support.danger import dangers
from agents.support.entities import Entity, find
from agents.support.model import Embed, Model, understand
from agents.support.phrase_lists import INTENT_NAMES
from agents.support.policy import INTENTS, SENTIMENTS, UNKNOWN, Policy
from agents.support.privacy import PLACEHOLDERS, mask, masked
from agents.support.retrieval import ENGLISH, Index, Query, queries
from agents.support.text import EMPTY, NO_WORDS, SHORTENED, Message, cleaned
from agents.support.turns import AI, CLARIFIED, USER

F64 = npt.NDArray[np.float64]
NEGATIVE, NEUTRAL, POSITIVE = range(3)
CONVERSATIONS = 1 << 15  # of which the languages are remembered, at most
FARTHEST, OVERLAP = 100_000, 200  # characters of a long text that are searched for danger, by pieces that overlap
REMEMBERED, SHORT = 2000, 200  # texts of so many characters at most: no more than twice as many are, of some 4 kB each


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says. ``language``: UNKNOWN if it is none that is served; the text is read as if in the likeliest.

    ``probability`` (intents,) of those in scope, ``outside`` that it is none of them; ``inside``: the conformal set.

    ``masked``: the text without what identifies somebody, ``entities`` likewise; only ``message`` and ``query`` have the text as it came.
    """

    message: Message
    language: str
    probability: F64
    outside: float
    second: bool
    alarm: float | None  # the probability of danger, where the model tells it apart from the intents
    inside: tuple[str, ...]
    sentiment: str
    score: float
    entities: tuple[Entity, ...]
    masked: str
    dangers: tuple[str, ...]
    asks_for_person: bool
    query: Query

    @property
    def readable(self) -> bool:
        """Whether there are words in it."""
        return not {EMPTY, NO_WORDS} & set(self.message.oddities)


Saying = TypeVar("Saying", bound=Said)


def settled(said: Saying, conversation: Conversation | None, classes: Sequence[str]) -> Saying:
    """What a message says, surely, that chooses from the intents that its conversation asked back about: then the answer is looked for by
    what was asked before, too. Else, and where it speaks of danger or asks for a person, as it is."""
    if conversation is None or conversation.last_word != CLARIFIED or said.dangers or said.asks_for_person or not said.readable:
        return said
    replies = [i for i, turn in enumerate(conversation.history) if turn.sender == AI]
    language = conversation.language or said.language
    among = offered(conversation.history[replies[-1]].text, language) if replies else ()
    intent = chosen(said.message.text, among, language)
    if intent is None or intent not in classes:
        return said
    before = next((turn.text for turn in reversed(conversation.history[: replies[-1]]) if turn.sender == USER), "")
    names = INTENT_NAMES.get(language, INTENT_NAMES[ENGLISH])
    (query,) = queries([f"{before} {names[INTENTS.index(intent)]}"], [language])
    sure = np.array([float(name == intent) for name in classes])
    return replace(said, language=language, probability=sure, outside=0.0, inside=(intent,), query=query)


class Texts:
    """What texts say by ``model``. Whatever is asked is answered the same, looked at beforehand or not."""

    def __init__(self, model: Model, policy: Policy, embed: Embed | None) -> None:
        self.model, self.policy, self.embed = model, policy, embed
        self._messages: dict[str, Message] = {}
        self._said: dict[tuple[str, str | None], Said] = {}  # of this cycle
        self._late: dict[tuple[str, str | None], Said] = {}  # of others; once these are many they become …
        self._early: dict[tuple[str, str | None], Said] = {}  # … these, which are forgotten then
        self.index: Index | None = None  # what texts were last looked for in: most likely they will be again …
        self.languages: dict[str, str | None] = {}  # … and conversations still be of the languages that they were last of

    def clean(self, raws: Iterable[str]) -> None:
        """Look at these texts, and at no others any more, only once."""
        self._messages = {raw: self.message(raw) for raw in raws}

    def look_at(self, texts: Sequence[tuple[str, str | None]]) -> None:
        """Look at these beforehand, and at no others any more: as ``said``. What short ones said is remembered for a while: greetings,
        suggested questions."""
        before, self._said = self._said, {}
        for each in texts:
            if known := before.pop(each, None) or self._late.get(each) or self._early.get(each):
                self._said[each] = known
        for said in before.values():
            said.query.compared = None  # or what is remembered would keep the entries of long ago
        new = [each for each in texts if each not in self._said]
        self._said |= zip(new, self._look(new), strict=True)
        self._late |= {each: said for each, said in self._said.items() if len(each[0]) <= SHORT}
        if len(self._late) >= REMEMBERED:
            self._early, self._late = self._late, {}
        if self.index is not None:
            self.index.compare(said.query for said in self._said.values() if said.readable)

    def message(self, raw: str) -> Message:
        """What is looked at of a text."""
        return self._messages.get(raw) or cleaned(raw, self.policy.longest)

    def heard(self, conversation_id: str, language: str | None) -> None:
        """A conversation is of a language by now."""
        if len(self.languages) >= CONVERSATIONS:
            self.languages.clear()
        self.languages[conversation_id] = language

    def said(self, texts: Sequence[tuple[str, str | None]]) -> list[Said]:
        """What raw texts say, each with its language if that need not be told from the text."""
        new = list(dict.fromkeys(each for each in texts if each not in self._said))
        known = self._said | dict(zip(new, self._look(new), strict=True)) if new else self._said
        return [known[each] for each in texts]

    def _look(self, given: Sequence[tuple[str, str | None]]) -> list[Said]:
        if not given:
            return []
        model, messages = self.model, [self.message(raw) for raw, _ in given]
        texts = [message.text for message in messages]
        seen = understand(model, texts, self.embed, [language for _, language in given])
        felt, wanted = _felt(seen.felt, model, len(texts)), queries(texts, seen.languages)
        out = []
        for i, (message, text, language) in enumerate(zip(messages, texts, seen.languages, strict=True)):
            found, spoken = find(text, language), language if seen.told[i] else UNKNOWN
            shown = _shown(text, found, language)
            inside = tuple(name for name, inside in zip(model.classes, seen.inside[i].tolist(), strict=True) if inside)
            out.append(
                Said(
                    message, spoken, seen.probability[i], float(seen.outside[i]), bool(seen.second[i]),
                    None if seen.danger is None else float(seen.danger[i]), inside,
                    SENTIMENTS[int(felt[i].argmax())], round(float(felt[i, POSITIVE] - felt[i, NEGATIVE]), 6),
                    tuple(_anonymous(one, text, shown) for one in found), shown,
                    _dangers(given[i][0], message, language, self.policy), asks_for_person(text, language),
                    wanted[i],
                )
            )  # fmt: skip
        return out


def _shown(text: str, found: Sequence[Entity], language: str) -> str:
    """``privacy.masked``, where the entities are known already."""
    once = mask(text, found)
    return once if once == text else masked(once, language)


def _dangers(raw: str, message: Message, language: str, policy: Policy) -> tuple[str, ...]:
    """The matters of danger in a text: also in what of a long one is not looked at otherwise."""
    found, step = dict.fromkeys(dangers(message.text, language)), policy.longest - OVERLAP
    if SHORTENED in message.oddities:
        for at in range(step, min(len(raw), FARTHEST), step):
            found |= dict.fromkeys(dangers(cleaned(raw[at : at + policy.longest], policy.longest).text, language))
    return tuple(found)


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
