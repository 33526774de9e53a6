"""One workload's run: broker and topics in; input, faults, drain, clean stop and audit in this order; an outcome out."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.broker import Broker
from ops.chaos import plan
from ops.chaos.auditor.judge import judge, workload
from ops.chaos.auditor.log import Findings, Log
from ops.chaos.auditor.read import read
from ops.chaos.auditor.seeded import Trial, self_test
from ops.chaos.faults import Fault, Saboteur
from ops.chaos.fleet import ROOT, Fleet
from ops.chaos.group import Group, patiently

Say = Callable[[str], None]
PROOF = {
    "probe": (4_000, 1_000.0),
    "matching": (7_000, 600.0),
}  # records, and records a second, of the small run on which the auditor proves itself
UNFIT = {
    1,
    2,
    5,
    7,
    8,
}  # exit codes that no fault excuses: an unknown error, dead-letter share, offsets or recovery that do not fit the log
SESSION_MS = 6_000
STOP_S = 40.0
START_S = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a run."""

    agent: str
    events: int
    faults: int
    workers: int
    seed: int
    shared: bool  # another workload shares the round of faults
    pause_s: tuple[float, float] = (2.0, 6.0)
    partitions: int = 8
    drain_s: float = 180.0
    source: str = ""  # of the input; the agent's own where it is not given


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    agent: str
    findings: Findings
    faults: list[Fault]
    trials: list[Trial]
    problems: list[str]  # what should not have happened besides violations
    recoveries: dict[str, list[float]]  # by fault class: seconds from a fault to the next commit of a partition it hit
    seconds: float
    produced: dict[str, Any] = field(default_factory=dict)
    exits: dict[int, int] = field(default_factory=dict)  # workers' exit codes and how often
    restepped: dict[str, Any] = field(default_factory=dict)  # see ops.chaos.restep

    @property
    def passed(self) -> bool:
        """Whether nothing at all was wrong."""
        return self.findings.clean and not self.problems and bool(self.trials) and all(t.caught for t in self.trials)


class Producing:
    """The producer process, its pace, and what it says."""

    def __init__(self, request: Request, rate: float, environment: Mapping[str, str], log: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "ops.chaos.produce",
            request.source or request.agent,
            "--events",
            str(request.events),
            "--rate",
            f"{rate:.0f}",
        ]
        command += ["--seed", str(request.seed)]
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env={**os.environ, **environment},
                text=True,
            )
        self.published = 0
        self.figures: dict[str, Any] = {}
        self._log = log
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("published "):
                self.published = int(line.split()[1])
            elif line.startswith("{"):
                self.figures = json.loads(line)
                self.published = self.figures["published"]

    def pace(self, rate: float) -> None:
        """Publish that many records a second from now on."""
        self._tell(f"rate {rate:.0f}")

    def await_published(self, records: int, patience_s: float) -> None:
        """Wait until that many were published at the pace. Raises RuntimeError when they are not in time."""
        deadline = time.monotonic() + patience_s
        while self.published < records:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the producer came to {self.published} of {records} records; see {self._log}")
            time.sleep(0.1)

    def finish(self, patience_s: float) -> None:
        """Publish what is missing. Raises RuntimeError when it does not end well in time."""
        self._tell("finish")
        try:
            code = self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.end()
            raise RuntimeError(
                f"the producer did not finish within {patience_s:.0f} s, at {self.published} records; see {self._log}"
            ) from None
        self._reader.join(5)
        if code:
            raise RuntimeError(f"the producer ended with code {code}; see {self._log}")

    def end(self) -> None:
        """Kill it if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise RuntimeError(f"the producer has ended; see {self._log}") from None


def environment(broker: Broker, namespace: str) -> dict[str, str]:
    """What workers and producers are started with."""
    return {
        "TRIPO_BROKERS": broker.bootstrap,
        "TRIPO_NAMESPACE": namespace,
        "TRIPO_SESSION_TIMEOUT_MS": str(SESSION_MS),
        "TRIPO_SNAPSHOT_INTERVAL_S": "4",
        "PYTHONPATH": str(ROOT),
    }


def prove(request: Request, broker: Broker, home: Path, say: Say) -> list[Trial]:
    """The auditor's self-test, on a small real run without faults. Raises RuntimeError when that run itself is not clean."""
    small = Request(request.agent, PROOF[request.agent][0], 0, 1, request.seed, shared=True)
    log, problems = _small_run(small, broker, home)
    found = judge(log)
    if problems or not found.clean:
        raise RuntimeError(f"a run without faults is not clean: {[*problems, *map(str, found.violations)][:5]}; logs in {home}")
    trials = self_test(log, request.seed)
    say(f"auditor self-test ({request.agent}): {sum(t.caught for t in trials)} of {len(trials)} corruptions caught")
    return trials


def _small_run(request: Request, broker: Broker, home: Path) -> tuple[Log, list[str]]:
    namespace = new_namespace()
    group, fleet = prepare(request, broker, namespace, home / "proof")
    try:
        fleet.start(request.workers)
        patiently(lambda: len(group.owned(0)), lambda owned: owned == request.partitions, START_S)
        lag = _feed(request, broker, namespace, home, group)
        problems = stop(fleet)
    finally:
        fleet.kill()
    if lag:
        problems.append(f"a lag of {lag} records was left")
    return read(broker.bootstrap, namespace, workload(request.agent)), problems


def _feed(request: Request, broker: Broker, namespace: str, home: Path, group: Group) -> int:
    """Publish at a pace that gives every task several transactions; the lag that is left."""
    producing = Producing(request, PROOF[request.agent][1], environment(broker, namespace), home / "producer.log")
    try:
        producing.await_published(request.events, START_S)
        producing.finish(START_S)
    finally:
        producing.end()
    return group.await_lag(0, START_S)


