"""``tripo audit verify --chain``: walk whole journals, and hold to them everything that was written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import typer

from audit.index import Index
from audit.log import Log
from audit.walk import Task
from ops.audit import asked
from ops.audit.side_by_side import Report, side_by_side
from ops.listing import print_rows, say
from ops.worker import setup_logging


@dataclass(frozen=True)
class Job:
    """One task to be walked, for any process."""

    agent: str
    partition: int
    folder: Path

    def __call__(self, report: Report) -> dict[str, Any]:
        agent = asked.agent(self.agent)
        with Log() as log, Index(self.folder) as index:
            task = Task(agent, self.partition, log, known=index.head(self.agent, self.partition))
            low, high = log.reader.bounds(f"{self.agent}.journal", self.partition)
            shown = time.monotonic()
            for walked in task.walk():
                if time.monotonic() - shown > 0.2:
                    report(walked.link.offset - low, high - low)
                    shown = time.monotonic()
            if not task.faults and task.chain.head is not None:
                index.remember(self.agent, self.partition, task.chain.head)
        head = task.chain.head
        return {
            "agent": self.agent,
            "partition": self.partition,
            "sequences": [task.chain.first, None if head is None else head.sequence],
            "head": None if head is None else head.hash.hex(),
            "records": sum(one.checked for one in task.outputs.values()),
            "unchecked": sum(one.unchecked for one in task.outputs.values()),
            "faults": [fault.fields() | {"text": str(fault)} for fault in task.faults],
            "missing": task.missing(),
            "read": task.read,
        }


def chain(agents: list[str], partition: int | None, workers: int, as_json: bool) -> None:
    """Walk the journals of some agents. Leaves with exit code 1 when anything is wrong."""
    setup_logging("error")
    began = time.monotonic()
    with asked.readable():
        with Log() as log:
            folder = asked.folder(log)
        jobs = [(f"{name}[{p}]", partial(Job(name, p, folder).__call__)) for name in agents for p in asked.tasks(name, partition)]
        found = side_by_side(jobs, workers) if jobs else []
    faults = [fault for one in found for fault in one["faults"]]
    walked = [one for one in found if one["head"]]
    rows = [
        (
            f"{one['agent']}[{one['partition']}]",
            f"{one['sequences'][0]} to {one['sequences'][1]}",
            *(one["records"], len(one["faults"]), one["head"][:16]),
        )
        for one in walked
    ]
    print_rows("journals", ("task", "sequences", "records held to it", "faults", "head"), rows)
    for fault in faults[:100]:
        say(fault["text"])
    for one in found:
        if not one["head"] and not one["faults"]:
            one["missing"].append(f"{one['agent']}[{one['partition']}]: no record of the journal")
        for said in one["missing"]:
            say(f"missing: {said}")
    records = sum(one["records"] for one in found)
    journals = sum(one["sequences"][1] - (one["sequences"][0] or 0) + 1 for one in walked)
    verdict = f"FAULTS: {len(faults)}" if faults else "HOLDS" if journals else "NOTHING WAS WALKED"
    holds = bool(journals) and not faults
    seconds = time.monotonic() - began
    say(f"{verdict}. {journals} journal records of {', '.join(agents)} and {records} records that they name, in {seconds:.1f} s.")
    say(asked.read_from(one["read"] for one in found))
    if as_json:
        typer.echo(orjson.dumps({"holds": holds, "journal_records": journals, "records": records, "faults": faults, "tasks": found}))
    if not holds:
        raise typer.Exit(1)
