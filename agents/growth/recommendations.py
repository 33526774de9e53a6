"""What was learnt in; changes of settings that are expected to pay, as recommendations that people may apply, out.

Applying one is an event on growth-policies; it is APPLIED when that event is stepped over, and WITHDRAWN when it would not pay any more,
when its setting was changed to something else than it was reckoned from, or when its market is forgotten. What is OPEN is told again when
its value changes, or what it is expected to bring by more than a fifth. So what is OPEN holds as things are. What was applied is told again
when another hour says what orders, or offers, have brought since, against the day before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agents.growth.choice import choose
from agents.growth.conversion import FEATURES, Arms, Conversion
from agents.growth.market import Market
from agents.growth.policy import DAY_MS, HOUR_MS, SERVICES, Policy, Settings
from columns.impact import WINDOW, Hours

Row = dict[str, Any]
OPEN, APPLIED, WITHDRAWN = "OPEN", "APPLIED", "WITHDRAWN"
LEAST_OVER, LEAST_OUTCOMES = 50, 500
SURE = 1.645  # standard deviations: of a loss with 95 %
PRESSED = 16  # slots in a row: four hours
BUFFER_STEP, MOST_BUFFER = 0.2, 2.0
RETOLD = 0.2  # of the expected profit: so much more or less is told
MEASURED = ("measured_units", "measured_profit_cents", "measured_half_cents", "measured_hours")
NOT_APPLIED = dict.fromkeys(("applied_ts", *MEASURED))


@dataclass(slots=True)
class Recommendation:
    """A change of a setting; profit in cents a day."""

    recommendation_id: str
    kind: str
    title: str
    why: str
    setting: str
    value: float
    current: float
    expected_profit_cents: float
    evidence: int
    market: str | None = None


@dataclass(slots=True)
class Recommendations:
    """The recommendations that were told, by id, with their status; an applied one is told again once it would pay again."""

    told: dict[str, Row] = field(default_factory=dict)

    def tell(self, found: Mapping[str, Recommendation], market: str | None, partition: int, at: int, now: int) -> list[Row]:
        """Rows of what is new, other or withdrawn among those of a market (None: of offers), at event time ``at``."""
        rows = []
        for one in found.values():
            known = self.told.get(one.recommendation_id)
            if known is None or known["status"] != OPEN or _is_other(known, one):
                fresh = {name: getattr(one, name) for name in Recommendation.__slots__}
                fresh |= {name: (known or NOT_APPLIED)[name] for name in NOT_APPLIED}
                rows.append(fresh | {"status": OPEN, "event_ts": at, "updated_at": now, "partition": partition})
        for name, known in sorted(self.told.items()):
            if known["market"] == market and known["status"] == OPEN and name not in found:
                rows.append(known | {"status": WITHDRAWN, "event_ts": at, "updated_at": now})
        self.told |= {row["recommendation_id"]: row for row in rows}
        return rows

    def changed(self, settings: Settings, at: int, now: int) -> list[Row]:
        """Settings were changed: what is OPEN and was reckoned from others is withdrawn, until it is reckoned anew. → its rows"""
        rows = [
            known | {"status": WITHDRAWN, "event_ts": at, "updated_at": now}
            for _, known in sorted(self.told.items())
            if known["status"] == OPEN and known["current"] != settings.value(known["setting"])
        ]
        self.told |= {row["recommendation_id"]: row for row in rows}
        return rows

    def forget(self, market: str, partition: int, at: int, now: int) -> list[Row]:
        """A market is forgotten. → the rows of what is withdrawn"""
        rows = self.tell({}, market, partition, at, now)
        self.told = {name: known for name, known in self.told.items() if known["market"] != market}
        return rows

    def applied(self, recommendation_id: str, setting: str, value: float, at: int, now: int) -> list[Row]:
        """Somebody set ``setting`` by it. → its row, if it is known here, was not applied before, and does recommend that."""
        known = self.told.get(recommendation_id)
        if known is None or known["status"] == APPLIED or (known["setting"], known["value"]) != (setting, value):
            return []
        self.told[recommendation_id] = known | NOT_APPLIED | {"status": APPLIED, "applied_ts": at, "event_ts": at, "updated_at": now}
        return [self.told[recommendation_id]]

    def measured(self, ended: Hours, market: str | None, at: int, now: int, settle_ms: int = 0) -> list[Row]:
        """Rows of what was applied in a market (None: to offers), when more hours say what came of it. ``ended``: profit of what is over,
        by service; offers' by the hour in which they were made, of which all are over after ``settle_ms``."""
        rows = []
        for name, known in sorted(self.told.items()):
            applied = known["applied_ts"]
            if known["market"] != market or applied is None or known["measured_hours"] == WINDOW or at - settle_ms <= applied:
                continue
            found = ended.since(applied, SERVICES.index(known["setting"].split(":")[1]) if market else 0, at - settle_ms)
            if found is not None and found.hours != known["measured_hours"]:
                gained = dict(zip(MEASURED, (found.units, 24.0 * found.gained, 24.0 * found.half, found.hours), strict=True))
                self.told[name] = known | gained | {"event_ts": at, "updated_at": now}
                rows.append(self.told[name])
        return rows


