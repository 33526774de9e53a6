"""One task and a range of time → the same inputs stepped under another policy, models or code, beside what was decided.

The other agent runs in a process of its own, from a checkout of its own where other code is asked for, with no broker to reach: whatever
it decides goes to a file. Nothing of it can meet the live system.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import fastavro
import polars as pl

from audit.export import inputs_of
from audit.fork_child import RECORD
from audit.indexing import decision_topics
from audit.log import Log, Spans
from audit.restoring import missing_input, restored
from audit.search import Journalled, after, read, since
from audit.stepping import Stepper
from streams import journal
from streams.agent import Agent
from streams.avro import codec
from streams.contract import contract
from streams.errors import OffsetOutOfLog
from streams.message import Message, payload
from streams.settings import ROOT

CHILD = Path(__file__).with_name("fork_child.py")
NO_BROKER = "127.0.0.1:1"
KEPT = ("TRIPO_MODELS", "TRIPO_SENTENCES")  # of the environment's settings


class ForkError(Exception):
    """The other policy or code cannot be stepped; the message says why."""


@dataclass(frozen=True, slots=True)
class Fork:
    """What is other: ``changes`` of the policy by field, where the models lie, where the code lies."""

    module: str  # of the agent
    changes: dict[str, Any] = field(default_factory=dict)
    models: Path | None = None
    checkout: Path = ROOT


@dataclass(slots=True)
class Forked:
    """Decisions of one task as they were made, and as the fork made them: a frame for each decision topic."""

    partition: int
    actual: dict[str, pl.DataFrame] = field(default_factory=dict)
    other: dict[str, pl.DataFrame] = field(default_factory=dict)
    events: int = 0
    steps: int = 0
    began_at: str = ""
    first_now: int = 0
    last_now: int = 0
    code_version: str = ""
    journalled_by: list[str] = field(default_factory=list)
    read: dict[str, Spans] = field(default_factory=dict)


@contextmanager
def checked_out(ref: str | None) -> Iterator[Path]:
    """The code of a git ref in a folder of its own, for as long as it is needed. Raises ForkError."""
    if ref is None:
        yield ROOT
        return
    found = subprocess.run(["git", "-C", str(ROOT), "archive", "--format=tar", ref], capture_output=True, check=False)
    if found.returncode:
        raise ForkError(f"--code {ref}: git knows no such commit, branch or tag here ({found.stderr.decode().strip()})")
    with tempfile.TemporaryDirectory(prefix="tripo-fork-") as folder:
        with tarfile.open(fileobj=io.BytesIO(found.stdout)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder)


def fork(agent: Agent, partition: int, since_ms: int | None, until_ms: int | None, other: Fork) -> Forked | None:
    """Step a task's range under ``other``; None where there is nothing in it. Raises ForkError, GoneError, OffsetOutOfLog."""
    with Log() as log, tempfile.TemporaryDirectory(prefix="tripo-fork-") as name:
        folder = Path(name)
        wanted, end = _range(agent, partition, since_ms, until_ms, log)
        if wanted is None:
            return None
        done = Forked(partition)
        _gather(agent, partition, wanted, end, log, folder, other, done)
        if not done.steps:
            return None
        _run(other, folder, done)
        done.other = {topic: _decoded(topic, values) for topic, values in _outputs(folder, decision_topics(agent)).items()}
        done.actual = _actual(agent, partition, done, log)
        done.read = log.read()
        return done


def _range(agent: Agent, partition: int, since_ms: int | None, until_ms: int | None, log: Log) -> tuple[Journalled | None, int]:
    topic = f"{agent.name}.journal"
    low, high = log.reader.bounds(topic, partition)
    if low == high:
        return None, high
    begin = after(log.reader, topic, partition, low) if since_ms is None else since(log.reader, topic, partition, since_ms)
    end = None if until_ms is None else since(log.reader, topic, partition, until_ms)
    return begin, high if end is None else end.message.offset()


