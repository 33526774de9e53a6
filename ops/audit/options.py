"""The options that several audit commands share, as typer's annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Agent = Annotated[str, typer.Argument(help="the agent")]
AnyAgent = Annotated[str | None, typer.Argument(help="an agent; all, unless given")]
Partition = Annotated[int | None, typer.Option(help="one partition; all, unless given")]
Since = Annotated[str | None, typer.Option("--from", help="2026-11-21T21:00 (UTC), ms, or how long ago: 30m, 2h")]
Until = Annotated[str | None, typer.Option("--to", help="likewise; the range ends before it")]
Workers = Annotated[int, typer.Option(min=1, help="processes, each for some of the partitions")]
AsJson = Annotated[bool, typer.Option("--json", help="end with one JSON object")]
Folder = Annotated[Path, typer.Option(help="the folder to write to")]
