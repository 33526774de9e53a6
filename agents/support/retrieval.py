"""A customer's text, and what is known of it, in; the entries that answer it, the best first, with what spoke for each, out.

Each language is an index of its own, made again when it is asked after an entry has changed. A text is compared by its words, by n-grams of
characters, which know inflected words and scripts without blanks, and by what it speaks of (concepts). Where the language has no entries,
those in English are searched: by concepts, and by words that are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agents.support.bm25 import F64, Postings, postings
from agents.support.concepts import concepts, folded
from agents.support.courtesies import is_courtesy
from agents.support.entries import PRIOR, Entries, Entry
from agents.support.features import Grams, grams
from agents.support.policy import CATEGORIES, INTENTS, SERVICES
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


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of one language, n of them: their keys by kind, and what they are for, shape (n, intents) and (n, services)."""

    revision: int
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
        self._parts: dict[str, Part] = {}

    def search(
        self, text: str, language: str, service: str | None = None, intents: Mapping[str, float] | None = None, k: int = 5
    ) -> list[Hit]:
        """The ``k`` best entries for a cleaned text; none if none is near enough.

        ``intents``: how probable each is that came into question, in [0, 1].
        """
        own = language if self._part(language).ids else ENGLISH
        part = self._part(own)
        if not part.ids:
            return []
        compared, known = self._compared(text, language, own, part), self._known(part, service, intents or {})
        near = sum(compared.values(), np.zeros(len(part.ids)))
        found = np.flatnonzero((near > 0) & (near + known["intent"] + known["category"] >= self.ranking.floor))
        parts = {name: values[found] for name, values in (compared | known).items()}
        parts["success"] = self._success([part.ids[i] for i in found.tolist()])
        score = np.round(sum(parts.values(), np.zeros(len(found))), 6)
        best = np.lexsort((found, -score))[:k].tolist()  # ids ascend
        return [
            Hit(part.ids[found[i]], own, float(score[i]), {name: round(float(values[i]), 6) for name, values in parts.items()})
            for i in best
        ]

    def _part(self, language: str) -> Part:
        """The index of a language as it is now."""
        part = self._parts.get(language)
        revision = self.entries.revision.get(language, 0)
        if part is None or part.revision != revision:
            part = self._parts[language] = _part(self._searched(language), language, revision, self.ranking)
        return part

    def _searched(self, language: str) -> list[Entry]:
        """All but what answers courtesies, which greets and thanks are not to find."""
        return [entry for entry in self.entries.of_language(language) if not is_courtesy(entry.topic)]

    def _compared(self, text: str, language: str, own: str, part: Part) -> dict[str, F64]:
        """By kind, how near the text is to each entry, as it counts, shape (n,)."""
        keys, ranking = keyed([text], language, own), self.ranking
        weights, more = (ranking.kinds_unspaced, ranking.unsaid_unspaced) if own in UNSPACED else (ranking.kinds, ranking.unsaid)
        each = zip(KINDS, weights, more, strict=True)
        return {kind: weight * part.kinds[kind].scores(np.unique(keys[kind].key), unsaid) for kind, weight, unsaid in each}

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


def _part(entries: Sequence[Entry], language: str, revision: int, ranking: Ranking) -> Part:
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
        revision,
        tuple(entry.entry_id for entry in entries),
        kinds,
        _table([entry.intents for entry in entries], INTENTS),
        _table([serves[entry.category] for entry in entries], INTENTS),
        _table([entry.services for entry in entries], SERVICES),
        np.array([bool(entry.services) for entry in entries], np.bool_),
    )


def _table(rows: Sequence[Sequence[str]], names: Sequence[str]) -> F64:
    """1 where a row has a name, shape (rows, names)."""
    return np.array([[float(name in row) for name in names] for row in rows], np.float64).reshape(len(rows), len(names))