def _gather(agent: Agent, partition: int, wanted: Journalled, end: int, log: Log, folder: Path, other: Fork, done: Forked) -> None:
    """Step to the beginning of the range, and write the state there, the steps and the inputs."""
    start = restored(agent, partition, wanted, log, None)
    done.began_at = start.source
    stepper, steps = Stepper(start.task, log), list[journal.Step]()
    positions = dict(start.task.positions)
    codes: dict[str, None] = {}
    begins, state = bool(start.task.fresh), b""
    for message in log.stream(f"{agent.name}.journal", partition, start.offset, end):
        record: journal.Record = read(f"{agent.name}.journal", partition, message)
        if record["sequence"] < wanted.record["sequence"]:
            stepper.step(record)
            begins = False
            continue
        if not steps:
            positions, last_now = dict(stepper.task.positions), stepper.task.last_now
            state = b"" if begins else agent.dump(stepper.task.state)
        steps += record["steps"]
        codes[record["code_version"]] = None
    if not steps:
        return
    (folder / "state.bin").write_bytes(state)
    with (folder / "inputs.avro").open("wb") as out:
        fastavro.writer(out, RECORD, _carried(steps, partition, log, done))
    job = {"module": other.module, "partition": partition, "positions": positions, "last_now": last_now, "begins": begins}
    (folder / "job.json").write_text(json.dumps(job | {"changes": other.changes, "steps": steps}))
    done.steps, done.journalled_by = len(steps), list(codes)
    done.first_now, done.last_now = steps[0]["now"], steps[-1]["now"]


def _carried(steps: list[journal.Step], partition: int, log: Log, done: Forked) -> Iterator[dict[str, Any]]:
    """All input records of the steps, topic by topic; those that were not seen for their errors are left out, as they were."""
    ranges = [one for step in steps for one in step["ranges"]]
    for topic in dict.fromkeys(one["topic"] for one in ranges):
        mine = [one for one in ranges if one["topic"] == topic]
        skipped = {offset for one in mine for offset in one["skipped"]}
        try:
            for message in log.stream(topic, partition, mine[0]["start"], mine[-1]["end"]):
                if message.offset() not in skipped:
                    done.events += 1
                    yield _record(topic, message)
        except OffsetOutOfLog as error:
            raise missing_input(topic, partition, mine[0]["start"], error) from error


def _record(topic: str, message: Message) -> dict[str, Any]:
    times = message.timestamp()[1]
    return {"topic": topic, "offset": message.offset(), "timestamp": times, "key": message.key(), "value": message.value()}


def _run(other: Fork, folder: Path, done: Forked) -> None:
    """The other agent steps."""
    ran = child(other, folder)
    if ran.returncode:
        raise ForkError(
            f"partition {done.partition}: {ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else 'it ended without a word'}"
        )
    told = json.loads((folder / "done.json").read_text())
    done.code_version = told["code_version"]


