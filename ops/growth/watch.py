"""What the growth agent writes while `tripo dev` runs → its figures: offers, revenue, forecasts, alerts and recommendations.

Offers, answers, orders and money are of this run; alerts and recommendations are those that stand.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ops.following import Part

STANDING = {"growth.alerts": "alert_id", "growth.recommendations": "recommendation_id"}
TOPICS = (
    *("growth.offers", "offer-responses", "growth.revenue", "growth.services", "growth.zones", "growth.moves", "growth.dead-letters"),
    *STANDING,
)
Rows = dict[str, dict[str, Any]]


class GrowthTally:
    """Counts rows as they are read."""

    topics, standing_topics = TOPICS, tuple(STANDING)

    def __init__(self) -> None:
        self.asked, self.offers, self.completed, self.gross_cents, self.net_cents, self.moves = 0, 0, 0, 0, 0, 0
        self.by_service: Counter[str] = Counter()  # net revenue, cents
        self.answers: Counter[str] = Counter()
        self.dead_letters: Counter[str] = Counter()
        self.zones: Rows = {}
        self.services: Rows = {}  # by market, service and day
        self.standing: dict[str, Rows] = {topic: {} for topic in STANDING}

    def take(self, part: Part) -> None:
        """Count the records of one of TOPICS."""
        frame = part.frame
        match part.topic:
            case "growth.offers":
                self.asked += frame.height
                self.offers += int((frame["outcome"].cast(str) == "OFFER").sum())
            case "offer-responses":
                self.answers.update(frame["response"].cast(str).to_list())
            case "growth.revenue":
                self.completed += frame.height
                self.gross_cents += int(frame["price_cents"].sum())
                for service, cents in frame.select("service", "net_revenue_cents").iter_rows():
                    self.by_service[service] += cents
                    self.net_cents += cents
            case "growth.services":
                self.services |= {row["key"]: row for row in frame.iter_rows(named=True)}
            case "growth.zones":
                self.zones |= {row["key"]: row for row in frame.iter_rows(named=True)}
            case "growth.moves":
                self.moves += int(frame["drivers"].sum())
            case "growth.dead-letters":
                self.dead_letters.update(frame["error"].to_list())
            case table:
                self.standing[table] |= {row[STANDING[table]]: row for row in frame.iter_rows(named=True)}

    def alerts(self) -> list[dict[str, Any]]:
        """Those that are active."""
        return [row for row in self.standing["growth.alerts"].values() if row["active"]]

    def recommendations(self) -> list[dict[str, Any]]:
        """Those that are open."""
        return [row for row in self.standing["growth.recommendations"].values() if row["status"] == "OPEN"]

    def profit_cents(self) -> int:
        """Of the days that figures have come of."""
        return sum(row["profit_cents"] for row in self.services.values())

    def figures(self) -> dict[str, Any]:
        """By name, for the summary. ``forecast``: orders of the next hour in all zones; None before a quarter of an hour is over."""
        return {
            "requests": self.asked,
            "offers": self.offers,
            "answers": dict(sorted(self.answers.items())),
            "completed": self.completed,
            "gross_cents": self.gross_cents,
            "net_revenue_cents": self.net_cents,
            "profit_cents": self.profit_cents(),
            "leakage_cents": sum(row["leakage_cents"] for row in self.services.values()),
            "net_by_service": dict(sorted(self.by_service.items())),
            "zones": len(self.zones),
            "forecast": round(sum(row["forecast"] for row in self.zones.values()), 1) if self.zones else None,
            "drivers_to_move": self.moves,
            "alerts": sorted(row["alert_id"] for row in self.alerts()),
            "recommendations": sorted(row["recommendation_id"] for row in self.recommendations()),
            "dead_letter_errors": dict(sorted(self.dead_letters.items())),
        }

    def line(self) -> str:
        """One line of plain text."""
        ahead = f"{self.figures()['forecast']:.0f} orders in the next hour" if self.zones else "forecasts at the next quarter of an hour"
        return (
            f"growth  {self.offers} offers, {self.answers['CONVERTED']} taken  {self.completed} orders completed, "
            f"{self.net_cents / 100:,.2f} of {self.gross_cents / 100:,.2f} captured, {self.profit_cents() / 100:,.2f} profit  {ahead}  "
            f"{len(self.alerts())} alerts  {len(self.recommendations())} recommendations"
        )
