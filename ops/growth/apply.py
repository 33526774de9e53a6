"""A recommendation's id in; the event that applies it, on growth-policies, out."""

from __future__ import annotations

from typing import Any

from ops.following import ALL, Follower
from ops.reading import LogError
from ops.summary import fail, summarise
from ops.support.publish import framed, now_ms
from streams.publish import Publisher, PublishError

TOPIC, POLICIES = "growth.recommendations", "growth-policies"


def apply(recommendation_id: str, *, by: str, as_json: bool) -> int:
    """Apply what the agent recommends, if it still does. → 0."""
    try:
        rows = {row["recommendation_id"]: row for row in _told()}
        if recommendation_id not in rows:
            fail(f"{TOPIC} has no {recommendation_id!r}; it has {', '.join(sorted(rows)) or 'none'}")
        row = rows[recommendation_id]
        if row["status"] != "OPEN":
            fail(f"{recommendation_id} is {row['status']}: only what is OPEN can be applied")
        event = {"setting": row["setting"], "value": row["value"], "recommendation_id": recommendation_id, "by": by, "ts": now_ms()}
        with Publisher() as publisher:
            publisher.publish(POLICIES, framed(POLICIES, [event]))
    except (LogError, PublishError) as error:
        fail(str(error))
    summarise("applied", event, as_json=as_json)
    return 0


def _told() -> list[dict[str, Any]]:
    """All rows of recommendations, each partition's in order."""
    follower = Follower([TOPIC], back={TOPIC: ALL})
    try:
        return [row for part in follower.read_to_end() for row in part.frame.to_dicts()]
    finally:
        follower.close()
