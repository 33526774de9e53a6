"""Offers to riders: who may get one, who decides about personal data, what answers count for, and that choices are as likely as logged."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.growth.agent import AGENT, GrowthAgent
from agents.growth.choice import NOTHING, choose, points, uniform
from agents.growth.conversion import FEATURES, PERSONAL, Arms, Conversion, Outcome, _in_order, features_of
from agents.growth.policy import CATALOGUE, DEFAULT, Policy
from agents.growth.recommendations import Recommendation, Recommendations
from agents.growth.riders import NUMBERS
from columns.impact import Hours
from tests.pure.growth_events import DAY, HOUR, LATER, MINUTE, T0, Row, World, request, response, rider

NOON = T0 + 12 * HOUR


def offered(world: World) -> list[Row]:
    return [row for row in world.of("growth.offers") if row["outcome"] == "OFFER"]


def until_offer(world: World, who: str, ts: int) -> Row:
    """Ask every minute until the rider gets an offer."""
    for i in range(200):
        world.step(monetization_requests=[request(f"{who}-{ts}-{i}", who, ts + i * MINUTE)])
        if (row := world.of("growth.offers")[-1])["outcome"] == "OFFER":
            return row
    raise AssertionError(f"no offer for {who}: {world.of('growth.offers')[-1]['guards']}")


@pytest.mark.parametrize(
    ("profile", "guard"),
    [
        (None, "UNKNOWN_RIDER"),
        (rider("r", contact_consent=False), "NO_CONTACT_CONSENT"),
        (rider("r", personal_consent=False), "PERSONAL_OFF"),
    ],
)
def test_who_did_not_consent_gets_no_offer_or_none_by_personal_data(profile: Row | None, guard: str) -> None:
    world = World()
    world.step(rider_profiles=[profile] if profile else [], monetization_requests=[request("q", "r", NOON)])
    (row,) = world.of("growth.offers")
    assert guard in row["guards"]
    assert row["personal"] == (guard == "NO_CONTACT_CONSENT"), "it has its say on the propensity alone"
    if guard != "PERSONAL_OFF":
        assert (row["outcome"], row["propensity"], row["offer_id"], row["factors"]) == ("NO_OFFER", None, None, [])
    assert 0 < row["monetization_propensity"] < 1


def test_who_left_is_forgotten_and_who_opted_out_is_left_alone() -> None:
    world = World()
    world.step(rider_profiles=[rider("a"), rider("b")])
    row = until_offer(world, "a", NOON)
    world.step(offer_responses=[response(row["decision_id"], "a", row["event_ts"] + MINUTE, "OPTED_OUT")])
    world.step(rider_profiles=[rider("a", NOON + 2 * HOUR)])  # upstream has not heard of it yet
    world.step(monetization_requests=[request("later", "a", NOON + 30 * DAY)])
    assert world.of("growth.offers")[-1]["guards"][0] == "OPTED_OUT"
    consents = [rider("a", NOON + 31 * DAY, contact_consent=False), rider("a", NOON + 32 * DAY)]
    world.step(rider_profiles=consents, monetization_requests=[request("anew", "a", NOON + 33 * DAY)])
    assert "OPTED_OUT" not in world.of("growth.offers")[-1]["guards"]
    world.step(rider_profiles=[rider("b", NOON + 33 * DAY, deleted=True)], monetization_requests=[request("gone", "b", NOON + 34 * DAY)])
    assert world.of("growth.offers")[-1]["guards"][0] == "UNKNOWN_RIDER"
    world.reload()
    assert "b" not in world.state.monetization.riders.rows


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 20 * 24 * 60)), min_size=1, max_size=60), st.integers(0, 3))
def test_nobody_is_offered_more_than_the_caps_allow_nor_contacted_in_quiet_hours(asked: list[tuple[int, int]], zone: int) -> None:
    policy = Policy(explore=0.5, opt_out_loss_cents=0)  # so that offers are made as often as they may be
    world = World(GrowthAgent(policy))
    world.step(rider_profiles=[rider(f"r{i}") for i in range(4)])
    offset = (-420, 0, 60, 345)[zone]
    asked = sorted(asked, key=lambda one: one[1])
    world.step(
        monetization_requests=[request(f"q{i}", f"r{who}", T0 + m * MINUTE, utc_offset_min=offset) for i, (who, m) in enumerate(asked)]
    )
    for who in range(4):
        times = [row["event_ts"] for row in offered(world) if row["rider_id"] == f"r{who}"]
        assert all(later - earlier >= policy.gap_h * HOUR for earlier, later in pairwise(times))
        assert all(d - a >= policy.cap_days * DAY for a, d in zip(times, times[policy.most_offers :], strict=False))
    for row in offered(world):
        local = (row["contact_ts"] + offset * MINUTE) % DAY / HOUR
        assert 8 <= local < 22
        assert row["contact_ts"] == pytest.approx(row["event_ts"] + row["hours_to_contact"] * HOUR, abs=5)
        low, high = {"IMMEDIATE": (0, 0), "WITHIN_24_HOURS": (0, 24), "WITHIN_3_DAYS": (24, 72)}[row["timing"]]
        assert low <= row["hours_to_contact"] <= high


def scrambled(events: list[Row], rng: np.random.Generator) -> list[Row]:
    """The same profiles with everything personal in them drawn anew."""
    drawn = {
        "order_value_cents": 9000,
        "orders_week": 20.0,
        "lifetime_value_cents": 10**6,
        "churn_risk": 1.0,
        "price_sensitivity": 1.0,
        "loyalty": 1.0,
    }
    assert set(drawn) == set(NUMBERS)
    tiers = ("STANDARD", "GOLD", "PLATINUM")
    new = [{name: type(most)(most * rng.random()) for name, most in drawn.items()} for _ in events]
    return [row | one | {"tier": tiers[rng.integers(3)], "segment": f"s{rng.integers(9)}"} for row, one in zip(events, new, strict=True)]


@settings(max_examples=8)
@given(st.integers(0, 1000), st.booleans())
def test_where_personal_data_is_off_it_has_no_influence(seed: int, by_policy: bool) -> None:
    """Off by the policy, or by the riders' own will: other personal fields, the same decisions and the same bytes of what is learnt."""
    rng = np.random.default_rng(seed)
    profiles = [rider(f"r{i}", T0 + i, personal_consent=by_policy) for i in range(30)]
    asked = [request(f"q{i}", f"r{rng.integers(30)}", NOON + i * MINUTE, service="FOOD" if i % 2 else None) for i in range(60)]
    ids = [(f"growth/monetization-requests/0/{i}/0", row) for i, row in enumerate(asked)]
    answers = [response(name, row["rider_id"], row["ts"] + HOUR, str(rng.choice(["CONVERTED", "DECLINED"]))) for name, row in ids]
    worlds = []
    for given_profiles in (profiles, scrambled(profiles, rng)):
        world = World(GrowthAgent(Policy(personal=not by_policy)))
        world.step(rider_profiles=given_profiles, monetization_requests=asked[:30])
        world.step(offer_responses=answers)
        world.step(monetization_requests=[*asked[30:], request("last", "r0", NOON + 2 * DAY)])
        worlds.append(world)
    assert worlds[0].of("growth.offers") == worlds[1].of("growth.offers")
    assert offered(worlds[0])
    one, other = (world.state.monetization for world in worlds)
    assert {name: array.tobytes() for name, array in one.learnt.arrays().items()} == {
        n: a.tobytes() for n, a in other.learnt.arrays().items()
    }


