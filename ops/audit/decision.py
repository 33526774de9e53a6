"""``tripo audit verify DECISION_ID``: was it really so? And ``tripo audit index``, which makes that quick."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from audit.index import Index, Place
from audit.indexing import index_task
from audit.log import Log
from audit.replay import Replay
from audit.restoring import GoneError
from audit.verify import Coordinates, Verified, find, verify
from ops.audit import asked, options
from ops.audit.side_by_side import Report, side_by_side
from ops.decoding import plain
from ops.listing import moment, print_rows
from ops.worker import setup_logging
from streams.agent import Agent


@contextmanager
def opened(decision_id: str) -> Iterator[tuple[Agent, Log, Index, Place]]:
    """A decision's agent and place. Leaves with a plain error where there is none."""
    with asked.readable():
        agent = asked.agent(Coordinates.of(decision_id).agent)
        with Log(little=True) as log, Index(asked.folder(log)) as index:
            yield agent, log, index, find(agent, decision_id, log, index)


def verify_decision(decision_id: str, as_json: bool) -> None:
    """Find a decision, check the chain around it, step it again. Leaves with exit code 1 when anything differs."""
    began = time.monotonic()
    with opened(decision_id) as (agent, log, index, place):
        found = verify(agent, place, log, index.folder)
    seconds = time.monotonic() - began
    answer = _answer(found, agent) | {"seconds": round(seconds, 3)}
    if as_json:
        typer.echo(orjson.dumps(plain(answer, None), default=repr))
    else:
        _show(found, answer)
    if not found.holds:
        raise typer.Exit(1)


def _answer(found: Verified, agent: Agent) -> dict[str, Any]:
    place, record, again = found.place, found.journal, found.replayed
    return {
        "decision_id": place.id,
        "holds": found.holds,
        "decision": {"topic": place.topic, "partition": place.partition, "offset": place.offset, "fields": found.decision},
        "input": found.input,
        "journal": {"sequence": record["sequence"], "offset": place.entry, "code_version": record["code_version"]},
        "running_code": agent.code_version,
        "other_code": record["code_version"] != agent.code_version,
        "chain_faults": [str(fault) for fault in found.faults],
        "stepped": {"began_at": again.began_at, "events": again.events, "before": again.warmed_events, "records": again.records},
        "different": [one.text() for one in again.differences] + [str(fault) for fault in again.faults],
        "missing": again.missing,
        "read": again.read,
        "took_s": found.seconds,
    }


def _show(found: Verified, answer: dict[str, Any]) -> None:
    place, again = found.place, found.replayed
    if answer["other_code"]:
        codes = f"{answer['journal']['code_version']} decided, {answer['running_code']} steps again"
        typer.echo(f"Stepped again under OTHER CODE: {codes}; differences may be the code's doing.")
    said = "HOLDS" if found.holds else "DIFFERS"
    typer.echo(f"{said}: {place.id}, {place.topic}[{place.partition}] offset {place.offset}")
    at = found.journal["steps"][-1]["now"] if found.journal["steps"] else None
    typer.echo(f"journal: sequence {place.sequence} of {place.agent}[{place.partition}], offset {place.entry}, stepped {moment(at)}; "
               f"{'its neighbours name each other rightly' if not found.faults else 'THE CHAIN IS BROKEN'}")  # fmt: skip
    typer.echo(f"stepped again from {again.began_at}, over {again.warmed_events} events before and {again.events} of its own: "
               f"{again.records} records compared, {again.different} differ")  # fmt: skip
    typer.echo(
        "input: " + ("deleted by retention" if found.input is None else "; ".join(f"{k} {plain(v)}" for k, v in found.input.items()))
    )
    for said in [*answer["chain_faults"], *answer["different"]]:
        typer.echo(said)
    for said in answer["missing"]:
        typer.echo(f"missing: {said}")
    typer.echo(asked.read_from([again.read]))
    typer.echo(f"in {answer['seconds']:.2f} s")


@dataclass(frozen=True)
class Job:
    """One task to be indexed, for any process."""

    agent: str
    partition: int
    folder: Path
    states: bool

    def __call__(self, report: Report) -> dict[str, Any]:
        agent = asked.agent(self.agent)
        with Log() as log, Index(self.folder) as index:
            low, high = log.reader.bounds(f"{self.agent}.journal", self.partition)
            for done in index_task(agent, self.partition, log, index):
                report(done, high - low)
            covered = index.covered(self.agent, self.partition)
        if self.states:
            replay = Replay(agent, self.partition, folder=self.folder)
            try:
                for _ in replay.run():
                    report(replay.done, replay.of)
            except GoneError as error:
                replay.found.missing.append(str(error))
        since, until = (None, None) if covered is None else (covered.since_ms, covered.until_ms)
        return {"task": f"{self.agent}[{self.partition}]", "from": since, "to": until}


def index(
    agent: options.AnyAgent = None,
    *,
    partition: options.Partition = None,
    states: Annotated[
        bool, typer.Option(help="step everything again, too, and keep states, so that one decision is verified at once")
    ] = True,
    workers: options.Workers = 2,
    as_json: options.AsJson = False,
) -> None:
    """Index what is new of the decisions, so that `verify` and `explain` find any of them at once."""
    setup_logging("error")
    with asked.readable():
        names = asked.with_journals() if agent is None else [agent]
        for name in names:
            asked.agent(name)
        with Log() as log:
            folder = asked.folder(log)
        jobs = [(f"{name}[{p}]", partial(Job(name, p, folder, states).__call__)) for name in names for p in asked.tasks(name, partition)]
        found = side_by_side(jobs, workers)
        with Index(folder) as opened_index:
            counts = opened_index.counts()
    rows = [(one["task"], moment(one["from"]), moment(one["to"])) for one in found if one["from"] is not None]
    print_rows("indexed", ("task", "from", "to"), rows)
    typer.echo(", ".join(f"{count} decisions of {name}" for name, count in counts.items()) or "no decisions")
    if as_json:
        typer.echo(orjson.dumps({"decisions": counts, "tasks": found}))