def _is_other(known: Row, one: Recommendation) -> bool:
    """Whether what was told does not hold as it is."""
    gain = known["expected_profit_cents"]
    same = (known["setting"], known["value"], known["current"]) == (one.setting, one.value, one.current)
    return not same or abs(one.expected_profit_cents - gain) > RETOLD * max(abs(gain), 1.0)


def of_offers(learnt: Conversion, settings: Settings, policy: Policy, partition: int, since: int, at: int) -> Iterator[Recommendation]:
    """Offers that lose money for the rider in the middle, and exploring that is not needed; ``since``: event time of the first offer."""
    arms, days = Arms.of(policy), max(1.0, (at - since) / DAY_MS)
    middle = np.eye(len(FEATURES))[:1]
    mean, variance = learnt.predict(middle, arms)
    worth = learnt.values()[arms.types] - arms.discounts
    loss = (learnt.opt_out() * policy.opt_out_loss_cents)[arms.types]
    best = 1.0 / (1.0 + np.exp(-(mean + SURE * np.sqrt(variance))[0])) * worth - loss
    likely = 1.0 / (1.0 + np.exp(-mean[0])) * worth - loss
    for i, offer in enumerate(policy.catalogue):
        own = arms.offers == i
        offered, over = int(learnt.counts[offer.type, 0]), int(learnt.counts[offer.type, 1:5].sum())
        if settings.values[f"offer:{offer.offer_id}"] >= 0.5 and over >= LEAST_OVER and float(best[own].max()) < 0.0:
            name = f"PAUSE_OFFER/{offer.offer_id}/offers/{partition}"
            why = f"it loses {-float(likely[own].max()) / 100:.2f} each time, with 95 % certainty it does not gain"
            lost = -float(likely[own].max()) * offered / days / sum(one.type == offer.type for one in policy.catalogue)
            setting = f"offer:{offer.offer_id}"
            yield Recommendation(name, "PAUSE_OFFER", f"pause {offer.words}", why, setting, 0.0, 1.0, round(lost, 2), over)
    explore = settings.values["explore"]
    if learnt.learnt >= LEAST_OUTCOMES and explore > 0.005:
        eligible = np.ones((1, len(arms.types)), np.bool_)
        chances = choose(learnt, arms, middle, eligible, np.zeros(1, np.int64), 0.0, policy).chances[0, 1:]
        regret = float((chances * likely).sum()) - float(likely.mean())
        gain = round(explore / 2.0 * regret * int(learnt.counts[:, 0].sum()) / days, 2)
        why = f"{learnt.learnt} outcomes are learnt; choosing at random costs {regret / 100:.2f} each time"
        if gain > 0.0:
            yield Recommendation(
                f"LESS_EXPLORATION/explore/offers/{partition}", "LESS_EXPLORATION", "explore half as often", why, "explore",
                round(explore / 2.0, 6), explore, gain, learnt.learnt,
            )  # fmt: skip


def of_market(market: Market, profits: Mapping[int, float], settings: Settings, partition: int, policy: Policy) -> Iterator[Recommendation]:
    """Services that have been short for hours; ``profits``: expected of filling their gaps in the next hour, cents, by service."""
    for i, service in enumerate(SERVICES):
        setting = f"buffer:{service}:{market.name}"
        current = settings.value(setting)
        gain, evidence = profits.get(i, 0.0), int(market.effects.evidence()[i])
        if market.pressed[i] >= PRESSED and gain > 0.0 and current < MOST_BUFFER and evidence >= policy.least:
            hours = market.pressed[i] * policy.slot_ms / HOUR_MS
            why = f"for {hours:.1f} h more drivers were needed than there were; filling the gaps would bring {gain / 100:.2f} an hour"
            yield Recommendation(
                f"MORE_BUFFER/{market.name}/{service}/{market.name}/{partition}", "MORE_BUFFER", f"plan for more drivers of {service}", why,
                setting, round(current + BUFFER_STEP, 2), current, round(gain * BUFFER_STEP * 24.0, 2), evidence, market.name,
            )  # fmt: skip
