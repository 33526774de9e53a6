"""Records of the knowledge topic and customers' judgements in; the entries that a reply may cite, and how well each has served, out.

A record is an entry, whole, as of now, or says that one is gone; of several the last by offset counts. What is not fit to be shown to a
customer as it stands is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any

from agents.support.policy import CATEGORIES, INTENTS, LANGUAGES, PRIORITIES, SERVICES

NEW, CHANGED, SAME, REMOVED, UNKNOWN = "new", "changed", "same", "removed", "unknown"  # what a record came to
KNOWN: dict[str, tuple[str, ...]] = {
    "category": CATEGORIES, "language": LANGUAGES, "priority": PRIORITIES, "services": SERVICES, "intents": INTENTS,
}  # fmt: skip
LONGEST = {"question": 200, "answer": 1200, "keyword": 160}  # characters
KEYWORDS = 24  # of an entry, at most
MOST = 20_000  # entries
PRIOR = (4, 1)  # helpful and unhelpful judgements that every entry begins with: Beta(4, 1), of mean 0.8 and the weight of five customers

_ID = re.compile(r"([a-z_]+)\.[a-z0-9]+(?:-[a-z0-9]+)*\.([a-z]{2})")
_MARKUP = re.compile(r"<[a-zA-Z/!]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One matter in one language. ``entry_id``: topic and language, such as rides.cancel-free.en; ``services`` empty: all.

    ``keywords``: other words for it, and how customers put it; they are searched and never shown.
    ``signed``: a matter of care, worded by an expert. ``usage``: replies that cited it; ``helpful``, ``unhelpful``: customers who said so.
    """

    entry_id: str
    category: str
    language: str
    question: str
    answer: str
    keywords: tuple[str, ...]
    services: tuple[str, ...]
    intents: tuple[str, ...]
    priority: str
    signed: bool
    usage: int = 0
    helpful: int = 0
    unhelpful: int = 0

    @property
    def topic(self) -> str:
        """What the entries on one matter in all languages have in common."""
        return self.entry_id.rpartition(".")[0]

    @property
    def success(self) -> float:
        """The share of customers it helps, as expected from PRIOR and what was said of it: in (0, 1)."""
        return (self.helpful + PRIOR[0]) / (self.helpful + self.unhelpful + sum(PRIOR))


FIELDS = tuple(field.name for field in fields(Entry))
_VALUES = attrgetter(*FIELDS)
LISTS, COUNTS = ("keywords", "services", "intents"), ("usage", "helpful", "unhelpful")


def read(record: Mapping[str, Any]) -> Entry:
    """The entry that a record describes, with nothing said of it yet. Raises ValueError with what is wrong."""
    entry_id = record["entry_id"]
    named = _ID.fullmatch(entry_id)
    if named is None or named.groups() != (record["category"], record["language"]):
        raise ValueError(f"entry_id {entry_id!r} is not {record['category']}.<kebab-name>.{record['language']}")
    for name in ("category", "language", "priority"):
        if record[name] not in KNOWN[name]:
            raise ValueError(f"{entry_id}: {name} {record[name]!r} is none of {', '.join(KNOWN[name])}")
    _check_names(entry_id, "services", record["services"], 0)
    _check_names(entry_id, "intents", record["intents"], 1)
    for name in ("question", "answer"):
        _check_text(entry_id, name, record[name])
    if not 1 <= len(record["keywords"]) <= KEYWORDS:
        raise ValueError(f"{entry_id}: {len(record['keywords'])} keywords where 1 to {KEYWORDS} are allowed")
    for keyword in record["keywords"]:
        _check_text(entry_id, "keyword", keyword)
    values: dict[str, Any] = {name: tuple(record[name]) if name in LISTS else record[name] for name in FIELDS[: -len(COUNTS)]}
    return Entry(**values)


