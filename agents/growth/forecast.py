"""Orders of the last hour by series (a zone's service) in; orders of the next hour, learnt online, out.

Eight simple forecasts are weighed by weighted least squares with forgetting, over all series of a market together (regression of
forecasts: Granger & Ramanathan 1984): quiet series lend strength to one another, and the weights fit the market. Each is in orders:

season        mean of that hour of the week, the recent weeks counting most
season_now    season, times how far the series is from its season at present
season_market season, times how far the whole market is
hour_of_day   mean of that hour of the day
level         mean of the last hours
share_market  the series' share of the market in weeks, times the market's season, times how far the market is
season_smooth mean of the season and the hours beside it
last_hour     the last hour
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from columns.earth import WEEK_HOURS
from columns.table import F64, I64, Array

PARTS = ("season", "season_now", "season_market", "hour_of_day", "level", "share_market", "season_smooth", "last_hour")
SEASON_PACE, DAY_PACE, LEVEL_PACE, SHARE_PACE = 0.3, 0.15, 0.3, 1 / 336  # shares of a new value in the means
KEEP = 0.998  # of the evidence an hour
PRIOR = 5.0  # evidence for the season alone, in squared orders
NOTHING_LESS = 0.05  # orders: the weight of a series falls with the root of its forecast, down to this
ERROR_PACE = 1 / 48


class Forecaster:
    """One market's; series are columns, told of by ``grow``. Hours of the week are local."""

    def __init__(self) -> None:
        self.hours = 0  # seen
        self.season = np.zeros((WEEK_HOURS, 0))
        self.day = np.zeros((24, 0))
        self.level, self.share, self.damped = np.zeros(0), np.zeros(0), np.zeros(0)
        self.of_week, self.of_day = np.zeros(WEEK_HOURS), np.zeros(24)  # how often each was seen
        self.last_parts: F64 | None = None  # what the last hour's forecast was made of, (parts, series)
        self.evidence, self.told = np.zeros((len(PARTS), len(PARTS))), np.zeros(len(PARTS))
        self.weights = np.eye(len(PARTS))[0]
        self.errors = np.zeros(2)  # recent absolute errors of an hour: ours, and of the season alone

    def grow(self, count: int) -> None:
        """There are so many series now."""
        more = count - len(self.level)
        if more > 0:
            self.season, self.day = (np.pad(table, ((0, 0), (0, more))) for table in (self.season, self.day))
            self.level, self.share, self.damped = (np.pad(values, (0, more)) for values in (self.level, self.share, self.damped))
            if self.last_parts is not None:
                self.last_parts = np.pad(self.last_parts, ((0, 0), (0, more)))

    def hour(self, orders: F64, hour: int) -> None:
        """An hour is over that began at ``hour`` of the week and brought ``orders`` (series,): learn it."""
        if self.last_parts is not None:
            self._weigh(orders, hour)
        seen_week, seen_day = float(self.of_week[hour]), float(self.of_day[hour % 24])
        of_week, of_day = max(SEASON_PACE, 1.0 / (seen_week + 1.0)), max(DAY_PACE, 1.0 / (seen_day + 1.0))
        of_all, known = max(LEVEL_PACE, 1.0 / (self.hours + 1.0)), self._season(hour)
        self.damped = known + (orders - known) * (of_week if seen_week else of_day if seen_day else of_all)
        self.season[hour] += (orders - self.season[hour]) * of_week
        self.day[hour % 24] += (orders - self.day[hour % 24]) * of_day
        self.level += (orders - self.level) * of_all
        self.share += (orders - self.share) * max(SHARE_PACE, 1.0 / (self.hours + 1.0))
        self.of_week[hour] += 1
        self.of_day[hour % 24] += 1
        self.hours += 1
        self.last_parts = None

    def parts(self, orders: F64, hour: int, past: float = 0.0) -> F64:
        """What a forecast is made of, (parts, series). ``orders``: of the last 60 minutes; ``hour``: of the week, that began ``past``
        hours ago (0 to 1). How far a series is from its season is told by ``damped``, which knows the last hour already."""
        season = self.usual(hour, past)
        before = self.damped if past == 0.0 else (1.0 - past) * self.damped + past * self.usual(hour)
        smooth = (self.usual(hour - 1, past) + 2.0 * season + self.usual(hour + 1, past)) / 4.0
        day = (1.0 - past) * self.day[hour % 24] + past * self.day[(hour + 1) % 24]
        market = (orders.sum() + 1.0) / (before.sum() + 1.0)
        share = self.share * (season.sum() + 1.0) / (self.share.sum() + 1.0)
        now = season * (orders + 2.0) / (before + 2.0)
        return np.stack([season, now, season * market, day, self.level, share * market, smooth, orders])

    def usual(self, hour: int, past: float = 0.0) -> F64:
        """The season of 60 minutes that begin ``past`` hours after an hour of the week, (series,)."""
        first = self._season(hour % WEEK_HOURS)
        return first if past == 0.0 else (1.0 - past) * first + past * self._season((hour + 1) % WEEK_HOURS)

    def forecast(self, parts: F64) -> F64:
        """Orders of the next 60 minutes, (series,), from their parts."""
        out = np.zeros(parts.shape[1])
        for weight, part in zip(self.weights.tolist(), parts, strict=True):
            out += weight * part
        return np.maximum(out, 0.0).round(6)

    @staticmethod
    def likely(forecast: F64) -> I64:
        """The median of Poisson numbers of these means, (series,), for which absolute errors are least: ``floor(m + 1/3 - 0.02/m)``
        (Choi 1994)."""
        mean = np.maximum(forecast, 0.05)
        out: I64 = np.maximum(np.floor(mean + 1 / 3 - 0.02 / mean), 0.0).astype(np.int64)
        return out

    def keep(self, parts: F64) -> None:
        """These parts are of an hour that is about to begin: it will be learnt from."""
        self.last_parts = parts

    def peak(self) -> F64:
        """The busiest hour of the usual week, (series,)."""
        out: F64 = self.season.max(axis=0)
        return out

    def _season(self, hour: int) -> F64:
        known: F64 = self.level
        if self.of_week[hour] > 0:
            known = self.season[hour]
        elif self.of_day[hour % 24] > 0:
            known = self.day[hour % 24]
        return known

    def _weigh(self, orders: F64, hour: int) -> None:
        assert self.last_parts is not None
        parts, said = self.last_parts, self.forecast(self.last_parts)
        if self.of_week[hour] > 0:
            missed = np.array([np.abs(orders - said).sum(), np.abs(orders - self.season[hour]).sum()])
            self.errors += (missed - self.errors) * (ERROR_PACE if self.errors.any() else 1.0)
        weighted = parts / np.sqrt(np.maximum(said, NOTHING_LESS))
        self.evidence = KEEP * self.evidence + np.einsum("in,jn->ij", weighted, parts)
        self.told = KEEP * self.told + np.einsum("in,n->i", weighted, orders)
        prior = PRIOR * np.eye(len(PARTS))
        self.weights = np.linalg.solve(self.evidence + prior, self.told + prior[0]).round(9)

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        return {"hours": self.hours, "kept": self.last_parts is not None}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        names = ("season", "day", "level", "share", "damped", "of_week", "of_day", "evidence", "told", "weights", "errors")
        kept = np.zeros(0) if self.last_parts is None else self.last_parts.ravel()
        return {name: getattr(self, name).ravel() for name in names} | {"last_parts": kept}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Forecaster:
        """The forecaster whose ``facts()`` and ``arrays()`` these are."""
        out = cls()
        out.grow(len(arrays["level"]))
        for name, array in arrays.items():
            if name != "last_parts":
                setattr(out, name, array.reshape(getattr(out, name).shape).copy())
        out.hours = facts["hours"]
        out.last_parts = arrays["last_parts"].reshape(len(PARTS), -1).copy() if facts["kept"] else None
        return out