def test_with_consent_personal_data_has_influence() -> None:
    learnt = Conversion()
    learnt.mean[:, FEATURES.index("churn_risk")] = 3.0
    values = {name: np.array([0.0, 0.0]) for name in ("tier", *NUMBERS)} | {"churn_risk": np.array([0.0, 1.0])}
    told = features_of(values, np.array([True, True]), np.zeros(2))
    mean, _ = learnt.predict(told, Arms.of(DEFAULT))
    assert mean[1] - mean[0] == pytest.approx(6.0)


def test_answers_count_once_and_only_for_offers_that_were_made() -> None:
    world = World()
    world.step(rider_profiles=[rider("a"), rider("b")])
    row = until_offer(world, "a", NOON)
    name, made, ends = row["decision_id"], row["event_ts"], row["expires_ts"]
    wrong = [
        response("growth/monetization-requests/0/999/0", "a", made + HOUR),  # never made
        response("growth/monetization-requests/1/0/0", "a", made + HOUR),  # another partition's
        response("nonsense", "a", made + HOUR),
        response(name, "b", made + HOUR),  # somebody else's
        response(name, "a", made - HOUR),  # before it was made
    ]
    world.step(offer_responses=wrong)
    assert [error for _, _, error in world.dead] == ["UnknownOffer"] * 5
    world.step(offer_responses=[response(name, "a", made + 2 * HOUR, cents=1234), response(name, "a", made + 3 * HOUR, "DECLINED")])
    assert world.dead[-1][2] == "AlreadyAnswered"
    world.step(monetization_requests=[request("next", "b", made + 5 * HOUR)])
    learnt = world.state.monetization.learnt
    assert learnt.learnt == 1
    kind = next(offer.type for offer in CATALOGUE if offer.offer_id == row["offer_id"])
    assert learnt.counts[kind].tolist()[1:5] == [1, 0, 0, 0]
    assert learnt.values()[kind] != Conversion().values()[kind]
    shown = world.of("growth.learnt")[-1]
    assert (shown["converted"], shown["conversion"]) == (1, 1.0)
    off = next(offer.discount_cents for offer in CATALOGUE if offer.offer_id == row["offer_id"])
    assert (shown["earned_cents"], shown["discount_cents"], shown["profit_cents"]) == (1234, off, 1234 - off)
    world.step(offer_responses=[response(name, "a", ends + 1)])
    assert world.dead[-1][2] == "AlreadyAnswered"


