"""Riders' profiles, requests and answers of one task in; decisions on offers, and what was learnt from answers, out.

Event time goes in spans of ``policy.learn_ms``. In a span, a rider is decided on at most once, with the profile of that moment; what
riders answered is learnt, and counts for them, from the next span on. A record that comes late counts in the span that is open: a request
is decided on as of its beginning, so that nobody is contacted in the past. So
however records in the order of their event times are cut into batches, decisions and state are the same.

Spans begin with the first request or answer: a profile may be years old.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agents.growth.choice import NOTHING, choose
from agents.growth.conversion import Arms, Conversion, Outcome, features_of
from agents.growth.offered import Decided
from agents.growth.pending import ANSWERED, OPEN, Pending, PendingOffers
from agents.growth.policy import CONVERTED, DAY_MS, DECLINED, HOUR_MS, OPTED_OUT, Policy, Settings
from agents.growth.reading import OFFER_RESPONSES, REQUESTS, RIDERS, Rows, event_slots
from agents.growth.riders import PROFILE, REFUSALS, Riders
from agents.growth.seen import Seen
from columns.impact import WINDOW, Hours
from columns.records import Rejection
from columns.table import I64, Array, Mask

Look = Callable[[int, bool], None]
KINDS = ("converted", "declined", "opted_out")  # in the order of RESPONSES
MINUTE_MS = 60_000
HEARD = -1  # in place of what an answer earned: no outcome of its offer, only heard


@dataclass(slots=True)
class Monetization:
    """What a task knows of riders and offers. ``span``: the one that is open, by its number since the epoch; 0 before the first record."""

    partition: int
    span: int = 0
    riders: Riders = field(default_factory=Riders)
    learnt: Conversion = field(default_factory=Conversion)
    pending: PendingOffers = field(default_factory=PendingOffers)
    seen: Seen = field(default_factory=Seen)
    answers: list[tuple[int, int]] = field(default_factory=list)  # offsets of offers answered in the open span, and the answers
    earned: list[int] = field(default_factory=list)  # by them, cents
    erased: set[int] = field(default_factory=set)  # offsets of offers to riders who left in the open span
    first: int = 0  # event time of the first offer, ms
    ended: Hours = field(default_factory=lambda: Hours(1, 10 * WINDOW))  # profit of offers that are over, by the hour they were made in
    changed: set[int] = field(default_factory=set)  # types whose figures have changed since they were shown

    def step(self, given: Mapping[str, Rows], settings: Settings, policy: Policy, rejected: list[Rejection], look: Look) -> list[Decided]:
        """Take in a step's records, and decide on the requests. ``look`` is told of every span that begins, its event time and
        whether an hour begins with it, once what riders did before it is learnt."""
        out: list[Decided] = []
        spans, begins = event_slots(given, policy.learn_ms, self.span, (RIDERS,))
        for span in np.unique(np.concatenate([*spans.values(), np.zeros(0, np.int64)])).tolist():
            if span >= begins:
                self.open(int(span), policy, look)
            of_span = {topic: given[topic].where(of == span).in_order() for topic, of in spans.items()}
            out += self._profiles_and_requests(of_span.get(RIDERS), of_span.get(REQUESTS), settings, policy, rejected)
            self._answered(of_span.get(OFFER_RESPONSES), policy, rejected)
        return out

    def open(self, span: int, policy: Policy, look: Look) -> None:
        """A span of event time begins: what riders did in the one before is learnt."""
        if span <= self.span:
            return
        passed, start = (span - self.span) * policy.learn_ms if self.span else 0, span * policy.learn_ms
        for (offset, response), cents in zip(self.answers, self.earned, strict=True):
            if offset in self.erased:
                continue
            if cents == HEARD:
                self.riders.opted_out(self.pending.offers[offset].rider_id)
            else:
                self._learn(self.pending.offers[offset], response, cents, start, policy)
        self.pending.settle(self.erased)
        self.answers, self.earned, self.erased = [], [], set()
        for offer in self.pending.expire(start, policy):
            self._outcome(offer, "expired", 0, start, policy)
        if passed:
            self.learnt.forget(passed)
            self.ended.forget(start)
        self.seen.forget(start - 24 * HOUR_MS)
        self.riders.forget(start - policy.left_days * DAY_MS)
        hour, self.span = self.span * policy.learn_ms // HOUR_MS, span
        if self.first:
            look(start, start // HOUR_MS > hour)

    def next_due(self, policy: Policy) -> int | None:
        """An event time, ms, from which there is something to do without records."""
        if self.answers or self.erased:
            return (self.span + 1) * policy.learn_ms
        return self.pending.next_end()

    def _profiles_and_requests(
        self, profiles: Rows | None, requests: Rows | None, settings: Settings, policy: Policy, rejected: list[Rejection]
    ) -> list[Decided]:
        """Both in the order of their times; requests are decided on together up to a profile of one of their riders."""
        out: list[Decided] = []
        requests = self._unheard(requests, policy, rejected) if requests is not None else None
        waiting = {} if requests is None else dict(zip(reversed(requests.ids.tolist()), reversed(requests["ts"].tolist()), strict=True))
        at, left = 0, dict[str, int]()
        columns = {} if profiles is None else {name: profiles[name].tolist() for name in (*PROFILE, "deleted")}
        for i, rider in enumerate(profiles.ids.tolist() if profiles is not None else ()):
            assert profiles is not None
            ts = columns["ts"][i]
            if requests is not None and waiting.get(rider, ts) < ts:
                end = int(np.searchsorted(requests["ts"], ts))
                if end > at:
                    out.append(self._decide(requests.take(np.arange(at, end)), settings, policy))
                    at = end
            values = {name: columns[name][i] for name in PROFILE}
            if not self.riders.profiled(rider, values, columns["deleted"][i]):
                why = "a later profile of this rider was read before"
                rejected.append(Rejection(RIDERS, int(profiles.offsets[i]), "OutOfOrder", why, True))
            elif columns["deleted"][i]:
                left[rider] = ts
        if requests is not None and at < len(requests):
            out.append(self._decide(requests.take(np.arange(at, len(requests))), settings, policy))
        if left:
            self.erased.update(self.pending.erase(left))
        return out

    def _unheard(self, requests: Rows, policy: Policy, rejected: list[Rejection]) -> Rows:
        """Those whose ids did not come in the last day."""
        names = requests.texts["request_id"].tolist()
        new = np.array(self.seen.add(names, self.span * policy.learn_ms), np.bool_)
        rejected += [
            Rejection(REQUESTS, int(requests.offsets[i]), "Duplicate", "this request was decided on before", True)
            for i in np.flatnonzero(~new).tolist()
        ]
        return requests if new.all() else requests.take(np.flatnonzero(new))

    def _decide(self, requests: Rows, settings: Settings, policy: Policy) -> Decided:
        ts, ids = np.maximum(requests["ts"], self.span * policy.learn_ms), requests.ids.tolist()
        rows = self.riders.find(ids)
        refusal = self.riders.refusals(rows, self.span, ts, policy)
        fit = np.flatnonzero(refusal < 0)
        again = fit[~_first(rows[fit])]
        refusal[again] = REFUSALS.index("ASKED_AGAIN")
        told = (self.riders.columns["personal"][rows] & (rows > 0)) if settings.values["personal"] else np.zeros(len(rows), np.bool_)
        values = self.riders.values(rows)
        features = features_of(values, told, requests["occasion"] == 1)
        arms = Arms.of(policy)
        hour = (ts + requests["utc_offset_min"] * MINUTE_MS) // HOUR_MS
        contact = self._contact(hour, policy)
        rules = self._rules(arms, requests, ts, told & (values["tier"] > 0), contact, settings, policy)
        eligible = np.broadcast_to((refusal < 0)[:, None], (len(rows), len(arms.types))).copy()
        for mask in rules.values():
            eligible &= ~mask
        chosen = choose(self.learnt, arms, features, eligible, _keys(requests.offsets, self.partition), settings.values["explore"], policy)
        open_to_all = ~rules["OFFER_PAUSED"]
        guards = {REFUSALS[i]: refusal == i for i in range(len(REFUSALS))}
        guards |= {name: mask.any(axis=1) & (refusal < 0) for name, mask in rules.items()} | {"PERSONAL_OFF": ~told}
        made = chosen.arm != NOTHING
        asked = rows[refusal < 0]
        self.riders.columns["asked"][asked] = self.span
        when = contact[np.arange(len(rows)), np.maximum(chosen.arm, 0) % 3]
        contact_ts = np.maximum(ts, when * HOUR_MS - requests["utc_offset_min"] * MINUTE_MS)
        self.riders.offered(rows[made], contact_ts[made])
        decided = Decided(
            requests, arms, chosen, features, eligible, open_to_all, ts, contact_ts, guards, told, self.learnt, settings, policy
        )
        self._made(decided, made, when % 24)
        return decided

    def _contact(self, hour: I64, policy: Policy) -> I64:
        """The hours since the epoch, local time, at which to contact for each timing, (n, 3): now, and the hours of the day that have
        worked best in the next 24 and in the two days after; -1 where none is outside the quiet hours."""
        quiet = np.array([_quiet(h, policy) for h in range(24)])
        by_hour = np.where(quiet, -np.inf, self.learnt.by_hour())
        of_day = np.arange(24)
        soon, later = ((of_day[:, None] + np.arange(first, last)) % 24 for first, last in ((1, 25), (25, 73)))
        after = np.stack([1 + by_hour[soon].argmax(axis=1), 25 + by_hour[later].argmax(axis=1)], axis=1)
        now = np.where(quiet[hour % 24], -1, hour)
        rest = np.where(quiet.all(), -1, hour[:, None] + after[hour % 24])
        return np.concatenate([now[:, None], rest], axis=1)

    def _rules(
        self, arms: Arms, requests: Rows, ts: I64, premium: Mask, contact: I64, settings: Settings, policy: Policy
    ) -> dict[str, Mask]:
        """Why arms are not eligible, (n, arms) each."""
        n = len(requests)
        rows = self.riders.find(requests.ids.tolist())
        paused = np.array([settings.values[f"offer:{offer.offer_id}"] < 0.5 for offer in policy.catalogue])[arms.offers]
        return {
            "OFFER_PAUSED": np.tile(paused, (n, 1)),
            "TYPE_COOLDOWN": self.riders.cooling(rows, ts, policy)[:, arms.types] & (rows > 0)[:, None],
            "ALREADY_PREMIUM": premium[:, None] & (arms.types == 0),
            "SAME_SERVICE": (requests["service"][:, None] == arms.services) & (arms.services >= 0),
            "QUIET_HOURS": (contact < 0)[:, arms.timings],
        }

    def _made(self, decided: Decided, made: Mask, hour: I64) -> None:
        """Offers are pending until they are answered or over."""
        ids = decided.requests.ids
        for i in np.flatnonzero(made).tolist():
            arm = int(decided.chosen.arm[i])
            kind, conversion = int(decided.arms.types[arm]), float(decided.chosen.conversion[i, arm])
            self.pending.add(
                Pending(
                    offset=int(decided.requests.offsets[i]),
                    rider_id=ids[i],
                    type=kind,
                    offer=int(decided.arms.offers[arm]),
                    made_ts=int(decided.requests["ts"][i]),
                    expires_ts=int(decided.expires[i]),
                    hour=int(hour[i]),
                    expected_ppm=round(conversion * 1e6),
                    features=decided.features[i] + decided.arms.features[arm],
                )
            )
            self.first = self.first or int(decided.requests["ts"][i])
            self.learnt.counts[kind, 0] += 1
            self.changed.add(kind)

    def _answered(self, responses: Rows | None, policy: Policy, rejected: list[Rejection]) -> None:
        for i in range(len(responses) if responses is not None else 0):
            assert responses is not None
            decision, ts = responses.texts["decision_id"][i], int(responses["ts"][i])
            offer = self.pending.offers.get(_offset_of(decision, self.partition))
            offset = int(responses.offsets[i])
            if offer is None or offer.rider_id != responses.ids[i] or ts <= offer.made_ts:
                why = f"no offer {decision} was made to this rider, or it is long over"
                rejected.append(Rejection(OFFER_RESPONSES, offset, "UnknownOffer", why, False))
            elif int(responses["response"][i]) == OPTED_OUT and (offer.status != OPEN or ts > offer.expires_ts):
                self.answers.append((offer.offset, OPTED_OUT))
                self.earned.append(HEARD)
            elif offer.status == ANSWERED:
                rejected.append(Rejection(OFFER_RESPONSES, offset, "AlreadyAnswered", f"offer {decision} was answered before", True))
            elif offer.status != OPEN or ts > offer.expires_ts:
                rejected.append(Rejection(OFFER_RESPONSES, offset, "OfferExpired", f"offer {decision} ended at {offer.expires_ts}", True))
            else:
                offer.status = ANSWERED
                self.answers.append((offer.offset, int(responses["response"][i])))
                self.earned.append(int(responses["value_cents"][i]))

    def _learn(self, offer: Pending, response: int, cents: int, at: int, policy: Policy) -> None:
        if response == DECLINED:
            self.riders.declined(offer.rider_id, offer.type, at)
        elif response == OPTED_OUT:
            self.riders.opted_out(offer.rider_id)
        self._outcome(offer, KINDS[response], cents if response == CONVERTED else 0, at, policy)

    def _outcome(self, offer: Pending, kind: str, cents: int, at: int, policy: Policy) -> None:
        off = policy.catalogue[offer.offer].discount_cents if kind == "converted" else 0
        self.learnt.learn(Outcome(offer.type, offer.features, offer.expected, kind, offer.hour, cents, off), at)
        lost = policy.opt_out_loss_cents if kind == "opted_out" else 0
        self.ended.add(offer.made_ts, 0, cents - off - lost)
        self.changed.add(offer.type)

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        parts = {"riders": self.riders.arrays(), "learnt": self.learnt.arrays()}
        parts |= {"pending": self.pending.arrays(), "seen": self.seen.arrays(), "ended": self.ended.arrays()}
        return {f"{name}.{key}": array for name, arrays in parts.items() for key, array in arrays.items()}

    def facts(self) -> dict[str, Any]:
        """The rest of it."""
        rest = {"answers": self.answers, "earned": self.earned, "erased": sorted(self.erased), "changed": sorted(self.changed)}
        return {"span": self.span, "first": self.first, "learnt": self.learnt.facts()} | rest

    @classmethod
    def of(cls, partition: int, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Monetization:
        """The state of these ``facts()`` and ``arrays()``."""
        parts: dict[str, dict[str, Array]] = {name: {} for name in ("riders", "learnt", "pending", "seen", "ended")}
        for name, array in arrays.items():
            part, _, key = name.partition(".")
            parts[part][key] = array
        out = cls(partition)
        out.span, out.first, answers, out.earned = (facts[name] for name in ("span", "first", "answers", "earned"))
        out.answers, out.changed, out.erased = [(a, b) for a, b in answers], set(facts["changed"]), set(facts["erased"])
        out.learnt = Conversion.of(facts["learnt"], parts["learnt"])
        out.riders, out.pending = Riders.of(parts["riders"]), PendingOffers.of(parts["pending"])
        out.seen = Seen.of(parts["seen"])
        out.ended.load(parts["ended"])
        return out


def _first(rows: I64) -> Mask:
    """Whether a row is the first of its rider, (n,)."""
    out = np.zeros(len(rows), np.bool_)
    out[np.unique(rows, return_index=True)[1]] = True
    return out


def _quiet(hour: int, policy: Policy) -> bool:
    a, b = policy.quiet_from, policy.quiet_until
    return a <= hour < b if a <= b else hour >= a or hour < b


def _keys(offsets: I64, partition: int) -> I64:
    """A number for each request, of its coordinates."""
    return (offsets + 1) * 1_000_003 + partition


def _offset_of(decision_id: str, partition: int) -> int:
    """The offset in the id of a decision of this partition; -1 for any other text."""
    start, _, rest = decision_id.partition(f"growth/{REQUESTS}/{partition}/")
    digits, _, ordinal = rest.partition("/")
    return int(digits) if not start and ordinal == "0" and digits.isascii() and digits.isdigit() and len(digits) < 19 else -1
