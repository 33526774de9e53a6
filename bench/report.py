"""How benches speak: a table for people, plain lines where stdout is no terminal, one JSON object as the last line for programs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table


class Steps:
    """Progress of a bench on stderr: a bar for each step on a terminal, one line for each step elsewhere."""

    def __init__(self, bars: Progress | None) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, what: str, total: float) -> None:
        """Begins a step of ``total`` units; the step before is done."""
        if self._bars is None:
            print(what, file=sys.stderr, flush=True)
            return
        if self._task is not None:
            self._bars.update(self._task, completed=self._bars.tasks[self._task].total)
        self._task = self._bars.add_task(what, total=total)

    def at(self, done: float) -> None:
        """So many units of the step are done."""
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=done)


@contextmanager
def steps() -> Iterator[Steps]:
    """Shows progress while it is open."""
    if not sys.stderr.isatty():
        yield Steps(None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield Steps(bars)


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table."""
    if not sys.stdout.isatty():
        print(title)
        for row in rows:
            print("  " + "  ".join(f"{name}={cell}" for name, cell in zip(columns, row, strict=True) if cell))
        return
    table = Table(title=title, title_justify="left")
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def end(figures: dict[str, Any], failures: Sequence[str], as_json: bool) -> NoReturn:
    """Says whether it passed and why not, prints the figures when asked, and leaves with code 0 or 1."""
    for failure in failures:
        print(f"FELL SHORT: {failure}")
    if not failures:
        print("passed")
    if as_json:
        print(json.dumps({**_finite(figures), "failures": list(failures), "passed": not failures}))
    raise typer.Exit(1 if failures else 0)


def broken(error: Exception, as_json: bool) -> NoReturn:
    """Says why the bench could not be run, and leaves with code 1."""
    print(f"error: {error}", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": str(error), "passed": False}))
    raise typer.Exit(1)


def _finite(value: Any) -> Any:
    """JSON has no nan: such figures become null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
