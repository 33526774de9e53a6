"""Decisions of a time → Parquet files by agent, topic and day, each row a decision with the record it answers and its factors as columns.

    FOLDER/agent=matching/topic=matching.decisions/date=2026-11-21/matching.decisions-7-0.parquet

Columns are the decision's, ``input_NAME`` for the fields of the record it answers (null where that is gone; none at all of topics that
hold what identifies people), and ``factor_NAME``, ``weight_NAME``. What a decision itself calls its ``topic``, that of the record it
answers, is ``answers``: the folder's name has the other. ``same_columns`` makes the files of a topic alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from audit.indexing import decision_topics
from audit.log import Log, Stream
from streams.agent import Agent
from streams.avro import codec
from streams.contract import contract
from streams.message import Message

TOGETHER = 50_000
LATE_MS = 60_000  # a record's own time may be this much after its decision's


@dataclass(slots=True)
class Exported:
    """What was written, and what was read."""

    decisions: int = 0
    files: list[str] = field(default_factory=list)
    without_input: int = 0
    unreadable: int = 0
    missing: list[str] = field(default_factory=list)
    read: dict[str, dict[str, int]] = field(default_factory=dict)


def export(agent: Agent, partition: int, since_ms: int | None, until_ms: int | None, folder: Path, log: Log) -> Iterator[Exported]:
    """Write the decisions of one task whose step's time lies in [since, until); yields after each file, the same object."""
    done = Exported()
    for topic in decision_topics(agent):
        low, high = log.reader.bounds(topic, partition)
        start = low if since_ms is None else log.since(topic, partition, since_ms)
        end = high if until_ms is None else log.since(topic, partition, until_ms + LATE_MS)
        if low and start == low:
            done.missing.append(f"{topic}[{partition}] begins at offset {low}: retention deleted what was before")
        stream = log.stream(topic, partition, start, end)
        for number, messages in enumerate(_pieces(stream)):
            frame = _between(_decoded(topic, messages, done), since_ms, until_ms)
            if frame.height:
                frame = _with_inputs(frame, agent, partition, log, done)
                done.files += _write(_with_factors(frame), folder_of(folder, agent.name, topic), f"{topic}-{partition}-{number}.parquet")
                done.decisions += frame.height
            yield done
        done.read[f"{topic}[{partition}]"] = {"from": stream.start, "to": stream.end, "records": stream.read}
    yield done


def folder_of(folder: Path, agent: str, topic: str) -> Path:
    """Where the decisions of a topic lie, day by day: all of its files have the same columns once ``same_columns`` was there."""
    return folder / f"agent={agent}" / f"topic={topic}"


def same_columns(folder: Path) -> int:
    """Write the files below a topic's folder that lack columns of others again, with nulls there. → how many those were

    A piece without factors has no columns of them, one whose inputs are gone none of theirs; readers take the first file's for all.
    """
    paths = sorted(folder.rglob("*.parquet"))
    schemas = {path: pl.read_parquet_schema(path) for path in paths}
    every = {name: kind for schema in schemas.values() for name, kind in schema.items()}
    some = [path for path, schema in schemas.items() if set(schema) != set(every)]
    for path in some:
        frame = pl.read_parquet(path, hive_partitioning=False)
        whole = frame.with_columns(pl.lit(None, kind).alias(name) for name, kind in every.items() if name not in frame.columns)
        part = path.with_suffix(".part")
        whole.select(list(every)).write_parquet(part)
        part.replace(path)
    return len(some)


def _pieces(stream: Stream) -> Iterator[Sequence[Message]]:
    while messages := stream.peek(TOGETHER):
        stream.skip(len(messages))
        yield messages


def _decoded(topic: str, messages: Sequence[Message], done: Exported) -> pl.DataFrame:
    decoded = codec(topic).decode([m.value() for m in messages])
    done.unreadable += len(decoded.bad)
    return decoded.frame.with_columns(pl.Series("decision_offset", [messages[row].offset() for row in decoded.rows.tolist()], pl.Int64))


