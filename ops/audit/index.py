"""``tripo audit index``: what makes ``verify`` and ``explain`` quick; of all agents or one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from audit.index import Index
from audit.indexing import index_task
from audit.log import Log, joined
from audit.replay import Replay
from audit.restoring import GoneError
from ops.audit import asked, options
from ops.audit.side_by_side import Report, side_by_side
from ops.listing import moment, print_rows, say
from ops.worker import setup_logging


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
            read = log.read()
        if self.states:
            replay = Replay(agent, self.partition, folder=self.folder)
            try:
                for _ in replay.run():
                    report(replay.done, replay.of)
            except GoneError as error:
                replay.found.missing.append(str(error))
            read = joined(read, replay.found.read)
        since, until = (None, None) if covered is None else (covered.since_ms, covered.until_ms)
        return {"task": f"{self.agent}[{self.partition}]", "from": since, "to": until, "read": read}


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
    say(", ".join(f"{count} decisions of {name}" for name, count in counts.items()) or "no decisions")
    say(asked.read_from(one["read"] for one in found))
    if as_json:
        typer.echo(orjson.dumps({"decisions": counts, "tasks": found}))
