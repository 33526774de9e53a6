"""What is to be other → whether it can be stepped at all, before anything is gathered: the agent is there, and its policy can be so."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import polars as pl

from audit.fork import Fork, ForkError, child
from streams.avro import codec
from streams.contract import contract

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


def check_reward(reward: str) -> None:
    """That ``TOPIC:FIELD[=VALUE]`` is a number, or whether it has a value. Raises ForkError."""
    name, _, wanted = reward.partition(":")
    column, _, value = wanted.partition("=")
    if name not in contract().topics or column not in codec(name).polars_schema:
        raise ForkError(f"--reward {reward}: give TOPIC:FIELD or TOPIC:FIELD=VALUE, with a topic of topics.yaml and a field of its schema")
    kind = codec(name).polars_schema[column]
    if not value and not (kind.is_numeric() or kind == pl.Boolean):
        said = "text" if kind in (pl.String, pl.Categorical, pl.Enum) else "no number"
        raise ForkError(f"--reward {reward}: {column} is {said}; write {name}:{column}=VALUE, which is 1 where it has that value, else 0")
