"""``tripo audit``: replay, verify, explain, fork and export what the agents decided. Reads Kafka only; see audit/.

As in ops/cli.py a command's module is imported when it is asked for: a decision is verified in less time than all of them take to import.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ops.importing import imported
from ops.worker import one_thread
from streams.settings import settings

COMMANDS: dict[str, tuple[str, str]] = {  # name → module of ops.audit, and its function
    "replay": ("replay", "replay"),
    "verify": ("verify", "verify"),
    "index": ("index", "index"),
    "explain": ("explain", "explain_decision"),
    "export": ("export", "export"),
    "fork": ("fork", "fork_command"),
    "flips": ("flips", "flips"),
    "serve": ("serve", "serve"),
}

app = typer.Typer(help="Replay, verify, explain, fork and export what was decided; reads only.", no_args_is_help=True)


@app.callback()
def audit(
    kafka: Annotated[
        Path | None,
        typer.Option(
            help="who connects, and how: a file of librdkafka's security.*, sasl.* and ssl.*, name=value a line; else TRIPO_KAFKA"
        ),
    ] = None,
) -> None:
    """Replay, verify, explain, fork and export what was decided; reads only."""
    if kafka is not None:
        os.environ["TRIPO_KAFKA"] = str(kafka.absolute())  # for the processes begun from here, too
        settings.cache_clear()


_asked = [name for name in sys.argv[2:5] if name in COMMANDS and sys.argv[1] == "audit"]  # after --kafka FILE, too
if _asked:
    one_thread()  # a process for each task is what makes use of the cores
for _name in _asked or COMMANDS:
    _module, _function = COMMANDS[_name]
    app.command(_name)(getattr(imported(f"ops.audit.{_module}"), _function))
