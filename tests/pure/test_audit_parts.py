"""What audits say of differences, explanations and forks, on worked examples; states that are kept are the states that are read."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from agents.matching.policy import DEFAULT
from agents.pricing.policy import DEFAULT as PRICING
from audit.differences import differences
from audit.explain import explain
from audit.fork import Fork, ForkError, rewarded
from audit.fork_check import NoAgentError, check
from audit.fork_child import UnknownFieldError, changed
from audit.fork_compare import DRAWN, compare, interval, value_of
from audit.fork_page import page
from audit.memory import Kept
from audit.outputs import Due, Outputs
from audit.states import Kept as State
from audit.states import States, tidy
from ops.audit.fork import _models
from ops.cli import build
from streams import journal
from streams.message import Message
from streams.settings import ROOT, settings
from tests.pure.audit_log import DECISIONS, written

RECORDS = written([6])[DECISIONS]
PAIRS = [(m.of_key, m.of_value) for m in RECORDS]


def test_the_same_bytes_do_not_differ() -> None:
    assert differences(DECISIONS, 0, 0, RECORDS, PAIRS) == []


def test_a_record_that_differs_is_told_by_its_fields() -> None:
    fields = journal.decode(DECISIONS, RECORDS[2].of_value or b"")
    other = journal.encode(DECISIONS, fields | {"sum": fields["sum"] + 1})
    found = differences(DECISIONS, 0, 0, RECORDS, [*PAIRS[:2], (PAIRS[2][0], other), *PAIRS[3:]])
    assert [(one.offset, one.id, one.fields) for one in found] == [
        (RECORDS[2].at, fields["decision_id"], {"sum": (fields["sum"], fields["sum"] + 1)})
    ]
    assert not found[0].only_versions


def test_no_number_is_the_same_as_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decisions that differed in nothing but versions were said to differ in their factors, where one of these was NaN."""
    fields = journal.decode(DECISIONS, RECORDS[0].of_value or b"")
    read = iter([fields | {"sum": float("nan"), "code_version": code} for code in ("old", "new")])
    monkeypatch.setattr("audit.differences.journal.decode", lambda *_: next(read))
    (found,) = differences(DECISIONS, 0, 0, RECORDS[:1], [(PAIRS[0][0], b"other")])
    assert found.fields == {"code_version": ("old", "new")}
    assert found.only_versions


@given(st.sampled_from(range(len(PAIRS))))
def test_a_record_that_is_missing_or_too_many_is_told_alone(i: int) -> None:
    (gone,) = differences(DECISIONS, 0, 0, RECORDS[:i] + RECORDS[i + 1 :], PAIRS)
    assert gone.offset is None
    assert gone.id == journal.decode(DECISIONS, PAIRS[i][1] or b"")["decision_id"]
    (more,) = differences(DECISIONS, 0, 0, RECORDS, PAIRS[:i] + PAIRS[i + 1 :])
    assert more.offset == RECORDS[i].at


def test_a_value_that_cannot_be_read_differs_in_its_bytes() -> None:
    broken = Kept(RECORDS[0].at, RECORDS[0].of_key, b"\0\0\0\0\1\xff", 0)
    (found,) = differences(DECISIONS, 0, 0, [broken], PAIRS[:1])
    assert "(unreadable)" in found.fields


def test_factors_are_weighed_and_alternatives_say_why_they_lost() -> None:
    decision = {
        "decision_id": "pricing/quotes/0/1/0",
        "factors": [
            {"name": "demand", "value": 2.0, "weight": 0.5},
            {"name": "weather", "value": -1.0, "weight": 1.0},
            {"name": "user", "value": 0.0, "weight": 1.0},
        ],
        "alternatives": [{"name": "aggressive", "expected_profit": 3.0}, {"driver_id": "rui", "short_s": 4.25}],
        "expected_profit": 5.0,
        "guards": ["cap"],
        "propensity": 0.25,
        "policy_version": "p",
    }
    found = explain(decision, [])
    assert [(one.name, one.share) for one in found.factors] == [("demand", 0.5), ("weather", 0.5), ("user", 0.0)]
    assert [one.lost for one in found.alternatives] == [
        "expected_profit 3 against 5",
        "its cost would have had to be lower by more than 4.2 s",
    ]
    assert (found.guards, found.propensity, found.versions) == (["cap"], 0.25, {"policy_version": "p"})


