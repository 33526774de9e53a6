"""Figures of a run → its summary: a table for people, one JSON object as the last line for programs; and plain errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import orjson
import typer

from ops.listing import print_rows


def fail(message: str, code: int = 1) -> NoReturn:
    """Say on stderr what is wrong and leave with that exit code."""
    typer.echo(f"tripo: {message}", err=True)
    raise typer.Exit(code)


def summarise(title: str, figures: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the figures by name, or as one JSON object if ``as_json``."""
    if as_json:
        typer.echo(orjson.dumps(dict(figures)).decode())
        return
    print_rows(title, ["figure", "value"], [(name.replace("_", " "), shown(value)) for name, value in figures.items()])


def shown(value: object) -> str | None:
    """A figure for people's eyes; None where there is none."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {shown(each)}" for name, each in value.items()) or None
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 1 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
