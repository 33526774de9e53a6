"""What the pricing agent writes while `tripo dev` runs → its figures: quotes, sales, profit, what was let go of, guards, alerts.

Quotes, outcomes and money are of this run; alerts and recommendations are those that stand.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ops.following import Part

STANDING = {"pricing.alerts": "alert_id", "pricing.recommendations": "recommendation_id"}
OUTCOMES, CENTS = ("ACCEPTED", "REJECTED", "EXPIRED"), ("revenue_cents", "profit_cents", "leakage_cents")


class PricingTally:
    """Counts rows as they are read."""

    topics = ("pricing.decisions", "pricing.outcomes", "pricing.dead-letters", *STANDING)
    standing_topics = tuple(STANDING)

    def __init__(self) -> None:
        self.quotes = 0
        self.guards: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.cents: Counter[str] = Counter()
        self.by_service: Counter[str] = Counter()  # revenue, cents
        self.dead_letters: Counter[str] = Counter()
        self.standing: dict[str, dict[str, str]] = {topic: {} for topic in STANDING}  # status by id

    def take(self, part: Part) -> None:
        """Count the records of one of the topics."""
        frame = part.frame
        match part.topic:
            case "pricing.decisions":
                self.quotes += frame.height
                self.guards.update(frame["guards"].explode().drop_nulls().to_list())
            case "pricing.outcomes":
                self.outcomes.update(frame["outcome"].cast(str).to_list())
                self.cents.update({name: int(frame[name].sum()) for name in CENTS})
                for service, cents in frame.select("service", "revenue_cents").iter_rows():
                    self.by_service[service] += cents
            case "pricing.dead-letters":
                self.dead_letters.update(frame["error"].to_list())
            case table:
                self.standing[table].update(frame.select(STANDING[table], "status").iter_rows())

    def figures(self) -> dict[str, Any]:
        """By name, for the summary."""
        revenue = self.cents["revenue_cents"]
        return {
            "quotes": self.quotes,
            **{name.lower(): self.outcomes[name] for name in OUTCOMES},
            **{name: self.cents[name] for name in CENTS},
            "margin": round(self.cents["profit_cents"] / revenue, 4) if revenue else None,
            "revenue_by_service": dict(sorted(self.by_service.items())),
            "guards": dict(sorted(self.guards.items())),
            "alerts": self._of("pricing.alerts", "RAISED"),
            "recommendations": self._of("pricing.recommendations", "OPEN"),
            "dead_letter_errors": dict(sorted(self.dead_letters.items())),
        }

    def line(self) -> str:
        """One line of plain text."""
        told = self.figures()
        money = "  ".join(f"{name} {self.cents[f'{name}_cents'] / 100:,.2f}" for name in ("revenue", "profit", "leakage"))
        margin = "-" if told["margin"] is None else f"{told['margin']:.0%}"
        return (
            f"pricing  {self.quotes} quotes, {told['accepted']} accepted, {told['rejected']} rejected, {told['expired']} expired  {money}  "
            f"margin {margin}  {len(told['alerts'])} alerts  {len(told['recommendations'])} recommendations"
        )

    def _of(self, table: str, status: str) -> list[str]:
        return sorted(name for name, of in self.standing[table].items() if of == status)
