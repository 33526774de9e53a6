"""``tripo audit``: replay, verify, explain, fork and export what the agents decided. Reads Kafka only; see audit/.

As in ops/cli.py a command's module is imported when it is asked for: a decision is verified in less time than all of them take to import.
"""

from __future__ import annotations

import importlib
import sys

import typer

COMMANDS: dict[str, tuple[str, str]] = {  # name → module of ops.audit, and its function
    "replay": ("replay", "replay"),
    "verify": ("verify", "verify"),
    "index": ("decision", "index"),
    "explain": ("explain", "explain_decision"),
    "export": ("export", "export"),
    "fork": ("fork", "fork_command"),
    "flips": ("flips", "flips"),
}

app = typer.Typer(help="Replay, verify, explain, fork and export what was decided; reads only.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Replay, verify, explain, fork and export what was decided; reads only."""


_asked = [name for name in sys.argv[2:3] if name in COMMANDS and sys.argv[1] == "audit"]
for _name in _asked or COMMANDS:
    _module, _function = COMMANDS[_name]
    app.command(_name)(getattr(importlib.import_module(f"ops.audit.{_module}"), _function))
