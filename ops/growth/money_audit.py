"""Orders and drivers that growth was given and the money and moves that it wrote, step by step, in; what does not add up, out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from math import floor

from agents.growth.policy import DEFAULT
from ops.fuzzing import Row

DAY_MS = 86_400_000
FEES = ("base_fee_cents", "service_fee_cents", "peak_fee_cents", "surge_fee_cents")
SHARES = (10, 5, 15, 25)  # per cent, FACTS §3
Check = Callable[[bool, str, object], None]


def share_of(cents: int, percent: int) -> int:
    """So many per cent in whole cents, halves up."""
    return (2 * cents * percent + 100) // 200


class MoneyAudit:
    """Follows the orders, the figures by service and day, and the moves."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.orders: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self.completed: set[tuple[str, str]] = set()
        self.captured: set[tuple[str, str, int]] = set()
        self.sums: dict[str, Counter[str]] = defaultdict(Counter)
        self.drivers: dict[str, set[str]] = defaultdict(set)

    def take(self, now: int, given: dict[str, list[Row]], written: dict[str, list[Row]]) -> None:
        """A step: the rows that were not refused, and the outputs."""
        for row in given.get("orders", []):
            self.orders[row["market"], row["order_id"]].append(row)
        for row in given.get("order-changes", []):
            if row["change"] == "COMPLETED":
                self.completed.add((row["market"], row["order_id"]))
        for row in given.get("driver-moves", []):
            self.drivers[row["market"]].add(row["driver_id"])
        for row in written.get("growth.revenue", []):
            self._captured(row)
        latest = {row["key"]: row for row in written.get("growth.services", [])}
        for row in latest.values():
            self._figures(row)
        self._moves(written)

    def _captured(self, row: Row) -> None:
        name, price, check = (row["market"], row["order_id"]), row["price_cents"], self.check
        asked = [one for one in self.orders[name] if one["service"] == row["service"] and one["ts"] == row["requested_ts"]]
        check(bool(asked) and name in self.completed, "captured of what was not ordered and completed", row)
        check((*name, row["requested_ts"]) not in self.captured, "captured twice", row)
        self.captured.add((*name, row["requested_ts"]))
        fares = [one["fare_cents"] for one in asked]
        check(price in fares if row["price_source"] == "AGREED" else None in fares and price > 0, "another price than agreed", row)
        check(("NO_FARE_AGREED" in row["guards"]) == (row["price_source"] == "TARIFF"), "a guard that is not named", row)
        hours = {_local_hour(one) for one in asked}
        peaks = {hour in {7, 8, 17, 18} for hour in hours}
        surge = row["demand_level"] > 0.7 and row["supply_level"] < 0.5
        for fee, share in zip(FEES, SHARES, strict=True):
            may = peaks if fee == "peak_fee_cents" else {surge} if fee == "surge_fee_cents" else {True}
            check(row[fee] in {share_of(price, share) if taken else 0 for taken in may}, f"{fee} is not {share} % of the price", row)
        check(row["net_revenue_cents"] == sum(row[fee] for fee in FEES), "fees that do not add up", row)
        check(0 <= row["demand_level"] <= 1 and 0 <= row["supply_level"] <= 1, "levels", row)
        day = datetime.fromtimestamp(row["event_ts"] / 1000, UTC).date().isoformat()
        money = {name: row[name] for name in (*FEES, "net_revenue_cents")} | {"gross_cents": price, "completed": 1}
        self.sums[f"{row['market']}/{row['service']}/{day}"].update(money)

    def _figures(self, row: Row) -> None:
        check, gross, net = self.check, row["gross_cents"], row["net_revenue_cents"]
        mine = self.sums[row["key"]]
        check(all(row[name] == mine[name] for name in (*FEES, "net_revenue_cents", "gross_cents", "completed")), f"not {dict(mine)}", row)
        check(all(row[name] >= 0 for name in ("requested", "cancelled", "leakage_cents")), "less than nothing", row)
        check(row["cost_cents"] == share_of(gross, 5) and row["profit_cents"] == net - row["cost_cents"], "profit", row)
        for name, part in (("margin", net), ("profit_margin", row["profit_cents"])):
            check(row[name] is None if not gross else abs(row[name] - part / gross) < 1e-6, name, row)

    def _moves(self, written: dict[str, list[Row]]) -> None:
        zones = {(row["market"], row["zone"], row["service"], row["event_ts"]): row for row in written.get("growth.allocations", [])}
        there: Counter[tuple[str, int]] = Counter()
        for row in zones.values():
            self._zone(row)
            there[row["market"], row["event_ts"]] += row["supply"]
        for (market, _), drivers in there.items():
            self.check(drivers <= len(self.drivers[market]) + 1e-3, f"{drivers} drivers of {len(self.drivers[market])} in", market)
        leave: Counter[tuple[str, str, str, int]] = Counter()
        come: Counter[tuple[str, str, str, int]] = Counter()
        for row in written.get("growth.moves", []):
            at = row["market"], row["service"], row["event_ts"]
            leave[at[0], row["from_zone"], at[1], at[2]] += row["drivers"]
            come[at[0], row["to_zone"], at[1], at[2]] += row["drivers"]
            fine = row["drivers"] > 0 and row["from_zone"] != row["to_zone"] and 0 < row["distance_m"] <= DEFAULT.reach_m
            money = abs(row["revenue_cents"] - row["cost_cents"] - row["profit_cents"]) < 0.01 and row["profit_cents"] > 0
            self.check(fine and money and row["travel_s"] > 0 and row["cost_cents"] >= 0, "a move that is none, or does not pay", row)
        for key, row in zones.items():
            self.check(leave[key] == row["moves_out"] and come[key] == row["moves_in"], "moves that are not of their zone", row)
        self.check(leave.keys() | come.keys() <= zones.keys(), "moves of no zone", None)

    def _zone(self, row: Row) -> None:
        check, supply, ratio, action = self.check, row["supply"], row["ratio"], row["action"]
        check(
            row["forecast"] >= 0 and row["needed"] >= 0 and supply >= 0 and row["amount"] >= 0 and row["demand_hour"] >= 0, "negative", row
        )
        check((ratio is None) == (supply == 0), "a ratio of no driver, or none of some", row)
        out_of = row["amount"] if action == "DECREASE" else 0
        check(row["moves_out"] <= out_of <= floor(supply + 1e-6), "more drivers leave than are there", row)
        check(row["moves_in"] <= (row["amount"] if action == "INCREASE" else 0), "more drivers come than are needed", row)
        if ratio is not None:
            right = "INCREASE" if ratio > 1.2 else "DECREASE" if ratio < 0.8 else "MAINTAIN"
            check(action == right or (right == "DECREASE" and action == "MAINTAIN"), "an action against the ratio", row)
        check(action == "INCREASE" or row["priority"] == "LOW", "urgent to do nothing", row)


def _local_hour(order: Row) -> int:
    due = max(order["ts"], order["scheduled_ts"] or 0)
    return int(due // 3_600_000 + round(order["pickup_lon"] / 15.0)) % 24