def run(request: Request, broker: Broker, home: Path, say: Say) -> Outcome:
    """The whole run. Raises RuntimeError when it cannot be carried out."""
    started = time.monotonic()
    trials = prove(request, broker, home, say)
    namespace = new_namespace()
    actions = plan.draw(request.faults, request.seed, request.agent, request.shared, request.pause_s)
    rate = request.events / max(10.0, plan.seconds(actions))
    group, fleet = prepare(request, broker, namespace, home)
    producing = Producing(request, rate, environment(broker, namespace), home / "producer.log")
    problems: list[str] = []
    try:
        fleet.start(request.workers)
        lag = group.await_lag(int(5 * rate) + 2000, START_S)
        if lag < 0:
            raise RuntimeError(f"nothing was committed within {START_S:.0f} s; see {fleet.logs}")
        faults = _break(request, actions, fleet, broker, group, producing, say)
        producing.finish(request.drain_s)
        left = group.await_lag(0, request.drain_s)
        if left:
            problems.append(f"a lag of {left} records was left {request.drain_s:.0f} s after the last fault")
        say(f"{request.agent}: drained, {producing.published} records published")
        problems += stop(fleet)
    finally:
        producing.end()
        fleet.kill()
    problems += [f"{f.group} {f.what}: {f.failed}" for f in faults if f.failed]
    problems += [f"worker {e.ordinal} ended with code {e.code}; see {fleet.log(e.ordinal)}" for e in fleet.exits if e.code in UNFIT]
    return _audit(request, broker, namespace, fleet, faults, problems, trials, producing.figures, started, say)


def _audit(
    request: Request, broker: Broker, namespace: str, fleet: Fleet, faults: list[Fault], problems: list[str], trials: list[Trial],
    produced: dict[str, Any], started: float, say: Say,
) -> Outcome:  # fmt: skip
    log = read(broker.bootstrap, namespace, workload(request.agent))
    findings = judge(log)
    say(f"{request.agent}: audited, {findings.kinds.total()} violations")
    if findings.clean:
        trials = trials + self_test(log, request.seed + 1)
    if findings.figures["inputs"] != produced.get("published"):
        problems.append(f"the producer published {produced.get('published')} records, the inputs hold {findings.figures['inputs']}")
    restepped = restep(request, environment(broker, namespace))
    problems += restepped.get("mismatches", [])
    say(f"{request.agent}: stepped again from the start, {restepped.get('snapshots', 0)} snapshots compared")
    codes: dict[int, int] = {}
    for one in fleet.exits:
        codes[one.code] = codes.get(one.code, 0) + 1
    return Outcome(
        request.agent,
        findings,
        faults,
        trials,
        problems,
        recoveries(log, faults),
        time.monotonic() - started,
        produced,
        dict(sorted(codes.items())),
    )


def _break(
    request: Request, actions: list[plan.Action], fleet: Fleet, broker: Broker, group: Group, producing: Producing, say: Say
) -> list[Fault]:
    """Carry out the plan while records flow; the producer's pace is kept such that they last as long as the faults do."""
    saboteur = Saboteur(fleet, broker, group, SESSION_MS / 1000, random.Random(request.seed))
    for i, action in enumerate(actions):
        for fault in saboteur.do(action):
            say(f"{request.agent}: {fault.group} {fault.what}{' FAILED: ' + fault.failed if fault.failed else ''}")
        left = plan.seconds(actions[i + 1 :])
        producing.pace(max(200.0, (request.events - producing.published) / max(5.0, left)))
        time.sleep(action.pause_s)
    return saboteur.faults


def prepare(request: Request, broker: Broker, namespace: str, home: Path) -> tuple[Group, Fleet]:
    """Topics made, workers not started yet."""
    home.mkdir(parents=True, exist_ok=True)
    group = Group(broker.bootstrap, namespace, request.agent, workload(request.agent).inputs)
    group.create_topics(request.partitions)
    return group, Fleet(request.agent, environment(broker, namespace), home / "workers")


def restep(request: Request, given: Mapping[str, str]) -> dict[str, Any]:
    """Step the journal again from the start, in a process of its own: its figures, or what kept it from them as a mismatch."""
    command = [sys.executable, "-m", "ops.chaos.restep", request.agent, str(request.partitions)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if not lines or not lines[-1].startswith("{"):
        return {"mismatches": [f"stepping again failed: {done.stderr[-2000:]}"]}
    figures: dict[str, Any] = json.loads(lines[-1])
    return figures


def stop(fleet: Fleet) -> list[str]:
    """Ask all workers to leave; each must end with code 0."""
    return [f"worker {e.ordinal} ended with code {e.code} at the clean stop" for e in fleet.stop(STOP_S) if e.code != 0]


def new_namespace() -> str:
    """A prefix of one run alone."""
    return f"chaos-{uuid.uuid4().hex[:6]}."


def recoveries(log: Log, faults: list[Fault]) -> dict[str, list[float]]:
    """By class: seconds from each fault to the next journal record of each partition it hit (every partition where the broker was hit)."""
    written = {p: [r.timestamp / 1000 for r in log.at(log.workload.journal, p).records] for p in log.tasks()}
    found: dict[str, list[float]] = {}
    for fault in faults:
        hit = log.tasks() if fault.group == "C5" else fault.partitions
        for partition in hit:
            later = [at for at in written[partition] if at > fault.at]
            if later:
                found.setdefault(fault.group, []).append(min(later) - fault.at)
    return found
