"""A customer's text, and what is known of it, in; the entries that answer it, the best first, with what spoke for each, out.

Each language is an index of its own, made again when it is asked after an entry has changed. A text is compared by its words, by n-grams of
characters, which know inflected words and scripts without blanks, and by what it speaks of (concepts). Where the language has no entries,
those in English are searched: by concepts, and by words that are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from agents.support.bm25 import F64, Postings, postings, together
from agents.support.concepts import NAMES, concepts, folded, spoken_of
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
NAMED_BY: dict[str, tuple[str, ...]] = {  # a special category → the matters that name it
    "food": ("food", "allergy", "cold", "ill"),
    "grocery": ("grocery", "age", "alcohol", "food"),
    "goods": ("parcel", "courier", "forbidden", "insurance"),
    "truck_van": ("move",),
    "corporate": ("company", "invoice", "job"),
    "promotions": ("promo", "points", "subscription", "friend"),
}
WORDS, CHARS, CONCEPTS = KINDS = ("words", "chars", "concepts")
LONG = (3, 4, 5)  # n-grams of characters that are looked at …
SHORT = {"zh": (2,), "ja": (2, 3), "ko": (2, 3)}  # … and where a character says more than a letter
UNSPACED = ("zh", "ja")
ENGLISH = "en"
NAMING = {category: frozenset(map(NAMES.index, names)) for category, names in NAMED_BY.items()}


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that answers, the one at ``place`` of its language's; ``language`` is the entry's: English where the asked one has none.

    ``shares``: what spoke for each entry of the language, or against it, shape (n,) by what it is.
    """

    entry_id: str
    language: str
    score: float
    place: int = field(compare=False, repr=False)
    shares: Mapping[str, F64] = field(compare=False, repr=False)

    @property
    def parts(self) -> dict[str, float]:
        """What spoke for it; they add up to the score."""
        return {name: float(share[self.place]) for name, share in self.shares.items()}


class Searched(NamedTuple):
    """What is searched of an entry."""

    entry_id: str
    category: str
    question: str
    answer: str
    keywords: tuple[str, ...]
    services: tuple[str, ...]
    intents: tuple[str, ...]


@dataclass(slots=True)
class Query:
    """A cleaned text in a language; the keys that occur in it by kind, each once, ascending, of characters those that matter there.

    ``compared``: with which entries it was, and how near each is (see ``Part.near``).
    """

    text: str
    language: str
    keys: Mapping[str, U64]
    compared: tuple[Part, F64] | None = field(default=None, compare=False, repr=False)

    def among(self, alphabet: str) -> Mapping[str, U64]:
        """The keys, where entries in the language ``alphabet`` are searched."""
        if alphabet == self.language:
            return self.keys
        return {kind: np.unique(found.key) for kind, found in keyed([self.text], self.language, alphabet).items()}


def queries(texts: Sequence[str], languages: Sequence[str]) -> list[Query]:
    """What to search for, of each cleaned text."""
    looked = [folded(plain(text)) for text in texts]
    found = grams(looked)
    blocks = {name: (one.key, one.text.searchsorted(np.arange(len(texts) + 1)).tolist()) for name, one in found.items()}

    def keys(i: int, kind: str, lengths: Sequence[int]) -> U64:
        each = [blocks[kind, n] for n in lengths]
        return _once(np.concatenate([key[ends[i] : ends[i + 1]] for key, ends in each]))

    out = []
    for i, (text, language) in enumerate(zip(texts, languages, strict=True)):
        spoken = np.array(sorted(set(spoken_of(looked[i], language))), np.uint64)
        chars = keys(i, "chars", SHORT.get(language, LONG))
        out.append(Query(text, language, {WORDS: keys(i, "words", (1,)), CHARS: chars, CONCEPTS: spoken}))
    return out


