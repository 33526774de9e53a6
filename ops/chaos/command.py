"""``tripo chaos``: workers under faults on a broker of their own, judged by the independent auditor."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ops.broker import Broker, ServerError, free_port
from ops.chaos import report
from ops.chaos.producing import Request
from ops.chaos.run import Outcome, end_in_order, run


class Which(StrEnum):
    """The workloads."""

    PROBE = "probe"
    MATCHING = "matching"
    BOTH = "both"


QUICK = (300_000, 20)  # events, faults


def chaos(
    *,
    events: Annotated[int, typer.Option(min=1000, help="input records in all, over both workloads")] = 1_000_000,
    faults: Annotated[int, typer.Option(min=1, help="faults in all, at least; each class and named point comes at least once")] = 60,
    workload: Annotated[Which, typer.Option(help="which agent to run")] = Which.BOTH,
    workers: Annotated[int, typer.Option(min=2, max=4, help="workers of the agent")] = 3,
    seed: Annotated[int | None, typer.Option(min=0, help="of input, faults and corruptions; drawn and printed when not given")] = None,
    quick: Annotated[bool, typer.Option("--quick", help=f"the tier of `make test`: {QUICK[0]:,} events, {QUICK[1]} faults")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="keep the broker's and the workers' files, also when all went well")] = False,
    json: Annotated[bool, typer.Option("--json", help="end with one JSON object")] = False,
) -> None:
    """Break everything while records flow, and let an auditor that knows only Kafka judge. Exit code 1 on any violation."""
    if quick:
        events, faults = QUICK
    seed = random.SystemRandom().randrange(2**31) if seed is None else seed
    end_in_order()
    home = Path(tempfile.mkdtemp(prefix="tripo-chaos-"))
    print(f"seed {seed}; files in {home}", flush=True)
    outcomes: list[Outcome] = []
    try:
        outcomes = inflict(requests(workload, events, faults, workers, seed, quick=quick), home)
    except (RuntimeError, ServerError, TimeoutError) as error:
        print(f"chaos could not be carried through: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    report.show(outcomes, seed, json)
    passed = all(outcome.passed for outcome in outcomes)
    if passed and not keep:
        shutil.rmtree(home, ignore_errors=True)
    raise typer.Exit(0 if passed else 1)


def requests(workload: Which, events: int, faults: int, workers: int, seed: int, *, quick: bool) -> list[Request]:
    """One run for each workload; two share events and faults."""
    agents = ["probe", "matching"] if workload is Which.BOTH else [workload.value]
    share = len(agents)
    pause = (0.5, 2.0) if quick else (1.0, 4.0)
    return [Request(agent, events // share, -(-faults // share), workers, seed, shared=share > 1, pause_s=pause) for agent in agents]


def inflict(wanted: list[Request], home: Path) -> list[Outcome]:
    """Run one workload after the other on one broker."""
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - started:6.1f} s  {line}", flush=True)

    with Broker(home / "kafka", free_port()) as broker:
        return [run(request, broker, home / request.agent, say) for request in wanted]
