"""`tripo pricing ope`: what the agent logged in; what other policies would have earned on the same quotes, with intervals, out.

Candidates that learn do so from the first part of the log and are judged by the rest. What the log cannot tell is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import orjson
import typer

from agents.pricing.choice import ChoicePolicy
from ops.listing import print_rows
from ops.pricing.candidates import CANDIDATES, chances, fitted, foretold_acceptance, judge, on_grid
from ops.pricing.estimators import Estimated, Estimates, RefusedError
from ops.pricing.logged import DECISIONS, OUTCOMES, LogFileError, from_file, from_kafka, log
from ops.reading import LogError
from ops.summary import fail

LEAST = 200  # decisions to learn from, and to judge by


def evaluate_logged(
    candidates: Sequence[str], decisions: Path | None, outcomes: Path | None, fit: float, least_share: float, as_json: bool
) -> int:
    """Print what candidates are worth. → 0, or 1 when any is refused; exits 2 for what cannot be asked and 1 for what cannot be read."""
    if not candidates or not set(candidates) <= set(CANDIDATES) or not 0 < fit < 1:
        fail(f"give candidates of {', '.join(CANDIDATES)}, and a share to learn from between 0 and 1", 2)
    if (decisions is None) != (outcomes is None):
        fail("give both --decisions FILE and --outcomes FILE, or neither to read them from Kafka", 2)
    try:
        told = from_kafka(DECISIONS) if decisions is None else from_file(DECISIONS, decisions)
        became = from_kafka(OUTCOMES) if outcomes is None else from_file(OUTCOMES, outcomes)
        every = log(told, became)
    except (LogError, LogFileError) as e:
        fail(str(e))
    policy = ChoicePolicy()
    usable = on_grid(every, policy)
    known, every = len(every.price), every[usable]
    cut = int(fit * len(every.price))
    if min(cut, len(every.price) - cut) < LEAST:
        fail(f"{len(every.price)} decisions with an outcome are too few: {LEAST} are needed to learn from and as many to judge by")
    model, judged = fitted(every[:cut]), every[cut:]
    found: dict[str, Estimates | str] = {}
    likely = foretold_acceptance(judged, chances(candidates[0], judged, model, policy).prices, model)
    for name in candidates:
        try:
            found[name] = judge(judged, chances(name, judged, model, policy), likely, least_share)
        except (RefusedError, ValueError) as e:
            found[name] = str(e)
    _show(found, len(judged.price), cut, known - len(every.price))
    if as_json:
        figures = {name: {"refused": one} if isinstance(one, str) else asdict(one) for name, one in found.items()}
        typer.echo(orjson.dumps({"decisions": len(judged.price), "learnt_from": cut, "unit": "cents", "candidates": figures}).decode())
    return 1 if any(isinstance(one, str) for one in found.values()) else 0


def _show(found: dict[str, Estimates | str], judged: int, cut: int, off: int) -> None:
    rows: list[tuple[str | None, ...]] = []
    for name, one in found.items():
        if isinstance(one, str):
            rows.append((name, None, None, None, None, None, f"refused: {one}"))
        else:
            rows.append((name, *map(_cell, (one.ips, one.snips, one.dr)), f"{one.ess:.0f}", f"{one.heaviest:.1f}", _versus(one)))
    head = ("candidate", "IPS", "SNIPS", "doubly robust", "effective sample", "heaviest weight", "against the logged policy")
    title = f"profit per quote, cents ± 95 %: judged by {judged} decisions, learnt from {cut} before; {off} off the grid left out"
    print_rows(title, head, rows)


def _versus(one: Estimates) -> str:
    change = one.dr.value / one.logged.value - 1 if one.logged.value else np.nan
    return f"{100 * change:+.1f} % of {one.logged.value:.1f}"


def _cell(one: Estimated) -> str:
    return f"{one.value:.1f} ±{one.half:.1f}"
