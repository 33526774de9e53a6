"""An order's id in; the decision on it, from the table of decisions or else from its topic, and its offer, if it was offered, out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import redis

from ops.reading import Place, Reader, admin, ends, lows, partitions
from streams import journal
from streams.contract import contract
from streams.message import payload
from tables.lookup import Tables

DECISIONS, OFFERS = "matching.decisions", "matching.offers"
FIRST_LOOK = 20_000  # records of each partition read back at first; then eight times as far, and so on
Fields = dict[str, Any]


class NoDecisionError(LookupError):
    """There is no decision on an order; the message says what that may mean."""


def decision_on(order_id: str) -> Fields:
    """The decision on an order, with the fields of its schema's latest version; one that an offer led to has the offer's alternatives.

    Raises NoDecisionError, and LogError where the broker does not answer.
    """
    found = _in_table(order_id) or _in_topic(DECISIONS, order_id, lambda _: True)
    if found is None:
        kept = contract().topic(DECISIONS).retention
        raise NoDecisionError(
            f"there is no decision on order {order_id!r} in {DECISIONS} (kept for {kept}). Is the id right? An order that still waits has "
            "none yet; one that could not be read or came twice is among the dead letters: `tripo dead ls matching`"
        )
    if found["offer_id"] is not None:
        offer = _in_topic(OFFERS, order_id, lambda one: bool(one["offer_id"] == found["offer_id"]))
        found |= {"alternatives": [] if offer is None else offer["alternatives"]}
    return found


def _in_table(order_id: str) -> Fields | None:
    """From Redis: at once, but only where it runs and the mirror has come so far."""
    try:
        row = Tables().get("decisions", order_id)
    except redis.RedisError:
        return None
    return None if row is None else row.row


def _in_topic(topic: str, key: str, wanted: Callable[[Fields], bool]) -> Fields | None:
    """From a topic: all its partitions, from the newest record back, for an order's id does not say which market it is of."""
    client = admin()
    places: list[Place] = [(topic, p) for p in partitions(client, topic)]
    low, end = lows(client, places), ends(client, places)
    with Reader() as reader:
        for start, stop in _back(low, end):
            mine = [journal.decode(topic, payload(one)) for one in reader.until(start, stop) if one.key() == key.encode()]
            found = [fields for fields in mine if wanted(fields)]
            if found:
                last: Fields = found[-1]
                return last
    return None


def _back(low: dict[Place, int], end: dict[Place, int]) -> Iterator[tuple[dict[Place, int], dict[Place, int]]]:
    """Ranges of offsets from the end back to the beginning, each longer than the one before."""
    stop, look = end, FIRST_LOOK
    while any(stop[place] > low[place] for place in low):
        start = {place: max(low[place], stop[place] - look) for place in low}
        yield start, stop
        stop, look = start, look * 8
