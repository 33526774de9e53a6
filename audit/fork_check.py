"""What is to be other → whether it can be stepped at all, before anything is gathered: the agent is there, and its policy can be so."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from audit.fork import Fork, ForkError, child

NO_AGENT = 3  # exit code of the child


class NoAgentError(ForkError):
    """The other code has no such agent."""


def check(other: Fork) -> None:
    """Have the other agent made, in a process of its own as for stepping. Raises ForkError."""
    with tempfile.TemporaryDirectory(prefix="tripo-fork-") as name:
        folder = Path(name)
        (folder / "job.json").write_text(json.dumps({"module": other.module, "changes": other.changes}))
        ran = child(other, folder, "--check")
    if ran.returncode:
        said = ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else "it ended without a word"
        raise (NoAgentError if ran.returncode == NO_AGENT else ForkError)(said)
