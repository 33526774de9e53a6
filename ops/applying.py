"""A recommendation's id and its topic in; the event that applies it, on the topic of policies, out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ops.following import ALL, Follower
from ops.reading import LogError
from ops.summary import fail, summarise
from ops.support.publish import framed, now_ms
from streams.publish import Publisher, PublishError

Row = dict[str, Any]


def apply(recommendation_id: str, topic: str, policies: str, event_of: Callable[[Row], Row], *, as_json: bool) -> int:
    """Apply what ``topic`` recommends, if it still does; ``event_of``: a recommendation's event on ``policies``, but for its id and time.
    → 0; exits 1 for what is not OPEN."""
    try:
        rows = {row["recommendation_id"]: row for row in _told(topic)}
        if recommendation_id not in rows:
            fail(f"{topic} has no {recommendation_id!r}; it has {', '.join(sorted(rows)) or 'none'}")
        row = rows[recommendation_id]
        if row["status"] != "OPEN":
            fail(f"{recommendation_id} is {row['status']}: only what is OPEN can be applied")
        event = event_of(row) | {"recommendation_id": recommendation_id, "ts": now_ms()}
        with Publisher() as publisher:
            publisher.publish(policies, framed(policies, [event]))
    except (LogError, PublishError) as error:
        fail(str(error))
    summarise("applied", event, as_json=as_json)
    return 0


def _told(topic: str) -> list[Row]:
    """All rows of recommendations, each partition's in order."""
    follower = Follower([topic], back={topic: ALL})
    try:
        return [row for part in follower.read_to_end() for row in part.frame.to_dicts()]
    finally:
        follower.close()
