"""Conversations in; those that ended, are forgotten, or have changed since they were last shown, out.

State is bounded by time: idle conversations end, ended ones are forgotten, and each keeps a bounded history. The clock is the one that
messages are timed by, and is told before each record (that costs next to nothing when nothing is due), so however records are cut into
batches the conversations come out the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from typing import Any

import orjson

from agents.support.conversation import LEARNT, Conversation
from agents.support.turns import DEFAULT, ESCALATED, Limits


class Conversations:
    """All conversations of one task, in the order in which they were begun."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self.limits = limits
        self._known: dict[str, Conversation] = {}
        self._changed: dict[str, None] = {}
        self._alarm: dict[str, int] = {}  # when to look at it again, at the latest when it is due
        self._alarms: list[tuple[int, str]] = []  # a heap of those, and of earlier ones that count no more
        self._dumped: dict[str, orjson.Fragment] = {}  # those that nobody was given, who might have changed them, since they were dumped

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[Conversation]:
        self._dumped.clear()
        return iter(self._known.values())

    def get(self, conversation_id: str) -> Conversation | None:
        """The conversation of that id, if it is known; to be asked for in every step anew that changes it."""
        self._dumped.pop(conversation_id, None)
        return self._known.get(conversation_id)

    def begin(self, conversation: Conversation) -> Conversation:
        """The conversation of that id: if it is known, with what was not yet known of it filled in; else this one, whose times are set."""
        self._dumped.pop(conversation.id, None)
        known = self._known.setdefault(conversation.id, conversation)
        if known is conversation:
            self.touch(known)
        else:
            known.learns({name: getattr(conversation, name) for name in LEARNT})
        return known

    def touch(self, conversation: Conversation) -> None:
        """Something happened in it: to be called after every such thing, or it is not shown and does not end in time."""
        self._changed[conversation.id] = None
        due_ms, alarm = conversation.due_ms(self.limits), self._alarm.get(conversation.id)
        if alarm is None or due_ms < alarm:
            self._wake(due_ms, conversation.id)

    @property
    def next_ms(self) -> int | None:
        """When to look at them again, at the latest, if nothing happens until then; None where there are none."""
        return self._alarms[0][0] if self._alarms else None

    def passed(self, clock: int) -> tuple[list[Conversation], list[Conversation]]:
        """It is ``clock`` ms. → those that ended by being idle, and those forgotten, each by when they did, then by id"""
        ended: list[Conversation] = []
        forgotten: list[Conversation] = []
        while due := self._due(clock):
            for conversation in due:
                if conversation.over or conversation.status == ESCALATED:
                    forgotten.append(conversation)
                    self._forget(conversation.id)
                else:
                    conversation.idles()
                    ended.append(conversation)
                    self.touch(conversation)
        return ended, forgotten

    def changed(self) -> list[Conversation]:
        """What was touched since this was last asked, and is still known, in the order it was first touched."""
        out = [self._known[name] for name in self._changed]
        self._changed = {}
        return out

    def facts(self) -> dict[str, Any]:
        """The state, as JSON can hold it."""
        return {"conversations": [each.facts() for each in self._known.values()], "changed": list(self._changed)}

    def dumped(self) -> dict[str, Any]:
        """``facts()`` for orjson, at the cost of what may have changed since the last time."""
        for name, each in self._known.items():
            if name not in self._dumped:
                dumped = orjson.dumps(each.facts())  # in a buffer of several times its size, as orjson leaves it
                self._dumped[name] = orjson.Fragment(bytes(memoryview(dumped)))
        return {"conversations": [self._dumped[name] for name in self._known], "changed": list(self._changed)}

    @classmethod
    def of(cls, facts: Mapping[str, Any], limits: Limits = DEFAULT) -> Conversations:
        """The conversations whose ``facts()`` these are."""
        out = cls(limits)
        for each in map(Conversation.of, facts["conversations"]):
            out._known[each.id] = each
            out._wake(each.due_ms(limits), each.id)
        out._changed = dict.fromkeys(facts["changed"])
        return out

    def _due(self, clock: int) -> list[Conversation]:
        """Those whose time has come, by when it came, then by id. The others that were looked at are looked at again when they are due."""
        due: list[tuple[int, str]] = []
        while self._alarms and self._alarms[0][0] <= clock:
            alarm, name = heappop(self._alarms)
            if self._alarm.get(name) != alarm:
                continue
            actual = self._known[name].due_ms(self.limits)
            if actual > clock:
                self._wake(actual, name)
            else:
                del self._alarm[name]
                due.append((actual, name))
        for _, name in due:
            self._dumped.pop(name, None)
        return [self._known[name] for _, name in sorted(due)]

    def _wake(self, ms: int, name: str) -> None:
        self._alarm[name] = ms
        heappush(self._alarms, (ms, name))

    def _forget(self, name: str) -> None:
        del self._known[name]
        self._changed.pop(name, None)
        self._alarm.pop(name, None)
        self._dumped.pop(name, None)
