"""A seed in; events of every kind for the fuzz of growth, good and absurd, step by step, out.

Riders are of four sorts, by their numbers: who never consents to contact, who always does, who changes between them, and who leaves and
comes back. Time goes on by seconds, and now and then by hours or days, as after an outage. Offers are answered as they were heard.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from agents.growth.policy import CATALOGUE, CHANGES, OCCASIONS, RESPONSES, SERVICES, TIERS
from ops.fuzzing import Row, schema_of

START = 1_790_000_000_000
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
MARKETS = ("bogota", "lisbon", "suva")
MIDDLES = {"bogota": (4.6, -74.1), "lisbon": (38.7, -9.1), "suva": (-18.1, 179.99)}  # the last on the date line
WANTED, THERE = (0.0, 0.0, 0.0, 0.0, 0.03, -0.06), (0.03, 0.03, 0.03, 0.0, -0.06)  # degrees from there: orders, drivers
RIDERS, DRIVERS = 400, 240
NEVER, ALWAYS, CHANGES_ITS_MIND, LEAVES = range(4)
ABSURD = 0.03  # of the events
NAMES = (
    [f"offer:{offer.offer_id}" for offer in CATALOGUE]
    + [f"buffer:{service}" for service in SERVICES]
    + ["explore", "personal", "luck", "buffer:RIDE:bogota", "buffer:RIDE:", "buffer:X:bogota"]
)
PACES = (1000, 1000, 1000, 5000, 20_000, 61_000, 170_000)
LONG = (700_000, 2 * HOUR_MS, 9 * HOUR_MS, 30 * HOUR_MS, 3 * DAY_MS, 8 * DAY_MS)
BROKEN: dict[str, Sequence[Row]] = {
    "rider-profiles": ({"churn_risk": math.nan}, {"orders_week": math.inf}, {"order_value_cents": -1}, {"rider_id": ""}, {"ts": 0}),
    "monetization-requests": ({"utc_offset_min": 10**6}, {"rider_id": "x" * 300}, {"request_id": ""}, {"ts": -5}, {"ts": 2**60}),
    "offer-responses": ({"value_cents": 10**12}, {"value_cents": -1}, {"decision_id": "growth/rider-profiles/0/1/0"}, {"decision_id": ""}),
    "driver-profiles": ({"services": []}, {"driver_id": ""}, {"ts": 2**60}),
    "driver-moves": ({"lat": 95.0}, {"lon": math.nan}, {"lat": math.inf}, {"ts": 0}),
    "orders": (
        *({"fare_cents": -1}, {"fare_cents": 10**15}, {"pickup_lat": math.nan}, {"dropoff_lat": -60.0}, {"scheduled_ts": 1}),
        *({"scheduled_ts": 2**60}, {"ts": 2**60}, {"market": ""}, {"pickup_lon": 181.0}),
    ),
    "order-changes": ({"order_id": "nobody"}, {"ts": 0}, {"order_id": ""}),
    "growth-policies": ({"value": math.nan}, {"value": math.inf}, {"value": -1.0}, {"setting": ""}, {"by": ""}),
}  # fmt: skip


class Crowd:
    """Events by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.now, self.made = START, 0
        self.offers: list[Row] = []  # that may be answered
        self.told: list[Row] = []  # recommendations
        self.orders: list[tuple[str, str]] = []
        self.requests: list[Row] = []

    def heard(self, outputs: dict[str, list[Row]]) -> None:
        """What the agent decided."""
        self.offers = (self.offers + [row for row in outputs.get("growth.offers", ()) if row["outcome"] == "OFFER"])[-400:]
        self.told = (self.told + outputs.get("growth.recommendations", []))[-50:]

    def steps(self, events: int) -> Iterator[dict[str, list[Row]]]:
        """Rows by topic, step by step, until there were so many events; everybody's profiles come first."""
        yield self._everybody()
        kinds = (self._request, self._request, self._answer, self._move, self._move, self._order, self._order, self._change, self._change)
        while self.made < events:
            far = self.chance.random() < 0.06
            self.now += int(self.chance.choice(LONG if far else PACES) * self.chance.uniform(1.0, 1.3))
            rows: dict[str, list[Row]] = {}
            for _ in range(self.chance.randint(0, self.chance.choice((4, 60, 1500)))):
                rare = self.chance.random()
                kind = self._rider if rare < 0.02 else self._driver if rare < 0.03 else self._policy if rare < 0.031 else None
                topic, row = (kind or self.chance.choice(kinds))()
                if self.chance.random() < ABSURD:
                    row |= self.chance.choice(BROKEN[topic])
                rows.setdefault(topic, []).append(row)
            self.made += sum(map(len, rows.values()))
            yield rows

    def _everybody(self) -> dict[str, list[Row]]:
        rows = {
            "rider-profiles": [self._rider(i)[1] for i in range(RIDERS)],
            "driver-profiles": [self._driver(i)[1] for i in range(DRIVERS)],
        }
        self.made += RIDERS + DRIVERS
        return rows

    def _ts(self) -> int:
        """Mostly now; late, and a little ahead, too."""
        return self.now - self.chance.choice((0,) * 12 + (500, 30_000, 900_000, 2 * HOUR_MS, 3 * DAY_MS, 11 * DAY_MS, -50_000, -70_000))

    def _of_topic(self, topic: str, row: Row) -> tuple[str, Row]:
        return topic, dict.fromkeys(schema_of(topic)) | row

    def _rider(self, which: int | None = None) -> tuple[str, Row]:
        i, chance = self.chance.randrange(RIDERS) if which is None else which, self.chance
        sort = i % 4
        contact = sort in {ALWAYS, LEAVES} or (sort == CHANGES_ITS_MIND and chance.random() < 0.5)
        row: Row = {"rider_id": f"r{i}", "ts": self._ts(), "personal_consent": chance.random() < 0.6, "contact_consent": contact}
        row |= {"deleted": sort == LEAVES and which is None and chance.random() < 0.5, "tier": chance.choice(TIERS)}
        row |= {name: chance.random() for name in ("churn_risk", "price_sensitivity", "loyalty")}
        row |= {"order_value_cents": chance.choice((0, 1500, 10**7)), "lifetime_value_cents": chance.choice((0, 50_000, 10**10))}
        return self._of_topic("rider-profiles", row | {"orders_week": chance.choice((0.0, 2.0, 1000.0))})

    def _request(self) -> tuple[str, Row]:
        if self.requests and self.chance.random() < 0.01:
            return "monetization-requests", dict(self.chance.choice(self.requests[-100:]))
        who = f"r{self.chance.randrange(RIDERS + 20)}"
        row: Row = {"request_id": f"q{len(self.requests)}", "rider_id": who, "ts": self._ts(), "occasion": self.chance.choice(OCCASIONS)}
        row |= {"service": self.chance.choice((None, *SERVICES)), "utc_offset_min": self.chance.choice((0, -720, 840, 345, -300))}
        self.requests.append(row)
        return self._of_topic("monetization-requests", row)

    def _answer(self) -> tuple[str, Row]:
        if not self.offers:
            return self._request()
        offer, what = self.chance.choice(self.offers), self.chance.choice((*RESPONSES[:2] * 100, RESPONSES[2]))
        value = self.chance.choice((0, 900, 1_000_000)) if what == "CONVERTED" else 0
        row = {"decision_id": offer["decision_id"], "rider_id": offer["rider_id"], "ts": self._ts(), "response": what, "value_cents": value}
        return self._of_topic("offer-responses", row)

    def _driver(self, which: int | None = None) -> tuple[str, Row]:
        i = self.chance.randrange(DRIVERS) if which is None else which
        row: Row = {
            "driver_id": f"d{i}",
            "market": MARKETS[i % 3],
            "ts": self._ts(),
            "deleted": which is None and self.chance.random() < 0.2,
        }
        row |= {
            "services": self.chance.sample(SERVICES, self.chance.choice((1, 1, 1, 2, 6))),
            "vehicle": "CAR",
            "tier": "STANDARD",
            "total_rides": 1,
        }
        row |= dict.fromkeys(("rating_30d", "rating_90d", "rating_lifetime", "completion_rate", "acceptance_rate"), 1.0)
        return self._of_topic("driver-profiles", row | {"cancellation_rate": 0.0, "eta_accuracy": 1.0, "features": [], "specialties": []})

    def _place(self, market: str, spots: tuple[float, ...], *names: str) -> Row:
        lat, lon = MIDDLES[market]
        spot = self.chance.choice(spots)
        return {names[0]: lat + spot, names[1]: (lon + spot + 180.0) % 360.0 - 180.0}

    def _move(self) -> tuple[str, Row]:
        i = self.chance.randrange(DRIVERS)
        market = MARKETS[i % 3]
        row: Row = {
            "driver_id": f"d{i}",
            "market": market,
            "ts": self._ts(),
            "status": self.chance.choice(("AVAILABLE", "BUSY", "OFFLINE")),
        }
        return self._of_topic("driver-moves", row | self._place(market, THERE, "lat", "lon"))

    def _order(self) -> tuple[str, Row]:
        market, ts = self.chance.choice(MARKETS), self._ts()
        name = f"o{len(self.orders)}" if self.chance.random() < 0.99 or not self.orders else self.chance.choice(self.orders)[0]
        self.orders.append((name, market))
        row: Row = {
            "order_id": name,
            "market": market,
            "rider_id": "r",
            "ts": ts,
            "service": self.chance.choice((*SERVICES, "RIDE", "RIDE")),
        }
        row |= {"tier": self.chance.choice(TIERS), "premium_required": False, "requirements": [], "patience_s": 60, "offer_s": 0}
        row |= {"fare_cents": self.chance.choice((None, 0, 1, 3, 1005, 2000, 10_000_000)), "scheduled_ts": None}
        if self.chance.random() < 0.05:
            row["scheduled_ts"] = ts + self.chance.choice((-60_000, HOUR_MS, 20 * HOUR_MS, 29 * DAY_MS))
        row |= self._place(market, WANTED, "pickup_lat", "pickup_lon") | self._place(market, THERE, "dropoff_lat", "dropoff_lon")
        return self._of_topic("orders", row)

    def _change(self) -> tuple[str, Row]:
        if not self.orders:
            return self._order()
        name, market = self.chance.choice(self.orders[-300:])
        what: Any = self.chance.choice((*CHANGES[:2] * 4, *CHANGES[2:]))
        return self._of_topic("order-changes", {"order_id": name, "market": market, "ts": self._ts(), "change": what})

    def _policy(self) -> tuple[str, Row]:
        row: Row = {"setting": self.chance.choice(NAMES), "recommendation_id": None, "by": "fuzz", "ts": self._ts()}
        row["value"] = self.chance.choice((0.0, 1.0, 1.0, 1.0, 0.001, 0.02, 0.5, 1.2, 3.0, 4.0))
        if self.told and self.chance.random() < 0.6:
            one = self.chance.choice(self.told)
            row |= {"recommendation_id": one["recommendation_id"]}
            row |= {"setting": one["setting"], "value": one["value"]} if self.chance.random() < 0.7 else {}
        return self._of_topic("growth-policies", row)
