"""Offers to drivers in; what they answer, and when, out. Some take their time, some say no, and some say nothing at all."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from ops.city.places import Floats

HEARD = ("order_id", "driver_id", "market", "expires_ts")  # of an offer
SCHEMA = {"driver_id": pl.String, "market": pl.String, "order_id": pl.String, "ts": pl.Int64, "answer": pl.String}
THINK_S = (2.0, 12.0)  # how long drivers look at an offer, the world's time
SILENT = 0.3  # share of those who will not go that do not even say so


class Answer(NamedTuple):
    """What a driver says to an offer, if it still stands when the driver has made up its mind."""

    due_ms: float
    order_id: str
    driver_id: str
    market: str
    expires_ms: int
    accepts: bool


class Answers:
    """Drivers thinking about offers; times are event times in ms, in which ``speed`` seconds of the world's pass in one."""

    def __init__(self, rng: np.random.Generator, speed: float = 1.0) -> None:
        self._rng, self._speed = rng, speed
        self._thinking: list[Answer] = []  # a heap

    def hear(self, offers: pl.DataFrame, acceptance: Floats, now_ms: int) -> None:
        """Drivers hear of offers, rows with the columns HEARD; ``acceptance`` (rows,) is how likely each of them is to accept."""
        whim, voice, pace = self._rng.uniform(size=(3, offers.height))
        accepts = whim < acceptance
        due = now_ms + (THINK_S[0] + pace * (THINK_S[1] - THINK_S[0])) * 1000 / self._speed
        for i in np.flatnonzero(accepts | (voice >= SILENT)).tolist():
            order_id, driver_id, market, expires_ms = offers.select(HEARD).row(i)
            heapq.heappush(self._thinking, Answer(float(due[i]), order_id, driver_id, market, expires_ms, bool(accepts[i])))

    def given(self, now_ms: int) -> list[Answer]:
        """The answers up to now. Who has thought for too long says nothing: the offer is gone from the driver's screen."""
        out = []
        while self._thinking and self._thinking[0].due_ms <= now_ms:
            answer = heapq.heappop(self._thinking)
            if answer.expires_ms >= now_ms:
                out.append(answer)
        return out


def frame(answers: Sequence[Answer], ts: int) -> pl.DataFrame:
    """The answers as `driver-answers`, all said at ``ts`` ms."""
    rows = [(a.driver_id, a.market, a.order_id, ts, "ACCEPTED" if a.accepts else "DECLINED") for a in answers]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
