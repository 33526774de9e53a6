"""A decision's own fields → why it was so: factors and their weight, what else could be, guards, versions. Pure.

Reads what every decision carries (DESIGN §7), whichever agent made it; what else they mean is said in ops/audit/words.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from audit.personal import Datum

Decision = dict[str, Any]

VERSIONS = ("code_version", "policy_version", "model_version", "model_versions")


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that counted; ``share`` is its part of all factors' weighted values, 0 to 1."""

    name: str
    value: float
    weight: float
    share: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """What else was possible, and why it lost."""

    what: str
    fields: dict[str, Any]
    lost: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a decision was so."""

    decision_id: str
    outcome: str
    factors: list[Factor]
    alternatives: list[Alternative]
    guards: list[str]
    propensity: float | None
    versions: dict[str, Any]
    personal: list[Datum]

    def fields(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def explain(decision: Decision, data: list[Datum]) -> Explanation:
    """Explain a decision by its fields; ``data``: what about persons it was made on."""
    versions = {name: decision[name] for name in VERSIONS if name in decision}
    return Explanation(
        decision_id=decision["decision_id"],
        outcome=outcome(decision),
        factors=factors(decision),
        alternatives=alternatives(decision),
        guards=list(decision.get("guards") or ()),
        propensity=decision.get("propensity"),
        versions=versions,
        personal=data,
    )


def outcome(decision: Decision) -> str:
    """What was decided, in the decision's own words."""
    named = [str(decision[name]) for name in ("outcome", "action", "type", "kind", "reason") if decision.get(name) is not None]
    chosen = [
        name for name in ("driver_id", "agent_id", "entry_id", "offer_id", "price_cents", "amount_cents") if decision.get(name) is not None
    ]
    return ", ".join([*named, *(f"{name} {decision[name]}" for name in chosen)]) or "decided"


def factors(decision: Decision) -> list[Factor]:
    """The factors, weightiest first."""
    rows = [one for one in decision.get("factors") or () if "name" in one and "value" in one]
    weighted = [(one["name"], float(one["value"]), float(one["weight"]) if one.get("weight") is not None else 1.0) for one in rows]
    total = sum(abs(value * weight) for _, value, weight in weighted) or 1.0
    found = [Factor(name, value, weight, abs(value * weight) / total) for name, value, weight in weighted]
    return sorted(found, key=lambda one: (-one.share, one.name))


def alternatives(decision: Decision) -> list[Alternative]:
    """What else was considered: by how much each fell short where the decision says so, else by what it differs from the choice."""
    return [_alternative(one, decision) for one in decision.get("alternatives") or () if isinstance(one, dict)]


def _alternative(one: Decision, decision: Decision) -> Alternative:
    what = next((str(one[name]) for name in one if name.endswith("_id") or name in ("name", "kind", "type", "offer")), "another choice")
    if one.get("short_s") is not None:
        return Alternative(what, one, f"its cost would have had to be lower by more than {one['short_s']:.1f} s")
    shared = [name for name, value in one.items() if isinstance(value, float) and isinstance(decision.get(name), float)]
    if not shared:
        shown = ", ".join(f"{name} {value:.4g}" for name, value in one.items() if isinstance(value, float))
        return Alternative(what, one, f"it ranked lower: {shown}" if shown else "it ranked lower")
    return Alternative(what, one, ", ".join(f"{name} {one[name]:.4g} against {decision[name]:.4g}" for name in shared))
