"""Batches of records in; rows that can be decided on, and what is wrong with the others, out.

What is wrong with a record as it stands is told here, before anything happens; what is wrong with it as things are (it came before, its
conversation is not known) is told by the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from agents.support.policy import LANGUAGES, Policy
from agents.support.turns import AGENT, AI, TAKEN

MESSAGES, FEEDBACK, CHANGES = "messages", "feedback", "conversation-changes"
KNOWLEDGE, RULES, PEOPLE = "knowledge-entries", "escalation-rules", "human-agents"
INPUTS = (KNOWLEDGE, RULES, PEOPLE, FEEDBACK, CHANGES, MESSAGES)  # reference data first
LONGEST_ID = 200  # characters
LONGEST_RAW = 1_000_000  # characters of a message; nobody writes more

Row = Mapping[str, Any]
_IDS = {MESSAGES: ("message_id", "conversation_id", "customer_id"), FEEDBACK: ("feedback_id", "conversation_id")}
_IDS |= {CHANGES: ("conversation_id",), KNOWLEDGE: ("entry_id",), RULES: ("name",), PEOPLE: ("agent_id",)}
_OTHERS = {MESSAGES: ("order_id", "driver_id", "market", "agent_id"), FEEDBACK: ("message_id", "agent_id"), CHANGES: ("agent_id",)}
_SAME = {"nb": "no", "nn": "no"}  # languages as other tables name them


class Records(Protocol):
    """What is read of a batch: ``streams.batch.Batch`` has it."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offsets(self) -> npt.NDArray[np.int64]: ...
    @property
    def rows(self) -> Sequence[Row]: ...


class Rejection(NamedTuple):
    """A record that cannot be decided on; the fields of ``streams.batch.Rejected``."""

    topic: str
    offset: int
    error: str
    message: str
    expected: bool = False
    row: Row | None = None  # where an earlier step may have been given it


class Read(NamedTuple):
    """A record that can: its topic, offset and fields."""

    topic: str
    offset: int
    row: Row


class RefusedError(ValueError):
    """A record cannot be decided on: ``error`` is a short class name; ``expected``: normal traffic has such, too."""

    def __init__(self, error: str, message: str, *, expected: bool = False) -> None:
        super().__init__(message)
        self.error, self.expected = error, expected


def read(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Iterator[Read]:
    """The records of a batch that are well-formed, by offset."""
    for offset, row in zip(records.offsets.tolist(), records.rows, strict=True):
        try:
            _check(records.topic, row, now, policy)
        except RefusedError as refused:
            rejected.append(Rejection(records.topic, offset, refused.error, str(refused), refused.expected))
        else:
            yield Read(records.topic, offset, row)


def known_language(code: str | None) -> str | None:
    """The language that a code names, in whatever country and script; None for one that is not served: it is told from the text then.

    >>> known_language("pt-BR"), known_language("nb_NO"), known_language("tlh")
    ('pt', 'no', None)
    """
    first = (code or "").replace("_", "-").partition("-")[0].lower()
    return _SAME.get(first, first) if first in LANGUAGES or first in _SAME else None


def _check(topic: str, row: Row, now: int, policy: Policy) -> None:
    for name in _IDS[topic]:
        if not row[name]:
            raise RefusedError("MissingId", f"{name} is empty")
    for name in (*_IDS[topic], *_OTHERS.get(topic, ())):
        if len(row[name] or "") > LONGEST_ID:
            raise RefusedError("InvalidId", f"{name} has {len(row[name])} characters where {LONGEST_ID} are allowed")
    ts = row["ts"]
    if ts <= 0:
        raise RefusedError("InvalidTimestamp", f"ts {ts} is not after the epoch")
    if ts > now + policy.future_ms:
        raise RefusedError("FromTheFuture", f"ts {ts} lies {ts - now} ms after the step's now")
    if more := _MORE.get(topic):
        more(row)


def _message(row: Row) -> None:
    if len(row["text"]) > LONGEST_RAW:
        raise RefusedError("TooLong", f"the text has {len(row['text'])} characters where {LONGEST_RAW} are allowed")
    if row["sender"] == AI or (row["sender"] == AGENT and not row["agent_id"]):
        raise RefusedError("InvalidSender", "answers of the machine are written here only, and a person's message names the person")


def _feedback(row: Row) -> None:
    if row["rating"] is not None and not 1 <= row["rating"] <= 5:
        raise RefusedError("InvalidRating", f"rating {row['rating']} is not within 1 and 5")
    if len(row["comment"] or "") > LONGEST_RAW:
        raise RefusedError("TooLong", f"the comment has {len(row['comment'])} characters where {LONGEST_RAW} are allowed")
    if row["corrected_intent"] is not None and not (row["message_id"] and row["agent_id"]):
        raise RefusedError("InvalidCorrection", "a correction names the message and the person who corrects")


def _change(row: Row) -> None:
    if row["change"] == TAKEN and not row["agent_id"]:
        raise RefusedError("MissingId", "TAKEN names the person, agent_id")


_MORE: dict[str, Callable[[Row], None]] = {MESSAGES: _message, FEEDBACK: _feedback, CHANGES: _change}
