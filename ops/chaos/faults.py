"""Faults carried out: actions of the plan in, what was done to whom and when out (RELIABILITY §3, C1 to C5)."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from confluent_kafka import KafkaException

from ops.broker import Broker
from ops.chaos.fleet import Exit, Fleet
from ops.chaos.group import Group
from ops.chaos.plan import Action

POINT_S = 45.0  # an armed point must fire within
GO_S = 30.0  # a worker that is asked to leave must be gone within
ZOMBIE_S = 30.0  # a zombie must end itself within, once it runs again
SCALES = (1, 4, 2)
FENCED = (3, 4)  # exit codes of a worker that lost its partitions, or whose transaction was refused


@dataclass(slots=True)
class Fault:
    """One fault: its class, what, when (time.time()), the partitions it hit, its end; ``failed``: what should have happened."""

    group: str
    what: str
    at: float
    partitions: list[int] = field(default_factory=list)
    until: float | None = None
    failed: str = ""


class Saboteur:
    """Does to a fleet and its broker what the plan says."""

    def __init__(self, fleet: Fleet, broker: Broker, group: Group, session_s: float, rng: random.Random) -> None:
        self._fleet, self._broker, self._group = fleet, broker, group
        self._session_s, self._rng, self._size = session_s, rng, fleet.size
        self.faults: list[Fault] = []

    def do(self, action: Action) -> list[Fault]:
        """Carry out one action; the faults it came to."""
        before = len(self.faults)
        acts: dict[str, Callable[[], None]] = {
            "kill": lambda: self._kill(self._victim(), "at random"),
            "point": lambda: self._point(action.name.removeprefix("point "), action.passes),
            "roll": self._roll,
            "zombie": lambda: self._zombie(twin=False),
            "twin": lambda: self._zombie(twin=True),
            "scale": self._scale,
            "broker kill": lambda: self._break_broker(kill=True),
            "broker bounce": lambda: self._break_broker(kill=False),
        }
        acts[action.kind]()
        return self.faults[before:]

    def _victim(self) -> int:
        """A running worker, one that owns partitions where there is one."""
        deadline = time.monotonic() + GO_S
        while not (running := self._fleet.ordinals):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no worker of {self._fleet.agent} runs; see {self._fleet.logs}")
            time.sleep(0.05)
        owners = self._group.owners()
        return self._rng.choice([n for n in running if owners.get(n)] or running)

    def _note(self, group: str, what: str, partitions: list[int]) -> Fault:
        fault = Fault(group, what, time.time(), partitions)
        self.faults.append(fault)
        return fault

    def _kill(self, ordinal: int, what: str) -> None:
        owned = self._group.owned(ordinal)
        fault = self._note("C1", f"kill -9 {what}", owned)
        try:
            self._fleet.signal(ordinal, signal.SIGKILL)
        except ProcessLookupError:
            fault.what += " (it was already down)"

    def _point(self, point: str, passes: int) -> None:
        """Kill a worker, and let its next life end at a point of the cycle."""
        ordinal, since = self._victim(), len(self._fleet.exits)
        self._fleet.arm(ordinal, f"{point}@{passes}")
        self._kill(ordinal, "at random, the next life armed")
        killed = self._fleet.await_exit(lambda e: e.ordinal == ordinal, since, GO_S)
        fault = Fault("C1", f"kill -9 {point}", time.time())
        if killed is None:
            fault.failed = "the worker did not end"
        else:
            self._await_point(fault, ordinal, self._fleet.exits.index(killed) + 1, point)
        self.faults.append(fault)

    def _await_point(self, fault: Fault, ordinal: int, since: int, point: str) -> None:
        grown = False
        if point == "on-revoke":
            self._await_owner(ordinal)
            self._note("C4", "scale up, for a revocation", [])
            self._fleet.scale(self._fleet.size + 1)
            grown = True
        fired = self._fleet.await_exit(lambda e: e.ordinal == ordinal and e.code == -signal.SIGKILL, since, POINT_S)
        if fired is None:
            fault.failed = f"the point was not reached within {POINT_S:.0f} s"
            self._clear(ordinal)
        else:
            fault.at = fired.at
        if grown:
            self._fleet.scale(self._size)

    def _clear(self, ordinal: int) -> None:
        """Replace a worker that still carries a fault."""
        self._fleet.disarm(ordinal)
        try:
            self._fleet.signal(ordinal, signal.SIGKILL)
        except ProcessLookupError:
            return

    def _await_owner(self, ordinal: int) -> None:
        deadline = time.monotonic() + POINT_S
        while not (self._fleet.ready(ordinal) and self._group.owned(ordinal)) and time.monotonic() < deadline:
            time.sleep(0.1)

    def _settle(self) -> None:
        """Wait until every worker is up, owns partitions, keeps them, and commits: one stopped while it starts or rebalances has nothing to
        lose, and one whose commit never returns since the broker went away does not leave in order, but gives up in time."""
        deadline = time.monotonic() + POINT_S
        owned: list[list[int]] = []
        waiting: dict[tuple[str, int], int] = {}
        while time.monotonic() < deadline:
            before, owned = owned, self._owned()
            stood, waiting = waiting, self._waiting()
            ready = all(self._fleet.ready(ordinal) for ordinal in range(self._fleet.size))
            if ready and all(owned) and owned == before and not stood.items() & waiting.items():
                return
            time.sleep(1.0)

    def _owned(self) -> list[list[int]]:
        owners = self._group.owners()
        return [owners.get(ordinal, []) for ordinal in range(self._fleet.size)]

    def _waiting(self) -> dict[tuple[str, int], int]:
        try:
            return self._group.waiting()
        except KafkaException:  # who cannot be asked stands still
            return {("", 0): 0}

    def _roll(self) -> None:
        """SIGTERM to one worker after the other; each must leave in order, and is started again."""
        self._settle()
        fault = self._note("C2", "SIGTERM, one after the other", [])
        slowest = 0.0
        for ordinal in self._fleet.ordinals:
            self._await_owner(ordinal)
            since, asked = len(self._fleet.exits), time.time()
            self._fleet.signal(ordinal, signal.SIGTERM)
            gone = self._fleet.await_exit(_of(ordinal), since, GO_S)
            if gone is None or gone.code != 0:
                fault.failed = f"worker {ordinal} ended with {'nothing' if gone is None else gone.code} after SIGTERM"
                return
            slowest = max(slowest, gone.at - asked)
        fault.until = time.time()
        fault.what += f" (longest drain {slowest:.1f} s)"

    def _zombie(self, twin: bool) -> None:
        """SIGSTOP for longer than the session, then SIGCONT: the worker must find out and end itself."""
        self._settle()
        ordinal = self._victim()
        owned = self._group.owned(ordinal)
        since = len(self._fleet.exits)
        process = self._fleet.signal(ordinal, signal.SIGSTOP)
        fault = self._note("C3", "SIGSTOP" + (", a successor beside it" if twin else ""), owned)
        try:
            if twin:
                time.sleep(1.0)
                self._fleet.replace(ordinal)
            time.sleep(1.5 * self._session_s)
            if not twin:
                self._await_without(ordinal)
        finally:
            process.send_signal(signal.SIGCONT)
        fault.until = time.time()
        deadline = time.monotonic() + ZOMBIE_S
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if process.poll() is None:
            fault.failed = f"the zombie still runs {ZOMBIE_S:.0f} s after it was woken"
            process.kill()
        elif process.returncode not in FENCED:
            fault.failed = f"the zombie ended itself with code {process.returncode}, which does not say that it was fenced"
        else:
            fault.what += f" (ended by itself, code {process.returncode})"
        if not twin:
            self._fleet.await_exit(_of(ordinal), since, GO_S)

    def _await_without(self, ordinal: int) -> None:
        """Wait until the group has gone on without a stopped worker: one that was stopped while it joined is of the group for longer."""
        deadline = time.monotonic() + POINT_S
        while time.monotonic() < deadline:
            owners = self._group.owners()
            if ordinal not in owners and (owners or self._fleet.size == 1):
                return
            time.sleep(0.2)

    def _scale(self) -> None:
        """To one worker, at once to four, and to two while a killed one recovers."""
        for size in SCALES:
            if size == SCALES[-1]:
                self._kill(self._victim(), "while scaling down")
            self._note("C4", f"scale {self._fleet.size} → {size}", [])
            self._fleet.scale(size)
            time.sleep(self._rng.uniform(0.2, 5.0))
        self._fleet.scale(self._size)

    def _break_broker(self, kill: bool) -> None:
        fault = self._note("C5", "broker kill -9" if kill else "broker bounce", [])
        if kill:
            self._broker.kill()
            time.sleep(self._rng.uniform(0.5, 3.0))
        else:
            self._broker.stop()
        self._broker.start()
        fault.until = time.time()


def _of(ordinal: int) -> Callable[[Exit], bool]:
    return lambda e: e.ordinal == ordinal
