"""Decisions of agents that need more than their own fields to be understood → plain sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ops.listing import moment

Decision = dict[str, Any]

OUTCOMES = {
    "ANSWERED": "it was answered without a person",
    "ASKED": "the customer was asked what was meant",
    "ESCALATED": "it was handed to a person",
    "NOTED": "it was noted: a person already has the conversation",
}


def matching(decision: Decision) -> list[str]:
    """Who got an order, and what the cost was made of."""
    from ops.explain import words  # with Redis and the agent: only where a decision is of matching
    from ops.why import cost_parts_s

    out = words.outcome(decision)
    parts = cost_parts_s(decision)
    if parts:
        total = sum(abs(value) for value in parts.values()) or 1.0
        ranked = sorted(parts.items(), key=lambda item: -abs(item[1]))
        shares = [f"{name} {value:.1f} s ({abs(value) / total:.0%})" for name, value in ranked if value]
        out.append(f"The cost was made of: {', '.join(shares)}.")
    elif decision["cost_s"] is not None:
        said = f"the pickup {decision['eta_s']:.1f} s, fairness {decision['boost_s']:.1f} s, a refusal's risk {decision['accept_s']:.1f} s"
        out.append(f"Its cost was {decision['cost_s']:.1f} s, of which {said}.")
    return out


def support(decision: Decision) -> list[str]:
    """What was understood, and why it was answered or handed over."""
    said = f"Message {decision['message_id']} of conversation {decision['conversation_id']}, decided {moment(decision['decided_at'])}: "
    out = [f"{said}{OUTCOMES.get(decision['outcome'], decision['outcome'])}."]
    others = [f"{one['intent']} {one['probability']:.0%}" for one in decision["intents"][1:4]]
    understood = f"It was understood as {decision['intent']} with {decision['confidence']:.0%}"
    before = f", before {', '.join(others)}" if others else ""
    out.append(f"{understood}{before}; out of scope with {decision['outside']:.0%}.")
    out.append(f"Sentiment {decision['sentiment']} ({decision['sentiment_score']:+.2f}), language {decision['language']}.")
    if decision["dangers"]:
        out.append(f"Words of danger: {', '.join(decision['dangers'])}.")
    out += [f"Rule {rule['name']} fired: hand over with priority {rule['priority']}." for rule in decision["rules"]]
    if decision["entry_id"]:
        out.append(f"The answer cites entry {decision['entry_id']}, the best of {len(decision['alternatives'])} found.")
    out += [f"Guard: {name}." for name in decision["guards"]]
    return out


SAID: dict[str, Callable[[Decision], list[str]]] = {"matching": matching, "support": support}


def support_factors(decision: Decision) -> list[dict[str, Any]]:
    """Support's decisions name no factors: what was weighed are the probabilities of the intents."""
    return [{"name": one["intent"], "value": one["probability"], "weight": 1.0} for one in decision["intents"]]
