"""``tripo fuzz``: a flood of records, a tenth of them broken in every way, on an agent's inputs; the auditor says what became of each."""

from __future__ import annotations

import json as json_module
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ops.broker import Broker, ServerError, free_port
from ops.chaos.auditor.judge import judge, workload
from ops.chaos.auditor.log import Findings
from ops.chaos.auditor.read import read
from ops.chaos.fleet import Exit
from ops.chaos.producing import Producing, Request
from ops.chaos.run import Say, end_in_order, environment, new_namespace, prepare, stop

WORKERS = 2
SOURCES = {"matching": "garbage", "support": "babble"}
RATES = {"matching": 4_000.0, "support": 300.0}
RECORDS = {"matching": 1_000_000, "support": 50_000}
PATIENCE_S = 900.0
LATE_DECISIONS_S = 10.0  # for orders whose patience the last records end


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What a fuzz run came to."""

    findings: Findings
    broken: dict[str, int]  # records sent, by way of breaking
    published: int
    exits: list[Exit]  # of workers, before they were asked to leave
    problems: list[str]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether no worker stopped, every bad record is in the dead letters, and every good request is decided."""
        return self.findings.clean and not self.exits and not self.problems

    def figures(self, seed: int) -> dict[str, Any]:
        """The last line's object."""
        found = self.findings
        return {
            "seed": seed,
            "records": found.figures["inputs"],
            "broken": sum(self.broken.values()),
            "broken_by_way": self.broken,
            "dead_letters": found.figures["dead letters"],
            "dead_letters_by_error": dict(sorted(found.letters.items())),
            "decided": found.figures["decisions"],
            "workers_stopped": len(self.exits),
            "lost": found.lost,
            "duplicated": found.duplicated,
            "broken_state": found.broken_state,
            "problems": self.problems,
            "violations": [str(v) for v in found.violations[:20]],
            "seconds": round(self.seconds, 1),
            "passed": self.passed,
        }


def inflict(records: int, seed: int, broker: Broker, home: Path, say: Say, agent: str = "matching") -> Fuzzed:
    """Send the records while workers run, wait until all are answered, and audit. Raises RuntimeError when it cannot be carried out."""
    started = time.monotonic()
    request = Request(agent, records, 0, WORKERS, seed, shared=False, source=SOURCES[agent])
    namespace = new_namespace()
    group, fleet = prepare(request, broker, namespace, home)
    producing = Producing(request, RATES[agent], environment(broker, namespace), home / "producer.log")
    problems: list[str] = []
    try:
        fleet.start(WORKERS)
        producing.finish(PATIENCE_S)
        say(f"{producing.published} records published")
        left = group.await_lag(0, PATIENCE_S)
        if left:
            problems.append(f"a lag of {left} records was left")
        group.await_quiet(LATE_DECISIONS_S)
        exits = list(fleet.exits)
        problems += stop(fleet)
    finally:
        producing.end()
        fleet.kill()
    findings = judge(read(broker.bootstrap, namespace, workload(agent)))
    if findings.figures["inputs"] != producing.published:
        problems.append(f"the producer published {producing.published} records, the inputs hold {findings.figures['inputs']}")
    return Fuzzed(findings, producing.figures["poison"], producing.published, exits, problems, time.monotonic() - started)


def fuzz(
    *,
    agent: Annotated[Literal["matching", "support"], typer.Option(help="whose inputs")] = "matching",
    records: Annotated[int | None, typer.Option(min=1000, help="input records; 1,000,000 of matching, 50,000 of support")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="of the records; drawn and printed when not given")] = None,
    json: Annotated[bool, typer.Option("--json", help="end with one JSON object")] = False,
) -> None:
    """Flood an agent with good and broken records; exit code 1 when a worker stops, or a record has not the answer it should have."""
    seed = random.SystemRandom().randrange(2**31) if seed is None else seed
    end_in_order()
    home = Path(tempfile.mkdtemp(prefix="tripo-fuzz-"))
    print(f"seed {seed}; files in {home}", flush=True)
    try:
        with Broker(home / "kafka", free_port()) as broker:
            wanted = records or RECORDS[agent]
            fuzzed = inflict(wanted, seed, broker, home / "run", lambda line: print(line, flush=True), agent)
    except (RuntimeError, ServerError, TimeoutError) as error:
        print(f"the fuzz run could not be carried through: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    show(fuzzed.figures(seed), json)
    if fuzzed.passed:
        shutil.rmtree(home, ignore_errors=True)
    raise typer.Exit(0 if fuzzed.passed else 1)


def show(figures: dict[str, Any], as_json: bool) -> None:
    """Print what was found."""
    for name in ("broken_by_way", "dead_letters_by_error"):
        print(f"{name.replace('_', ' ')}: {', '.join(f'{k} {v}' for k, v in figures[name].items())}")
    for line in (*figures["violations"], *figures["problems"]):
        print(f"wrong: {line}")
    for name in ("records", "broken", "dead_letters", "decided", "workers_stopped", "lost", "duplicated", "broken_state", "seconds"):
        print(f"{name.replace('_', ' ')}: {figures[name]}")
    print("passed" if figures["passed"] else "FAILED")
    if as_json:
        print(json_module.dumps(figures))
