"""``tripo audit replay AGENT``: step journalled ranges again, and compare every byte with the topics."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from audit.faults import DamagedError
from audit.log import Log
from audit.replay import Replay
from audit.replayed import Replayed
from audit.restoring import GoneError
from ops.audit import asked, options
from ops.audit.side_by_side import Report, side_by_side
from ops.listing import moment, print_rows, say
from ops.summary import fail
from ops.worker import setup_logging

REPORT_EVERY_S = 0.2
TEN_TIMES = 10.0  # the rate that an agent is asked to sustain live: what is asked of a replay
ASKED = {"matching": 5000, "pricing": 2000, "growth": 2000, "support": 500}  # events a second that an agent is asked to sustain live


@dataclass(frozen=True)
class Job:
    """One partition to be replayed, for any process."""

    agent: str
    partition: int
    since_ms: int | None
    until_ms: int | None
    folder: Path
    resume: bool

    def __call__(self, report: Report) -> Replayed:
        replay = Replay(asked.agent(self.agent), self.partition, self.since_ms, self.until_ms, self.folder, self.resume)
        shown = time.monotonic()
        try:
            for _ in replay.run():
                if time.monotonic() - shown > REPORT_EVERY_S:
                    report(replay.done, replay.of)
                    shown = time.monotonic()
        except GoneError as error:
            replay.found.missing.append(str(error))
        except DamagedError as error:
            replay.found.faults.append(error.fault)
        return replay.found


def replay(
    agent: options.Agent,
    *,
    partition: options.Partition = None,
    since: options.Since = None,
    until: options.Until = None,
    workers: options.Workers = 2,
    fresh: Annotated[bool, typer.Option("--fresh", help="do not go on where a replay of the same range was cut off")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Step what was journalled again, and compare every decision byte for byte with the topic. Exits 1 on any difference."""
    setup_logging("error")
    since_ms, until_ms = asked.span(since, until)
    asked.agent(agent)
    began = time.monotonic()
    with asked.readable():
        tasks = asked.tasks(agent, partition)
        with Log() as log:
            folder = asked.folder(log)
            tasks = sorted(tasks, key=lambda p: -log.reader.bounds(f"{agent}.journal", p)[1])  # the longest first: they end together
        jobs = [(f"{agent}[{p}]", partial(Job(agent, p, since_ms, until_ms, folder, not fresh).__call__)) for p in tasks]
        try:
            found = sorted(side_by_side(jobs, workers), key=lambda one: one.partition)
        except KeyboardInterrupt:
            goes_on = "" if fresh else "; the same command goes on where it was (with --fresh, from the beginning)"
            fail(f"cut off{goes_on}", 130)
    figures = summary(found, time.monotonic() - began)
    show(agent, found, figures)
    if as_json:
        told = [one.fields_dict() | ({} if compared(one) or not one.holds else {"holds": None}) for one in found]
        typer.echo(orjson.dumps(figures | {"tasks": told}, default=repr))
    if not figures["holds"]:
        raise typer.Exit(1)


def compared(one: Replayed) -> bool:
    """Whether there was anything in the range."""
    return bool(one.events or one.records)