def child(other: Fork, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the other agent in its own process, without a broker, over what lies in the folder."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRIPO_") or name in KEPT}
    env |= {"TRIPO_BROKERS": NO_BROKER, "PYTHONPATH": str(other.checkout), "TRIPO_HOME": str(folder)}
    if other.models is not None:
        env["TRIPO_MODELS"] = str(other.models)
    command = [sys.executable, str(CHILD), str(other.checkout), str(folder), *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def _outputs(folder: Path, topics: list[str]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {topic: [] for topic in topics}
    with (folder / "outputs.avro").open("rb") as file:
        for one in cast("Iterator[dict[str, Any]]", fastavro.reader(file)):
            if one["topic"] in found:
                found[one["topic"]].append(one["value"])
    return found


def _actual(agent: Agent, partition: int, done: Forked, log: Log) -> dict[str, pl.DataFrame]:
    """What was decided in those steps."""
    frames = {}
    for topic in decision_topics(agent):
        start, end = log.since(topic, partition, done.first_now), log.since(topic, partition, done.last_now + 60_000)
        frame = _decoded(topic, [payload(m) for m in log.stream(topic, partition, start, end)])
        if "decided_at" in frame.columns:
            frame = frame.filter(pl.col("decided_at").is_between(done.first_now, done.last_now))
        frames[topic] = frame
    return frames


def _decoded(topic: str, values: list[bytes]) -> pl.DataFrame:
    """Decisions as a frame; those of a schema that this code does not know are a ForkError."""
    decoded = codec(topic).decode(values)
    if decoded.bad:
        raise ForkError(f"{topic}: {len(decoded.bad)} decisions cannot be read by this code's schemas: {decoded.bad[0].message}")
    return decoded.frame


def groups_of(agent: Agent, forked: Forked, topic: str, log: Log) -> pl.DataFrame:
    """By decision_id the fields of the records that are answered; none of topics that hold what identifies people."""
    frame = forked.actual[topic].select("decision_id")
    parts = pl.col("decision_id").str.split("/")
    named = frame.with_columns(
        parts.list.get(1, null_on_oob=True).alias("answers"),
        parts.list.get(3, null_on_oob=True).cast(pl.Int64, strict=False).alias("answers_offset"),
    )
    for answered in sorted(set(named["answers"]) & set(agent.inputs)):
        if contract().topic(answered).personal:
            continue
        offsets = named.filter(pl.col("answers") == answered)["answers_offset"]
        fields = inputs_of(answered, forked.partition, offsets, log)
        fields = fields.rename({name: name.removeprefix("input_") for name in fields.columns})
        named = named.join(fields, on=["answers", "answers_offset"], how="left", maintain_order="left")
    taken = set(forked.actual[topic].columns) - {"decision_id"}
    return named.drop(["answers", "answers_offset", *(name for name in named.columns if name in taken)])


def rewarded(reward: str) -> tuple[str, str, str]:
    """Topic, field and value, or "", of a reward: a number, or whether it has the value. Raises ForkError for what there is not."""
    name, _, wanted = reward.partition(":")
    column, _, value = wanted.partition("=")
    if name not in contract().topics or column not in codec(name).polars_schema:
        raise ForkError(f"--reward {reward}: give TOPIC:FIELD or TOPIC:FIELD=VALUE, with a topic of topics.yaml and a field of its schema")
    kind = codec(name).polars_schema[column]
    if not value and not (kind.is_numeric() or kind == pl.Boolean):
        said = "text" if kind in (pl.String, pl.Categorical, pl.Enum) else "no number"
        raise ForkError(f"--reward {reward}: {column} is {said}; write {name}:{column}=VALUE, which is 1 where it has that value, else 0")
    return name, column, value


def rewards_of(forked: Forked, topic: str, reward: str, log: Log) -> pl.DataFrame:
    """By decision_id the reward ``TOPIC:FIELD`` or ``TOPIC:FIELD=VALUE``, of the records that share an id with the decision.

    Raises ForkError as ``rewarded``, and where no id is shared.
    """
    name, column, value = rewarded(reward)
    start, end = log.since(name, forked.partition, forked.first_now), log.reader.bounds(name, forked.partition)[1]
    records = codec(name).decode([m.value() for m in log.stream(name, forked.partition, start, end)]).frame
    decisions = forked.actual[topic]
    key = next((c for c in records.columns if c.endswith("_id") and c in decisions.columns and c != "decision_id"), None)
    if key is None:
        raise ForkError(f"--reward {reward}: records of {name} share no id with {topic}")
    of = pl.col(column).cast(pl.String).eq(value).cast(pl.Float64) if value else pl.col(column).cast(pl.Float64)
    last = records.with_columns(of.alias(reward)).group_by(key).agg(pl.col(reward).last())
    return decisions.select("decision_id", key).join(last, on=key, how="left", maintain_order="left").drop(key)
