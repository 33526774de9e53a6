"""Pricing: what a ride costs, where and when. ``AGENT`` is what the runtime steps; ``app`` its Faust app, made when first asked for."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """``app`` and ``AGENT`` of the agent module, so that importing a pure module imports neither Faust nor the runtime."""
    if name not in {"app", "AGENT"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from agents.pricing import agent

    return getattr(agent, name)
