"""A customer's text, and what is known of it, in; the entries that answer it, the best first, with what spoke for each, out.

Each language is an index of its own, made again when it is asked after an entry has changed. A text is compared by its words, by n-grams of
characters, which know inflected words and scripts without blanks, and by what it speaks of (concepts). Where the language has no entries,
those in English are searched: by concepts, and by words that are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from agents.support.bm25 import F64, Postings, postings
from agents.support.concepts import concepts, folded
from agents.support.courtesies import is_courtesy
from agents.support.entries import PRIOR, Entries, Entry
from agents.support.features import U64, Grams, grams
from agents.support.policy import CATEGORIES, INTENTS, LANGUAGES, SERVICES
from agents.support.ranking import DEFAULT, Ranking
from agents.support.text import plain

SERVED_BY: dict[str, tuple[str, ...]] = {  # intent → the categories that serve it
    "book_or_change": ("rides", "food", "grocery", "goods", "truck_van", "locations"),
    "status_eta": ("rides", "food", "grocery", "goods", "locations"),
    "cancel_refund": ("rides", "food", "payment"),
    "fare_dispute": ("pricing",),
    "payment_method": ("payment", "corporate"),
    "account_access": ("account",),
    "safety_incident": ("safety",),
    "lost_item": ("rides", "support"),
    "conduct_or_order_quality": ("drivers", "vehicles", "food", "grocery"),
    "general_support": ("support", "promotions", "technical", "corporate"),
}
WORDS, CHARS, CONCEPTS = KINDS = ("words", "chars", "concepts")
LONG = (3, 4, 5)  # n-grams of characters that are looked at …
SHORT = {"zh": (2,), "ja": (2, 3), "ko": (2, 3)}  # … and where a character says more than a letter
UNSPACED = ("zh", "ja")
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that answers. ``parts`` add up to ``score``; ``language`` is the entry's: English where the asked one has no entries."""

    entry_id: str
    language: str
    score: float
    parts: Mapping[str, float]


class Searched(NamedTuple):
    """What is searched of an entry."""

    entry_id: str
    category: str
    question: str
    answer: str
    keywords: tuple[str, ...]
    services: tuple[str, ...]
    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A cleaned text in a language; the keys that occur in it by kind, each once, ascending, of characters those that matter there."""

    text: str
    language: str
    keys: Mapping[str, U64]

    def among(self, alphabet: str) -> Mapping[str, U64]:
        """The keys, where entries in the language ``alphabet`` are searched."""
        if alphabet == self.language:
            return self.keys
        return {kind: np.unique(found.key) for kind, found in keyed([self.text], self.language, alphabet).items()}


def queries(texts: Sequence[str], languages: Sequence[str]) -> list[Query]:
    """What to search for, of each cleaned text."""
    looked = [folded(plain(text)) for text in texts]
    found = grams(looked)
    blocks = {name: (one.key, np.searchsorted(one.text, np.arange(len(texts) + 1)).tolist()) for name, one in found.items()}

    def keys(i: int, kind: str, lengths: Sequence[int]) -> U64:
        each = [blocks[kind, n] for n in lengths]
        return np.unique(np.concatenate([key[ends[i] : ends[i + 1]] for key, ends in each]))

    out = []
    for i, (text, language) in enumerate(zip(texts, languages, strict=True)):
        spoken = np.unique(concepts([looked[i]], language).key)
        chars = keys(i, "chars", SHORT.get(language, LONG))
        out.append(Query(text, language, {WORDS: keys(i, "words", (1,)), CHARS: chars, CONCEPTS: spoken}))
    return out


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of one language, n of them: their keys by kind, and what they are for, shape (n, intents) and (n, services)."""

    ids: tuple[str, ...]
    kinds: Mapping[str, Postings]
    intents: F64
    categories: F64
    services: F64
    special: npt.NDArray[np.bool_]  # (n,): not for all services