def test_an_offer_that_nobody_answers_is_learnt_as_not_taken_and_a_late_answer_is_refused() -> None:
    world = World()
    world.step(rider_profiles=[rider("a"), rider("b")])
    row = until_offer(world, "a", NOON)
    world.step(monetization_requests=[request("much-later", "b", row["expires_ts"] + 2 * HOUR)])
    learnt = world.state.monetization.learnt
    assert (learnt.learnt, int(learnt.counts[:, 4].sum())) == (1, 1)
    world.reload()
    world.step(offer_responses=[response(row["decision_id"], "a", row["expires_ts"] + HOUR)])
    assert world.dead[-1][2] == "OfferExpired"
    world.step(monetization_requests=[request("after-a-month", "b", row["expires_ts"] + 30 * DAY)])
    assert not [one for one in world.state.monetization.pending.offers.values() if one.rider_id == "a"], "forgotten by then"
    world.step(offer_responses=[response(row["decision_id"], "a", row["expires_ts"] + HOUR)])
    assert world.dead[-1][2] == "UnknownOffer"


def test_what_a_rider_declined_is_not_offered_again_for_a_while() -> None:
    world = World()
    world.step(rider_profiles=[rider("a")])
    row = until_offer(world, "a", NOON)
    world.step(offer_responses=[response(row["decision_id"], "a", row["event_ts"] + MINUTE, "DECLINED")])
    again = until_offer(world, "a", NOON + 2 * DAY)
    assert again["type"] != row["type"]
    assert "TYPE_COOLDOWN" in again["guards"]


def test_what_riders_take_is_offered_more() -> None:
    """Riders of a made-up world take loyalty offers half of the time and others hardly ever: the agent finds out, and expects so."""
    rng, world, shares = np.random.default_rng(5), World(), []
    world.step(rider_profiles=[rider(f"r{i}") for i in range(600)])
    for day in range(12):
        asked = [request(f"q{day}-{i}", f"r{day * 50 + i}", NOON + day * DAY + i * 1000) for i in range(50)]
        world.step(monetization_requests=asked)
        made = [row for row in world.of("growth.offers")[-50:] if row["outcome"] == "OFFER"]
        takes = {True: 0.5, False: 0.03}
        answers = [(row, rng.random() < takes[row["type"] == "LOYALTY_PROGRAM"]) for row in made]
        world.step(
            offer_responses=[
                response(
                    row["decision_id"], row["rider_id"], row["event_ts"] + 2 * HOUR, "CONVERTED" if yes else "DECLINED", 600 if yes else 0
                )
                for row, yes in answers
            ]
        )
        shares.append(np.mean([row["type"] == "LOYALTY_PROGRAM" for row in made]))
    assert np.mean(shares[-3:]) > 0.8
    assert shares[0] < 0.5
    last = [row for row in world.of("growth.offers")[-50:] if row["type"] == "LOYALTY_PROGRAM"]
    assert np.mean([row["expected_conversion"] for row in last]) == pytest.approx(0.5, abs=0.15)


