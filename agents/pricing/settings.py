"""Events on pricing-policies in; the settings that hold for a market's services, out: the policy's, and over it what was said of all
markets, of a service, of the market, of a service in the market, in this order; of the same scope the latest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.pricing.cells import S
from agents.pricing.columns import U8, Array
from agents.pricing.contexts import F64, Mask
from agents.pricing.policy import OBJECTIVES, Policy
from agents.pricing.reading import NONE, SETTINGS, Rows

Said = dict[str, Any]  # what an event said: its fields, None where it said nothing


@dataclass(frozen=True, slots=True)
class Settings:
    """Of one market, shape (services,) each."""

    objective: U8
    personal: Mask
    floor: F64
    cap: F64
    max_step: F64
    emergency_cap: F64  # infinite without an emergency
    safety_hold: Mask

    def arrays(self) -> dict[str, Array]:
        """By name."""
        return {name: getattr(self, name) for name in self.__slots__}


def default(policy: Policy) -> Settings:
    """What holds where nothing was said."""
    objective = np.full(S, OBJECTIVES.index(policy.objective), np.uint8)
    floor, cap, step = (np.full(S, value) for value in (policy.floor, policy.cap, policy.max_step))
    return Settings(objective, np.full(S, policy.personal), floor, cap, step, np.full(S, np.inf), np.zeros(S, np.bool_))


def said(rows: Rows, i: int) -> Said:
    """What the event at this row said."""
    given = {name: rows[name][i].item() for name in SETTINGS}
    out: Said = {name: None if np.isnan(value) else value for name, value in given.items()}
    out |= {name: None if rows[name][i] < 0 else bool(rows[name][i]) for name in ("personal", "safety_hold")}
    out |= {name: None if rows[name][i] == NONE else int(rows[name][i]) for name in ("service", "objective")}
    out |= {"market": str(rows.markets[i]), "ts": int(rows["ts"][i]), "deleted": bool(rows["deleted"][i])}
    return out | {"recommendation_id": str(rows["recommendation_id"][i])}


def settle(known: Mapping[str, Said], market: str, clock_ms: int, policy: Policy) -> Settings:
    """The settings of a market by all that was said before ``clock_ms``."""
    mine = [(each["market"] != "", each["service"] is not None, each["ts"], name) for name, each in known.items()]
    mine = [key for key in mine if known[key[3]]["market"] in ("", market) and not known[key[3]]["deleted"] and key[2] < clock_ms]
    out = default(policy)
    for *_, name in sorted(mine):
        each = known[name]
        services = slice(None) if each["service"] is None else slice(each["service"], each["service"] + 1)
        for setting, column in out.arrays().items():
            if each[setting] is None:
                continue
            if setting == "emergency_cap":  # of emergencies the strictest holds, whatever its scope
                column[services] = np.minimum(column[services], each[setting])
            elif setting == "safety_hold":
                column[services] |= each[setting]
            else:
                column[services] = each[setting]
    return out
