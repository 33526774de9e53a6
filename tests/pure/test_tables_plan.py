"""Where the mirror goes on, given what Redis holds and what the log is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tables.layout import Layout, layout
from tables.log import TopicLog
from tables.plan import Rebuild, Resume, plan
from tables.store import Held

DAY = 86_400_000
LOG = TopicLog("c/t", low=(0, 10), high=(50, 60), tombstones_ms=DAY, asked_at=100 * DAY)
NOW = LOG.asked_at


def test_it_goes_on_where_redis_says() -> None:
    assert plan(Held("c/t", 30, level_at=NOW), LOG, 0, NOW) == Resume(30)
    assert plan(Held("c/t", 50, level_at=0), LOG, 0, NOW) == Resume(50), "nothing came since: no tombstone can be missing"


def test_it_goes_on_at_the_beginning_when_retention_has_overtaken_it() -> None:
    assert plan(Held("c/t", 3, level_at=NOW), LOG, 1, NOW) == Resume(10)


def test_it_rebuilds_when_redis_was_emptied_or_belongs_to_another_log() -> None:
    assert plan(Held(), LOG, 0, NOW) == Rebuild("empty")
    assert plan(Held("c/other", 30, level_at=NOW), LOG, 0, NOW) == Rebuild("other-log")
    assert plan(Held("other/t", 30, level_at=NOW), LOG, 0, NOW) == Rebuild("other-log")
    assert plan(Held("c/t", 51, level_at=NOW), LOG, 0, NOW) == Rebuild("ahead")


def test_it_rebuilds_when_tombstones_may_be_gone() -> None:
    assert plan(Held("c/t", 30, level_at=NOW - DAY // 2), LOG, 0, NOW) == Resume(30)
    assert plan(Held("c/t", 30, level_at=NOW - DAY // 2 - 1), LOG, 0, NOW) == Rebuild("stale")


@given(st.sampled_from(["", "c/t", "x/y"]), st.integers(0, 100), st.integers(0, 200 * DAY), st.integers(0, 1))
def test_whatever_redis_holds_reading_goes_on_inside_the_log(log: str, following: int, level_at: int, partition: int) -> None:
    step = plan(Held(log, following, level_at=level_at), LOG, partition, NOW)
    if isinstance(step, Resume):
        assert LOG.low[partition] <= step.start <= LOG.high[partition]
        assert log == LOG.log


@given(st.binary(min_size=1), st.integers(0, 2000))
def test_no_key_of_a_row_is_that_of_a_position_or_an_index(key: bytes, partition: int) -> None:
    where = Layout("t1.", "drivers")
    assert where.row(key) not in {where.position(partition).encode(), where.index(partition).encode()}


def test_keys_carry_the_namespace() -> None:
    where = layout("decisions")
    assert where.row("o-1") == f"tripo:{where.namespace}decisions:o-1".encode()