def summary(found: list[Replayed], seconds: float) -> dict[str, Any]:
    """Figures of all tasks together. ``times_recorded``: events a second, as a multiple of the rate at which they were stepped when live.

    ``times_asked``: likewise of the rate that the agent is asked to sustain live; None where none is. ``step_us``: processor time of the
    steps themselves, for an event: what live takes as well. ``cores_for_ten``: how many cores they alone keep busy at ten times that rate.
    """
    counted = ("decisions", "different", "only_versions", "records", "unseen", "events")
    figures: dict[str, Any] = {name: sum(getattr(one, name) for one in found) for name in counted}
    spans = [(one.first_now, one.last_now) for one in found if one.events]
    live_s = (max(last for _, last in spans) - min(first for first, _ in spans)) / 1000 if spans else 0.0
    figures |= {"journal_records": sum(sum(one.codes.values()) for one in found), "faults": sum(len(one.faults) for one in found)}
    figures["compared"] = any(compared(one) for one in found)
    figures |= {"seconds": round(seconds, 2), "events_per_s": round(figures["events"] / seconds), "live_s": round(live_s, 2)}
    figures["times_recorded"] = round(live_s / seconds, 1)
    asked_for = ASKED.get(found[0].agent) if found else None
    figures["times_asked"] = None if asked_for is None else round(figures["events_per_s"] / asked_for, 1)
    figures["step_us"] = round(1e6 * sum(one.step_s for one in found) / max(1, figures["events"]), 1)
    figures["cores_for_ten"] = None if asked_for is None else round(TEN_TIMES * asked_for * figures["step_us"] / 1e6, 1)
    figures |= {"code": sorted({one.running for one in found}), "journalled_by": sorted({code for one in found for code in one.codes})}
    figures["other_code"] = set(figures["journalled_by"]) - set(figures["code"]) != set()
    figures |= {
        "missing": [said for one in found for said in one.missing],
        "holds": figures["compared"] and all(one.holds for one in found),
    }
    return figures


def show(agent: str, found: list[Replayed], figures: dict[str, Any]) -> None:
    """What was read, compared and found, for people."""
    if figures["other_code"]:
        say(
            f"This is a replay under OTHER CODE: {', '.join(figures['journalled_by'])} decided, {', '.join(figures['code'])} steps again. "
            "What differs may be the code's doing; for a replay of what was decided, check out the code that decided."
        )
    for topic, said in {topic: said for one in found for topic, said in one.schemas.items()}.items():
        say(f"This is a replay under ANOTHER SCHEMA of {topic}: {said}; its bytes differ for that reason alone where no field does.")
    columns = ("task", "from", "to", "journal", "events", "decisions", "records", "different", "began at")
    rows = [
        (
            f"{one.agent}[{one.partition}]",
            moment(one.first_now or None),
            moment(one.last_now or None),
            f"{one.sequences[0]} to {one.sequences[1]}",
            *(one.events, one.decisions, one.records, one.different),
            one.began_at + (f", resumed at {one.resumed_at}" if one.resumed_at else ""),
        )
        for one in found
        if one.records or one.different
    ]
    print_rows(f"replay of {agent}", columns, rows)
    for one in found:
        for difference in one.differences[:20]:
            say(difference.text())
        for fault in one.faults[:20]:
            say(str(fault))
        for said in one.missing:
            say(f"missing: {said}")
    fields: dict[str, int] = {}
    for one in found:
        fields |= {name: fields.get(name, 0) + count for name, count in one.fields.items()}
    if fields:
        rows_of = sorted((count, name) for name, count in fields.items())
        print_rows("fields that differ", ("field", "records"), [(name, count) for count, name in reversed(rows_of)])
    verdict = "HOLDS: every byte is the same" if figures["holds"] else "NOTHING WAS COMPARED"
    if figures["different"] or figures["faults"]:
        verdict = f"DIFFERS: {figures['different']} records, {figures['faults']} faults"
    say(
        f"{verdict}. {figures['decisions']} decisions and {figures['records'] - figures['decisions']} other records of {figures['events']} "
        f"events in {figures['seconds']} s, {figures['events_per_s']} a second: {figures['times_recorded']} times as fast as they were "
        f"decided{_of_asked(agent, figures)}."
    )
    say(asked.read_from(one.read for one in found))
    if figures["unseen"]:
        say(f"{figures['unseen']} records are no longer in their topics (compaction, retention): they have the journal's digest.")


def _of_asked(agent: str, figures: dict[str, Any]) -> str:
    if figures["times_asked"] is None:
        return ""
    return (
        f", {figures['times_asked']} times the {ASKED[agent]} a second that are asked of it live (at {TEN_TIMES:.0f} times that the steps "
        f"alone keep {figures['cores_for_ten']} cores busy: {figures['step_us']:.0f} µs an event)"
    )
