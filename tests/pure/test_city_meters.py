"""Workers' metrics add up, over workers and over restarts of each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ops.meters import Meters, quantile

BOUNDS = (0.01, 0.02, 0.05, 0.1, 0.5)


def endpoint(records: int, lag: int = 0, ages: tuple[float, ...] = ()) -> str:
    registry = CollectorRegistry()
    Counter("tripo_records_total", "records", ["agent", "topic"], registry=registry).labels("matching", "orders").inc(records)
    gauge = Gauge("tripo_lag_records", "lag", ["partition"], registry=registry)
    for partition in range(2):
        gauge.labels(str(partition)).set(lag)
    histogram = Histogram("tripo_event_age_seconds", "age", registry=registry, buckets=BOUNDS)
    for age in ages:
        histogram.observe(age)
    return generate_latest(registry).decode()


def test_counters_add_up_over_workers_and_labels() -> None:
    meters = Meters([1, 2])
    meters.take(1, endpoint(5, lag=3))
    meters.take(2, endpoint(7))
    assert meters.total("tripo_records_total") == 12
    assert meters.total("tripo_records_total", topic="orders") == 12
    assert meters.total("tripo_records_total", topic="driver-moves") == 0
    assert meters.total("tripo_lag_records") == 6


def test_a_restarted_worker_goes_on_where_it_was_but_its_gauges_are_new() -> None:
    meters = Meters([1])
    for records, lag in ((5, 9), (8, 9), (2, 1), (4, 0)):
        meters.take(1, endpoint(records, lag))
    assert meters.total("tripo_records_total") == 12
    assert meters.total("tripo_lag_records") == 0


def test_a_worker_that_does_not_answer_keeps_its_last_figures() -> None:
    meters = Meters([9])
    meters.take(9, endpoint(5))
    meters.read()
    assert meters.total("tripo_records_total") == 5


@given(st.lists(st.floats(0.001, 0.5), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99]))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(ages: list[float], share: float) -> None:
    meters = Meters([1, 2])
    meters.take(1, endpoint(0, ages=tuple(ages[::2])))
    meters.take(2, endpoint(0, ages=tuple(ages[1::2])))
    true = np.quantile(ages, share, method="inverted_cdf")
    upper = next(bound for bound in BOUNDS if true <= bound)
    lower = max((bound for bound in BOUNDS if bound < upper), default=0.0)
    found = meters.quantile("tripo_event_age_seconds", share)
    assert found is not None
    assert lower <= found <= upper + 1e-9


def test_a_quantile_beyond_the_last_bound_is_that_bound_and_of_nothing_none() -> None:
    assert quantile([(0.1, 1.0), (float("inf"), 10.0)], 0.99) == pytest.approx(0.1)
    assert quantile([(0.1, 0.0), (float("inf"), 0.0)], 0.5) is None
    assert Meters([1]).quantile("tripo_event_age_seconds", 0.5) is None


def test_a_rate_is_over_the_last_seconds_only() -> None:
    meters = Meters([])
    assert meters.rate("records", 0, now_s=0.0) == 0
    for second in range(1, 60):
        found = meters.rate("records", 100.0 * min(second, 30), now_s=float(second))
        assert found == pytest.approx(100.0) if second <= 30 else found < 100
    assert meters.rate("records", 3000, now_s=60.0) == 0
