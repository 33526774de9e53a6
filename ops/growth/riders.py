"""`tripo growth simulate`: riders with profiles, occasions and a mind of their own, in real time. In: the offers made to them.
Out: profiles, requests and answers.

A rider's mind is a logistic model that the agent does not know: what it learns can be compared with it. Gains in this world are simulated.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from typing import Any

import numpy as np

from agents.growth.policy import CATALOGUE, OCCASIONS, SERVICES, TIERS, TYPES
from ops.following import Follower
from ops.summary import fail, summarise
from ops.support.publish import framed, now_ms
from streams.publish import Publisher, PublishError

Row = dict[str, Any]
OFFERS = "growth.offers"
LIKING = {"PREMIUM_SUBSCRIPTION": -3.2, "CROSS_SELL": -2.4, "UP_SELL": -2.8, "PROMOTIONAL_OFFER": -1.4, "LOYALTY_PROGRAM": -2.0}  # log-odds
BY_LOYALTY = {"PREMIUM_SUBSCRIPTION": 1.5, "LOYALTY_PROGRAM": 1.2}  # for each point of loyalty above the middle, twice
BY_PRICE = {"PROMOTIONAL_OFFER": 1.5, "UP_SELL": -1.0}  # likewise of price sensitivity
ANSWERS, OPTS_OUT = 0.7, 0.01  # shares of offers that get an answer, and of answers that want no more
WORTH = {"PREMIUM_SUBSCRIPTION": 1100, "CROSS_SELL": 700, "UP_SELL": 600, "PROMOTIONAL_OFFER": 500, "LOYALTY_PROGRAM": 350}  # cents, mean


class Riders:
    """``count`` riders, at random by ``seed``."""

    def __init__(self, count: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.names = [f"rider-{seed}-{i}" for i in range(count)]
        self.loyalty, self.sensitivity, self.churn = self.rng.random((3, count)).round(3)
        self.personal, self.contact = self.rng.random((2, count)) < np.array([[0.7], [0.9]])
        self.run = uuid.uuid4().hex[:6]
        self.asked = 0
        self._number = {name: i for i, name in enumerate(self.names)}

    def profiles(self, now: int) -> list[Row]:
        """Everybody's profile."""
        rng, rows = self.rng, []
        for i, name in enumerate(self.names):
            row: Row = {"rider_id": name, "ts": now, "personal_consent": bool(self.personal[i]), "contact_consent": bool(self.contact[i])}
            row |= {"tier": TIERS[int(rng.choice(5, p=[0.8, 0.08, 0.06, 0.04, 0.02]))], "segment": None, "deleted": False}
            row |= {"order_value_cents": int(rng.integers(600, 4000)), "orders_week": float(rng.integers(0, 80)) / 10}
            row |= {"lifetime_value_cents": int(rng.integers(1000, 500_000)), "churn_risk": float(self.churn[i])}
            rows.append(row | {"price_sensitivity": float(self.sensitivity[i]), "loyalty": float(self.loyalty[i])})
        return rows

    def occasions(self, count: int, now: int) -> list[Row]:
        """The next requests."""
        out = []
        for who in self.rng.integers(len(self.names), size=count).tolist():
            occasion = OCCASIONS[int(self.rng.choice(4, p=[0.55, 0.35, 0.05, 0.05]))]
            service = SERVICES[int(self.rng.integers(6))] if self.rng.random() < 0.6 else None
            request = {"request_id": f"{self.run}-{self.asked}", "rider_id": self.names[who], "ts": now, "occasion": occasion}
            out.append(request | {"service": service, "utc_offset_min": 0})
            self.asked += 1
        return out

    def answer(self, offer: Row, now: int) -> Row | None:
        """What a rider says to a decision; None for nothing."""
        who = self._number.get(offer["rider_id"])
        if who is None or offer["outcome"] != "OFFER" or self.rng.random() > ANSWERS:
            return None
        kind = str(offer["type"])
        odds = (
            LIKING[kind]
            + BY_LOYALTY.get(kind, 0.0) * (2 * self.loyalty[who] - 1)
            + BY_PRICE.get(kind, 0.0) * (2 * self.sensitivity[who] - 1)
        )
        takes = bool(self.rng.random() < 1 / (1 + np.exp(-(odds + offer["discount_cents"] / 1000))))
        answer = "CONVERTED" if takes else "OPTED_OUT" if self.rng.random() < OPTS_OUT else "DECLINED"
        value = int(WORTH[kind] * self.rng.uniform(0.6, 1.4)) if takes else 0
        ids = {"decision_id": offer["decision_id"], "rider_id": offer["rider_id"]}
        return ids | {"ts": max(now, offer["event_ts"] + 1), "response": answer, "value_cents": value}


def simulate(*, riders: int, rate: float, seconds: float, seed: int, as_json: bool) -> int:
    """Let riders live, ``rate`` requests a second, for ``seconds`` (0: until Ctrl-C). → 0."""
    assert set(LIKING) == {TYPES[offer.type] for offer in CATALOGUE}
    world, told, sent, began = Riders(riders, seed), Counter[str](), 0, time.monotonic()
    try:
        follower = Follower([OFFERS])
        with Publisher() as publisher:
            told["rider-profiles"] = publisher.publish("rider-profiles", framed("rider-profiles", world.profiles(now_ms())))
            while not seconds or time.monotonic() - began < seconds:
                due = int((time.monotonic() - began) * rate) - sent
                if due > 0:
                    told["monetization-requests"] += publisher.publish(
                        "monetization-requests", framed("monetization-requests", world.occasions(due, now_ms()))
                    )
                    sent += due
                heard = [row for part in follower.poll(0.05) for row in part.frame.to_dicts()]
                told["offers heard"] += sum(row["outcome"] == "OFFER" for row in heard)
                if said := [one for row in heard if (one := world.answer(row, now_ms())) is not None]:
                    told["offer-responses"] += publisher.publish("offer-responses", framed("offer-responses", said))
        follower.close()
    except KeyboardInterrupt:
        pass
    except PublishError as error:
        fail(str(error))
    summarise("riders", dict(told) | {"seconds": round(time.monotonic() - began, 1)}, as_json=as_json)
    return 0