class Index:
    """What can be found in ``entries``: always as they are now."""

    def __init__(self, entries: Entries, ranking: Ranking = DEFAULT) -> None:
        self.entries = entries
        self.ranking = ranking
        self._parts: dict[str, tuple[int, Part]] = {}  # with the revision of the entries that it is of

    def refresh(self) -> None:
        """Make what was changed ready to be searched, now and not when it is asked for."""
        for language in self.entries.revision:
            self._part(language)

    def search(
        self, text: str, language: str, service: str | None = None, intents: Mapping[str, float] | None = None, k: int = 5
    ) -> list[Hit]:
        """As ``find``, for a cleaned text."""
        return self.find(queries([text], [language])[0], service, intents, k)

    def find(self, query: Query, service: str | None = None, intents: Mapping[str, float] | None = None, k: int = 5) -> list[Hit]:
        """The ``k`` best entries; none if none is near enough. ``intents``: how probable each is that came into question, in [0, 1]."""
        own = query.language if self._part(query.language).ids else ENGLISH
        part = self._part(own)
        if not part.ids:
            return []
        compared, known = self._compared(query, own, part), self._known(part, service, intents or {})
        near = sum(compared.values(), np.zeros(len(part.ids)))
        found = np.flatnonzero((near > 0) & (near + known["intent"] + known["category"] >= self.ranking.floor))
        parts = {name: values[found] for name, values in (compared | known).items()}
        parts["success"] = self._success([part.ids[i] for i in found.tolist()])
        score = np.round(sum(parts.values(), np.zeros(len(found))), 6)
        best = np.lexsort((found, -score))[:k].tolist()  # ids ascend
        told = [
            {name: round(one, 6) for name, one in zip(parts, each, strict=True)} for each in np.stack([*parts.values()])[:, best].T.tolist()
        ]
        return [Hit(part.ids[found[i]], own, float(score[i]), each) for i, each in zip(best, told, strict=True)]

    def _part(self, language: str) -> Part:
        """The index of a language as it is now."""
        revision = self.entries.revision.get(language, 0)
        known, part = self._parts.get(language, (None, None))
        if part is None or known != revision:
            searched = [entry for entry in self.entries.of_language(language) if not is_courtesy(entry.topic)]
            part = _part(tuple(map(_searched, searched)), language, self.ranking)
            self._parts[language] = revision, part
        return part

    def _compared(self, query: Query, own: str, part: Part) -> dict[str, F64]:
        """By kind, how near the text is to each entry, as it counts, shape (n,)."""
        keys, ranking = query.among(own), self.ranking
        weights, more = (ranking.kinds_unspaced, ranking.unsaid_unspaced) if own in UNSPACED else (ranking.kinds, ranking.unsaid)
        each = zip(KINDS, weights, more, strict=True)
        return {kind: weight * part.kinds[kind].scores(keys[kind], unsaid) for kind, weight, unsaid in each}

    def _known(self, part: Part, service: str | None, intents: Mapping[str, float]) -> dict[str, F64]:
        """What speaks for each entry, or against it, from what is known of the message, shape (n,) each."""
        ranking = self.ranking
        asked = np.array([intents.get(intent, 0.0) for intent in INTENTS])
        out = {
            "intent": ranking.intent * (part.intents * asked).max(axis=1, initial=0.0),
            "category": ranking.category * (part.categories * asked).max(axis=1, initial=0.0),
        }
        if service in SERVICES:
            own = part.services[:, SERVICES.index(service)] > 0
            out["service"] = ranking.service * np.where(own, 1.0, np.where(part.special, -1.0, 0.0))
        return out

    def _success(self, ids: Sequence[str]) -> F64:
        """What customers' judgements add, shape (ids,): nothing where there are none."""
        if not self.entries.judgements:
            return np.zeros(len(ids))
        expected = PRIOR[0] / sum(PRIOR)
        return self.ranking.success * np.array([self.entries[entry_id].success - expected for entry_id in ids])


def keyed(texts: Sequence[str], language: str, alphabet: str, kinds: Sequence[str] = KINDS) -> dict[str, Grams]:
    """The keys of texts in ``language`` by kind; of characters, those that matter in the language ``alphabet``."""
    looked = [folded(plain(text)) for text in texts]
    found = grams(looked)
    chars = [found["chars", n] for n in SHORT.get(alphabet, LONG)]
    joined = Grams(np.concatenate([one.text for one in chars]), np.concatenate([one.key for one in chars]))
    out = {WORDS: found["words", 1], CHARS: joined}
    return out | {CONCEPTS: concepts(looked, language)} if CONCEPTS in kinds else out


@lru_cache(maxsize=4 * len(LANGUAGES))
def _part(entries: tuple[Searched, ...], language: str, ranking: Ranking) -> Part:
    """The index of entries; remembered, for all tasks of a worker know the same."""
    fields = [
        (ranking.question, KINDS, [entry.question for entry in entries]),
        (ranking.keywords, KINDS, [", ".join(entry.keywords) for entry in entries]),
        (ranking.answer, (WORDS, CHARS), [entry.answer for entry in entries]),  # answers speak of much
    ]
    keys = [(weight, keyed(texts, language, language, kinds)) for weight, kinds, texts in fields]
    having = {kind: [(weight, one[kind]) for weight, one in keys if kind in one] for kind in KINDS}
    kinds = {kind: postings(each, len(entries)) for kind, each in having.items()} if entries else {}
    serves = {category: [intent for intent in INTENTS if category in SERVED_BY[intent]] for category in CATEGORIES}
    return Part(
        tuple(entry.entry_id for entry in entries),
        kinds,
        _table([entry.intents for entry in entries], INTENTS),
        _table([serves[entry.category] for entry in entries], INTENTS),
        _table([entry.services for entry in entries], SERVICES),
        np.array([bool(entry.services) for entry in entries], np.bool_),
    )


def _searched(entry: Entry) -> Searched:
    return Searched(*_FIELDS(entry))


_FIELDS = attrgetter(*Searched._fields)


def _table(rows: Sequence[Sequence[str]], names: Sequence[str]) -> F64:
    """1 where a row has a name, shape (rows, names)."""
    return np.array([[float(name in row) for name in names] for row in rows], np.float64).reshape(len(rows), len(names))
