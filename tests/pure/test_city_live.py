"""What people see: the same figures as a screen and as a line."""

from __future__ import annotations

import io

from rich.console import Console

from ops.live import Figures, line, screen
from ops.tally import MarketTally

FIGURES = Figures(
    seconds=61.2, records=12_345, records_per_s=250.4, decisions=240, decisions_per_s=4.04, orders=251, matched=200, unmatched=40,
    waiting=11, scheduled=4, pickup_s=245.7, offers=230, accepted_share=0.874, declined_share=0.081,
    lag=3, dead_letters=1, age_p50_ms=21.5, age_p99_ms=None, workers_ready=1, workers=1,
)  # fmt: skip
DECISION = {
    "order_id": "lisbon-1", "service": "RIDE", "outcome": "MATCHED", "reason": "BEST_SCORE", "driver_id": "lisbon-d00007", "eta_s": 245.7,
    "score": 0.91234, "candidates": 14,
    "factors": [{"name": n, "value": v, "weight": w} for n, v, w in (("vehicle", 1.0, 0.1), ("eta", 0.9, 0.35), ("rating", 0.95, 0.25))],
}  # fmt: skip


def drawn(markets: dict[str, MarketTally], *decisions: dict[str, object], width: int = 150) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(screen(FIGURES, markets, decisions, "2 simulated cities"))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_line_has_what_must_be_seen() -> None:
    text = line(FIGURES)
    for part in (
        "orders 251",
        "matched 200",
        "unmatched 40",
        "pickup 4:05",
        "offers 230",
        "accepted 87 %",
        "250 records/s",
        "lag 3",
        "dead letters 1",
        "p50 22 ms p99 -",
    ):
        assert part in text


def test_the_screen_tells_who_got_an_order_and_why() -> None:
    text = drawn({}, DECISION)
    assert "lisbon-d00007" in text
    assert "4:05" in text
    assert "0.912" in text
    assert "eta 0.90, rating 0.95, vehicle 1.00" in text, "the factor that counted most comes first"


def test_the_screen_tells_why_nobody_got_it() -> None:
    unmatched = DECISION | {"outcome": "UNMATCHED", "reason": "NO_DRIVER", "driver_id": None, "eta_s": None, "score": None, "factors": []}
    assert "no driver" in drawn({}, unmatched)


def test_only_markets_with_orders_are_shown_the_busiest_first() -> None:
    markets = {"idle": MarketTally(), "small": MarketTally(orders=1), "big": MarketTally(orders=9, row={"drivers": 250, "available": 90})}
    text = drawn(markets)
    assert "idle" not in text
    assert text.index("big") < text.index("small")
    assert "250" in text


def test_the_screen_tells_of_offers_and_of_what_markets_have_learnt() -> None:
    row = {"drivers": 250, "available": 90, "pending": 7, "live": 31, "gini": 0.2741, "travel_mae_s": 41.6, "formula_mae_s": 97.2}
    text = drawn({"lisbon": MarketTally(orders=90, offers=80, accepted=70, declined=6, row=row)})
    totals, market = text[: text.index("markets")], next(line for line in text.splitlines() if line.startswith("lisbon"))
    assert "11  (4 for later)" in totals
    assert totals.index("230") < totals.index("87 %") < totals.index("8 %")
    assert market.split()[-5:] == ["80", "8", "%", "0.27", "42/97"]


def test_what_a_market_does_not_know_yet_is_a_dash() -> None:
    text = drawn({"lisbon": MarketTally(orders=9, row={"drivers": 250, "available": 90, "pending": 0, "live": 0, "gini": None})})
    market = next(line for line in text.splitlines() if line.startswith("lisbon"))
    assert market.split()[-5:] == ["-", "0", "-", "-", "-"]


def test_every_market_has_one_line_on_a_screen_of_a_hundred_columns() -> None:
    row = {"drivers": 1_250, "available": 900, "pending": 70, "live": 310, "gini": 0.2741, "travel_mae_s": 41.6, "formula_mae_s": 97.2}
    busy = MarketTally(orders=9_900, matched=8_800, unmatched=100, eta_s=2e6, offers=9_000, accepted=8_000, declined=900, row=row)
    text = drawn({"istanbul": busy, "nairobi": busy}, width=100)
    assert [line.split()[0] for line in text.splitlines() if line.split()[-1:] == ["42/97"]] == ["istanbul", "nairobi"]
    assert "…" not in text