def test_choices_are_as_likely_as_they_say() -> None:
    learnt, arms, n = Conversion(), Arms.of(DEFAULT), 20_000
    riders = np.zeros((1, len(FEATURES)))
    riders[0, 0] = 1.0
    eligible = np.ones((n, len(arms.types)), np.bool_)
    eligible[:, 3:6] = False
    chosen = choose(learnt, arms, np.repeat(riders, n, axis=0), eligible, np.arange(n), 0.1, DEFAULT)
    assert chosen.chances.sum(axis=1) == pytest.approx(1.0)
    counts = np.bincount(chosen.arm + 1, minlength=1 + len(arms.types))
    chances = chosen.chances[0]
    assert counts[4:7].tolist() == [0, 0, 0]
    spread = np.sqrt(n * chances * (1 - chances))
    assert (np.abs(counts - n * chances) <= 4 * spread + 1e-9).all()
    assert chosen.propensity == pytest.approx(chances[chosen.arm + 1], abs=1e-8)
    assert chances[np.r_[0:4, 7:22]].min() > 0.1 / 22


def test_a_choice_depends_on_the_request_alone() -> None:
    """Not on the requests beside it."""
    rng, learnt, arms = np.random.default_rng(1), Conversion(), Arms.of(DEFAULT)
    riders = rng.normal(size=(700, len(FEATURES))).round(6)
    eligible, keys = rng.random((700, len(arms.types))) < 0.8, np.arange(700)
    whole = choose(learnt, arms, riders, eligible, keys, 0.02, DEFAULT)
    for part in (slice(0, 1), slice(3, 300), slice(511, 700)):
        one = choose(learnt, arms, riders[part], eligible[part], keys[part], 0.02, DEFAULT)
        for name in ("arm", "chances", "propensity", "conversion", "value", "confidence"):
            assert getattr(one, name).tobytes() == getattr(whole, name)[part].tobytes(), name


def test_points_fill_the_normal_and_draws_are_even() -> None:
    z = points(4096)
    assert np.abs(z.mean(axis=0)).max() < 0.02
    assert z.std(axis=0) == pytest.approx(1.0, abs=0.03)
    u = uniform(np.arange(100_000))
    assert np.histogram(u, 20, (0, 1))[0] == pytest.approx(5000, rel=0.06)


def test_what_a_paused_offer_has_brought_is_told_once_all_offers_of_the_day_are_over() -> None:
    """Offers count in the hour they were made in, whenever they end; so nothing is told of an hour whose offers may still be open."""
    told, ended, applied, settle = Recommendations(), Hours(1, 10 * 24), T0 + 30 * HOUR, 6 * DAY
    one = Recommendation("PAUSE_OFFER/tenth-off/offers/0", "PAUSE_OFFER", "pause", "it loses", "offer:tenth-off", 0.0, 1.0, 500.0, 80)
    told.tell({one.recommendation_id: one}, None, 0, applied - HOUR, LATER)
    assert told.applied(one.recommendation_id, one.setting, one.value, applied, LATER)[0]["measured_hours"] is None
    for hour in range(60):
        for profit in (-100, 50) if hour <= 30 else (300, 50):
            for _ in range(20):
                ended.add(T0 + hour * HOUR, 0, profit)
    assert not told.measured(ended, None, applied + settle, LATER, settle)
    assert not told.measured(ended, "sf", applied + 2 * settle, LATER)
    (row,) = told.measured(ended, None, applied + settle + 2 * HOUR, LATER, settle)
    assert (row["measured_hours"], row["measured_units"]) == (1, 40)
    (row,) = told.measured(ended, None, applied + settle + 40 * HOUR, LATER, settle)
    assert (row["measured_hours"], row["measured_units"], row["measured_profit_cents"]) == (24, 960, 960 * 200)
    assert not told.measured(ended, None, applied + settle + 60 * HOUR, LATER, settle), "a day is all"