def _once(keys: U64) -> U64:
    """As numpy's unique, with less overhead for few keys."""
    keys.sort()
    new = np.empty(len(keys), np.bool_)
    new[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    return keys[new]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The entries of one language, n of them, and what of their keys and purposes counts how much by ``ranking``.

    ``postings``: their keys, by kind; ``serving`` (2, intents, n): for which intents they are meant, and their category is; ``services``
    (services, n): what the message's service adds; ``special`` (categories of NAMED_BY, n): what is against those of one that is not named.
    """

    language: str
    ranking: Ranking
    ids: tuple[str, ...]
    postings: Postings | None
    serving: F64
    services: F64
    special: F64

    def compare(self, asked: Sequence[Query]) -> None:
        """Tell how near texts are to each entry: for all of them at once, which costs least."""
        if self.postings is None or not asked:
            return
        ranking, unspaced = self.ranking, self.language in UNSPACED
        keys = [query.among(self.language) for query in asked]
        unsaid = ranking.unsaid_unspaced if unspaced else ranking.unsaid
        near = self.postings.scores([[one[kind] for kind in KINDS] for one in keys], unsaid)
        near *= np.array(ranking.kinds_unspaced if unspaced else ranking.kinds)[:, None]
        for query, one in zip(asked, near, strict=True):
            query.compared = self, one

    def near(self, query: Query) -> F64:
        """By kind, how near the text is to each entry, as it counts, shape (kinds, n)."""
        if query.compared is None or query.compared[0] is not self:
            self.compare([query])
        assert query.compared is not None
        return query.compared[1]

    def known(self, query: Query, near: F64, service: str | None, intents: Mapping[str, float]) -> dict[str, F64]:
        """What speaks for each entry, or against it, from what is known of the message, shape (n,) each; ``near`` (n,): how near it is."""
        asked = np.array([intents.get(intent, 0.0) for intent in INTENTS])
        intent, category = np.maximum.reduce(self.serving * asked[:, None], axis=1)
        out = {"intent": self.ranking.intent * intent, "category": self.ranking.category * category}
        above = np.clip((asked.max() - intent - self.ranking.sure) / (1 - self.ranking.sure), 0.0, 1.0)
        spoken = query.keys[CONCEPTS].tolist()
        unnamed = np.array([name.upper() != service and NAMING[name].isdisjoint(spoken) for name in NAMED_BY], np.float64)
        out |= {"other": -self.ranking.other * above * near, "unnamed": -self.ranking.unnamed * (unnamed @ self.special) * near}
        return out | {"service": self.services[SERVICES.index(service)]} if service in SERVICES else out


class Index:
    """What can be found in ``entries``: always as they are now."""

    def __init__(self, entries: Entries, ranking: Ranking = DEFAULT) -> None:
        self.entries = entries
        self.ranking = ranking
        self._parts: dict[str, tuple[int, Part]] = {}  # with the revision of the entries that it is of

    def refresh(self) -> None:
        """Make what was changed ready to be searched, where it changes; what was loaded is made ready when it is asked for."""
        for language in self.entries.revision:
            self._part(language)

    def compare(self, asked: Iterable[Query]) -> None:
        """Compare texts beforehand with what they will be looked for in."""
        by_language: dict[str, list[Query]] = {}
        for query in asked:
            by_language.setdefault(query.language, []).append(query)
        for language, some in by_language.items():
            part = self._searched(language)
            part.compare([query for query in some if query.compared is None or query.compared[0] is not part])

    def search(
        self, text: str, language: str, service: str | None = None, intents: Mapping[str, float] | None = None, k: int = 5
    ) -> list[Hit]:
        """As ``find``, for a cleaned text."""
        return self.find(queries([text], [language])[0], service, intents, k)

    def find(self, query: Query, service: str | None = None, intents: Mapping[str, float] | None = None, k: int = 5) -> list[Hit]:
        """The ``k`` best entries; none if none is near enough. ``intents``: how probable each is that came into question, in [0, 1]."""
        part = self._searched(query.language)
        if not part.ids:
            return []
        compared = part.near(query)
        near = compared[0] + compared[1] + compared[2]
        known = part.known(query, near, service, intents or {})
        score = near + known["intent"] + known["category"]
        found = np.flatnonzero((near > 0) & (score >= self.ranking.floor))
        points = score[found] + known["other"][found] + known["unnamed"][found]
        if "service" in known:
            points += known["service"][found]
        known["success"] = np.zeros(len(part.ids))
        if self.entries.judgements:
            known["success"][found] = self._success([part.ids[i] for i in found.tolist()])
            points += known["success"][found]
        rounded = points.round(6)
        best = (-rounded).argsort(kind="stable")[:k]  # ids ascend
        shares = {**dict(zip(KINDS, compared, strict=True)), **known}
        return [
            Hit(part.ids[i], part.language, one, i, shares) for i, one in zip(found[best].tolist(), rounded[best].tolist(), strict=True)
        ]

    def _searched(self, language: str) -> Part:
        """The index that texts of a language are looked for in."""
        own = self._part(language)
        return own if own.ids else self._part(ENGLISH)

    def _part(self, language: str) -> Part:
        """The index of a language as it is now."""
        revision = self.entries.revision.get(language, 0)
        known, part = self._parts.get(language, (None, None))
        if part is None or known != revision:
            searched = [entry for entry in self.entries.of_language(language) if not is_courtesy(entry.topic)]
            part = _part(tuple(map(_searched, searched)), language, self.ranking)
            self._parts[language] = revision, part
        return part

    def _success(self, ids: Sequence[str]) -> F64:
        """What customers' judgements add, shape (ids,)."""
        expected = PRIOR[0] / sum(PRIOR)
        return self.ranking.success * np.array([self.entries[entry_id].success - expected for entry_id in ids])


def sure(hits: Sequence[Hit], ranking: Ranking = DEFAULT) -> bool:
    """Whether the best of ``hits`` is so much better than the next that it is the answer, as far as a search can tell."""
    return bool(hits) and (len(hits) == 1 or hits[0].score - hits[1].score >= ranking.apart * hits[0].score)


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
    found = together([postings(having[kind], len(entries)) for kind in KINDS]) if entries else None
    serves = {category: [intent for intent in INTENTS if category in SERVED_BY[intent]] for category in CATEGORIES}
    tables = [_table([entry.intents for entry in entries], INTENTS), _table([serves[entry.category] for entry in entries], INTENTS)]
    services, special = _table([entry.services for entry in entries], SERVICES), [bool(entry.services) for entry in entries]
    adds = ranking.service * np.where(services > 0, 1.0, np.where(special, -1.0, 0.0))
    of_special = _table([(entry.category,) for entry in entries], tuple(NAMED_BY))
    return Part(language, ranking, tuple(entry.entry_id for entry in entries), found, np.stack(tables), adds, of_special)


def _searched(entry: Entry) -> Searched:
    return Searched(*_FIELDS(entry))


_FIELDS = attrgetter(*Searched._fields)


def _table(rows: Sequence[Sequence[str]], names: Sequence[str]) -> F64:
    """1 where a row has a name, shape (names, rows)."""
    return np.array([[float(name in row) for row in rows] for name in names], np.float64).reshape(len(names), len(rows))
