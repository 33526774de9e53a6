"""Feedback and changes of conversations that came before the messages they are about, in; the same, once it is their time, out.

The topics of a task are read independently, so after a pause one may be hours ahead of another. Two rules, both bounded:

- Held: what lies at or after the latest message (event time) waits until a later message came, or no message has come for ``settle_ms`` of
  the steps' time. So however far the messages are behind, everything is taken in the order in which it happened.
- Parked: what is about a conversation or message that is still not known waits for it, until ``early_ttl_ms`` of event time after its own.

At most ``early_limit`` of each are kept. What comes late instead, after the messages that followed it, has rules of its own
(agents.support.conversation). Texts are not kept here: a comment is looked at when it comes.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from typing import Any

from agents.support.policy import Policy
from agents.support.reading import CHANGES, FEEDBACK, Read

FOLLOWERS = (FEEDBACK, CHANGES)
Place = tuple[int, int, int]  # event time, topic, offset


def place(read: Read) -> Place:
    """Where a follower belongs among others."""
    return read.row["ts"], FOLLOWERS.index(read.topic), read.offset


class Early:
    """What waits. ``heard``: event time of the latest message, ms; ``heard_at``: the steps' time when messages came last."""

    def __init__(self) -> None:
        self.heard = self.heard_at = 0
        self._held: list[tuple[Place, int, Read]] = []  # with the steps' time when it came
        self._parked: dict[str, dict[Place, Read]] = {}  # by conversation
        self._queue: list[tuple[Place, str]] = []  # of the parked ones, by place

    def __len__(self) -> int:
        return len(self._held) + len(self._queue)

    def hear(self, messages: Iterable[Read], now: int) -> None:
        """Messages came."""
        for read in messages:
            self.heard, self.heard_at = max(self.heard, read.row["ts"]), now

    def hold(self, followers: Iterable[Read], now: int) -> None:
        """Feedback or changes came."""
        for read in followers:
            insort(self._held, (place(read), now, read), key=_place)

    def ready(self, now: int, policy: Policy) -> list[Read]:
        """What need not wait for other messages any more, by its place; no longer held."""
        out, kept = [], []
        for one in self._held:
            (ts, *_), since, read = one
            if ts < self.heard or now >= self._settled_ms(since, policy):
                out.append(read)
            else:
                kept.append(one)
        out += [read for *_, read in kept[: -policy.early_limit]]
        self._held = kept[-policy.early_limit :]
        return out

    def park(self, read: Read) -> None:
        """It waits for its conversation or message."""
        name = read.row["conversation_id"]
        self._parked.setdefault(name, {})[place(read)] = read
        insort(self._queue, (place(read), name))

    def awaited(self, conversation_id: str) -> bool:
        """Whether anything waits for this conversation or a message of it."""
        return conversation_id in self._parked

    def wanted(self, conversation_id: str) -> list[Read]:
        """What waits for a conversation, by its place; no longer parked."""
        found = self._parked.pop(conversation_id, {})
        for each in found:
            del self._queue[bisect_left(self._queue, (each, conversation_id))]
        return [found[each] for each in sorted(found)]

    def expired(self, clock: int, policy: Policy) -> list[Read]:
        """What waited for too long as it is ``clock`` ms, and the first of too many, by its place; no longer parked."""
        out = []
        while self._queue and (self._queue[0][0][0] + policy.early_ttl_ms < clock or len(self._queue) > policy.early_limit):
            which, name = self._queue.pop(0)
            out.append(self._parked[name].pop(which))
            if not self._parked[name]:
                del self._parked[name]
        return out

    def due(self, now: int, clock: int, policy: Policy) -> bool:
        """Whether something would be ready or expire without further records, at ``now`` by the steps' time and ``clock`` ms."""
        over = bool(self._queue) and self._queue[0][0][0] + policy.early_ttl_ms < clock
        return over or any(now >= self._settled_ms(since, policy) for _, since, _ in self._held)

    def facts(self) -> dict[str, Any]:
        """The state, as JSON can hold it."""
        held = [[since, *_listed(read)] for _, since, read in self._held]
        parked = [_listed(self._parked[name][which]) for which, name in self._queue]
        return {"heard": self.heard, "heard_at": self.heard_at, "held": held, "parked": parked}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Early:
        """What waits, of which these are the ``facts()``."""
        out = cls()
        out.heard, out.heard_at = facts["heard"], facts["heard_at"]
        for since, *values in facts["held"]:
            out.hold([Read(*values)], since)
        for values in facts["parked"]:
            out.park(Read(*values))
        return out

    def _settled_ms(self, since: int, policy: Policy) -> int:
        """Until when messages are waited for that something that came at ``since`` may be about."""
        return max(since, self.heard_at) + policy.settle_ms


def _place(one: tuple[Place, int, Read]) -> Place:
    return one[0]


def _listed(read: Read) -> list[Any]:
    return [read.topic, read.offset, dict(read.row)]
