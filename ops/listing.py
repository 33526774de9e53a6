"""Rows of text → a rich table on a terminal, tab-separated lines elsewhere, for `cut`, `awk` and tests to read. A bar for long work."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")

beside = False  # tables and lines for people go to stderr, since a program reads stdout


def say(line: str) -> None:
    """Print a line for people."""
    print(line, file=sys.stderr if beside else sys.stdout, flush=True)


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their columns' names."""
    file = sys.stderr if beside else sys.stdout
    if not file.isatty():
        print(*columns, sep="\t", file=file)
        for row in rows:
            print(*("-" if cell is None else str(cell).replace("\t", " ").replace("\n", " ") for cell in row), sep="\t", file=file)
        return
    from rich.console import Console  # here and below: only where there is a terminal
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", header_style="bold")
    for i, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=i == 0)
    for row in rows:
        table.add_row(*(Text("-", style="dim") if cell is None else Text(str(cell)) for cell in row))
    Console(file=file).print(table)


def moment(ms: int | None) -> str | None:
    """A time in ms since the epoch as UTC text, to the millisecond."""
    if ms is None or not -62_000_000_000_000 < ms < 253_000_000_000_000:
        return None if ms is None else f"{ms} ms"
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def progress(items: Sequence[T], what: str) -> Iterable[T]:
    """The items, with a bar that goes with them: for people, so not where the errors go to no terminal."""
    if not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, what, transient=True, console=Console(stderr=True))
