"""``tripo tail TOPIC``: a topic's records, decoded, as they come."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from ops.decoding import UnreadableError, decode, plain, text
from ops.listing import moment
from ops.reading import LogError, Place, Reader, admin, ends, lows, partitions
from streams.contract import contract
from streams.message import Message

LAST = 10  # records shown without --follow and --limit


def tail(
    topic: Annotated[str, typer.Argument(help="a topic of topics.yaml, without namespace")],
    *,
    from_beginning: Annotated[bool, typer.Option("--from-beginning", help="from the first record, not from the end")] = False,
    partition: Annotated[int | None, typer.Option(help="only this partition", min=0)] = None,
    key: Annotated[str | None, typer.Option(help="only records with this key")] = None,
    limit: Annotated[int | None, typer.Option(help="stop after so many records", min=1)] = None,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="go on as records come, or stop at the present end")] = True,
    uncommitted: Annotated[bool, typer.Option("--uncommitted", help="also records of open and aborted transactions")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="bytes fields in full")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """Show records decoded, with coordinates and time. With --no-follow and without --from-beginning: the last 10, or --limit."""
    try:
        contract().topic(topic)
    except KeyError as e:
        typer.echo(e.args[0] + f"; the topics are: {', '.join(sorted(contract().topics))}", err=True)
        raise typer.Exit(2) from None
    shown = None if whole else 64
    try:
        records = _records(topic, partition, key, from_beginning=from_beginning, follow=follow, limit=limit, committed=not uncommitted)
        for message in islice(records, limit):
            _show(message, topic, shown, as_json)
    except LogError as e:
        typer.echo(str(e), err=True)
        raise typer.Exit(1) from None
    except (KeyboardInterrupt, BrokenPipeError):
        return


def _records(
    topic: str, partition: int | None, key: str | None, *, from_beginning: bool, follow: bool, limit: int | None, committed: bool
) -> Iterator[Message]:
    client = admin()
    found = partitions(client, topic)
    if partition is not None and partition not in found:
        raise LogError(f"{topic} has partitions 0 to {len(found) - 1}, not {partition}")
    places: list[Place] = [(topic, p) for p in found if partition in (None, p)]
    low, end = lows(client, places), ends(client, places, committed)
    with Reader(committed) as reader:
        if follow:
            records = reader.follow(low if from_beginning else end)
        elif from_beginning:
            records = reader.until(low, end)
        else:
            yield from _last(reader, low, end, limit or LAST, key)
            return
        yield from (message for message in records if _is(message, key))


def _last(reader: Reader, low: dict[Place, int], end: dict[Place, int], count: int, key: str | None) -> list[Message]:
    """The last records in order of time: read back further and further until enough are found."""
    back = count + 2
    while True:
        starts = {place: max(low[place], last - back) for place, last in end.items()}
        found = [message for message in reader.until(starts, end) if _is(message, key)]
        if len(found) >= count * len(end) or starts == low:
            return sorted(found, key=lambda m: (m.timestamp()[1], m.partition(), m.offset()))[-count:]
        back *= 8


def _is(message: Message, key: str | None) -> bool:
    return key is None or message.key() == key.encode()


def _show(message: Message, topic: str, shown: int | None, as_json: bool) -> None:
    record = _record(message, topic, shown)
    if as_json:
        typer.echo(orjson.dumps(record))
        return
    coordinates = f"{topic}/{message.partition()}/{message.offset()}"
    body = f"UNREADABLE {record['error']}: {record['raw']}" if "error" in record else orjson.dumps(record["value"]).decode()
    line = f"{moment(record['timestamp'])} {coordinates} {'-' if record['key'] is None else record['key']} {body}"
    console = Console()
    if not console.is_terminal:
        print(line, flush=True)
        return
    console.print(f"[dim]{moment(record['timestamp'])}[/] [cyan]{coordinates}[/] ", end="")
    style = "red" if "error" in record else ""
    console.print(f"{'-' if record['key'] is None else record['key']} {body}", markup=False, style=style, soft_wrap=True)


def _record(message: Message, topic: str, shown: int | None) -> dict[str, Any]:
    value = message.value()
    record: dict[str, Any] = {
        "topic": topic,
        "partition": message.partition(),
        "offset": message.offset(),
        "timestamp": message.timestamp()[1],
        "key": text(message.key()),
    }
    if headers := message.headers():
        record["headers"] = {name: text(held) for name, held in headers}
    if value is None:
        return record | {"value": None}
    try:
        read = decode(value)
    except UnreadableError as e:
        return record | {"error": str(e), "raw": plain(value, shown)}
    return record | {"schema": read.schema, "value": plain(read.fields, shown)}
