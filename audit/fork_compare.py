"""Decisions as they were made, and as another policy made them on the same inputs → what changes, by how much, for whom. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from audit.differences import VERSIONS
from columns.earth import area, middle

ROUNDS = 2000  # of the bootstrap
LEAST_ESS = 50.0  # effective sample size below which no value is estimated
GROUPS = ("market", "zone", "service", "tier", "language", "intent", "segment", "type")
MOST_GROUPS = 20  # of a kind that are told one by one
CHOICES = ("outcome", "reason", "driver_id", "entry_id", "agent_id", "action", "offer", "kind", "type", "contact_ts")  # a decision's choice
AMOUNTS = (  # which it chooses, too; the first that there is stands for what a group gains or loses
    "price_cents", "pay_cents", "net_revenue_cents", "discount_cents", "amount",
    "base_fee_cents", "service_fee_cents", "peak_fee_cents", "surge_fee_cents",
)  # fmt: skip
ESTIMATES = ("eta_s", "expected_value_cents", "confidence")  # what stands for it where no amount differs
ZONE_M = 2000.0  # zones of decisions that name none, by where they begin
DECILES = 10
FIRST = 10  # decisions that are named
DRAWN = "the fork draws its choices, too, and does not tell how likely the logged one was"


@dataclass(frozen=True, slots=True)
class Change:
    """One number over the decisions that both made: means, and the mean of the differences with its 95 % interval."""

    field: str
    count: int
    actual: float
    other: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """Decisions of one group: how many, how many differ, how many choose something else; and the mean difference of ``by`` (Compared)."""

    name: str
    value: str
    decisions: int
    differ: int
    choose: int
    difference: float | None


@dataclass(frozen=True, slots=True)
class Value:
    """The fork's value of a reward by the logged propensities: self-normalised, with its 95 % interval; None: it cannot be told, and
    ``why`` not."""

    reward: str
    logged: float
    value: float | None
    low: float | None
    high: float | None
    effective: float  # sample size
    count: int
    why: str = ""


@dataclass(slots=True)
class Compared:
    """What a fork changes."""

    topic: str
    actual: int
    other: int
    paired: int
    differ: int  # paired decisions that are not the same in every field but versions
    choose: int  # of them, those whose choice is another
    only_actual: int
    only_other: int
    first_different_ms: int | None
    before: int  # paired decisions up to the first that chose something else: there, inputs are what they would have been
    first: list[str] = field(default_factory=list)  # decisions that choose something else, or else differ: the first by name
    by: str | None = None  # the number that stands for what a group gains or loses
    changes: list[Change] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    deciles: list[tuple[float, float]] = field(default_factory=list)  # decisions per driver: actual and other, from the fewest to the most
    spread: dict[str, list[float]] = field(default_factory=dict)  # differences by field, to be drawn
    minutes: list[tuple[int, int, int]] = field(default_factory=list)  # ms, paired, choose
    value: Value | None = None

    def fields(self) -> dict[str, Any]:
        """As a JSON object, without what is only drawn."""
        return {name: value for name, value in asdict(self).items() if name != "spread"}


def compare(
    topic: str, actual: pl.DataFrame, other: pl.DataFrame, groups: pl.DataFrame | None = None, reward: str | None = None
) -> Compared:
    """Compare by decision_id. ``groups``: further columns by decision_id. ``reward``: one of them, to be estimated."""
    paired = actual.join(other, on="decision_id", how="inner", suffix="|other", maintain_order="left")
    if groups is not None:
        paired = paired.join(groups, on="decision_id", how="left", maintain_order="left", suffix="|group")
    compared = [name for name in actual.columns if name in other.columns and name not in VERSIONS | {"decision_id", "decided_at"}]
    differs = _any(paired, compared)
    chose = _any(paired, [name for name in compared if name in CHOICES or name in AMOUNTS])
    out = Compared(
        topic, actual.height, other.height, paired.height, int(differs.sum()), int(chose.sum()), actual.height - paired.height,
        other.height - paired.height, *_first(paired, chose),
    )  # fmt: skip
    out.changes, out.spread = _changes(paired, compared)
    out.first = paired.filter(pl.Series(chose if chose.any() else differs))["decision_id"].head(FIRST).to_list()
    out.by = next((name for name in (*AMOUNTS, *ESTIMATES) if name in out.spread), None)
    out.groups = _groups(paired, differs, chose, out.by)
    out.deciles = _deciles(actual, other)
    out.minutes = _minutes(paired, chose)
    if reward is not None and "propensity" in paired.columns and paired["propensity"].null_count() < paired.height:
        out.value = _value(reward, paired, ~chose)
    return out


def _value(reward: str, paired: pl.DataFrame, same: npt.NDArray[np.bool_]) -> Value:
    """Of a fork that chooses as it was chosen what was earned; of another one that does not draw the estimate."""
    logged, rewards = paired["propensity"].to_numpy(), paired[reward].cast(pl.Float64).to_numpy()
    if same.all():
        return value_of(reward, np.ones(len(logged)), same, rewards)
    drawn = paired["propensity|other"].drop_nulls().to_numpy() < 1.0 if "propensity|other" in paired.columns else np.zeros(0, np.bool_)
    if not drawn.any():
        return value_of(reward, logged, same, rewards)
    known = rewards[np.isfinite(rewards)]
    return Value(reward, float(known.mean()) if len(known) else float("nan"), None, None, None, 0.0, len(known), DRAWN)


def _any(paired: pl.DataFrame, names: list[str]) -> npt.NDArray[np.bool_]:
    """In which rows any of the columns is not the same on both sides."""
    differs = np.zeros(paired.height, np.bool_)
    for name in names:
        differs |= ~paired[name].eq_missing(paired[f"{name}|other"]).to_numpy()
    return differs


def _first(paired: pl.DataFrame, chose: npt.NDArray[np.bool_]) -> tuple[int | None, int]:
    if not chose.any() or "decided_at" not in paired.columns:
        return None, paired.height
    at = paired["decided_at"].to_numpy()
    first = int(at[chose].min())
    return first, int((at < first).sum())


def _changes(paired: pl.DataFrame, names: list[str]) -> tuple[list[Change], dict[str, list[float]]]:
    found, spread = [], {}
    for name in names:
        if not paired[name].dtype.is_numeric() or name.endswith(("offset", "partition", "_ts")) or name in ("ts", "offset", "partition"):
            continue
        both = paired.select(pl.col(name).cast(pl.Float64).alias("a"), pl.col(f"{name}|other").cast(pl.Float64).alias("b")).drop_nulls()
        both = both.filter(pl.col("a").is_finite() & pl.col("b").is_finite())
        if not both.height:
            continue
        a, b = both["a"].to_numpy(), both["b"].to_numpy()
        low, high = interval(b - a)
        found.append(Change(name, both.height, float(a.mean()), float(b.mean()), float((b - a).mean()), low, high))
        if (a != b).any():
            spread[name] = (b - a)[a != b].tolist()
    return found, spread


def interval(values: npt.NDArray[np.float64], seed: int = 7) -> tuple[float, float]:
    """The 95 % interval of a mean, by the bootstrap; seeded, so that the same decisions give the same report."""
    if not len(values) or (values == values[0]).all():
        mean = float(values.mean()) if len(values) else float("nan")
        return mean, mean
    generator = np.random.default_rng(seed)
    counts = len(values)
    if counts > 5000:  # the mean is normal enough
        spread = 1.96 * float(values.std(ddof=1)) / counts**0.5
        return float(values.mean()) - spread, float(values.mean()) + spread
    means = values[generator.integers(0, counts, (ROUNDS, counts))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _groups(paired: pl.DataFrame, differs: npt.NDArray[np.bool_], chose: npt.NDArray[np.bool_], by: str | None) -> list[Group]:
    change = pl.lit(None, pl.Float64) if by is None else pl.col(f"{by}|other").cast(pl.Float64) - pl.col(by).cast(pl.Float64)
    frame = _zoned(paired).with_columns(pl.Series("|differs", differs), pl.Series("|chose", chose), change.alias("|change"))
    found = []
    for name in GROUPS:
        if name not in frame.columns:
            continue
        value = pl.col(name).cast(pl.String).fill_null("-")
        largest = frame.group_by(value).len().sort("len", name, descending=[True, False])[name]
        rest = f"{len(largest) - MOST_GROUPS} others"
        value = pl.when(value.is_in(largest.head(MOST_GROUPS).to_list())).then(value).otherwise(pl.lit(rest))
        sums = frame.group_by(value).agg(pl.len(), pl.col("|differs").sum(), pl.col("|chose").sum(), pl.col("|change").mean())
        found += [Group(name, *row) for row in sums.sort(pl.col(name) == rest, "len", name, descending=[False, True, False]).iter_rows()]
    return found


def _zoned(paired: pl.DataFrame) -> pl.DataFrame:
    """With the zones of decisions that name none: the middles of squares in which they begin, in degrees."""
    if "zone" in paired.columns or not {"pickup_lat", "pickup_lon"} <= set(paired.columns):
        return paired
    lat, lon = middle(area(paired["pickup_lat"].fill_null(0.0).to_numpy(), paired["pickup_lon"].fill_null(0.0).to_numpy(), ZONE_M), ZONE_M)
    return paired.with_columns(zone=pl.Series([f"{a:.3f},{b:.3f}" for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]))


def _deciles(actual: pl.DataFrame, other: pl.DataFrame) -> list[tuple[float, float]]:
    """Drivers by how many orders they got, in tenths: orders per driver as it was, and under the fork."""
    if "driver_id" not in actual.columns:
        return []
    counts = [frame.drop_nulls("driver_id").group_by("driver_id").len() for frame in (actual, other)]
    both = counts[0].join(counts[1], on="driver_id", how="full", coalesce=True, suffix="|other").fill_null(0)
    ranked = both.sort("len", "driver_id")
    if ranked.height < DECILES:
        return []
    tenths = np.array_split(np.arange(ranked.height), DECILES)
    a, b = ranked["len"].to_numpy(), ranked["len|other"].to_numpy()
    return [(float(a[tenth].mean()), float(b[tenth].mean())) for tenth in tenths]


def _minutes(paired: pl.DataFrame, chose: npt.NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    if "decided_at" not in paired.columns or not paired.height:
        return []
    frame = pl.DataFrame({"at": paired["decided_at"] // 60_000 * 60_000, "chose": chose})
    return [(at, count, other) for at, count, other in frame.group_by("at").agg(pl.len(), pl.col("chose").sum()).sort("at").iter_rows()]


def value_of(reward: str, propensity: npt.NDArray[np.float64], same: npt.NDArray[np.bool_], rewards: npt.NDArray[np.float64]) -> Value:
    """Self-normalised inverse propensity scoring (Swaminathan and Joachims 2015) of a policy that made the same choice in ``same``.

    The interval is that of a ratio of sums, by the delta method (Owen 2013, ch. 9).

    ``propensity`` (n,) of the logged choices, nan where it was not randomised; ``rewards`` (n,), nan where not known.
    """
    known = np.isfinite(propensity) & (propensity > 0) & np.isfinite(rewards)
    weights, values = same[known] / propensity[known], rewards[known]
    total = float(weights.sum())
    effective = total**2 / float((weights**2).sum()) if total else 0.0
    logged = float(values.mean()) if len(values) else float("nan")
    if effective < LEAST_ESS:
        return Value(reward, logged, None, None, None, effective, len(values), "too few choose the same")
    value = float((weights * values).sum() / total)
    error = float(np.sqrt((weights**2 * (values - value) ** 2).sum())) / total
    return Value(reward, logged, value, value - 1.96 * error, value + 1.96 * error, effective, len(values))
