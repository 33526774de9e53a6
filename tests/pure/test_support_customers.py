"""The simulation's customers are the same for the same seed, and of what they write a stated share is judged and corrected."""

from __future__ import annotations

from ops.support.corpus import corpus
from ops.support.customers import AFTER_MS, Customers, Judges
from ops.support.publish import TEAM, framed

LATER = AFTER_MS + 60_000


def judged(share: float, corrected: float, seed: int = 4) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    rows, judges = Customers(seed).write(200), Judges(seed, share, corrected)
    judges.hear(rows)
    assert judges.say(min(row["ts"] for row in rows)) == []
    return rows, judges.say(max(row["ts"] for row in rows) + LATER)


def test_nobody_judges_where_nobody_shall_and_everybody_where_all_shall() -> None:
    assert judged(0, 1)[1] == []
    rows, said = judged(1, 0)
    assert [one["message_id"] for one in said] == [row["message_id"] for row in rows]
    assert all(one["helpful"] is (one["rating"] > 3) for one in said)  # type: ignore[operator]


def test_persons_correct_by_the_corpus() -> None:
    intents = {line.text: line.intent.upper() for line in corpus()}
    rows, said = judged(1, 1)
    texts = {row["message_id"]: row["text"] for row in rows}
    assert all(one["corrected_intent"] == intents[str(texts[one["message_id"]])] for one in said)
    assert {one["agent_id"] for one in said} <= {person["agent_id"] for person in TEAM}


def test_what_is_said_is_of_the_schema_and_comes_once_and_equal_seeds_judge_alike() -> None:
    rows, judges, others = Customers(4).write(100), Judges(9, 0.5, 0.5), Judges(9, 0.5, 0.5)
    judges.hear(rows)
    others.hear(rows)
    now = max(row["ts"] for row in rows) + LATER
    said = judges.say(now)
    assert framed("feedback", said).height == len(said) > 0
    assert said == others.say(now)
    assert judges.say(now) == []
