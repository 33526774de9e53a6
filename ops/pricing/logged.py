"""Decisions and outcomes of the pricing agent, from Kafka or from files, in; the log that candidates are judged by, out.

A file is Parquet or JSON lines, of which each is a record's fields or what ``tripo tail TOPIC --json`` prints. Quotes without an outcome
yet are left out, and all whose time was not up when the log ends: those answered sooner would stand for those not. So are decisions with
personal prices: what they knew of the rider is not in the log.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from ops.pricing.log import Log, log_of
from ops.reading import Place, Reader, admin, ends, lows, partitions
from streams import journal
from streams.avro_schema import polars_schema
from streams.contract import contract
from streams.message import payload

DECISIONS, OUTCOMES = "pricing.decisions", "pricing.outcomes"


class LogFileError(ValueError):
    """A file does not hold what it should; the message says what is wrong."""


def from_kafka(topic: str) -> pl.DataFrame:
    """All records of a topic that are there now, in the columns of its schema. Raises LogError where the broker does not answer."""
    client = admin()
    places: list[Place] = [(topic, p) for p in partitions(client, topic)]
    with Reader() as reader:
        rows = [journal.decode(topic, payload(one)) for one in reader.until(lows(client, places), ends(client, places))]
    return _frame(topic, rows)


def from_file(topic: str, path: Path) -> pl.DataFrame:
    """A topic's records from a file. Raises LogFileError."""
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path).select(polars_schema(contract().schema(topic)).names())
        with path.open("rb") as lines:
            rows = [orjson.loads(line) for line in lines if line.strip()]
        return _frame(topic, [row["value"] if "value" in row and "topic" in row and "key" in row else row for row in rows])
    except (OSError, pl.exceptions.PolarsError, orjson.JSONDecodeError, TypeError, AttributeError) as e:
        raise LogFileError(f"{path} holds no records of {topic}: {e}; give Parquet, or JSON lines with the schema's fields") from None


def log(decisions: pl.DataFrame, outcomes: pl.DataFrame) -> Log:
    """The decisions whose outcome is known, in the order of their event time. Raises LogFileError where there is none."""
    name = ["market", "quote_id"]  # of one that was used twice it is not known whose outcome is whose
    told = outcomes.unique("outcome_id").unique(name, keep="none").select(*name, "outcome")
    chosen = decisions.unique("decision_id").filter(~pl.col("personal")).unique(name, keep="none")
    over = outcomes.group_by("market").agg(pl.col("closed_ts").max() // 1000 * 1000)  # when the newest second began
    both = chosen.join(over, on="market").filter(pl.col("expires_ts") < pl.col("closed_ts"))
    both = both.join(told, on=name, how="inner").sort("event_ts", "decision_id")
    if both.is_empty():
        raise LogFileError(f"none of {len(decisions)} decisions has one of {len(outcomes)} outcomes: are they of the same run?")
    places = both.select(pl.concat_str("market", "zone", separator="/")).to_series()
    _, first, zone = np.unique(places.to_numpy(), return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))  # zones by number in the order in which they were first seen
    return log_of(both, order[zone].astype(np.int64), (both["outcome"].cast(pl.String) == "ACCEPTED").to_numpy())


def _frame(topic: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=polars_schema(contract().schema(topic)), orient="row")
