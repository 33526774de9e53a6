"""``tripo dead ls | show | replay``: records that could not be read or decided, and their way back."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn

import orjson
import typer
from confluent_kafka.admin import AdminClient
from rich.console import Console
from rich.progress import Progress as Bar

from ops.dead_letters import Choice, Letter, chosen, letters, one, spans
from ops.dead_replay import Older, Progress, Redriven, plan, redrive
from ops.decoding import decode_somehow, plain, text
from ops.listing import moment, print_rows
from ops.reading import LogError, MissingTopicError, admin

app = typer.Typer(help="Dead letters: records that could not be read or decided.", no_args_is_help=True)
UNITS_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
Json = Annotated[bool, typer.Option("--json", help="one JSON object")]


@dataclass(slots=True)
class Class:
    """The letters of one agent and error class, their latest, and how many wait for a re-drive."""

    count: int
    latest: Letter
    waiting: int


@app.command("ls")
def ls(
    agent: Annotated[str | None, typer.Argument(help="only this agent's")] = None,
    *,
    error: Annotated[str | None, typer.Option(help="only of this class")] = None,
    since: Annotated[str | None, typer.Option(help="only newer: 90s, 15m, 2h, 7d, or a time like 2026-11-21T09:00Z")] = None,
    as_json: Json = False,
) -> None:
    """Count dead letters by agent and error class, and show the latest of each."""
    try:
        since_ms = None if since is None else time_ms(since)
        names = chosen(agent)
    except (KeyError, ValueError) as e:
        _fail(str(e.args[0]), 2)
    classes: dict[tuple[str, str], Class] = {}
    try:
        client = admin()
        for name in names:
            try:
                _count(client, name, error, since_ms, classes)
            except MissingTopicError:
                if agent is not None:
                    raise
    except LogError as e:
        _fail(str(e), 1)
    _show_classes(classes, as_json)


def _count(client: AdminClient, agent: str, error: str | None, since_ms: int | None, into: dict[tuple[str, str], Class]) -> None:
    starts, end = spans(client, agent, since_ms)
    progress, now = Progress(client, list(end)), time.time_ns() // 1_000_000
    for found in letters(agent, starts, end):
        if error not in (None, found.error):
            continue
        entry = into.setdefault((agent, found.error), Class(0, found, 0))
        entry.count += 1
        entry.waiting += progress.state(found, now) != "done"
        if found.fields["at"] >= entry.latest.fields["at"]:
            entry.latest = found


def _show_classes(classes: dict[tuple[str, str], Class], as_json: bool) -> None:
    ordered = sorted(classes.items(), key=lambda item: (item[0][0], -item[1].count))
    if as_json:
        shown = [
            {"agent": a, "error": e, "count": c.count, "waiting": c.waiting, "latest": c.latest.coordinates, "at": c.latest.fields["at"]}
            | {"source": c.latest.source, "message": c.latest.fields["message"]}
            for (a, e), c in ordered
        ]
        typer.echo(orjson.dumps({"total": sum(c.count for c in classes.values()), "classes": shown}))
        return
    columns = ("agent", "error", "count", "not re-driven", "latest", "at", "message")
    latest = [(c.latest.coordinates, moment(c.latest.fields["at"]), c.latest.fields["message"]) for _, c in ordered]
    print_rows("dead letters", columns, [(*of, c.count, c.waiting, *last) for (of, c), last in zip(ordered, latest, strict=True)])


@app.command("show")
def show(
    agent: Annotated[str, typer.Argument(help="whose")],
    partition: Annotated[int, typer.Argument(help="of the dead letter", min=0)],
    offset: Annotated[int, typer.Argument(help="of the dead letter", min=0)],
    as_json: Json = False,
) -> None:
    """Show one dead letter: its reason, its record's key, headers and bytes, and what they say if any schema reads them."""
    try:
        chosen(agent)
        found = one(admin(), agent, partition, offset)
    except KeyError as e:
        _fail(str(e.args[0]), 2)
    except LogError as e:
        _fail(str(e), 1)
    shown = _details(found)
    if as_json:
        typer.echo(orjson.dumps(shown))
        return
    console = Console()
    for name, value in shown.items():
        said = moment(value) if name in ("at", "timestamp") else value
        said = orjson.dumps(said).decode() if isinstance(said, (dict, list)) else "-" if said is None else str(said)
        if console.is_terminal:
            console.print(f"[bold]{name:>13}[/]  ", end="")
            console.print(said, markup=False, soft_wrap=True)
        else:
            typer.echo(f"{name}\t{said}")


def _details(found: Letter) -> dict[str, Any]:
    fields, value = found.fields, found.fields["value"]
    read = None if value is None else decode_somehow(value, fields["topic"])
    return {
        "letter": found.coordinates,
        "source": found.source,
        "agent": fields["agent"],
        "error": found.error,
        "message": fields["message"],
        "at": fields["at"],
        "timestamp": fields["timestamp"],
        "key": text(fields["key"]),
        "headers": {header["key"]: text(header["value"]) for header in fields["headers"]},
        "bytes": None if value is None else len(value),
        "value": None if value is None else value.hex(),
        "schema": None if read is None else read.schema + (f" ({read.note})" if read.note else ""),
        "decoded": None if read is None else plain(read.fields),
    }


@app.command("replay")
def replay(
    agent: Annotated[str, typer.Argument(help="whose")],
    *,
    error: Annotated[str | None, typer.Option(help="only letters of this class")] = None,
    again: Annotated[bool, typer.Option("--again", help="letters that came back after a re-drive, which are left alone otherwise")] = False,
    older: Annotated[Older, typer.Option(help="letters too old to tell whether they were re-driven")] = "ask",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be written")] = False,
    as_json: Json = False,
) -> None:
    """Write dead letters' records to their topics again, each once: a second re-drive adds nothing."""
    try:
        chosen(agent)
    except KeyError as e:
        _fail(str(e.args[0]), 2)
    choice = Choice(agent, error, again)
    try:
        done = plan(admin(), choice, older)[1] if dry_run else _redrive(choice, older)
    except LogError as e:
        _fail(str(e), 1)
    _show_redriven(done, agent, dry_run, as_json)


def _redrive(choice: Choice, older: Older) -> Redriven:
    with Bar(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("re-driving", total=None)
        return redrive(admin(), choice, older, lambda count, of: bar.update(task, completed=count, total=of))


def _show_redriven(done: Redriven, agent: str, dry_run: bool, as_json: bool) -> None:
    total = done.taken.total()
    if as_json:
        figures = {"agent": agent, "replayed": total, "by_error": dict(done.taken), "without_source": done.homeless, "left": done.left}
        typer.echo(orjson.dumps(figures | {"dry_run": dry_run}))
        return
    print_rows("would be re-driven" if dry_run else "re-driven", ("error", "records"), Counter(done.taken).most_common())
    typer.echo(f"{total} records of {agent} {'would be' if dry_run else 'were'} written to their topics again")
    for count, what in ((done.homeless, "letters name no topic of the contract"), (done.left, "letters were too old to tell, and left")):
        if count:
            typer.echo(f"{count} {what}", err=True)


def time_ms(said: str) -> int:
    """A span before now (90s, 15m, 2h, 7d) or an ISO time, as ms since the epoch. Raises ValueError saying what is understood."""
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", said):
        return time.time_ns() // 1_000_000 - int(float(found[1]) * UNITS_MS[found[2]])
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise ValueError(f"{said!r} is neither a span like 90s, 15m, 2h, 7d nor a time like 2026-11-21T09:00Z") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
