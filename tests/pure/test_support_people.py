"""Human agents: who fits takes what needs them, within the partition's share; the others wait in order and are never lost."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.people import PATIENCE_MS, Assignment, People
from agents.support.policy import AVAILABILITIES, INTENTS, LANGUAGES, PRIORITIES, SERVICES
from agents.support.roster import Need, Person, fault, rank, share, subjects

NEVER = 1 << 60


def person(agent_id: str, *languages: str, **other: Any) -> Person:
    given: dict[str, Any] = {"availability": "AVAILABLE", "capacity": 2} | other
    return Person(agent_id, languages or ("en",), **given)


def need(name: str, since: int = 0, priority: str = "MEDIUM", **other: Any) -> Need:
    return Need(name, priority, since, **({"intent": "fare_dispute", "service": "RIDE", "language": "en"} | other))


def people(*roster: Person, partition: int = 0, partitions: int = 1) -> People:
    out = People(partition, partitions)
    for one in roster:
        out.apply(one)
    return out


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        ([person("a"), person("b", "es")], "b"),  # speaks the language
        ([person("a"), person("b", "fr")], "a"),  # English, where nobody does
        ([person("b", "fr")], None),
        ([person("a", "es"), person("b", "es", specialisations=("pricing",))], "b"),  # a specialist before a generalist
        ([person("a", "es"), person("b", specialisations=("pricing",))], "a"),  # the language before the subject
        ([person("a", "es"), person("b", "es", specialisations=("fare_dispute",))], "b"),
        ([person("a", "es", specialisations=("food",))], None),  # a specialist in something else
        ([person("a", "es", services=("FOOD",))], None),
        ([person("a", "es", availability="BUSY"), person("b", "es", availability="OFFLINE")], None),
        ([person("b", "es"), person("a", "es")], "a"),  # equal: by id
    ],
)
def test_who_fits_best(roster: list[Person], expected: str | None) -> None:
    them = people(*roster)
    assert them.assign(need("c1", language="es")) == expected
    assert them.holder("c1") == expected
    assert [one.conversation_id for one in them.waiting()] == ([] if expected else ["c1"])


def test_an_unknown_intent_goes_to_generalists_and_a_service_has_its_specialists() -> None:
    assert rank(person("a", specialisations=("food",)), need("c"), subjects(None, "FOOD")) is None
    assert rank(person("a"), need("c"), ()) == 1
    assert "food" in subjects("status_eta", "FOOD")
    assert "food" not in subjects("payment_method", "FOOD")


def test_the_least_loaded_share_comes_first() -> None:
    them = people(person("a", capacity=4), person("b", capacity=2))
    assert [them.assign(need(f"c{i}")) for i in range(7)] == ["a", "b", "a", "a", "b", "a", None]
    assert (them.load("a"), them.load("b")) == (4, 2)


def test_who_waits_is_assigned_by_priority_then_age() -> None:
    them = people(person("a", capacity=1))
    assert them.assign(need("c0")) == "a"
    for name, since, priority in (("c1", 5, "MEDIUM"), ("c2", 4, "MEDIUM"), ("c3", 6, "HIGH"), ("c4", 6, "LOW")):
        assert them.assign(need(name, since, priority)) is None
    assert [one.conversation_id for one in them.waiting()] == ["c3", "c2", "c1", "c4"]
    for current, following in (("c0", "c3"), ("c3", "c2"), ("c2", "c1"), ("c1", "c4")):
        assert them.release(current) is not None
        assert them.freed(10) == [Assignment(following, "a")]
    assert them.freed(10) == []


def test_nobody_passes_one_that_waits_for_the_same_person() -> None:
    them = people(person("a", capacity=1))
    them.assign(need("c0"))
    them.assign(need("c1", 1))
    them.release("c0")
    assert them.assign(need("c2", 2)) is None
    assert them.freed(3) == [Assignment("c1", "a")]


def test_danger_goes_over_capacity_and_to_anybody_before_it_waits() -> None:
    them = people(person("a", "es", capacity=1), person("b", "ko", capacity=1), person("c", "es", availability="BUSY"))
    assert them.assign(need("c0", language="es")) == "a"
    assert them.assign(need("c1", language="es", priority="URGENT", safety=True)) == "a"
    assert them.assign(need("c2", language="pl", priority="URGENT", safety=True)) == "b"
    assert them.assign(need("c3", language="pl")) is None
    alone = people(person("c", "es", availability="BUSY"))
    assert alone.assign(need("c1", priority="URGENT", safety=True)) is None
    assert alone.apply(person("c", "es")) == []
    assert alone.freed(1) == [Assignment("c1", "c")]


def test_an_escalation_that_comes_again_is_counted_once_and_may_be_more_urgent() -> None:
    them = people(person("a", capacity=1))
    assert [them.assign(need("c0")), them.assign(need("c0"))] == ["a", "a"]
    them.assign(need("c1", 1))
    them.assign(need("c2", 2))
    assert them.assign(need("c2", 3, "HIGH")) is None
    assert [(one.conversation_id, one.priority, one.since) for one in them.waiting()] == [("c2", "HIGH", 2), ("c1", "MEDIUM", 1)]
    assert them.assign(need("c1", 4, "URGENT", safety=True)) == "a"
    assert (them.load("a"), len(them.waiting())) == (2, 1)


def test_who_goes_offline_or_is_deleted_leaves_its_conversations_to_others() -> None:
    them = people(person("a", capacity=3), person("b", "fr"))
    them.assign(need("c1", 1))
    them.assign(need("c2", 2, language="fr"))
    them.assign(need("c3", 3))
    assert them.apply(replace(person("a", capacity=3), availability="BUSY")) == []
    assert them.apply(replace(person("a", capacity=3), availability="OFFLINE")) == ["c1", "c3"]
    assert them.freed(4) == []
    assert them.apply(person("z", capacity=1)) == []
    assert them.freed(5) == [Assignment("c1", "z")]
    assert them.delete("b") == ["c2"]
    assert them.delete("nobody") == []
    assert [one.conversation_id for one in them.waiting()] == ["c2", "c3"]


def test_a_person_may_take_what_it_likes() -> None:
    them = people(person("a", capacity=1), person("b", "ko", capacity=1))
    them.assign(need("c1"))
    them.assign(need("c2"))
    them.take(need("c1"), "b")
    them.take(need("c2"), "b")
    assert (them.load("a"), them.load("b"), them.waiting()) == (0, 2, [])
    them.take(need("c3"), "unknown")
    assert them.holder("c3") == "unknown"


def test_what_is_resolved_before_it_was_told_is_not_told() -> None:
    them = people(person("a", capacity=1))
    them.assign(need("c0"))
    them.assign(need("c1"))
    them.release("c0")
    assert them.assign(need("c2")) is None  # in passing, c1 was assigned
    assert them.holder("c1") == "a"
    them.release("c1")
    assert them.freed(1) == [Assignment("c2", "a")]
    assert them.release("c1") is None


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (person("a", "tlh"), "language 'tlh'"),
        (person("a", specialisations=("dance",)), "specialisation 'dance'"),
        (person("a", services=("BOAT",)), "service 'BOAT'"),
        (person("a", availability="ASLEEP"), "availability 'ASLEEP'"),
        (person("a", capacity=0), "capacity 0"),
        (person(""), "needs an id"),
        (Person("a", ()), "needs an id and a language"),
    ],
)
def test_who_cannot_be_is_rejected_and_the_former_stays(bad: Person, reason: str) -> None:
    them = people(person("a"))
    with pytest.raises(ValueError, match=reason):
        them.apply(bad)
    assert them.assign(need("c1")) == "a"


# ---- partitions ----


@given(st.text(min_size=1), st.integers(1, 60), st.integers(1, 16))
def test_the_shares_add_up_to_the_capacity_and_differ_by_one_at_most(name: str, capacity: int, partitions: int) -> None:
    one = person(name, capacity=capacity)
    shares = [share(one, i, partitions) for i in range(partitions)]
    assert sum(shares) == capacity
    assert max(shares) - min(shares) <= 1
    more = [share(replace(one, capacity=capacity + 1), i, partitions) for i in range(partitions)]
    assert sum(abs(a - b) for a, b in zip(shares, more, strict=True)) == 1


def test_shares_do_not_change_with_the_process() -> None:
    assert [[share(person(name, capacity=3), i, 8) for i in range(8)] for name in ("p1", "p2")] == [
        [1, 1, 1, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 1, 1, 0],
    ]


def test_all_partitions_together_stay_within_the_capacity() -> None:
    roster = [person(f"p{i}", capacity=5) for i in range(7)]
    loads: Counter[str] = Counter()
    for partition in range(8):
        them = people(*roster, partition=partition, partitions=8)
        for i in range(20):
            them.assign(need(f"{partition}/{i}", i))
        them.freed(PATIENCE_MS - 1)
        loads.update({one.agent_id: them.load(one.agent_id) for one in roster})
    assert loads == dict.fromkeys((one.agent_id for one in roster), 5)


def test_where_nobody_fitting_has_a_share_one_is_lent_after_a_while() -> None:
    one = person("p1", capacity=1)
    empty = next(i for i in range(8) if share(one, i, 8) == 0)
    them = people(one, partition=empty, partitions=8)
    assert them.assign(need("c1", 1000)) is None
    assert them.assign(need("c2", 2000)) is None
    assert them.freed(1000 + PATIENCE_MS - 1) == []
    assert them.freed(1000 + PATIENCE_MS) == [Assignment("c1", "p1")]
    assert them.freed(9 * PATIENCE_MS) == []  # one at a time
    them.release("c1")
    assert them.freed(9 * PATIENCE_MS) == [Assignment("c2", "p1")]


def test_where_somebody_has_a_share_but_is_busy_nobody_is_lent() -> None:
    them = people(person("a", availability="BUSY"))
    them.assign(need("c1"))
    assert them.freed(NEVER) == []


# ---- whatever happens ----

IDS = st.sampled_from(["p1", "p2", "p3", "p4"])
CONVERSATIONS = st.sampled_from([f"c{i}" for i in range(12)])
PERSONS = st.builds(
    Person, IDS, st.sets(st.sampled_from(["en", "es", "ko"]), min_size=1).map(lambda some: tuple(sorted(some))),
    st.sets(st.sampled_from(["pricing", "food", "lost_item"])).map(lambda some: tuple(sorted(some))),
    st.sets(st.sampled_from(SERVICES), max_size=2).map(lambda some: tuple(sorted(some))), st.sampled_from(AVAILABILITIES), st.just(5),
)  # fmt: skip
NEEDS = st.builds(
    Need, CONVERSATIONS, st.sampled_from(PRIORITIES), st.integers(0, 1000), st.none() | st.sampled_from(INTENTS),
    st.none() | st.sampled_from(SERVICES), st.none() | st.sampled_from(LANGUAGES), st.booleans(),
)  # fmt: skip
STEP = st.one_of(
    st.tuples(st.just("apply"), PERSONS), st.tuples(st.just("delete"), IDS), st.tuples(st.just("assign"), NEEDS),
    st.tuples(st.just("take"), NEEDS, IDS), st.tuples(st.just("release"), CONVERSATIONS),
    st.tuples(st.just("freed"), st.integers(0, 10**6)),
)  # fmt: skip


def done(them: People, step: tuple[Any, ...]) -> Any:
    return getattr(them, step[0])(*step[1:])


@given(st.lists(STEP, max_size=60), st.integers(1, 4))
def test_every_escalation_is_assigned_or_waits_exactly_once(steps: list[tuple[Any, ...]], partitions: int) -> None:
    them, known = People(0, partitions), set()
    for step in steps:
        if step[0] in ("assign", "take"):
            known.add(step[1].conversation_id)
        elif step[0] == "release":
            known.discard(step[1])
        told = done(them, step)
        waiting = [one.conversation_id for one in them.waiting()]
        held = [name for name in known if them.holder(name) is not None]
        assert sorted([*waiting, *held]) == sorted(known)
        assert [one.order for one in them.waiting()] == sorted(one.order for one in them.waiting())
        assert sum(them.load(f"p{i}") for i in range(1, 5)) == len(held)
        if step[0] == "freed":
            assert all(them.holder(one.conversation_id) == one.agent_id for one in told)


@given(st.lists(STEP.filter(lambda step: step[0] != "take"), max_size=60), st.integers(0, 3))
def test_no_assignment_goes_beyond_the_share_and_nobody_fitting_is_left_idle(steps: list[tuple[Any, ...]], partition: int) -> None:
    them, roster = People(partition, 4, patience_ms=NEVER), dict[str, Person]()
    for what, first, *_ in steps:
        if what == "apply":
            roster[first.agent_id] = first
        elif what == "delete":
            roster.pop(first, None)
        done(them, (what, replace(first, safety=False) if what == "assign" else first))
        assert all(them.load(one.agent_id) <= share(one, partition, 4) for one in roster.values())
    them.freed(0)
    free = [one for one in roster.values() if one.availability == "AVAILABLE" and them.load(one.agent_id) < share(one, partition, 4)]
    for one in them.waiting():
        assert all(rank(each, one, subjects(one.intent, one.service)) is None for each in free)


class Plain(People):
    """Looks at every conversation that waits, one after another."""

    def _drain(self, clock: int | None) -> None:
        for need in self.waiting():
            late = clock is not None and clock - need.since >= self.patience_ms
            if found := self._choose(need, late):
                self._give(self._unqueue(need.conversation_id), found)
                self._found.append(Assignment(need.conversation_id, found))
        self._settled = True


@given(st.lists(STEP, max_size=80), st.integers(1, 4), st.sampled_from([50, 500, PATIENCE_MS]))
def test_who_is_assigned_does_not_depend_on_how_few_are_looked_at(steps: list[tuple[Any, ...]], partitions: int, patience_ms: int) -> None:
    quick, plain = People(0, partitions, patience_ms), Plain(0, partitions, patience_ms)
    for step in steps:
        assert done(quick, step) == done(plain, step)
        assert json.dumps(quick.facts()) == json.dumps(plain.facts())


def test_of_many_that_wait_for_the_same_few_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    them = people(person("a", availability="BUSY"))
    for i in range(5000):
        them.assign(need(f"c{i}", i))
    looked = 0
    choose = People._choose

    def counted(self: People, one: Need, late: bool) -> str | None:
        nonlocal looked
        looked += 1
        return choose(self, one, late)

    monkeypatch.setattr(People, "_choose", counted)
    assert them.freed(PATIENCE_MS + 4000) == []
    assert looked == 1
    them.apply(person("a", capacity=3))
    assert [one.conversation_id for one in them.freed(PATIENCE_MS + 4000)] == ["c0", "c1", "c2"]
    assert looked == 5


def test_when_the_next_is_out_of_patience() -> None:
    them = people()
    assert them.next_late(0) is None
    for i, (since, priority) in enumerate(((100, "LOW"), (200, "HIGH"), (300, "LOW"))):
        them.assign(need(f"c{i}", since, priority))
    late = [since + PATIENCE_MS for since in (100, 200, 300)]
    assert [them.next_late(clock) for clock in (0, late[0] - 1, late[0], late[1], late[2] - 1)] == [
        *late[:1] * 2,
        late[1],
        late[2],
        late[2],
    ]
    assert them.next_late(late[2]) is None


@given(st.lists(STEP, max_size=40))
def test_loaded_people_go_on_like_those_that_were_dumped(steps: list[tuple[Any, ...]]) -> None:
    live = People(1, 3)
    for step in steps:
        loaded = People.of(json.loads(json.dumps(live.facts())))
        assert done(live, step) == done(loaded, step)
        assert json.dumps(live.facts()) == json.dumps(loaded.facts())


@given(st.lists(PERSONS, unique_by=lambda one: one.agent_id), st.lists(NEEDS, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_the_roster_leaves_no_trace(roster: list[Person], needs: list[Need], random: Any) -> None:
    mixed = list(roster)
    random.shuffle(mixed)
    assert all(fault(one) is None for one in roster)
    shown = []
    for order in (roster, mixed):
        them = people(*order)
        shown.append(([them.assign(one) for one in needs], them.freed(PATIENCE_MS), json.dumps(them.facts())))
    assert shown[0] == shown[1]
