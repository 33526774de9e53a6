"""Simulated riders ask for the price, answer it, and order at it; without an answer they order by the tariff."""

from __future__ import annotations

from collections import Counter

import polars as pl

from ops.city.quoting import WAIT_MS
from ops.city.world import Events, World
from streams.avro import codec

START = 1_760_000_000_000
TICK_MS = 500


def live(times: float | None, ticks: int = 120) -> dict[str, pl.DataFrame]:
    """All that a city says while its prices are ``times`` the reference of 1000 cents; None: nobody quotes. All of it fits the schemas."""
    world = World(START, cities=2, drivers=20, orders_per_minute=300.0, seed=3, quotes=True)
    said: dict[str, list[pl.DataFrame]] = {}
    prices: pl.DataFrame | None = None
    for tick in range(ticks):
        events: Events = world.advance(START + tick * TICK_MS, prices=prices)
        prices = None
        for topic, frame in events.items():
            said.setdefault(topic, []).append(frame)
            assert codec(topic).decode(list(codec(topic).encode(frame).values())).bad == []
        if times is not None and "quote-requests" in events:
            ids = events["quote-requests"]["quote_id"]
            cents = pl.Series([round(1000 * times)] * len(ids))
            prices = pl.DataFrame({"quote_id": ids, "price_cents": cents, "reference_cents": [1000] * len(ids)})
    return {topic: pl.concat(frames) for topic, frames in said.items()}


def test_who_takes_a_price_orders_at_it_and_nobody_else_orders() -> None:
    said = live(1.2)
    answers = dict(said["quote-answers"].select("quote_id", "answer").iter_rows())
    accepted = {quote for quote, answer in answers.items() if answer == "ACCEPTED"}
    assert set(said["orders"]["order_id"]) == accepted
    assert set(said["orders"]["fare_cents"]) == {1200}
    assert set(answers) <= set(said["quote-requests"]["quote_id"])
    assert max(Counter(said["quote-answers"]["quote_id"]).values()) == 1
    assert set(answers.values()) == {"ACCEPTED", "REJECTED"}


def test_fewer_take_higher_prices() -> None:
    cities = [live(times) for times in (0.6, 1.3, 2.2)]
    share = [said["orders"].height / said["quote-requests"].height for said in cities]
    assert share[0] > share[1] > share[2]


def test_where_nobody_quotes_all_order_by_the_tariff_after_a_while() -> None:
    said = live(None)
    asked = said["quote-requests"]
    due = asked.filter(pl.col("ts") < asked["ts"].max() - int(WAIT_MS) - 2 * TICK_MS)
    assert set(due["quote_id"]) <= set(said["orders"]["order_id"])
    assert said["orders"]["fare_cents"].null_count() == said["orders"].height
    assert "quote-answers" not in said


def test_a_city_has_weather_and_competitors_of_every_service() -> None:
    said = live(1.0)
    assert set(said["market-conditions"]["market"]) == set(said["competitor-prices"]["market"]) == {"lisbon", "nairobi"}
    assert len(set(said["competitor-prices"]["service"])) == 6
    assert said["market-conditions"]["value"].is_between(-1, 1).all()
