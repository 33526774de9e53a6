"""`tripo pricing fuzz`: so many events of every kind, good and bad, through the agent's own step, and whether a guard was breached.

The events are drawn by seed: quotes, orders, moves, competitors' prices, weather, answers, late, repeated and broken ones, policies and
safety flags and disputed charges that come and go, in batches of any size, with the state written and read in between. The auditor sees
what goes in and the decisions that come out, follows them row by row, and knows nothing of the agent's state. In:

    cap, emergency cap   no price above them
    hold                 no price above the last one before the hold, of its zone and service (where there was one)
    cost floor, floor    no price below them, but where one of those above is lower
    step                 no price further from the last one than the step, but where one of those above says so
    hysteresis           it holds back less than its share, says so, and nothing moves within a second
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import typer
from rich.progress import Progress

from agents.pricing.agent import PricingAgent
from agents.pricing.policy import SERVICES, Policy
from ops.fuzzing import AsJson, Events, Row, Seed, batch_of, end, watched
from ops.listing import print_rows
from ops.pricing.crowd import MARKETS, Crowd

CENT = 1.0 + 1e-6


@dataclass(slots=True)
class Report:
    """What came of it."""

    events: int = 0
    quotes: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)


class Auditor:
    """Judges decisions in their order."""

    def __init__(self, policy: Policy, report: Report) -> None:
        self.policy, self.report = policy, report
        self.said: dict[str, Row] = {}
        self.flags: dict[tuple[str, str], int] = {}
        self.disputes: dict[tuple[str, str], tuple[int, str | None]] = {}  # by market and conversation: the last
        self.last: dict[tuple[str, str, str], tuple[float, float]] = {}  # by cell: price in reference prices, balance
        self.clocks: dict[tuple[str, str, str], int] = {}  # seconds of the last
        self.ceilings: dict[tuple[str, str, str], float] = {}
        self.seen: dict[tuple[str, str], int] = {}

    def hear(self, signal: str, rows: dict[str, list[Row]]) -> None:
        """Take a signal. Holds that ended before it, while nothing was priced, have ended."""
        for row in (row for each in rows.values() for row in each):
            for market in MARKETS if row["market"] is None else (row["market"],):
                self._hold(market, row["ts"] // 1000 * 1000)
        for row in rows.get("pricing-policies", []):
            crossed = row["floor"] is not None and row["cap"] is not None and row["floor"] > row["cap"]
            if not crossed:
                self.said[row["name"]] = row | {"before": self.said.get(row["name"])}
        for row in rows.get("driver-flags", []):
            key = row["market"], row["conversation_id"]
            if row["cleared"]:
                self.flags.pop(key, None)
            else:
                self.flags[key] = row["ts"]
        for r in rows.get("overcharge-reports", []):
            if r["probability"] >= 0.5:
                self.disputes[r["market"], r["conversation_id"]] = r["ts"], r["service"]

    def judge(self, decisions: list[Row]) -> None:
        """Take decisions in their order."""
        for row in decisions:
            market, service = row["market"], row["service"]
            clock = (row["expires_ts"] - round(self.policy.quote_ttl_s * 1000)) // 1000 * 1000
            cell = (market, row["zone"], service)
            told = self._settings(market, service, clock)
            self._hold(market, clock)
            if cell not in self.last and self._held(market, service, clock):
                self.ceilings[cell] = math.inf  # its price when the hold began is not known here
            self._judge(row, cell, told, clock)
            balance = math.prod(each["weight"] for each in row["factors"] if each["name"] in ("demand", "supply", "hysteresis"))
            self.clocks[cell] = clock
            self.last[cell] = row["price_cents"] / row["reference_cents"], balance
            self.report.quotes += 1
            self.report.fired.update(row["guards"])

    def _judge(self, row: Row, cell: tuple[str, str, str], told: Row, clock: int) -> None:
        price, reference = row["price_cents"], row["reference_cents"]
        hard = min(told["cap"], told["emergency_cap"], self.ceilings.get(cell, math.inf)) * reference
        needed = max(told["floor"] * reference, row["cost_cents"])
        weights = {each["name"]: each["weight"] for each in row["factors"]}
        last, balance = self.last.get(cell, (None, None))
        self._check(price <= max(1.0, hard + 1e-6), "above a cap or a hold", row, hard)
        unknown = math.isinf(self.ceilings.get(cell, 0.0))  # held from its first quote on, at a price that is not known here
        self._check(unknown or price >= min(needed, hard) - CENT, "below the floor or the cost", row, needed)
        if last is not None and balance is not None:
            up, down = last * (1 + told["max_step"]) * reference + CENT, last / (1 + told["max_step"]) * reference - CENT
            self._check(price <= up or price <= needed + CENT, "a step up too far", row, up)
            self._check(unknown or price >= down or price >= hard - CENT, "a step down too far", row, down)
            now = weights["demand"] * weights["supply"] * weights["hysteresis"]
            same = self.clocks.get(cell) == clock
            self._check(not same or math.isclose(now, balance), "a balance that moved within a second", row, balance)
        off = abs(1.0 / weights["hysteresis"] - 1.0)
        self._check(off < self.policy.hysteresis, "more than the hysteresis holds back", row, off)
        self._check((off > 0) == ("hysteresis" in row["guards"]), "hysteresis not named, or named for nothing", row, off)
        self._check(0 < row["propensity"] <= 1 + 1e-9, "no propensity", row, row["propensity"])
        product = math.prod(each["weight"] for each in row["factors"]) * reference
        self._check(abs(product - price) < 1e-3, "factors that do not multiply up", row, product)
        self._check(bool(row["guards"]) or row["prior_cents"] <= hard + CENT, "a guard that is not named", row, hard)
        before = self.seen.get((row["market"], row["quote_id"]), -math.inf)
        self._check(clock - before > self.policy.remember_min * 60_000, "decided twice", row, before)
        self.seen[row["market"], row["quote_id"]] = clock

    def _check(self, fine: bool, what: str, row: Row, bound: float) -> None:
        if not fine and len(self.report.breaches) < 100:
            self.report.breaches.append(f"{row['decision_id']}: {row['price_cents']} cents: {what} ({bound:.4f}); guards {row['guards']}")

    def _settings(self, market: str, service: str, clock: int) -> Row:
        p = self.policy
        out: Row = {"floor": p.floor, "cap": p.cap, "max_step": p.max_step, "emergency_cap": math.inf, "safety_hold": False}
        holding = [r if r["ts"] < clock else r["before"] for r in self.said.values()]  # signals have a second of their own
        mine = [r for r in holding if r and r["market"] in (None, market) and r["service"] in (None, service)]
        for row in sorted(mine, key=lambda r: (r["market"] is not None, r["service"] is not None, r["ts"], r["name"])):
            if not row["deleted"]:
                strict = {
                    "emergency_cap": min(out["emergency_cap"], row["emergency_cap"] or math.inf),
                    "safety_hold": out["safety_hold"] or bool(row["safety_hold"]),
                }
                out |= {name: row[name] for name in out if row[name] is not None} | strict
        return out

    def _hold(self, market: str, clock: int) -> None:
        """Ceilings of the market's cells: what they cost last when a hold began."""
        held = {service: self._held(market, service, clock) for service in SERVICES}
        for cell in [cell for cell in self.last if cell[0] == market]:
            if held[cell[2]]:
                self.ceilings.setdefault(cell, self.last[cell][0])
            else:
                self.ceilings.pop(cell, None)

    def _held(self, market: str, service: str, clock: int) -> bool:
        """Whether prices are held in the second that began then."""
        since = clock - self.policy.safety_hold_s * 1000
        window = (clock - self.policy.overcharge_window_s * 1000) // 60_000
        reports = sum(
            of == market and clock > ts > 60_000 * (window + 1) - 1 and s in (None, service) for (of, _), (ts, s) in self.disputes.items()
        )
        unsafe = any(of == market and since <= ts < clock for (of, _), ts in self.flags.items())
        return unsafe or bool(self._settings(market, service, clock)["safety_hold"]) or reports >= self.policy.overcharges