def _between(frame: pl.DataFrame, since_ms: int | None, until_ms: int | None) -> pl.DataFrame:
    if "decided_at" not in frame.columns:
        return frame
    kept = pl.lit(value=True)
    if since_ms is not None:
        kept &= pl.col("decided_at") >= since_ms
    if until_ms is not None:
        kept &= pl.col("decided_at") < until_ms
    return frame.filter(kept)


def _with_inputs(frame: pl.DataFrame, agent: Agent, partition: int, log: Log, done: Exported) -> pl.DataFrame:
    """Join the records that are answered: a decision's id names them, agent/topic/partition/offset/ordinal."""
    parts = pl.col("decision_id").str.split("/")
    frame = frame.with_columns(
        parts.list.get(1, null_on_oob=True).alias("answers"),
        parts.list.get(3, null_on_oob=True).cast(pl.Int64, strict=False).alias("answers_offset"),
    ).drop("topic", strict=False)
    for topic in sorted(set(frame["answers"].drop_nulls()) & set(agent.inputs)):
        if contract().topic(topic).personal:
            said = f"{topic} holds what identifies people: its fields are left out"
            done.missing += [] if said in done.missing else [said]
            continue
        offsets = frame.filter(pl.col("answers") == topic)["answers_offset"]
        inputs = inputs_of(topic, partition, offsets, log)
        frame = frame.join(inputs, on=["answers", "answers_offset"], how="left", coalesce=True, maintain_order="left")
        done.without_input += len(offsets) - int(offsets.is_in(inputs["answers_offset"].implode()).sum())
    return frame


def inputs_of(topic: str, partition: int, offsets: pl.Series, log: Log) -> pl.DataFrame:
    """The records at some offsets: their fields as ``input_NAME``, with ``answers`` (the topic) and ``answers_offset``."""
    low, high = log.reader.bounds(topic, partition)
    start, end = max(low, int(offsets.min() or 0)), min(high, int(offsets.max() or 0) + 1)  # type: ignore[arg-type]
    wanted = set(offsets.to_list())
    messages = [m for m in (log.some(topic, partition, start, end) if start < end else []) if m.offset() in wanted]
    decoded = codec(topic).decode([m.value() for m in messages])
    named = decoded.frame.rename({name: f"input_{name}" for name in decoded.frame.columns})
    return named.with_columns(
        pl.lit(topic).alias("answers"), pl.Series("answers_offset", [messages[row].offset() for row in decoded.rows.tolist()], pl.Int64)
    )


def _with_factors(frame: pl.DataFrame) -> pl.DataFrame:
    """The factors' values and weights as columns of their own, in the order of their names."""
    if "factors" not in frame.columns:
        return frame
    names = sorted(frame["factors"].explode().struct.field("name").drop_nulls().unique().to_list())
    fields = {field.name for field in frame["factors"].dtype.inner.fields}  # type: ignore[attr-defined]
    columns = []
    for name in names:
        one = pl.col("factors").list.eval(pl.element().filter(pl.element().struct.field("name") == name)).list.first()
        columns.append(one.struct.field("value").alias(f"factor_{name}"))
        if "weight" in fields:
            columns.append(one.struct.field("weight").alias(f"weight_{name}"))
    return frame.with_columns(columns)


def _write(frame: pl.DataFrame, folder: Path, name: str) -> list[str]:
    """One file for each day, UTC."""
    times = pl.col("decided_at") if "decided_at" in frame.columns else pl.lit(0)
    days = frame.with_columns(pl.from_epoch(times, time_unit="ms").dt.strftime("%Y-%m-%d").alias("_day"))
    files = []
    for (day,), part in days.partition_by("_day", as_dict=True, include_key=False).items():
        path = folder / f"date={day}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_parquet(path)
        files.append(str(path))
    return files
