"""Analytics: figures by day and human agent, which add up in any order, and derived values that can be told from the sums."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.analytics import BOUNDS_MS, DAY_MS, DAYS, DECIDED, Analytics, Figures, Times
from agents.support.conversation import Conversation
from agents.support.turns import Change, Feedback, Resolution, Turn
from ops.support.analytics import merged

NOON = 20_000 * DAY_MS + DAY_MS // 2  # of 2024-10-04
MINUTE = 60_000


def rows(analytics: Analytics) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["day"], row["agent_id"]): row for row in analytics.due()}


def test_a_day_as_it_is_shown() -> None:
    it = Analytics()
    it.began(NOON)
    for _ in range(3):
        it.said(NOON)
    it.decided(NOON, "answered", 0.9, 80)
    it.decided(NOON, "answered", 0.8, 120)
    it.decided(NOON, "clarified", 0.5, 100)
    it.decided(NOON, "escalated", 0.4)
    it.resolved(None, Resolution(NOON, None, 5 * MINUTE, first=True, alone=True))
    it.rated(Feedback("f", NOON, rating=5, helpful=True))
    it.rated(Feedback("f", NOON, rating=2, helpful=False))
    it.rated(Feedback("f", NOON, helpful=True))
    it.rated(Feedback("f", NOON, follow_up=True))
    (row,) = it.due()
    assert (row["day"], row["agent_id"]) == ("2024-10-04", "")
    assert [row[name] for name in ("conversations", "messages", *DECIDED)] == [1, 3, 2, 1, 1]
    assert (row["automation_rate"], row["escalation_rate"], row["mean_confidence"]) == (0.5, 0.25, 0.65)
    assert (row["response_mean_ms"], row["response_p50_ms"], row["response_p99_ms"]) == (100.0, 88, 197)
    assert (row["resolution_mean_ms"], row["first_contact_resolution"], row["resolved_alone_share"]) == (5 * MINUTE, 1.0, 1.0)
    assert (row["ratings"], row["satisfaction"], row["helpful_share"]) == (2, 3.5, 0.666667)


def test_where_nothing_can_be_said_nothing_is() -> None:
    it = Analytics()
    it.said(NOON)
    (row,) = it.due()
    assert [name for name, value in row.items() if value is None] == [
        "automation_rate", "escalation_rate", "mean_confidence", "satisfaction", "helpful_share", "first_contact_resolution",
        "resolved_alone_share", "response_mean_ms", "response_p50_ms", "response_p95_ms", "response_p99_ms", "resolution_mean_ms",
        "resolution_p50_ms", "resolution_p95_ms", "resolution_p99_ms",
    ]  # fmt: skip


def test_what_a_human_agent_does_counts_for_it_and_for_everybody() -> None:
    it = Analytics()
    it.assigned(NOON, "p1")
    it.said(NOON, "p1")
    it.replied(NOON, "p1", 3 * MINUTE)
    it.resolved(None, Resolution(NOON + DAY_MS, "p1", DAY_MS, first=True, alone=False))
    it.rated(Feedback("f", NOON + DAY_MS, rating=4), "p1")
    seen = rows(it)
    assert list(seen) == [("2024-10-04", ""), ("2024-10-04", "p1"), ("2024-10-05", ""), ("2024-10-05", "p1")]
    everybody, person = seen["2024-10-04", ""], seen["2024-10-04", "p1"]
    assert (everybody["conversations"], everybody["messages"], everybody["response_mean_ms"]) == (0, 1, None)
    assert (person["conversations"], person["messages"], person["response_mean_ms"]) == (1, 1, 3 * MINUTE)
    for who in ("", "p1"):
        row = seen["2024-10-05", who]
        assert (row["resolved"], row["resolved_alone"], row["first_contact"], row["satisfaction"]) == (1, 0, 1, 4.0)


def test_a_resolution_that_did_not_last_is_taken_back() -> None:
    talk, it = Conversation("c1"), Analytics()
    for what in (
        Turn("m1", "USER", "TEXT", NOON, "?"),
        Change("RESOLVED", NOON + MINUTE, "p1"),
        Turn("m2", "USER", "TEXT", NOON + 2 * MINUTE, "?"),
        Change("RESOLVED", NOON + DAY_MS, "p2"),
    ):
        before = talk.resolution
        _ = talk.asks(what) if isinstance(what, Turn) else talk.changes(what)
        it.resolved(before, talk.resolution)
    seen = rows(it)
    assert {key: (row["resolved"], row["first_contact"], row["resolution_sum_ms"]) for key, row in seen.items()} == {
        ("2024-10-04", ""): (0, 0, 0),
        ("2024-10-04", "p1"): (0, 0, 0),
        ("2024-10-05", ""): (1, 0, DAY_MS),
        ("2024-10-05", "p2"): (1, 0, DAY_MS),
    }


def test_only_what_has_changed_is_due() -> None:
    it = Analytics()
    it.said(NOON)
    it.said(NOON - DAY_MS, "p1")
    assert len(it.due()) == 3
    assert it.due() == []
    it.said(NOON, "p1")
    assert [(row["day"], row["agent_id"], row["messages"]) for row in it.due()] == [("2024-10-04", "", 2), ("2024-10-04", "p1", 1)]


def test_days_are_forgotten_and_not_counted_again() -> None:
    it = Analytics()
    it.said(NOON - DAYS * DAY_MS)
    it.said(NOON - (DAYS - 1) * DAY_MS)
    it.forget(NOON)
    it.forget(NOON - 9 * DAY_MS)  # the clock does not go back
    it.said(NOON - DAYS * DAY_MS)
    it.resolved(Resolution(NOON - DAYS * DAY_MS, None, 1, first=True, alone=True), None)
    assert [row["day"] for row in it.due()] == ["2024-08-26"]


def test_what_is_done_about_a_message_is_named() -> None:
    with pytest.raises(ValueError, match="not as 'ignored'"):
        Analytics().decided(NOON, "ignored", 0.5)


def test_a_day_is_one_of_utc() -> None:
    it = Analytics()
    it.said(20_000 * DAY_MS - 1)
    it.said(20_000 * DAY_MS)
    assert [row["day"] for row in it.due()] == ["2024-10-03", "2024-10-04"]


# ---- whatever happens ----

MOMENTS = st.integers(NOON - 3 * DAY_MS, NOON + 3 * DAY_MS)
WHO = st.none() | st.sampled_from(["p1", "p2"])
SHARE = st.floats(0, 1)
TOOK = st.integers(-5, 10**9)
Happens = Callable[[Analytics], None]
EVENTS: st.SearchStrategy[Happens] = st.one_of(
    st.builds(lambda ts: lambda it: it.began(ts), MOMENTS),
    st.builds(lambda ts: lambda it: it.assigned(ts, "p1"), MOMENTS),
    st.builds(lambda ts, who: lambda it: it.said(ts, who), MOMENTS, WHO),
    st.builds(lambda ts, how, share, ms: lambda it: it.decided(ts, how, share, ms), MOMENTS, st.sampled_from(DECIDED), SHARE, TOOK),
    st.builds(lambda ts, ms: lambda it: it.replied(ts, "p2", ms), MOMENTS, TOOK),
    st.builds(lambda one: lambda it: it.resolved(None, one), st.builds(Resolution, MOMENTS, WHO, TOOK, st.booleans(), st.booleans())),
    st.builds(
        lambda ts, rating, helpful, who: lambda it: it.rated(Feedback("f", ts, rating, helpful), who),
        MOMENTS, st.none() | st.integers(1, 5), st.none() | st.booleans(), WHO,
    ),
)  # fmt: skip


def counted(events: list[Happens]) -> Analytics:
    it = Analytics()
    for happens in events:
        happens(it)
    return it


@given(st.lists(EVENTS, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_events_leaves_no_trace(events: list[Happens], random: Any) -> None:
    mixed = list(events)
    random.shuffle(mixed)
    one, other = counted(events), counted(mixed)
    assert json.dumps(one.facts()) == json.dumps(other.facts())
    assert one.due() == other.due()


@given(st.lists(EVENTS, max_size=20), st.lists(EVENTS, max_size=20))
def test_partitions_add_up(here: list[Happens], there: list[Happens]) -> None:
    whole, parts = rows(counted(here + there)), [rows(counted(here)), rows(counted(there))]
    assert set(whole) == set(parts[0]) | set(parts[1])
    for key, row in whole.items():
        figures = Figures()
        for part in parts:
            if key in part:
                figures.merge(Figures.read(part[key]))
        assert figures.shown() == {name: value for name, value in row.items() if name not in ("day", "agent_id")}


@given(st.lists(EVENTS, max_size=20), st.lists(EVENTS, max_size=20))
def test_what_is_shown_to_people_is_of_all_partitions(here: list[Happens], there: list[Happens]) -> None:
    parts = [row | {"agent_id": row["agent_id"] or None} for some in (here, there) for row in rows(counted(some)).values()]
    shown = merged(parts)
    whole = rows(counted(here + there))
    assert {(row["day"], row["agent_id"] or ""): row | {"agent_id": row["agent_id"] or ""} for row in shown} == whole
    assert [row["day"] for row in shown] == sorted((row["day"] for row in shown), reverse=True)


@given(st.lists(EVENTS, max_size=20), st.lists(EVENTS, max_size=10))
def test_loaded_analytics_go_on_like_those_that_were_dumped(before: list[Happens], after: list[Happens]) -> None:
    live = counted(before)
    live.forget(NOON + (DAYS - 1) * DAY_MS)
    loaded = Analytics.of(json.loads(json.dumps(live.facts())))
    for happens in after:
        happens(live)
        happens(loaded)
    assert json.dumps(live.facts()) == json.dumps(loaded.facts())
    assert live.due() == loaded.due()


@given(st.lists(EVENTS, max_size=30))
def test_rates_are_between_0_and_1(events: list[Happens]) -> None:
    for row in counted(events).due():
        shares = [row[name] for name in row if name.endswith(("_rate", "_share", "resolution", "mean_confidence"))]
        assert all(share is None or 0 <= share <= 1 for share in shares)
        assert row["satisfaction"] is None or 1 <= row["satisfaction"] <= 5


@given(st.lists(st.integers(0, BOUNDS_MS[-1]), min_size=1), SHARE)
def test_a_percentile_is_off_by_a_bucket_at_most(times: list[int], share: float) -> None:
    it = Times()
    for ms in times:
        it.add(ms)
    exact = sorted(times)[max(0, ceil(share * len(times)) - 1)]
    place = next(i for i, bound in enumerate(BOUNDS_MS) if exact <= bound)
    told = it.percentile_ms(share)
    assert told is not None
    assert (BOUNDS_MS[place - 1] if place else 0) <= told <= BOUNDS_MS[place]
    for ms in times:
        it.add(ms, -1)
    assert it == Times()


def test_the_targets_are_bounds_of_buckets_and_the_last_is_open() -> None:
    assert {500, 1000, 2000} <= set(BOUNDS_MS)
    assert list(BOUNDS_MS) == sorted(BOUNDS_MS)
    it = Times()
    it.add(10**12)
    assert it.percentile_ms(1.0) == 14 * DAY_MS
