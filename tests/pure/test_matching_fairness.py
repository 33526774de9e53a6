"""The ledger counts every active millisecond and cent once; the boost is smooth, bounded, and costs no more pickup time than it says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.matching.fairness import (
    DEFAULT,
    HOUR_MS,
    FairnessPolicy,
    boost_ms,
    factor,
    gini,
    income_per_hour,
    inequality,
    percentile,
    spent_ms,
    standing,
)
from agents.matching.ledger import MOST, Ledger
from agents.matching.optimal import NEVER, Choices, assign
from agents.matching.pay import PayPolicy, pay_cents, price_cents
from agents.matching.policy import SERVICES, TIERS
from agents.matching.prices import prices
from agents.matching.state import MAGIC
from columns.packing import pack, unpack
from columns.table import F64, I64
from tests.pure.matching_events import NOW, unhurried

MINUTE = 60_000
START = NOW // HOUR_MS * HOUR_MS
DRIVERS = 3
SAMPLE = FairnessPolicy(hours=4, window_h=2, windows_h=(2, 4), silent_s=600.0, silent_on_order_s=5400.0)


def rows(*numbers: int) -> I64:
    return np.array(numbers, np.int64)


def a_ledger(count: int = DRIVERS, hours: int = 24) -> Ledger:
    ledger = Ledger(hours)
    ledger.extend(count)
    return ledger


def moves(ledger: Ledger, *each: tuple[int, int, bool], policy: FairnessPolicy = DEFAULT) -> None:
    """Moves as (driver, minutes since START, online)."""
    driver, minutes, online = zip(*each, strict=True)
    ledger.moved(rows(*driver), START + MINUTE * rows(*minutes), np.array(online), policy)


class Loop:
    """The ledger, one event at a time."""

    def __init__(self, policy: FairnessPolicy) -> None:
        self.policy, self.newest = policy, 0
        self.at, self.online, self.on_order = [0] * DRIVERS, [False] * DRIVERS, [False] * DRIVERS
        self.active: Counter[tuple[int, int]] = Counter()
        self.cents: Counter[tuple[int, int]] = Counter()

    def sign(self, driver: int, ts: int) -> None:
        at, self.newest = self.at[driver], max(self.newest, ts // HOUR_MS)
        most = self.policy.silent_on_order_s if self.on_order[driver] else self.policy.silent_s
        if at and (self.online[driver] or self.on_order[driver]):
            for minute in range(at, min(ts, at + int(most * 1000)), MINUTE):
                self.active[driver, minute // HOUR_MS] += MINUTE
        self.at[driver] = max(at, ts)

    def window(self, hours: int) -> list[list[int]]:
        recent = range(self.newest - hours + 1, self.newest + 1)
        return [[sum(table[driver, hour] for hour in recent) for driver in range(DRIVERS)] for table in (self.cents, self.active)]


events = st.lists(
    st.tuples(
        st.sampled_from(["move", "move", "take", "end", "expire", "earn"]),
        st.integers(0, DRIVERS - 1),
        st.sampled_from([1, 7, 30, 200]),
        st.booleans(),
    ),
    max_size=30,
)


def play(given_events: list[tuple[str, int, int, bool]], ledger: Ledger, batch: int) -> Loop:
    """The same events into the ledger, ``batch`` moves at a time at most, and into the loop."""
    loop, minute, waiting = Loop(SAMPLE), 0, list[tuple[int, int, bool]]()

    def flush() -> None:
        if waiting:
            moves(ledger, *waiting, policy=SAMPLE)
            waiting.clear()

    for kind, driver, later, flag in given_events:
        minute += later
        ts = START + minute * MINUTE
        if kind == "move":
            loop.sign(driver, ts)
            loop.online[driver] = flag
            waiting.append((driver, minute, flag))
            if len(waiting) == batch:
                flush()
            continue
        flush()
        if kind in {"take", "expire"}:
            loop.on_order[driver] = kind == "take"
            (ledger.took if kind == "take" else ledger.expired)(rows(driver))
        elif kind == "end":
            ahead = ts + 20 * MINUTE * flag  # of the driver's own moves
            loop.sign(driver, ahead)
            loop.on_order[driver] = False
            ledger.ended(rows(driver), rows(ahead), SAMPLE)
        else:
            loop.newest = max(loop.newest, ts // HOUR_MS)
            loop.cents[driver, ts // HOUR_MS] += 2 * minute
            ledger.earn(rows(driver, driver), rows(minute, minute), rows(ts, ts))
    flush()
    return loop


@given(events, st.integers(1, 8))
@unhurried
def test_the_ledger_counts_as_a_loop_over_single_events_would_in_whatever_batches(
    given_events: list[tuple[str, int, int, bool]], batch: int
) -> None:
    ledger, other = a_ledger(hours=4), a_ledger(hours=4)
    loop = play(given_events, ledger, batch)
    for hours in (1, 2, 4):
        assert [each.tolist() for each in ledger.window(hours)] == loop.window(hours)
    play(given_events, other, 1)
    assert pack(MAGIC, other.facts(), other.arrays()) == pack(MAGIC, ledger.facts(), ledger.arrays())


@given(events, st.lists(st.booleans(), min_size=DRIVERS, max_size=DRIVERS))
@unhurried
def test_a_ledger_goes_on_the_same_from_its_bytes_and_without_the_drivers_let_go(
    given_events: list[tuple[str, int, int, bool]], kept: list[bool]
) -> None:
    half = len(given_events) // 2
    ledger = a_ledger(hours=4)
    play(given_events[:half], ledger, 3)
    data = pack(MAGIC, ledger.facts(), ledger.arrays())
    again = Ledger.of(*unpack(MAGIC, data))
    assert pack(MAGIC, again.facts(), again.arrays()) == data
    for one in (ledger, again):
        moves(one, *[(driver, 10_000 + 5 * i, True) for i, driver in enumerate([0, 1, 2, 2, 0])], policy=SAMPLE)
    assert pack(MAGIC, again.facts(), again.arrays()) == pack(MAGIC, ledger.facts(), ledger.arrays())
    before = ledger.window(4)
    ledger.keep(np.array(kept))
    ledger.extend(2)
    assert [each.tolist() for each in ledger.window(4)] == [[*each[kept].tolist(), 0, 0] for each in before]
    ledger.earn(rows(0, len(ledger) - 1), rows(7, 9), rows(START, START) + 10_030 * MINUTE)
    assert (ledger.window(4)[0].sum() - before[0][kept].sum()) == 16


def test_a_silent_driver_stops_counting_and_one_on_an_order_does_not() -> None:
    ledger = a_ledger()
    moves(ledger, (0, 0, True), (0, 90, True), (1, 0, True))
    ledger.took(rows(1))
    ledger.ended(rows(1), rows(START + 50 * MINUTE))
    assert (ledger.window(24)[1] // MINUTE).tolist() == [5, 50, 0]


@pytest.mark.parametrize("batch", [1, 3])
def test_no_time_counts_twice_where_an_orders_end_was_ahead_of_the_drivers_own_moves(batch: int) -> None:
    ledger = a_ledger()
    moves(ledger, (0, 0, True))
    ledger.took(rows(0))
    ledger.ended(rows(0), rows(START + 20 * MINUTE))
    said = [(0, 1, True), (0, 7, True), (0, 12, True)]
    for i in range(0, 3, batch):
        moves(ledger, *said[i : i + batch])
    moves(ledger, (0, 24, True))
    assert int(ledger.window(24)[1][0]) == 24 * MINUTE


def test_many_moves_of_few_drivers_at_once_are_taken_in_their_order() -> None:
    whole, single = a_ledger(), a_ledger()
    rng = np.random.default_rng(3)
    said = [(int(driver), minute, bool(online)) for minute, (driver, online) in enumerate(rng.integers(0, [DRIVERS, 2], (300, 2)), 1)]
    moves(whole, *said)
    for each in said:
        moves(single, each)
    assert pack(MAGIC, whole.facts(), whole.arrays()) == pack(MAGIC, single.facts(), single.arrays())
    assert whole.window(24)[1].all()


def test_an_order_that_only_expired_counts_no_silence() -> None:
    ledger = a_ledger()
    moves(ledger, (0, 0, True))
    ledger.took(rows(0))
    ledger.expired(rows(0))
    moves(ledger, (0, 240, True))
    assert int(ledger.window(24)[1][0]) == 5 * MINUTE


def test_offline_time_does_not_count_unless_the_driver_is_on_an_order() -> None:
    ledger = a_ledger()
    moves(ledger, (0, 0, False), (0, 4, True), (0, 6, False), (0, 9, True), (1, 0, True))
    ledger.took(rows(1))
    moves(ledger, (1, 2, False), (1, 5, False))
    assert (ledger.window(24)[1] // MINUTE).tolist() == [2, 5, 0]


def test_what_lies_a_day_back_is_forgotten_and_memory_is_eight_bytes_a_driver_and_hour() -> None:
    ledger = a_ledger()
    moves(ledger, (0, 58, True), (0, 62, True))
    ledger.earn(rows(0, 1), rows(500, 700), START + rows(0, HOUR_MS))
    assert ledger.window(24)[0].tolist() == [500, 700, 0]
    ledger.advance(START + 24 * HOUR_MS)
    assert [each.tolist() for each in ledger.window(24)] == [[0, 700, 0], [2 * MINUTE, 0, 0]]
    ledger.earn(rows(0), rows(900), rows(START))  # older than the ledger reaches
    ledger.advance(START + 400 * HOUR_MS)
    assert not np.concatenate(ledger.window(24)).any()
    arrays = ledger.arrays()
    assert arrays["active"].nbytes + arrays["cents"].nbytes == 8 * 24 * DRIVERS


def test_pay_is_not_negative_and_an_hours_income_saturates() -> None:
    ledger = a_ledger()
    with pytest.raises(ValueError, match="pay is not negative"):
        ledger.earn(rows(0, 1), rows(5, -1), rows(START, START))
    ledger.earn(rows(0, 0), rows(MOST, MOST), rows(START, START))
    assert int(ledger.window(1)[0][0]) == MOST


def test_the_table_gets_a_driver_once_active_and_again_when_its_factor_has_moved() -> None:
    ledger = a_ledger(2)
    assert ledger.due(ledger.standing()).tolist() == []
    moves(ledger, (0, 0, True), (1, 0, True), (0, 5, True))
    now = ledger.standing()
    assert ledger.due(now).tolist() == [0]
    ledger.show(rows(0), now)
    assert ledger.due(ledger.standing()).tolist() == []
    ledger.earn(rows(1), rows(2000), rows(START + 5 * MINUTE))
    assert ledger.due(ledger.standing()).tolist() == [0, 1]


amounts = st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 24 * HOUR_MS)), min_size=1, max_size=20)


def columns(given_amounts: list[tuple[int, int]]) -> tuple[I64, I64]:
    cents, active = zip(*given_amounts, strict=True)
    return rows(*cents), rows(*active)


@given(amounts)
@unhurried
def test_who_earns_more_an_hour_is_never_boosted_more(given_amounts: list[tuple[int, int]]) -> None:
    now = standing(*columns(given_amounts))
    order = np.argsort(now.per_hour, kind="stable")
    assert (np.diff(now.factor[order]) <= 0).all()
    assert (np.diff(now.boost_ms[order]) >= 0).all()
    assert ((now.factor >= 0) & (now.factor <= 1)).all()
    assert (np.abs(now.boost_ms) <= DEFAULT.bound_s * 1000).all()


def test_the_mean_a_newcomer_and_a_market_without_income_stand_in_the_middle() -> None:
    now = standing(rows(1000, 3000, 2000, 0), HOUR_MS * rows(1, 1, 1, 0))
    assert now.per_hour.tolist() == [1500.0, 2500.0, 2000.0, 2000.0]
    assert now.factor[2:].tolist() == [0.5, 0.5]
    assert now.boost_ms[2:].tolist() == [0, 0]
    assert now.boost_ms[0] < 0 < now.boost_ms[1]
    assert standing(rows(0, 0), rows(HOUR_MS, 0)).boost_ms.tolist() == [0, 0]


def test_the_boost_is_the_same_for_half_and_for_twice_the_mean_and_never_beyond_the_bound() -> None:
    relative = np.array([0.0, 0.25, 0.8, 1.0, 1.25, 4.0, 1e300])
    policy = FairnessPolicy(bound_s=100.0, steepness=4.0)
    power = np.array([0.0, 0.25, 0.8, 1.0, 1.25, 4.0, 1e30]) ** 4
    assert boost_ms(relative, policy).tolist() == np.rint(100_000 * (power - 1) / (power + 1)).tolist()
    assert boost_ms(1 / relative[1:], policy).tolist() == (-boost_ms(relative[1:], policy)).tolist()
    assert factor(np.array([0.0, 1.0, 2.0])).tolist() == [1.0, 0.5, 0.2]


def test_little_is_known_of_a_driver_of_a_minute() -> None:
    by_hour = income_per_hour(rows(1500, 15_000), rows(MINUTE, 10 * HOUR_MS), 1500.0, 1.0)
    assert by_hour[0] < 3000.0
    assert by_hour[1] == 1500.0


@given(amounts)
@unhurried
def test_the_gini_is_half_the_mean_difference_of_two_active_hours_over_their_mean(given_amounts: list[tuple[int, int]]) -> None:
    cents, active = columns(given_amounts)
    got = gini(cents, active)
    cents, active = cents[active > 0], active[active > 0]
    if cents.sum() == 0:
        assert np.isnan(got)
        return
    rate, share = cents / active, active / active.sum()
    mean = float((share * rate).sum())
    difference = float((share[:, None] * share[None, :] * np.abs(rate[:, None] - rate[None, :])).sum())
    assert got == pytest.approx(difference / (2 * mean), abs=1e-8)
    assert 0 <= got < 1
    assert gini(np.tile(3 * cents, 2), np.tile(active, 2)) == pytest.approx(got, abs=1e-8)


@given(amounts, st.sampled_from([0.1, 0.5, 0.9, 1.0]))
@unhurried
def test_a_percentile_has_that_share_of_active_time_at_or_below_it_and_no_lesser_rate_has(
    given_amounts: list[tuple[int, int]], share: float
) -> None:
    cents, active = columns(given_amounts)
    got = percentile(share, cents, active)
    cents, active = cents[active > 0], active[active > 0]
    if len(active) == 0:
        assert np.isnan(got)
        return
    rate = cents / active
    assert active[rate <= got].sum() >= share * active.sum() * (1 - 1e-9)
    assert active[rate < got].sum() < share * active.sum()


def test_a_markets_statistics_by_window() -> None:
    ledger = a_ledger(4, hours=4)
    for hour, cents in ((0, rows(4000, 0, 0, 0)), (3, rows(0, 1000, 2000, 0))):
        ts = START + hour * HOUR_MS
        ledger.earn(rows(0, 1, 2, 3), cents, np.full(4, ts))
        for driver in np.flatnonzero(cents).tolist():
            moves(ledger, (driver, 60 * hour, True), (driver, 60 * hour + 5, False))
    late, whole = ledger.statistics(SAMPLE)
    assert (late.hours, late.drivers, late.cents, late.active_ms, late.mean, late.p10, late.p90) == (
        2,
        2,
        3000,
        600_000,
        18_000,
        12_000,
        24_000,
    )
    assert (whole.hours, whole.drivers, whole.cents, whole.active_ms, whole.mean, whole.p10, whole.p90) == (
        4,
        3,
        7000,
        900_000,
        28_000,
        12_000,
        48_000,
    )
    assert late.gini == pytest.approx(1 / 6)
    assert whole.gini == pytest.approx(2 / 7)
    assert np.isnan([inequality(8, rows(0), rows(0)).gini, inequality(8, rows(0), rows(0)).p10]).all()


@st.composite
def a_batch(draw: st.DrawFn) -> tuple[Choices, F64]:
    """Pickup times of orders and near drivers, and the relative incomes of the drivers; some orders would rather go without."""
    orders = draw(st.integers(1, 8))
    drivers = draw(st.integers(1, 10))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    width = int(rng.integers(1, drivers + 1))
    driver = np.sort(rng.permuted(np.tile(np.arange(drivers), (orders, 1)), axis=1)[:, :width], axis=1)
    real = rng.random((orders, width)) < 0.8
    cost = np.where(real, rng.integers(0, 600_000, (orders, width)), NEVER)  # with the boost, less than nothing too
    outside = np.where(rng.random(orders) < 0.8, 3_600_000, rng.integers(180_000, 600_000, orders))
    relative = np.exp(rng.normal(0, draw(st.sampled_from([0.1, 0.5, 2.0])), drivers))
    return Choices(cost, np.where(real, driver, drivers), outside, drivers), relative


def boosted(plain: Choices, boost: I64) -> Choices:
    return replace(plain, cost=plain.cost + np.append(boost, 0)[plain.driver])


def paid(plain: Choices, place: I64) -> int:
    hit = np.flatnonzero(place >= 0)
    return int(plain.cost[hit, place[hit]].sum() + plain.outside[place < 0].sum())


def used(choices: Choices, place: I64) -> set[int]:
    hit = np.flatnonzero(place >= 0)
    return set(choices.driver[hit, place[hit]].tolist())


@given(a_batch(), st.sampled_from([15.0, 60.0, 240.0]))
@unhurried
def test_the_boost_costs_a_batch_at_most_the_bound_for_each_driver_exchanged(given_batch: tuple[Choices, F64], bound_s: float) -> None:
    plain, relative = given_batch
    boost = boost_ms(relative, FairnessPolicy(bound_s=bound_s))
    best, fair = assign(plain), assign(boosted(plain, boost))
    lost = paid(plain, fair) - paid(plain, best)
    exchanged = used(plain, best) ^ used(plain, fair)
    assert 0 <= lost <= 1000 * bound_s * len(exchanged) <= 2000 * bound_s * len(plain)
    assert lost <= int(np.abs(boost[sorted(exchanged)]).sum())


@given(a_batch(), st.sampled_from([15.0, 60.0, 240.0]))
@unhurried
def test_the_prices_prove_a_bound_on_what_the_boost_did_cost(given_batch: tuple[Choices, F64], bound_s: float) -> None:
    plain, relative = given_batch
    boost = boost_ms(relative, FairnessPolicy(bound_s=bound_s))
    choices = boosted(plain, boost)
    fair = assign(choices)
    lost = paid(plain, fair) - paid(plain, assign(plain))
    assert lost <= spent_ms(choices, boost, fair, prices(choices, fair).price)
    assert spent_ms(plain, 0 * boost, assign(plain), prices(plain, assign(plain)).price) == 0


@given(st.integers(0, 1 << 30))
@unhurried
def test_an_order_alone_waits_at_most_twice_the_bound_longer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    eta = rng.integers(180_000, 400_000, (1, 12))
    boost = boost_ms(np.exp(rng.normal(0, 1, 12)))
    plain = Choices(eta, np.arange(12)[None, :], rows(3_600_000), 12)
    place = assign(boosted(plain, boost))
    assert eta[0, place[0]] - eta.min() <= 2000 * DEFAULT.bound_s
    assert boost[place[0]] <= boost[eta[0].argmin()]


def one(service: str, tier: str, trip_m: float, hour: int) -> tuple[int, int]:
    """Price and pay in cents."""
    given_order = (np.array([SERVICES.index(service)], np.uint8), np.array([TIERS.index(tier)], np.uint8), np.array([trip_m]), rows(hour))
    return int(price_cents(*given_order)[0]), int(pay_cents(*given_order)[0])


@pytest.mark.parametrize(
    ("service", "tier", "trip_m", "hour", "price", "pay"),
    [
        ("RIDE", "STANDARD", 1500.0, 12, 1500, 1275),
        ("RIDE", "STANDARD", 1500.0, 23, 1500, 1275),  # night and weekend are of the premium price
        ("RIDE", "STANDARD", 8000.0, 12, 2250, 1913),  # 5 km beyond the 3 covered, at 10 % each
        ("RIDE", "GOLD", 1500.0, 12, 3300, 2805),  # 15 · 2 + 20 % of 15
        ("RIDE", "GOLD", 1500.0, 22, 3600, 3060),  # 15 · 2 · 1.1 + 3
        ("RIDE", "GOLD", 1500.0, 5, 3600, 3060),
        ("RIDE", "GOLD", 1500.0, 6, 3300, 2805),
        ("RIDE", "GOLD", 1500.0, 120 + 12, 3450, 2933),  # Saturday noon: 15 · 2 · 1.05 + 3
        ("RIDE", "GOLD", 1500.0, 144 + 23, 3600, 3060),  # Sunday night: a night
        ("MOTO", "BRONZE", 0.0, 12, 1200, 1020),
        ("TRUCK_VAN", "PLATINUM", 3000.0, 12, 9450, 8033),
    ],
)
def test_prices_are_those_of_the_platforms_document(service: str, tier: str, trip_m: float, hour: int, price: int, pay: int) -> None:
    assert one(service, tier, trip_m, hour) == (price, pay)


@given(st.sampled_from(SERVICES), st.sampled_from(TIERS), st.floats(0, 400_000), st.floats(0, 100_000), st.integers(0, 167))
@unhurried
def test_a_longer_trip_or_a_higher_tier_never_pays_less(service: str, tier: str, trip_m: float, more_m: float, hour: int) -> None:
    assert one(service, tier, trip_m, hour)[1] <= one(service, tier, trip_m + more_m, hour)[1]
    higher = TIERS[min(TIERS.index(tier) + 1, len(TIERS) - 1)]
    assert one(service, tier, trip_m, hour)[1] <= one(service, higher, trip_m, hour)[1]


def test_a_price_names_every_service_and_tier() -> None:
    assert len(PayPolicy().base_cents) == len(SERVICES)
    assert len(PayPolicy().tier_multiplier) == len(TIERS)
