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

REMEMBER_MS, SECOND_MS = 24 * 3_600_000, 1000
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
    return out | {"recommendation_id": str(rows["recommendation_id"][i]), "before": None}


def told(known: Mapping[str, Said], rows: Rows) -> dict[str, Said]:
    """What is known after the events of these rows: the latest of each name, and with it, as ``before``, the last one of an older second,
    which holds until the latest one's second is over."""
    out = dict(known)
    for i, name in enumerate(rows["name"].tolist()):
        new, last = said(rows, i), out.get(name)
        if last is not None:
            same = last["ts"] // SECOND_MS == new["ts"] // SECOND_MS
            new["before"] = last["before"] if same else last | {"before": None}
        out[name] = new
    return out


def of_market(known: Mapping[str, Said], market: str) -> dict[str, Said]:
    """What of all that was said is said of this market, or was."""
    scopes = ("", market)
    return {name: each for name, each in known.items() if each["market"] in scopes or (each["before"] or each)["market"] in scopes}


def forgotten(known: Mapping[str, Said], clock_ms: int) -> dict[str, Said]:
    """What was said, without what was taken back so long ago that no older record of it comes any more."""
    return {name: each for name, each in known.items() if not each["deleted"] or each["ts"] >= clock_ms - REMEMBER_MS}


def settle(known: Mapping[str, Said], market: str, clock_ms: int, policy: Policy) -> Settings:
    """The settings of a market by all that was said before ``clock_ms``."""
    holding = {name: each if each["ts"] < clock_ms else each["before"] for name, each in known.items()}
    mine = {name: each for name, each in holding.items() if each and each["market"] in ("", market) and not each["deleted"]}
    out = default(policy)
    for _, name in sorted(((each["market"] != "", each["service"] is not None, each["ts"]), name) for name, each in mine.items()):
        each = mine[name]
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