def test_nothing_is_chosen_where_nothing_is_eligible() -> None:
    arms = Arms.of(DEFAULT)
    one = choose(
        Conversion(), arms, np.zeros((1, len(FEATURES))), np.zeros((1, len(arms.types)), np.bool_), np.zeros(1, np.int64), 0.02, DEFAULT
    )
    assert one.arm.tolist() == [NOTHING]
    assert np.isnan(one.propensity).all()


def test_the_model_recovers_what_riders_do_and_becomes_surer() -> None:
    rng, learnt, true = np.random.default_rng(0), Conversion(), np.zeros(len(FEATURES))
    true[[0, FEATURES.index("loyalty"), FEATURES.index("churn_risk")]] = (-1.0, 1.2, -0.8)
    assert set(PERSONAL) < set(FEATURES)
    before = np.trace(learnt.spread[3])
    for i in range(3000):
        x = np.zeros(len(FEATURES))
        x[0], x[-7:] = 1.0, rng.uniform(-1, 1, 7)
        said, taken = 1 / (1 + np.exp(-x @ learnt.mean[3])), rng.random() < 1 / (1 + np.exp(-x @ true))
        learnt.learn(Outcome(3, x, said, "converted" if taken else "declined", 12, 500 if taken else 0), i)
    assert learnt.mean[3][[0, *range(5, len(FEATURES))]] == pytest.approx(true[[0, *range(5, len(FEATURES))]], abs=0.25)
    assert np.trace(learnt.spread[3]) < before / 2
    assert not learnt.drifted_at
    untouched = Conversion()
    assert learnt.mean[0].tolist() == untouched.mean[0].tolist(), "types learn apart"
    surer = np.trace(learnt.spread[3])
    learnt.forget(60 * DAY)
    assert surer < np.trace(learnt.spread[3]) < before
    assert np.linalg.eigvalsh(learnt.spread[3]).min() > 0
    learnt.forget(10_000 * DAY)
    assert np.trace(learnt.spread[3]) == pytest.approx(before, rel=1e-6)


def test_a_drift_is_noticed_and_makes_learning_fast_again() -> None:
    rng, learnt = np.random.default_rng(0), Conversion()
    x = np.eye(len(FEATURES))[0]
    fired = []
    for i in range(1200):
        taken = bool(rng.random() < (0.1 if i < 600 else 0.7))
        if learnt.learn(Outcome(1, x, 0.1, "converted" if taken else "expired", 9, 300), i):
            fired.append(i)
            assert learnt.drifted_at == {1: i}
    assert fired
    assert 600 <= fired[0] < 700
    assert 1 / (1 + np.exp(-learnt.mean[1, 0])) == pytest.approx(0.7, abs=0.12)
    assert Counter(learnt.counts[:, 5].tolist())[0] == 4


def test_who_opts_out_after_another_answer_is_left_alone_too() -> None:
    world = World()
    world.step(rider_profiles=[rider("a")], monetization_requests=[request("q1", "a", T0 + 12 * HOUR)])
    row = world.of("growth.offers")[-1]
    at = row["event_ts"]
    world.step(offer_responses=[response(row["decision_id"], "a", at + MINUTE, "DECLINED")])
    world.step(offer_responses=[response(row["decision_id"], "a", at + 3 * MINUTE, "OPTED_OUT")])
    world.step(monetization_requests=[request("q2", "a", at + 5 * DAY)])
    assert world.of("growth.offers")[-1]["guards"][0] == "OPTED_OUT"
    assert not world.dead