def fuzz(events: int, seed: int, progress: Progress | None = None) -> Report:
    """Step the agent over so many events; what the auditor found."""
    agent, report, crowd = PricingAgent(), Report(), Crowd(seed)
    auditor, state = Auditor(agent.policy, report), agent.start(0)
    offsets: Counter[str] = Counter()
    bar = progress.add_task("events", total=events) if progress else None
    for number, (signal, rows) in enumerate(crowd.steps(events)):
        if signal:
            auditor.hear(signal, rows)
        batches = {topic: batch_of(topic, each, offsets) for topic, each in rows.items()}
        made = agent.step(state, batches, crowd.now)
        report.rejected.update(one.error for one in made.rejected)
        for output in made.outputs:
            if output.topic == "pricing.decisions":
                auditor.judge(output.frame.to_dicts())
        if number % 97 == 0:
            state = agent.load(agent.dump(state))
        if progress and bar is not None:
            progress.update(bar, completed=crowd.made)
    report.events = crowd.made
    return report


def command(*, events: Events = 1_000_000, seed: Seed = 1, as_json: AsJson = False) -> None:
    """Fuzz the guards: exit code 1 when one is breached."""
    report = watched(fuzz, events, seed, as_json=as_json)
    print_rows("Guards that bounded a price", ["guard", "quotes"], report.fired.most_common())
    print_rows("Refused", ["reason", "records"], report.rejected.most_common())
    typer.echo(f"{report.events:,} events, {report.quotes:,} quotes, {len(report.breaches)} breaches")
    end(report, {"quotes": report.quotes, "fired": dict(report.fired), "rejected": dict(report.rejected)}, as_json=as_json)