class Entries:
    """The knowledge as of the last record. ``revision`` counts, by language, the changes of what can be searched."""

    def __init__(self) -> None:
        self._by_id: dict[str, Entry] = {}
        self._of_language: dict[str, dict[str, None]] = {language: {} for language in LANGUAGES}
        self.revision: dict[str, int] = dict.fromkeys(LANGUAGES, 0)
        self.judgements = False  # whether there may be any

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Entry]:
        return (self._by_id[entry_id] for entry_id in sorted(self._by_id))

    def __contains__(self, entry_id: str) -> bool:
        return entry_id in self._by_id

    def __getitem__(self, entry_id: str) -> Entry:
        return self._by_id[entry_id]

    def of_language(self, language: str) -> list[Entry]:
        """The entries in a language by id; none of a language that is not served."""
        return [self._by_id[entry_id] for entry_id in sorted(self._of_language.get(language, ()))]

    def take(self, record: Mapping[str, Any]) -> str:
        """Put, change or remove (``deleted``) one entry. → NEW, CHANGED, SAME, REMOVED or UNKNOWN. Raises ValueError with what is wrong.

        What was said of an entry counts no longer when its question or answer is another; how often it was used does.
        """
        if record.get("deleted"):
            return self._remove(record["entry_id"])
        entry = read(record)
        old = self._by_id.get(entry.entry_id)
        if old is None:
            if len(self) >= MOST:
                raise ValueError(f"{entry.entry_id}: there are {MOST} entries, and no more are taken: remove some")
        elif (old.question, old.answer) == (entry.question, entry.answer):
            entry = replace(entry, usage=old.usage, helpful=old.helpful, unhelpful=old.unhelpful)
        else:
            entry = replace(entry, usage=old.usage)
        if entry == old:
            return SAME
        self._put(entry)
        return NEW if old is None else CHANGED

    def cited(self, entry_id: str) -> None:
        """A reply cited the entry. Nothing happens to one that is gone."""
        if entry_id in self._by_id:
            old = self._by_id[entry_id]
            self._by_id[entry_id] = replace(old, usage=old.usage + 1)

    def judged(self, entry_id: str, helpful: bool) -> Entry | None:
        """A customer said whether the entry helped. → the entry now; None for one that is gone."""
        old = self._by_id.get(entry_id)
        if old is None:
            return None
        now = replace(old, helpful=old.helpful + helpful, unhelpful=old.unhelpful + (not helpful))
        self._by_id[entry_id] = now
        self.judgements = True
        return now

    def facts(self) -> dict[str, Any]:
        """The state, as JSON can hold it; equal knowledge gives equal facts, in whatever order it came."""
        return {"fields": list(FIELDS), "entries": [_VALUES(entry) for entry in self]}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Entries:
        """The entries whose ``facts()`` these are. Raises ValueError for those of other code."""
        if tuple(facts["fields"]) != FIELDS:
            raise ValueError(
                f"knowledge entries have the fields {facts['fields']}; this code reads {list(FIELDS)}: run the code that wrote them"
            )
        entries = cls()
        for values in facts["entries"]:
            named: dict[str, Any] = dict(zip(FIELDS, values, strict=True))
            entries._put(Entry(**named | {name: tuple(named[name]) for name in LISTS}))
        return entries

    def _put(self, entry: Entry) -> None:
        self.judgements = self.judgements or entry.helpful + entry.unhelpful > 0
        self._by_id[entry.entry_id] = entry
        self._of_language[entry.language][entry.entry_id] = None
        self.revision[entry.language] += 1

    def _remove(self, entry_id: str) -> str:
        entry = self._by_id.pop(entry_id, None)
        if entry is None:
            return UNKNOWN
        del self._of_language[entry.language][entry_id]
        self.revision[entry.language] += 1
        return REMOVED


def _check_names(entry_id: str, name: str, given: Sequence[str], least: int) -> None:
    strange = [each for each in given if each not in KNOWN[name]]
    if strange or len(given) < least or len(dict.fromkeys(given)) < len(given):
        raise ValueError(f"{entry_id}: {name} {list(given)} must be at least {least} of {', '.join(KNOWN[name])}, each once")


def _check_text(entry_id: str, name: str, text: str) -> None:
    """A text is shown to customers as it stands: nothing empty, endless, unprintable, unfilled or marked up."""
    if not text.strip() or text != text.strip():
        raise ValueError(f"{entry_id}: the {name} {text[:40]!r} is empty or has blanks around it")
    if len(text) > LONGEST[name]:
        raise ValueError(f"{entry_id}: the {name} has {len(text)} characters where {LONGEST[name]} are allowed")
    if not all(char.isprintable() or unicodedata.category(char) == "Zs" for char in text):
        raise ValueError(f"{entry_id}: the {name} has line breaks or control characters: {text[:40]!r}")
    if "{" in text or "}" in text or _MARKUP.search(text):
        raise ValueError(f"{entry_id}: the {name} has braces or markup in it, which customers would be shown: {text[:40]!r}")
