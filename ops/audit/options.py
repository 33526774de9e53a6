"""The options that several audit commands share, as typer's annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops import listing
from ops.worker import NAMED


def _beside(as_json: bool) -> bool:
    listing.beside = as_json
    return as_json


Agent = Annotated[str, typer.Argument(help=f"the agent: {NAMED}")]
AnyAgent = Annotated[str | None, typer.Argument(help=f"an agent ({NAMED}); all, unless given")]
Partition = Annotated[int | None, typer.Option(help="one partition; all, unless given")]
Since = Annotated[str | None, typer.Option("--from", help="2026-11-21T21:00 (UTC), ms, or how long ago: 30m, 2h")]
Until = Annotated[str | None, typer.Option("--to", help="likewise; the range ends before it")]
Workers = Annotated[int, typer.Option(min=1, help="processes, each for some of the partitions")]
AsJson = Annotated[bool, typer.Option("--json", callback=_beside, help="print one JSON object; all else goes to stderr")]
Folder = Annotated[Path, typer.Option(help="the folder to write to")]
