"""``tripo audit flips AGENT``: flip single bits of a copy of the log, and see that each is found. Measures `verify --chain`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import orjson
import typer

from audit.flips import LONGEST, Flips, flip, pieces
from audit.log import Log, joined
from ops.audit import asked, options
from ops.audit.side_by_side import Report, side_by_side
from ops.listing import print_rows, say
from ops.summary import fail
from ops.worker import setup_logging


@dataclass(frozen=True)
class Job:
    """One task whose log is damaged, for any process."""

    agent: str
    partition: int
    count: int
    seed: int

    def __call__(self, report: Report) -> Flips:
        agent, done = asked.agent(self.agent), Flips()
        with Log() as log:
            taken = [piece for piece, _ in zip(pieces(agent, self.partition, log), range(LONGEST), strict=False)]
            read = log.read()
        if len(taken) > 1:
            for done in flip(agent, self.partition, taken, self.count, self.seed):
                report(done.flips, self.count)
        done.read = read
        return done


def flips(
    agent: options.Agent,
    *,
    count: Annotated[int, typer.Option(min=1, help="bits to flip, one at a time, shared among the partitions")] = 10_000,
    partition: options.Partition = None,
    seed: Annotated[int, typer.Option(help="of the sample")] = 7,
    workers: options.Workers = 2,
    as_json: options.AsJson = False,
) -> None:
    """Flip single bits in copies of what was written, and walk the chain over each. Exits 1 when one is not found."""
    setup_logging("error")
    asked.agent(agent)
    began = time.monotonic()
    with asked.readable():
        tasks = asked.tasks(agent, partition)
        with Log() as log:
            written = [p for p in tasks if log.reader.bounds(f"{agent}.journal", p)[1] > 2]
        if not written:
            fail(f"{agent} has journalled next to nothing: there is nothing to damage", 1)
        share = -(-count // len(written))
        counts = [min(share, count - share * i) for i in range(len(written)) if count > share * i]
        jobs = [(f"{agent}[{p}]", partial(Job(agent, p, some, seed + p).__call__)) for p, some in zip(written, counts, strict=False)]
        found = side_by_side(jobs, workers)
    figures = {name: sum(getattr(one, name) for one in found) for name in ("flips", "found", "named", "among")}
    figures["seconds"] = round(time.monotonic() - began, 1)
    print_rows("single bits flipped", ("figure", "value"), list(figures.items()))
    missed = [said for one in found for said in one.missed or ()]
    for said in missed[:20]:
        say(f"NOT FOUND: {said}")
    say(asked.read_from(one.read for one in found))
    if as_json:
        typer.echo(orjson.dumps(figures | {"missed": missed, "read": joined(*(one.read for one in found))}))
    if missed or not figures["flips"]:
        raise typer.Exit(1)
