"""What the fuzzes of agents share: rows of a topic in; a batch for an agent's step, at the topic's next offsets, out. And how they are
called, and how they end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Protocol, TypeVar

import numpy as np
import polars as pl
import typer
from rich.progress import Progress

from streams.avro_schema import polars_schema
from streams.batch import Batch
from streams.contract import contract

Row = dict[str, Any]
Events = Annotated[int, typer.Option(min=1, help="events of all kinds")]
Seed = Annotated[int, typer.Option(min=0, help="of all that is random")]
AsJson = Annotated[bool, typer.Option("--json", help="end with one JSON object")]


class Report(Protocol):
    """What came of a fuzz: how many events, and what was broken, in words."""

    events: int
    breaches: list[str]


R = TypeVar("R", bound=Report)


@cache
def schema_of(topic: str) -> pl.Schema:
    """The columns of a topic's frames."""
    return polars_schema(contract().schema(topic))


def batch_of(topic: str, rows: list[Row], offsets: Counter[str]) -> Batch:
    """The rows as they are read; ``offsets`` go on."""
    frame = pl.DataFrame(rows, schema=schema_of(topic), orient="row")
    start = offsets[topic]
    offsets[topic] += len(rows)
    return Batch(topic, 0, np.arange(start, start + len(rows), dtype=np.int64), frame)


def watched(fuzz: Callable[[int, int, Progress], R], events: int, seed: int, *, as_json: bool) -> R:
    """Fuzz with a progress bar, and print what was broken."""
    with Progress(disable=as_json) as progress:
        report = fuzz(events, seed, progress)
    for breach in report.breaches:
        typer.echo(breach)
    return report


def end(report: Report, figures: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the JSON object that was asked for, with these figures; exit 1 where something is broken."""
    if as_json:
        own = {"passed": not report.breaches, "events": report.events, "breaches": report.breaches}
        typer.echo(json.dumps(own | dict(figures)))
    if report.breaches:
        raise typer.Exit(1)
