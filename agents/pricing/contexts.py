"""What is known of quotes when they are priced, as columns, in; the features that acceptance is learnt by, out.

The log-odds that a quote at ``price`` is accepted are ``level · level features - log(price / reference) · slope · slope features``
(a log-logistic willingness to pay), where the reference is the price before any multiplier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]

LEVELS = ("demand", "supply", "morning rush", "evening rush", "night", "weekend", "holiday", "weather", "event", "competitor")
SLOPES = ("demand", "supply")
SHAPES = ("dearer than the competitor", "square")  # of the price itself
PERSONAL_LEVELS = ("price sensitivity", "loyalty", "churn risk")
PERSONAL_SLOPES = ("price sensitivity",)
OWN = 2  # the first features: the cell's own level and slope
FURTHEST = 3.0  # a competitor's price counts up to so many e-folds from the reference


@dataclass(frozen=True, slots=True)
class Contexts:
    """Quotes as columns, shape (n,) each; ``competitor`` is its price over the reference, 1 where none is known."""

    zone: I64  # the zone's number in its market, from 0 in the order in which zones were first seen
    service: I64  # its place in SERVICES
    demand: F64  # [0, 1]
    supply: F64  # [0, 1]
    hour: F64  # of the day, [0, 24)
    weekend: Mask
    holiday: Mask
    weather: F64  # [-1, 1]
    event: F64  # [0, 1]
    competitor: F64  # > 0
    sensitivity: F64 | None = None  # personal, [0, 1] each; never looked at unless the policy is personal
    loyalty: F64 | None = None
    churn: F64 | None = None

    def __len__(self) -> int:
        return len(self.zone)

    def take(self, rows: I64 | Mask) -> Contexts:
        """Some of the quotes."""
        return Contexts(*(_rows(getattr(self, each.name), rows) for each in fields(self)))


def width(personal: bool) -> int:
    """How many weights a cell's log-odds have."""
    own = OWN + len(LEVELS) + len(SLOPES) + len(SHAPES)
    return own + len(PERSONAL_LEVELS) + len(PERSONAL_SLOPES) if personal else own


def level_features(contexts: Contexts, personal: bool) -> F64:
    """Shape (n, levels): what moves the log-odds at the reference price, the constant first; the order of LEVELS, then PERSONAL_LEVELS."""
    c = contexts
    morning, evening = (c.hour >= 7) & (c.hour < 9), (c.hour >= 17) & (c.hour < 19)
    night = (c.hour >= 22) | (c.hour < 6)
    competitor = within(np.log(c.competitor), -FURTHEST, FURTHEST)
    columns = [
        np.ones(len(c)),
        c.demand - 0.5,
        c.supply - 0.5,
        morning,
        evening,
        night,
        c.weekend,
        c.holiday,
        c.weather,
        c.event,
        competitor,
    ]
    if personal:
        columns += [_personal(c.sensitivity, "sensitivity"), _personal(c.loyalty, "loyalty"), _personal(c.churn, "churn")]
    return _side_by_side(columns)


def slope_features(contexts: Contexts, personal: bool) -> F64:
    """Shape (n, slopes): what moves the slope, the constant first; the order of SLOPES, then PERSONAL_SLOPES."""
    columns = [np.ones(len(contexts)), contexts.demand - 0.5, contexts.supply - 0.5]
    if personal:
        columns.append(_personal(contexts.sensitivity, "sensitivity"))
    return _side_by_side(columns)


def shape_features(contexts: Contexts, log_ratio: F64) -> F64:
    """Shape (n, prices, shapes): how the log-odds leave a straight line over log(price / reference), (n, prices); the order of SHAPES."""
    competitor = within(np.log(contexts.competitor), -FURTHEST, FURTHEST)
    out = np.empty((*log_ratio.shape, len(SHAPES)))
    np.negative(log_ratio > competitor[:, None], out=out[..., 0], dtype=np.float64)
    np.square(log_ratio, out=out[..., 1])
    return out


def regressors(contexts: Contexts, log_ratio: F64, personal: bool) -> F64:
    """Shape (n, width): level and slope first, then the levels', then the slopes' other features; slopes times ``-log_ratio`` (n,)."""
    level, slope = level_features(contexts, personal), slope_features(contexts, personal) * -log_ratio[:, None]
    shape = shape_features(contexts, log_ratio[:, None])[:, 0]
    return np.concatenate([level[:, :1], slope[:, :1], level[:, 1:], slope[:, 1:], shape], axis=1)


def within(values: Array, low: Array | float, high: Array | float) -> Array:
    """Values (n,), none below ``low`` nor above ``high``, which is stronger; of few, numpy's ``clip`` takes five times as long."""
    out: Array = np.minimum(np.maximum(values, low), high)
    return out


def _side_by_side(columns: Sequence[F64 | Mask]) -> F64:
    """Columns (n,) as an array (n, columns)."""
    out = np.empty((len(columns[0]), len(columns)))
    for j, column in enumerate(columns):
        out[:, j] = column
    return out


def _personal(values: F64 | None, name: str) -> F64:
    if values is None:
        raise ValueError(f"personal pricing is on, and the contexts have no {name}: give it, 0.5 where it is not known")
    return values - 0.5


def _rows(values: Any, rows: I64 | Mask) -> Any:
    return None if values is None else values[rows]
