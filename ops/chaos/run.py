"""One workload's run: broker and topics in; input, faults, drain, clean stop and audit in this order; an outcome out."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
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
from ops.chaos.fleet import ROOT, Fleet, dies_with_us
from ops.chaos.group import Group, patiently
from ops.chaos.producing import Producing, Request

Say = Callable[[str], None]
PROOF = {
    "probe": (4_000, 800.0),
    "matching": (7_000, 600.0),
}  # records, and records a second, of the small run on which the auditor proves itself
UNFIT = {
    1,
    2,
    5,
    7,
    8,
}  # exit codes that no fault excuses: an unknown error, dead-letter share, offsets or recovery that do not fit the log
PROOF_OFFSETS = 40  # of that run's busiest task, in the journal and in the decisions, transactions' markers included
SESSION_MS = 6_000
STOP_S = 40.0
START_S = 60.0


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
        fleet.await_ready(START_S)
        lag = _feed(request, broker, namespace, home, group)
        problems = stop(fleet)
    finally:
        fleet.kill()
    if lag:
        problems.append(f"a lag of {lag} records was left")
    return read(broker.bootstrap, namespace, workload(request.agent)), problems


def _feed(request: Request, broker: Broker, namespace: str, home: Path, group: Group) -> int:
    """Publish at a pace, and for so long, that some task has enough of transactions and decisions; the lag that is left."""
    producing = Producing(request, PROOF[request.agent][1], environment(broker, namespace), home / "producer.log")
    try:
        producing.await_published(request.events, START_S)
        patiently(group.busiest, lambda end: end >= PROOF_OFFSETS, START_S)
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
        if not fleet.await_ready(START_S):
            problems.append(f"not all workers were ready {START_S:.0f} s after the last fault; see {fleet.logs}")
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
    recovered = recoveries(log, faults)
    exits = dict(sorted(Counter(one.code for one in fleet.exits).items()))
    seconds = time.monotonic() - started
    return Outcome(request.agent, findings, faults, trials, problems, recovered, seconds, produced, exits, restepped)


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
    command = [*dies_with_us(), sys.executable, "-m", "ops.chaos.restep", request.agent, str(request.partitions)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if not lines or not lines[-1].startswith("{"):
        return {"mismatches": [f"stepping again failed: {done.stderr[-2000:]}"]}
    figures: dict[str, Any] = json.loads(lines[-1])
    return figures


def stop(fleet: Fleet) -> list[str]:
    """Ask all workers to leave; each must end with code 0."""
    return [f"worker {e.ordinal} ended with code {e.code} at the clean stop" for e in fleet.stop(STOP_S) if e.code != 0]


def end_in_order() -> None:
    """On SIGTERM, end as on Ctrl-C: workers, producer and broker with us."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


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
