"""Records as they lie in a topic and as stepping again gave them → which differ, and in which fields. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any

from streams import journal
from streams.message import Message

VERSIONS = frozenset({"code_version", "policy_version", "model_version", "model_versions"})
ABSENT = "(no record)"

Pair = tuple[bytes | None, bytes | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that is not what stepping again gives. ``fields``: by name what the topic has, and what stepping again gave."""

    topic: str
    partition: int
    offset: int | None  # None: the topic does not have it
    sequence: int
    id: str | None  # of the decision, else the record's key
    fields: dict[str, tuple[Any, Any]]

    @property
    def only_versions(self) -> bool:
        """It differs in nothing but the versions it names."""
        return set(self.fields) <= VERSIONS

    def text(self) -> str:
        """In words."""
        at = f"{self.topic}[{self.partition}]" + ("" if self.offset is None else f" offset {self.offset}")
        fields = "; ".join(f"{name}: the topic has {here!r}, stepping again gives {there!r}" for name, (here, there) in self.fields.items())
        return f"differs: {at} (journal sequence {self.sequence}) {self.id or ''}: {fields}"

    def as_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def differences(topic: str, partition: int, sequence: int, found: Sequence[Message], again: Sequence[Pair]) -> list[Difference]:
    """What differs between the records of a topic, and those that stepping again gave, in order; nothing where they are the same bytes."""
    pairs: list[Pair] = [(m.key(), m.value()) for m in found]
    if pairs == list(again):
        return []
    out = []
    for (offset, here), there in _beside(found, pairs, again):
        if here != there:
            out.append(_difference(topic, partition, offset, sequence, here, there))
    return out


def _beside(found: Sequence[Message], pairs: list[Pair], again: Sequence[Pair]) -> list[tuple[tuple[int | None, Pair | None], Pair | None]]:
    """Records of both sides that belong together: by place where there are as many, else the same ones first and the others in order."""
    offsets = [m.offset() for m in found]
    if len(pairs) == len(again):
        return [((offset, here), there) for offset, here, there in zip(offsets, pairs, again, strict=True)]
    left = list(again)
    alone: list[tuple[int, Pair]] = []
    for offset, here in zip(offsets, pairs, strict=True):
        if here in left:
            left.remove(here)
        else:
            alone.append((offset, here))
    return [(one or (None, None), there) for one, there in zip_longest(alone, left)]


def _difference(topic: str, partition: int, offset: int | None, sequence: int, here: Pair | None, there: Pair | None) -> Difference:
    ours, others = _fields(topic, here), _fields(topic, there)
    names = [name for name in {**ours, **others} if repr(ours.get(name)) != repr(others.get(name))]  # also where both are no number
    fields = {name: (ours.get(name), others.get(name)) for name in names}
    if here is None or there is None:
        fields = {ABSENT: (here is not None, there is not None)}
    elif here[0] != there[0]:
        fields["(key)"] = (_text(here[0]), _text(there[0]))
    elif not fields:
        fields["(bytes)"] = (_text(here[1]), _text(there[1]))
    known = ours or others
    key = (here or there or (None, None))[0]
    return Difference(topic, partition, offset, sequence, known.get("decision_id") or _text(key), fields)


def _fields(topic: str, pair: Pair | None) -> dict[str, Any]:
    if pair is None or pair[1] is None:
        return {}
    try:
        return dict(journal.decode(topic, pair[1]))
    except Exception:  # fastavro raises what the bytes happen to lead it to
        return {"(unreadable)": pair[1].hex()}


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="backslashreplace")
