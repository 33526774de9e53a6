"""``tripo audit export``: decisions with their inputs and factors, as Parquet."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from audit.export import Exported, folder_of, same_columns
from audit.export import export as export_task
from audit.indexing import decision_topics
from audit.log import Log
from ops.audit import asked, options
from ops.audit.side_by_side import Report, side_by_side
from ops.listing import print_rows, say
from ops.summary import fail
from ops.worker import setup_logging


@dataclass(frozen=True)
class Job:
    """One task to be exported, for any process."""

    agent: str
    partition: int
    since_ms: int | None
    until_ms: int | None
    out: Path

    def __call__(self, report: Report) -> Exported:
        done = Exported()
        with Log() as log:
            for done in export_task(asked.agent(self.agent), self.partition, self.since_ms, self.until_ms, self.out, log):
                report(done.decisions, done.decisions)
        return done


def export(
    agent: options.AnyAgent = None,
    *,
    out: options.Folder = Path("decisions"),
    partition: options.Partition = None,
    since: options.Since = None,
    until: options.Until = None,
    workers: options.Workers = 2,
    replace: Annotated[bool, typer.Option("--replace", help="delete the files of an earlier export there")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Write decisions with their inputs and factors as Parquet: FOLDER/agent=…/topic=…/date=…/*.parquet, for polars or DuckDB."""
    setup_logging("error")
    since_ms, until_ms = asked.span(since, until)
    if out.exists() and not out.is_dir():
        fail(f"--out {out}: it is a file; give a folder", 2)
    began = time.monotonic()
    with asked.readable():
        names = asked.with_journals() if agent is None else [agent]
        for name in names:
            asked.agent(name)
        _make_room([folder_of(out, name, topic) for name in names for topic in decision_topics(asked.agent(name))], replace)
        jobs = [
            (f"{name}[{p}]", partial(Job(name, p, since_ms, until_ms, out).__call__))
            for name in names
            for p in asked.tasks(name, partition)
        ]
        found = side_by_side(jobs, workers)
    for name in names:
        for topic in decision_topics(asked.agent(name)):
            same_columns(folder_of(out, name, topic))
    figures: dict[str, Any] = {name: sum(getattr(one, name) for one in found) for name in ("decisions", "without_input", "unreadable")}
    figures |= {"files": sum(len(one.files) for one in found), "seconds": round(time.monotonic() - began, 2), "folder": str(out)}
    print_rows("exported", ("figure", "value"), [(name.replace("_", " "), value) for name, value in figures.items()])
    for said in dict.fromkeys(said for one in found for said in one.missing):
        say(f"missing: {said}")
    if not figures["decisions"]:
        say("there are no decisions in this range")
    say(asked.read_from(one.read for one in found))
    if as_json:
        typer.echo(orjson.dumps(figures | {"tasks": [asdict(one) for one in found]}))


def _make_room(folders: Sequence[Path], replace: bool) -> None:
    """An earlier export in the same folders would be read as part of this one: delete it where that is wanted, else say so and exit 2."""
    earlier = [path for folder in folders for path in folder.rglob("*.parquet")]
    if earlier and not replace:
        fail(f"{earlier[0]} is of an earlier export, and would be read as part of this one; give another --out, or --replace", 2)
    for path in earlier:
        path.unlink()
