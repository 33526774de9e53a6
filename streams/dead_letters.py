"""Rejected records → dead letters with their original bytes, and the limit beyond which the worker stops."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from streams import journal
from streams.avro import codec
from streams.avro_schema import polars_schema
from streams.batch import Rejected
from streams.contract import contract
from streams.errors import DeadLetterLimit
from streams.message import Message
from streams.packed import Packed
from streams.records import Records

REPLAYED_FROM = "tripo-replayed-from"  # header of a re-driven record: its dead letter's topic/partition/offset


def topic_of(agent: str) -> str:
    """The dead-letter topic of an agent."""
    return f"{agent}.dead-letters"


def encode(agent: str, rejected: Sequence[Rejected], inputs: Mapping[str, Records], now: int) -> tuple[Packed, Packed]:
    """Keys and values of the dead letters of rejected records, in their order. Raises KeyError for one that nobody has any more."""
    messages = {(topic, m.offset()): m for topic in {one.topic for one in rejected} & inputs.keys() for m in inputs[topic].messages}
    keys, values = [], []
    for one in rejected:
        message = messages.get((one.topic, one.offset))
        if message is None and one.kept is None:
            raise KeyError(f"{one.topic} offset {one.offset} was rejected, and neither came with this step nor was kept: {one.message}")
        came = _kept(one) if message is None else _came(one, message)
        keys.append(came["key"])
        same = {"agent": agent, "topic": one.topic, "offset": one.offset, "error": one.error, "message": one.message, "at": now}
        values.append(journal.encode(topic_of(agent), same | came))
    return Packed.of(keys), Packed.of(values)


def _came(rejected: Rejected, message: Message) -> dict[str, Any]:
    """What came; of a topic with personal data only its key, its place, and whether it was re-driven."""
    personal = contract().topic(rejected.topic).personal
    headers = [(key, value) for key, value in message.headers() or () if not personal or key == REPLAYED_FROM]
    return {
        "partition": message.partition(),
        "timestamp": message.timestamp()[1],
        "key": message.key(),
        "value": None if personal else message.value(),
        "headers": [{"key": key, "value": _bytes(value)} for key, value in headers],
    }


def _kept(rejected: Rejected) -> dict[str, Any]:
    """What was kept of it: without headers, and written anew, so by its topic's present schema."""
    kept, topic = rejected.kept, rejected.topic
    assert kept is not None
    value = None
    if kept.fields is not None and not contract().topic(topic).personal:
        frame = pl.DataFrame([dict(kept.fields)], schema=polars_schema(contract().schema(topic)), orient="row")
        [value] = codec(topic).encode(frame).values()
    return {"partition": kept.partition, "timestamp": kept.ts, "key": kept.key, "value": value, "headers": []}


def _bytes(value: bytes | str | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


class Limit:
    """Stops the worker when too large a share of the latest records is dead letters."""

    def __init__(self, agent: str, window: int, share: float) -> None:
        self._agent, self._window, self._share = agent, window, share
        self._steps: deque[tuple[int, int]] = deque()
        self._records = self._dead = 0

    def count(self, records: int, rejected: Sequence[Rejected]) -> None:
        """Take in one step. Raises DeadLetterLimit when the share is exceeded over at least a tenth of the window."""
        dead = sum(not r.expected for r in rejected)
        self._steps.append((records, dead))
        self._records += records
        self._dead += dead
        while self._records - self._steps[0][0] >= self._window:
            oldest = self._steps.popleft()
            self._records -= oldest[0]
            self._dead -= oldest[1]
        if self._records * 10 >= self._window and self._dead > self._share * self._records:
            raise DeadLetterLimit(
                f"{self._dead} of the latest {self._records} records of {self._agent} would be dead letters, more than {self._share:.0%}; "
                f"last reason: {rejected[-1].error if rejected else '-'}: {rejected[-1].message if rejected else '-'}. "
                "Mend the producer or the deploy, or raise TRIPO_DEAD_LETTER_SHARE, and start again: nothing was skipped"
            )