def test_who_leaves_is_let_go_whatever_else_is_said_and_dead_letters_tell_nothing_of_riders() -> None:
    world = World()
    world.step(rider_profiles=[rider("a"), rider("b", loyalty=7.25), rider("a", T0 + MINUTE, deleted=True, loyalty=1.2)])
    world.step(monetization_requests=[request("q1", "a", T0 + 12 * HOUR)])
    assert world.of("growth.offers")[-1]["guards"][0] == "UNKNOWN_RIDER"
    assert [dead[2] for dead in world.dead] == ["InvalidProfile"]
    assert "7.25" not in str(world.dead)


def test_two_requests_within_a_span_are_decided_on_the_same_together_or_apart() -> None:
    asked = [request("q1", "a", T0 + 12 * HOUR)]
    again = [request("q2", "a", T0 + 36 * HOUR - 1000), request("q3", "a", T0 + 36 * HOUR + 1000)]
    together, apart = World(), World()
    for world in (together, apart):
        world.step(rider_profiles=[rider("a")], monetization_requests=asked)
    together.step(monetization_requests=again)
    for one in again:
        apart.step(monetization_requests=[one])
    assert [row["guards"] for row in together.of("growth.offers")] == [row["guards"] for row in apart.of("growth.offers")]


def test_of_a_rider_who_left_nothing_is_kept_and_nothing_is_learnt() -> None:
    world = World()
    world.step(rider_profiles=[rider("a", loyalty=0.9), rider("b")])
    row = until_offer(world, "a", NOON)
    at, name = row["event_ts"], row["decision_id"]
    world.step(offer_responses=[response(name, "a", at + 1000)])
    world.step(rider_profiles=[rider("a", at + 2000, deleted=True)])
    (pending,) = world.state.monetization.pending.offers.values()
    assert not pending.features.any()
    world.reload()
    assert AGENT.due(world.state, LATER + MINUTE), "it is settled when its span is over, records or not"
    world.step(monetization_requests=[request("next", "b", at + 2 * MINUTE, utc_offset_min=600)])
    of = world.state.monetization
    assert "a" not in {offer.rider_id for offer in of.pending.offers.values()}
    assert (of.learnt.learnt, of.learnt.value_count.tolist(), of.erased, of.answers) == (0, [0.0] * 5, set(), [])
    world.step(offer_responses=[response(name, "a", at + HOUR)])
    assert world.dead[-1][2] == "UnknownOffer"
    world.step(monetization_requests=[request("much-later", "b", row["expires_ts"] + 3 * HOUR)])
    assert of.learnt.counts[:, 4].sum() <= 1, "no end of its offer is learnt either"
    assert "a" not in of.riders.rows


@given(st.permutations(range(4)))
def test_an_older_profile_does_not_bring_back_who_left(order_of: list[int]) -> None:
    profiles = [rider("a", NOON), rider("a", NOON + HOUR), rider("a", NOON + HOUR, deleted=True), rider("a", NOON + 2 * HOUR, tier="GOLD")]
    world = World()
    world.step(monetization_requests=[request("clock", "x", NOON)])
    for i in order_of:
        world.step(rider_profiles=[profiles[i]])
        world.reload()
    assert world.state.monetization.riders.values(np.array([1]))["tier"].tolist() == [3.0], "the last one came after"
    early = World()
    for i in [one for one in order_of if one != 3]:
        early.step(rider_profiles=[profiles[i]])
    assert "a" not in early.state.monetization.riders.rows


def test_who_left_is_remembered_for_as_long_as_older_profiles_may_come() -> None:
    world, days = World(), DEFAULT.left_days
    world.step(rider_profiles=[rider("a", NOON, deleted=True)], monetization_requests=[request("q", "b", NOON)])
    world.step(rider_profiles=[rider("a", NOON - HOUR)])
    assert [error for _, _, error in world.dead] == ["OutOfOrder"]
    assert len(world.state.monetization.riders.left) == 1
    world.step(monetization_requests=[request("r", "b", NOON + (days + 1) * DAY)])
    assert not world.state.monetization.riders.left


def test_a_sum_does_not_depend_on_the_sums_beside_it() -> None:
    parts = np.random.default_rng(0).normal(size=(45, 20, 3))
    together = _in_order(parts)
    for i, j in np.ndindex(together.shape):
        assert _in_order(parts[:, i : i + 1, j : j + 1])[0, 0] == together[i, j]
