"""What is alarming now in; rows for the table of alerts, when one begins, says something else, and when it is over, out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person should know. ``service`` and ``zone``: None for all."""

    kind: str
    severity: str
    what: str
    why: str
    action: str
    value: float
    limit: float
    service: str | None = None
    zone: str | None = None

    def row(self, market: str) -> Row:
        """Its row, but for how it stands."""
        alert_id = f"{market}/{self.kind}/{self.service or ''}/{self.zone or ''}"
        return {"alert_id": alert_id, "market": market} | {name: getattr(self, name) for name in self.__slots__}


class Alerts:
    """One market's alerts that are not over: their last rows by id."""

    def __init__(self) -> None:
        self.raised: dict[str, Row] = {}

    def rows(self, market: str, alarms: list[Alarm], clock_ms: int, now: int) -> list[Row]:
        """Rows of those that begin, of those that have something else to say, and of those that are over."""
        fresh = {row["alert_id"]: row for row in (alarm.row(market) for alarm in alarms)}
        times = {"clock": clock_ms, "updated_at": now}
        out = [self.raised.pop(name) | times | {"status": "CLEARED"} for name in sorted(self.raised.keys() - fresh.keys())]
        for name in sorted(fresh):
            known = self.raised.get(name)
            if known is None or known["what"] != fresh[name]["what"]:
                self.raised[name] = fresh[name] | {"since_ts": clock_ms if known is None else known["since_ts"]}
                out.append(self.raised[name] | times | {"status": "RAISED"})
        return out

    def facts(self) -> Mapping[str, Row]:
        """The state."""
        return self.raised

    @classmethod
    def of(cls, facts: Mapping[str, Row]) -> Alerts:
        """The alerts whose ``facts()`` these are."""
        out = cls()
        out.raised = dict(facts)
        return out
