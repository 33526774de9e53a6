"""Human agents and escalations in; who takes which conversation, and which ones wait, out.

Who fits is AVAILABLE, has room, serves the service, and either is a specialist in what it is about or a generalist; of those, who speaks
the language come before who speaks English only, then specialists before generalists, then the least loaded, then by id. A suspicion of
danger goes to whoever fits best even over capacity, and to anybody AVAILABLE before it would wait. All others wait, by priority, then age,
then id, and no later one passes another that waits for the same person. A conversation counts for its person until it is released.

Each of the N partitions' tasks has the whole roster, knows nothing of the others' loads, and may not talk to them: so each has a share of
everybody's capacity (`share`), the shares add up to the capacity, and no task assigns beyond its own. Where capacities are smaller than N,
a task may have a share of nobody who fits. What waits there would wait for ever: after ``patience_ms`` it is lent a fitting person, one
conversation at a time, so a person has at most max(capacity, N) conversations by assignment, and more only by danger or by taking them.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, fields
from heapq import heapify, heappop, heappush
from operator import attrgetter
from typing import Any

from agents.support.policy import PRIORITIES
from agents.support.roster import AVAILABLE, OFFLINE, Kind, Need, Person, fault, rank, share, subjects

MICRO = 1_000_000
PATIENCE_MS = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who takes a conversation that waited."""

    conversation_id: str
    agent_id: str


