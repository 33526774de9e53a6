"""`tripo support analytics`: the table of figures, whose rows are of one partition each, in; how support did by day and by person, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import redis
import typer

from agents.support.analytics import Figures
from ops.listing import print_rows
from ops.summary import fail, shown
from tables.lookup import Tables

TABLE = "support-analytics"
ROWS = 100_000  # looked at, at most: the latest
SHOWN = (
    "conversations",
    "messages",
    "automation_rate",
    "escalation_rate",
    "mean_confidence",
    "response_p50_ms",
    "response_p95_ms",
    "resolved",
    "first_contact_resolution",
    "resolution_p50_ms",
    "satisfaction",
)


def analytics(*, day: str | None, as_json: bool) -> int:
    """Print them, of one day (2026-01-31) or of all that there are. → 0; 1 where there are none."""
    try:
        rows = [each.row for each in Tables().scan(TABLE, ROWS) if each.row is not None]
    except redis.RedisError as error:
        fail(f"Redis does not answer: {error}; is it running, and TRIPO_REDIS_URL right?")
    found = merged(row for row in rows if day in (None, row["day"]))
    if not found:
        fail(f"no figures{f' of {day}' if day else ''} in the table {TABLE}: is there a support worker, and `tripo mirror`?")
    cells = [(row["day"], row["agent_id"] or "everybody", *(shown(row[name]) for name in SHOWN)) for row in found]
    print_rows("support", ("day", "who", *(name.replace("_", " ") for name in SHOWN)), cells)
    if as_json:
        typer.echo(orjson.dumps({"analytics": found}).decode())
    return 0


def merged(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of several partitions as one for each day and person, the latest day first, everybody before persons."""
    figures: dict[tuple[str, str], Figures] = {}
    for row in rows:
        figures.setdefault((row["day"], row["agent_id"] or ""), Figures()).merge(Figures.read(row))
    days = sorted(dict.fromkeys(day for day, _ in figures), reverse=True)
    keys = [(day, who) for day in days for at, who in sorted(figures) if at == day]
    return [{"day": day, "agent_id": who or None} | figures[day, who].shown() for day, who in keys]