def test_a_policy_is_changed_by_field_also_within_its_parts() -> None:
    found = changed(DEFAULT, {"quality_s": 1.0, "acceptance": {"lost_s": 2.0}, "weights": [1, 0, 0, 0, 0]})
    assert (found.quality_s, found.acceptance.lost_s, found.weights) == (1.0, 2.0, (1, 0, 0, 0, 0))
    assert dataclasses.replace(found, quality_s=DEFAULT.quality_s, acceptance=DEFAULT.acceptance, weights=DEFAULT.weights) == DEFAULT
    with pytest.raises(UnknownFieldError, match=r"'acceptance\.kindness'"):
        changed(DEFAULT, {"acceptance": {"kindness": 1}})


def decisions(drivers: list[str | None], eta: list[float]) -> pl.DataFrame:
    n = len(drivers)
    ids = [f"matching/orders/0/{i}/0" for i in range(n)]
    return pl.DataFrame(
        {
            "decision_id": ids,
            "driver_id": drivers,
            "eta_s": eta,
            "decided_at": [1000 * i for i in range(n)],
            "service": ["RIDE", "FOOD"] * (n // 2),
        }
    )


def test_a_fork_is_compared_decision_by_decision() -> None:
    actual = decisions(["a", "b", "c", "d"], [1.0, 2.0, 3.0, 4.0])
    other = decisions(["a", "b", "x", "d"], [1.0, 2.0, 5.0, 4.5])
    found = compare("matching.decisions", actual, other)
    assert (found.paired, found.differ, found.choose, found.first_different_ms, found.before) == (4, 2, 1, 2000, 2)
    (eta,) = found.changes
    assert eta.difference == pytest.approx(0.625)
    assert [(g.value, g.decisions, g.choose) for g in found.groups if g.name == "service"] == [("FOOD", 2, 0), ("RIDE", 2, 1)]
    assert compare("matching.decisions", actual, actual).first_different_ms is None
    fewer = compare("matching.decisions", actual, other.head(3))
    assert (fewer.only_actual, fewer.only_other) == (1, 0)


def test_money_is_a_choice_and_small_groups_are_one() -> None:
    n = 60
    actual = pl.DataFrame(
        {
            "decision_id": [f"p/t/0/{i}/0" for i in range(n)],
            "zone": [f"z{min(i, 29)}" for i in range(n)],
            "pay_cents": [100 + i for i in range(n)],
        }
    )
    found = compare("pricing.driver-pay", actual, actual.with_columns(pay_cents=pl.col("pay_cents") + 7))
    assert (found.choose, found.by, len(found.first), found.first[0]) == (n, "pay_cents", 10, "p/t/0/0/0")
    zones = [g for g in found.groups if g.name == "zone"]
    assert (zones[0].value, zones[0].decisions, zones[0].difference) == ("z29", 31, 7.0)
    assert (zones[-1].value, zones[-1].decisions, len(zones)) == ("10 others", 10, 21)


def test_who_begins_where_is_told_of_decisions_that_name_no_zone() -> None:
    actual = decisions(["a", "b"], [1.0, 2.0])
    begun = pl.DataFrame({"decision_id": actual["decision_id"], "pickup_lat": [52.0, 52.3], "pickup_lon": [5.0, None]})
    found = compare("matching.decisions", actual, decisions(["a", "c"], [1.0, 9.0]), begun)
    assert [(g.decisions, g.choose, g.difference) for g in found.groups if g.name == "zone"] == [(1, 0, 0.0), (1, 1, 7.0)]


def drawn(n: int = 400) -> pl.DataFrame:
    """Decisions that were drawn among three, with what they brought."""
    arm = np.random.default_rng(3).integers(0, 3, n)
    chance = np.array([0.2, 0.3, 0.5])[arm]
    return pl.DataFrame({"decision_id": [str(i) for i in range(n)], "price_cents": 100 + arm, "propensity": chance})


def test_a_fork_that_changes_nothing_is_worth_what_was_earned() -> None:
    actual = drawn()
    earned = pl.DataFrame({"decision_id": actual["decision_id"], "r": (actual["price_cents"] - 100).cast(pl.Float64)})
    value = compare("pricing.decisions", actual, actual, earned, "r").value
    assert value is not None
    assert (value.value, value.effective, value.count) == (pytest.approx(value.logged), 400, 400)


def test_no_value_is_told_of_a_fork_that_draws_otherwise() -> None:
    actual = drawn()
    earned = pl.DataFrame({"decision_id": actual["decision_id"], "r": [1.0] * actual.height})
    other = actual.with_columns(price_cents=pl.col("price_cents").reverse())
    value = compare("pricing.decisions", actual, other, earned, "r").value
    assert value is not None
    assert (value.value, value.logged, value.why) == (None, 1.0, DRAWN)
    sure = other.with_columns(propensity=pl.lit(1.0))
    value = compare("pricing.decisions", actual, sure, earned, "r").value
    assert value is not None
    assert value.value == pytest.approx(1.0)


def test_the_page_needs_nothing_else_and_takes_no_markup_from_the_data() -> None:
    evil = decisions(["<script>", "b"] * 20, [1.0] * 40).with_columns(service=pl.lit("<script>alert(1)</script>"))
    html = page("t", [("a", "<b>")], ["careful"], [compare("x", evil, evil.with_columns(driver_id=pl.lit("c"), eta_s=pl.lit(3.0)))])
    assert "<script>" not in html
    assert "<svg" in html
    assert "careful" in html


@given(st.integers(0, 2**32 - 1))
def test_a_value_is_estimated_from_propensities(seed: int) -> None:
    """Two actions, the logged policy takes the first in 80 %; the other policy always the second, whose reward is 0.5 in the mean."""
    generator = np.random.default_rng(seed)
    first = generator.random(5000) < 0.8
    rewards = np.where(first, generator.random(5000) < 0.2, generator.random(5000) < 0.5).astype(float)
    found = value_of("r", np.where(first, 0.8, 0.2), ~first, rewards)
    assert found.value == pytest.approx(0.5, abs=0.08)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert found.effective == pytest.approx((~first).sum())


def test_too_few_of_the_same_choice_give_no_value() -> None:
    found = value_of("r", np.full(40, 0.5), np.ones(40, np.bool_), np.ones(40))
    assert (found.value, found.effective) == (None, 40)


def test_an_interval_covers_as_often_as_it_says() -> None:
    generator = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        low, high = interval(generator.normal(1.0, 2.0, 200))
        covered += low <= 1.0 <= high
    assert 180 <= covered <= 199


def test_states_are_kept_by_sequence_and_code_and_the_oldest_go(tmp_path: Path) -> None:
    states = States(tmp_path / "matching-0", "abc")
    for sequence in (3, 12, 7):
        states.save(State(sequence, sequence * 2, bytes([sequence]) * 32, {"t": sequence}, b"data\nwith\nlines" * sequence))
    assert [one.sequence for one in states.best(12)] == [7, 3]
    best = next(states.best(100))
    assert best == State(12, 24, b"\x0c" * 32, {"t": 12}, b"data\nwith\nlines" * 12)
    assert list(States(tmp_path / "matching-0", "other").best(100)) == [], "another code's states are not used"
    (tmp_path / "matching-0" / "000000000012-abc.state").write_bytes(b"cut off")
    assert [one.sequence for one in states.best(100)] == [7, 3]
    tidy(tmp_path, limit=300)
    assert len(list(states.best(100))) < 2


class Asked:
    """A source with nothing in it, that notes how patiently it was asked."""

    def __init__(self) -> None:
        self.start = self.end = self.read = 0
        self.patient: list[bool] = []

    def peek(self, count: int, patient: bool = False) -> list[Message]:
        """Nothing."""
        self.patient.append(patient)
        return []

    def skip(self, count: int) -> None:
        """Nothing."""


@pytest.mark.parametrize(("written_ms", "patient"), [(999, False), (1000, False), (1001, True)])
def test_what_was_compacted_away_long_ago_is_not_waited_for(written_ms: int, patient: bool) -> None:
    """Verifying a decision of an old range waited two seconds for each compacted topic whose later rows had replaced all of the range's."""
    source = Asked()
    outputs = Outputs("pricing.zones", 0, source, sure=True, compacted=True, settled_ms=1000)
    outputs.take(Due(7, written_ms, 0, 3, b""))
    assert source.patient[0] == patient


def test_a_value_that_a_policy_cannot_have_is_refused_with_those_it_can() -> None:
    cases: list[tuple[Any, dict[str, Any], str]] = [
        (PRICING, {"objective": "MAXIMISE_FUN"}, "'objective' cannot be 'MAXIMISE_FUN'; it can be MAXIMIZE_PROFIT, MAXIMIZE_REVENUE"),
        (DEFAULT, {"assignment": "fun"}, "it can be optimal, best-first, nearest-first"),
        (DEFAULT, {"weights": [0.5, 0.5]}, "'weights' has 5 values"),
        (DEFAULT, {"weights": ["a", 1, 2, 3, 4]}, "is no such value"),
        (DEFAULT, {"quality_s": True}, "is no such value"),
    ]
    for policy, changes, said in cases:
        with pytest.raises(UnknownFieldError, match=said):
            changed(policy, changes)
    assert changed(PRICING, {"objective": "MAXIMIZE_PROFIT"}).objective == "MAXIMIZE_PROFIT"
    assert changed(DEFAULT, {"fairness": {"windows_h": [4, 8, 24]}}).fairness.windows_h == (4, 8, 24)


def forking(changes: dict[str, Any], module: str = "agents.pricing.agent") -> Fork:
    return Fork(module, changes, None, ROOT)


def test_a_fork_is_tried_before_anything_is_gathered() -> None:
    check(forking({"objective": "MAXIMIZE_PROFIT"}))
    for changes, said in (
        ({"objective": "MAXIMISE_FUN"}, "the policy's field 'objective' cannot be 'MAXIMISE_FUN'"),
        ({"kindness": 1}, "the policy has no field 'kindness'"),
        ({"tariff": 5}, "'tariff' has fields of its own"),
        ({"tariff": {"per_km": "far"}}, "'tariff.per_km' is 0.1; 'far' is no such value"),
    ):
        with pytest.raises(ForkError, match=said) as refused:
            check(forking(changes))
        assert "Error" not in str(refused.value)
    with pytest.raises(NoAgentError):
        check(forking({}, "agents.nobody.agent"))


def test_a_checkout_without_the_agent_is_not_helped_out_by_the_running_tree(tmp_path: Path) -> None:
    with pytest.raises(NoAgentError):
        check(Fork("agents.matching.agent", {}, None, tmp_path))


def test_a_value_that_an_agent_cannot_begin_with_is_named_with_its_field(tmp_path: Path) -> None:
    (tmp_path / "picky.py").write_text(
        "from dataclasses import dataclass\n\n@dataclass(frozen=True)\nclass Policy:\n    parts: int = 2\n\n"
        "class Agent:\n    def __init__(self, policy=Policy()):\n        self.policy = policy\n\n"
        "    def start(self, partition):\n        return ('a', 'b').index(self.policy.parts)\n\n    dump = bytes\n\nAGENT = Agent()\n"
    )
    with pytest.raises(ForkError, match=r"^the policy's field 'parts' = 7: the value is not possible \(at .*picky\.py, line 12\)$"):
        check(Fork("picky", {"parts": 7}, None, tmp_path))


def test_a_reward_of_text_wants_a_value() -> None:
    rewarded("pricing.outcomes:outcome=ACCEPTED")
    with pytest.raises(ForkError, match="outcome is text; write pricing"):
        rewarded("pricing.outcomes:outcome")
    with pytest.raises(ForkError, match="a field of its schema"):
        rewarded("pricing.outcomes:nothing")


def test_without_a_broker_a_decision_is_soon_refused_and_in_plain_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRIPO_BROKERS", "127.0.0.1:1")
    monkeypatch.setenv("TRIPO_HOME", str(tmp_path))
    settings.cache_clear()
    try:
        began = time.monotonic()
        done = CliRunner().invoke(build(["audit"]), ["audit", "verify", "matching/orders/0/1/0", "--json"])
        assert time.monotonic() - began < 20, "eight seconds, where no other tests run beside"
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert (done.exit_code, done.stdout) == (3, "")
    assert "the broker at 127.0.0.1:1 does not answer" in done.stderr
    assert "is it running, and TRIPO_BROKERS right?" in done.stderr
    assert "KafkaError" not in done.stderr


def test_the_models_of_a_fork_are_those_that_decide(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TRIPO_MODELS", raising=False)
    monkeypatch.setenv("TRIPO_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    for set_to, found in ((None, tmp_path / "models"), (tmp_path / "mine", tmp_path / "mine")):
        if set_to is not None:
            monkeypatch.setenv("TRIPO_MODELS", str(set_to))
        settings.cache_clear()
        assert _models() == found
    monkeypatch.undo()
    settings.cache_clear()


def test_agents_of_the_benches_are_not_named_to_people() -> None:
    done = CliRunner().invoke(build(["audit"]), ["audit", "replay", "nobody"])
    assert (done.exit_code, done.stderr) == (2, "tripo: there is no agent 'nobody'; there are matching, support, growth, pricing\n")


def test_two_audits_may_keep_the_same_state_and_tidy_at_once(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from audit.states import Kept, States, tidy
folder = Path(sys.argv[1])
for i in range(150):
    States(folder / "matching-0", "abc").save(Kept(i % 3, i, b"hash", {}, bytes(100)))
    tidy(folder, limit=100)
"""
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [one.communicate(timeout=60)[1] for one in both] == ["", ""]
    assert list(tmp_path.rglob("*.part")) == []
