"""What growth was given and what it wrote, step by step, in; what breaks a promise, out. It knows nothing of the agent's state.

What was read ``SURE_MS`` before a decision, and was not refused, was certainly in force at it: an event is at most a minute ahead of its
step, counts from the next minute on, and after an outage waits for some steps. What was read later is taken for neither.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from agents.growth.policy import CATALOGUE, DEFAULT, SERVICES, TYPES
from ops.fuzzing import Row
from ops.growth.money_audit import MoneyAudit

HOUR_MS, DAY_MS, SURE_MS = 3_600_000, 86_400_000, 900_000
HOURS = {"IMMEDIATE": (0.0, 0.0), "WITHIN_24_HOURS": (0.0, 24.0), "WITHIN_3_DAYS": (24.0, 72.0)}
MOST_TOLD = 20  # breaches of a kind
OFFERS = {one.offer_id: one for one in CATALOGUE}


@dataclass(slots=True)
class Report:
    """What came of it."""

    events: int = 0
    written: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    guards: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)  # how many breaches of each

    def check(self, fine: bool, what: str, row: object) -> None:
        """Note it, if it is not ``fine``; the first of each kind in full."""
        if not fine:
            self.kinds[what] += 1
            if self.kinds[what] <= MOST_TOLD:
                self.breaches.append(f"{what}: {row}")


class Auditor:
    """Judges steps in their order."""

    def __init__(self, report: Report) -> None:
        self.report, self.money = report, MoneyAudit(report.check)
        self.profiles: dict[str, list[tuple[int, Row]]] = defaultdict(list)  # by rider: when they were read, and they
        self.answers: dict[str, list[tuple[int, Row, Row]]] = defaultdict(list)  # by rider: when, offer, answer
        self.refused: set[tuple[str, int]] = set()  # some only steps after they were read
        self.contacts: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by rider: when decided, and when to be made
        self.offers: dict[str, Row] = {}
        self.requests: dict[str, Row] = {}
        self.decided: dict[str, int] = {}
        self.offered: Counter[str] = Counter()
        self.active: set[str] = set()
        self.now = self.back = 0  # the last step, and the last after an outage of a day: it forgets what came in the day before

    def take(self, now: int, read: dict[str, list[Row]], refused: set[tuple[str, int]], written: dict[str, list[Row]]) -> None:
        """A step: the rows that were read, with their offsets, topics and offsets of those refused, and the outputs."""
        self.back = now if now - self.now >= DAY_MS // 2 else self.back
        self.now = now
        self.refused |= refused
        given = {topic: [row for row in rows if (topic, row["offset"]) not in refused] for topic, rows in read.items()}
        for row in given.get("monetization-requests", []):
            self.requests[row["request_id"]] = row
        for row in given.get("rider-profiles", []):
            self.profiles[row["rider_id"]].append((now, row))
        for topic, rows in written.items():
            self.report.written[topic] += len(rows)
            for row in rows:
                self._finite(topic, row)
        for row in written.get("growth.offers", []):
            self._decided(row)
        for row in given.get("offer-responses", []):
            if (offer := self.offers.get(row["decision_id"])) is not None:
                self.answers[row["rider_id"]].append((now, offer, row))
        for row in written.get("growth.learnt", []):
            over = row["converted"] + row["declined"] + row["opted_out"] + row["expired"]
            fine = 0 <= over <= row["offered"] <= self.offered[row["type"]] and row["conversion"] in {
                None,
                over and row["converted"] / over,
            }
            self.report.check(fine and row["profit_cents"] == row["earned_cents"] - row["discount_cents"], "counts of offers", row)
        for row in written.get("growth.alerts", []):
            self.report.check(row["active"] or row["alert_id"] in self.active, "an alert is over that was none", row)
            self.report.check(all(row[name] for name in ("severity", "what", "why", "suggested_action")), "an alert without words", row)
            (self.active.add if row["active"] else self.active.discard)(row["alert_id"])
        self.money.take(now, given, written)

    def _finite(self, topic: str, value: Any) -> None:
        """No NaN and nothing infinite, however deep."""
        if isinstance(value, float):
            self.report.check(math.isfinite(value), "no number", topic)
        elif isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                self._finite(topic, one)

    def _decided(self, row: Row) -> None:
        check = self.report.check
        request = self.requests.get(row["request_id"])
        check(request is not None and request["rider_id"] == row["rider_id"], "nobody asked", row)
        last = self.decided.get(row["request_id"], -math.inf)
        check(row["decided_at"] - last >= DAY_MS or last - self.back < SURE_MS, "decided twice", row)
        self.decided[row["request_id"]] = row["decided_at"]
        self.report.guards.update(row["guards"])
        check(0 <= row["monetization_propensity"] <= 1 and 0 <= row["confidence"] <= 1, "no share", row)
        others = [one["propensity"] for one in row["alternatives"]]
        chance = row["propensity"]
        check((chance is None) == (row["type"] is None and not others), "a propensity that is missing, or of nothing to choose", row)
        if chance is not None:
            total = chance + sum(others)
            check(0 < chance <= 1 and all(0 < one <= 1 for one in others) and total <= 1 + 1e-6, "propensities", row)
            all_told = row["outcome"] == "NO_OFFER" and len(others) < 3
            check(not all_told or abs(total - 1) < 1e-6, "propensities that do not sum to one", row)
        if row["outcome"] == "OFFER":
            assert request is not None
            self._offered(row, request)
        else:
            check(row["offer_id"] is None and row["contact_ts"] is None, "an offer that is none", row)

    def _offered(self, row: Row, request: Row) -> None:
        check, rider, contact = self.report.check, row["rider_id"], row["contact_ts"]
        at = round(contact - row["hours_to_contact"] * HOUR_MS)
        offer = OFFERS[row["offer_id"]]
        check((TYPES[offer.type], offer.discount_cents, offer.words) == (row["type"], row["discount_cents"], row["offer"]), "offer", row)
        check(0 < row["expected_conversion"] < 1, "a conversion that cannot be", row)
        low, high = HOURS[row["timing"]]
        check(low - 1e-5 <= row["hours_to_contact"] <= high + 1e-5, "a timing that is not kept", row)
        check(row["expires_ts"] - contact == DEFAULT.valid_h * HOUR_MS and at >= row["event_ts"] - 5, "times", row)
        local = (contact + request["utc_offset_min"] * 60_000) % DAY_MS / HOUR_MS
        check(DEFAULT.quiet_until <= local < DEFAULT.quiet_from, "contacted in quiet hours", row)
        profiles = self._of(self.profiles[rider], "rider-profiles")
        left = max((when for when, one in profiles if one["deleted"]), default=-SURE_MS)  # of whom nothing is known any more
        last = [to_be for when, to_be in self.contacts[rider] if when > left + SURE_MS][-DEFAULT.most_offers :]
        check(not last or at - last[-1] >= DEFAULT.gap_h * HOUR_MS - 5, "too soon", row)
        check(len(last) < DEFAULT.most_offers or at - last[0] >= DEFAULT.cap_days * DAY_MS - 5, "too often", row)
        check(offer.service < 0 or request["service"] != SERVICES[offer.service], "its own service", row)
        self._consents(row, profiles, at)
        anew = any(not one["contact_consent"] or one["deleted"] for _, one in profiles)
        came = min((when for when, one in profiles if when > left and not one["deleted"]), default=at)
        for when, before, answer in self._of(self.answers[rider], "offer-responses"):
            known = came + SURE_MS < when < at - SURE_MS
            declined = answer["response"] == "DECLINED" and before["type"] == row["type"]
            cool = at - answer["ts"] < DEFAULT.cooldown_days * DAY_MS
            check(not (known and declined and cool), "declined not long ago", row)
            check(not known or answer["response"] != "OPTED_OUT" or anew, "offered to who opted out", row)
        self.contacts[rider].append((row["decided_at"], contact))
        self.offers[row["decision_id"]] = row
        self.offered[row["type"]] += 1

    def _of(self, read: list[Any], topic: str) -> list[Any]:
        """What was not refused in the meantime."""
        read[:] = [one for one in read if (topic, one[-1]["offset"]) not in self.refused]
        return read

    def _consents(self, row: Row, profiles: list[tuple[int, Row]], at: int) -> None:
        self.report.check(any(one["contact_consent"] and not one["deleted"] for _, one in profiles), "offered without consent", row)
        sure = [one for when, one in profiles if when + SURE_MS < at]
        unsure = [one for when, one in profiles if when + SURE_MS >= at]
        if not sure or unsure:
            return
        newest = max(sure, key=lambda one: (one["ts"], one["deleted"]))
        same = [one for one in sure if one["ts"] == newest["ts"]]
        self.report.check(any(one["contact_consent"] and not one["deleted"] for one in same), "offered without consent as it was", row)
        self.report.check(not row["personal"] or any(one["personal_consent"] for one in same), "personal without consent", row)