class People:
    """One partition's view: the roster, who has which of its conversations, and which ones wait."""

    def __init__(self, partition: int = 0, partitions: int = 1, patience_ms: int = PATIENCE_MS) -> None:
        self.partition, self.partitions, self.patience_ms = partition, partitions, patience_ms
        self._roster: dict[str, tuple[Person, int]] = {}  # with its share
        self._taken: dict[str, tuple[Need, str]] = {}  # by conversation: who has it
        self._load: dict[str, int] = {}  # by person
        self._waiting: dict[str, Need] = {}
        self._queues: dict[Kind, list[tuple[int, str]]] = {}  # of those that wait, by kind: since when, and which
        self._found: list[Assignment] = []  # not told yet
        self._settled = True  # nobody who waits can be assigned, but for patience

    def apply(self, person: Person) -> list[str]:
        """A person is new or has changed. → conversations that wait again, as it went OFFLINE. Raises ValueError for one that cannot be."""
        if reason := fault(person):
            raise ValueError(reason)
        self._roster[person.agent_id] = (person, share(person, self.partition, self.partitions))
        self._settled = False
        return self._let_go(person.agent_id) if person.availability == OFFLINE else []

    def delete(self, agent_id: str) -> list[str]:
        """A person is no more. → its conversations, which wait again"""
        self._roster.pop(agent_id, None)
        return self._let_go(agent_id)

    def assign(self, need: Need) -> str | None:
        """Who takes the conversation; None: it waits. One that is assigned stays with its person; one that waits may become more urgent."""
        name = need.conversation_id
        if name in self._taken:
            before, agent_id = self._taken[name]
            self._taken[name] = (_urgent(before, need), agent_id)
            return agent_id
        if name in self._waiting:
            need = _urgent(self._unqueue(name), need)
        if not self._settled:
            self._drain(None)
        found = self._choose(need, False)
        if found is None:
            self._enqueue(need)
        else:
            self._give(need, found)
        return found

    def take(self, need: Need, agent_id: str) -> None:
        """A person took the conversation, assigned or not: it counts for that person, also beyond capacity."""
        before = self.release(need.conversation_id)
        self._give(need if before is None else _urgent(before, need), agent_id)

    def release(self, conversation_id: str) -> Need | None:
        """It is resolved, closed or forgotten, and needs nobody any more. → what it needed, if it was known"""
        self._found = [one for one in self._found if one.conversation_id != conversation_id]
        if conversation_id in self._waiting:
            return self._unqueue(conversation_id)
        if conversation_id not in self._taken:
            return None
        need, agent_id = self._taken.pop(conversation_id)
        self._load[agent_id] -= 1
        if self._load[agent_id] == 0:
            del self._load[agent_id]
        self._settled = False
        return need

    def freed(self, clock: int) -> list[Assignment]:
        """Conversations that waited and were assigned since this was last asked, as it is ``clock`` ms; to be asked once a step."""
        self._drain(clock)
        out, self._found = self._found, []
        return out

    def holder(self, conversation_id: str) -> str | None:
        """Who has the conversation."""
        return self._taken[conversation_id][1] if conversation_id in self._taken else None

    def load(self, agent_id: str) -> int:
        """How many conversations of this partition the person has."""
        return self._load.get(agent_id, 0)

    def waiting(self) -> list[Need]:
        """The conversations that wait, in their order."""
        return sorted(self._waiting.values(), key=lambda need: need.order)

    @property
    def waits(self) -> bool:
        """Whether any conversation does."""
        return bool(self._waiting)

    def next_late(self, clock: int) -> int | None:
        """When the next of those that wait is out of patience, after ``clock`` ms; None: none will be that is not."""
        places = ((queue, bisect_left(queue, (clock - self.patience_ms + 1, ""))) for queue in self._queues.values())
        return min((queue[at][0] + self.patience_ms for queue, at in places if at < len(queue)), default=None)

    def facts(self) -> dict[str, Any]:
        """The state, as JSON can hold it; the order in which persons became known leaves no trace."""
        return {
            "partition": [self.partition, self.partitions],
            "people": [_listed(self._roster[name][0]) for name in sorted(self._roster)],
            "taken": [[*_listed(need), agent_id] for need, agent_id in self._taken.values()],
            "waiting": [_listed(need) for need in self.waiting()],
            "found": [_listed(one) for one in self._found],
        }

    @classmethod
    def of(cls, facts: Mapping[str, Any], patience_ms: int = PATIENCE_MS) -> People:
        """The people whose ``facts()`` these are."""
        partition, partitions = facts["partition"]
        out = cls(partition, partitions, patience_ms)
        for values in facts["people"]:
            given: list[Any] = [tuple(value) if isinstance(value, list) else value for value in values]
            out.apply(Person(*given))
        for *need, agent_id in facts["taken"]:
            out._give(Need(*need), agent_id)
        for values in facts["waiting"]:
            out._enqueue(Need(*values))
        out._found = [Assignment(*values) for values in facts["found"]]
        return out

    def _drain(self, clock: int | None) -> None:
        """Assign whoever of those that wait can be, in their order; those out of patience too if the time is known.

        Of those of one kind only the first has to be looked at: where it finds nobody, none behind it does.
        """
        heads = [(kind[0], *queue[0], kind) for kind, queue in self._queues.items()]
        heapify(heads)
        hopeless: set[tuple[Any, ...]] = set()
        while heads:
            _, since, name, kind = heappop(heads)
            late = clock is not None and clock - since >= self.patience_ms
            if (kind[1], late) in hopeless or (self._settled and not late):
                continue
            found = self._choose(self._waiting[name], late)
            if found is None:
                hopeless.add((kind[1], late))
                continue
            self._give(self._unqueue(name), found)
            self._found.append(Assignment(name, found))
            if queue := self._queues.get(kind):
                heappush(heads, (kind[0], *queue[0], kind))
        self._settled = True

    def _choose(self, need: Need, late: bool) -> str | None:
        """The best person for it, if there is one. ``late``: it has waited for so long that it may be lent one."""
        about = subjects(need.intent, need.service)
        ranked = [(rank(person, need, about), own, person) for person, own in self._roster.values() if person.availability != OFFLINE]
        lent = 1 if late and not any(own for fits, own, _ in ranked if fits is not None) else 0
        best = None
        for fits, own, person in ranked:
            load, room = self.load(person.agent_id), max(own, lent)
            full = load >= room
            if person.availability != AVAILABLE or ((fits is None or full) and not need.safety):
                continue
            key = (fits is None, full, fits or 0, load * MICRO // max(room, 1), person.agent_id)
            best = key if best is None else min(best, key)
        return None if best is None else best[-1]

    def _give(self, need: Need, agent_id: str) -> None:
        self._taken[need.conversation_id] = (need, agent_id)
        self._load[agent_id] = self.load(agent_id) + 1

    def _let_go(self, agent_id: str) -> list[str]:
        names = [name for name, (_, who) in self._taken.items() if who == agent_id]
        for name in names:
            need = self.release(name)
            assert need is not None
            self._enqueue(need)
        return names

    def _enqueue(self, need: Need) -> None:
        self._waiting[need.conversation_id] = need
        insort(self._queues.setdefault(need.kind, []), (need.since, need.conversation_id))

    def _unqueue(self, name: str) -> Need:
        need = self._waiting.pop(name)
        queue = self._queues[need.kind]
        del queue[bisect_left(queue, (need.since, name))]
        if not queue:
            del self._queues[need.kind]
        return need


def _urgent(before: Need, after: Need) -> Need:
    """What is needed now, at the higher of both priorities, since the first."""
    priority = max(before.priority, after.priority, key=PRIORITIES.index)
    since = min(before.since, after.since)
    return Need(after.conversation_id, priority, since, after.intent, after.service, after.language, before.safety or after.safety)


def _listed(record: Person | Need | Assignment) -> list[Any]:
    return list(_VALUES[type(record)](record))


_VALUES = {kind: attrgetter(*(each.name for each in fields(kind))) for kind in (Person, Need, Assignment)}
