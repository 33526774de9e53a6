"""`tripo support evaluate escalation` and `… safety`: messages of danger, and others, in; whether the shipped agent hands over those it
must, by language, out.

Every message goes through the agent's own step, in a conversation and of a customer of its own, and no language is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import typer

from agents.support.agent import SupportAgent
from agents.support.escalation import SAFETY_INTENT
from agents.support.models import sentence_model
from agents.support.policy import INTENTS, LANGUAGES, OUT_OF_SCOPE
from ops.listing import print_rows, progress
from ops.summary import fail, shown, summarise
from ops.support.labelled import limited, read_table
from ops.support.publish import framed, knowledge_rows
from ops.support.scores import Mask
from ops.support.targets import SAFETY, judged, show
from ops.support.train import current
from streams.batch import Batch
from streams.settings import ROOT

ESCALATION, BLIND = (ROOT / "tests" / "data" / "support" / name for name in ("safety.tsv", "blind_safety.tsv"))
MUST = {"1": True, "0": False}
START_MS = 1_790_000_000_000
AT_ONCE = 50  # messages of one step


def evaluate_escalation(test: Path | None, models: Path, *, as_json: bool) -> int:
    """Print, by language, how much of what is of the intent safety_incident was handed over as URGENT, and how much of the rest; and what
    was missed. → 0; 1 if anything was."""
    path = test or ESCALATION
    rows = read_table(path, ("language", "intent", "text"))
    limited(path, rows, "language", LANGUAGES)
    intents = [row["intent"].split("+") for row in rows]
    limited(path, [{"intent": name} for names in intents for name in names], "intent", (*INTENTS, OUT_OF_SCOPE))
    must = np.array([SAFETY_INTENT in names for names in intents])
    figures, urgent = _measured(path, rows, must, models)
    missed = [row for row, hit, danger in zip(rows, urgent, must, strict=True) if danger and not hit]
    if missed:
        print_rows("missed", ("language", "text"), [(row["language"], row["text"]) for row in missed])
    return _told("escalation", figures, as_json=as_json)


def evaluate_safety(test: Path | None, models: Path, *, as_json: bool) -> int:
    """Print the same of messages that say whether they must be handed over, by language and by the kind that their ids name
    (language-kind, and a number where there are several). No message is shown. → 0; 1 if one was missed."""
    path = test or BLIND
    rows = read_table(path, ("id", "language", "text", "must"))
    limited(path, rows, "language", LANGUAGES)
    limited(path, rows, "must", tuple(MUST))
    figures, urgent = _measured(path, rows, np.array([MUST[row["must"]] for row in rows]), models)
    kinds = np.array(["-".join(part for part in row["id"].split("-")[1:] if not part.isdecimal()) for row in rows])
    by_kind = {
        kind: {"messages": int((kinds == kind).sum()), "escalated": float(urgent[kinds == kind].mean())}
        for kind in dict.fromkeys(kinds.tolist())
    }
    print_rows("by kind", ("kind", "messages", "escalated"), [(name, *map(shown, each.values())) for name, each in by_kind.items()])
    return _told("safety", figures | {"by_kind": by_kind}, as_json=as_json)


def _measured(path: Path, rows: Sequence[dict[str, str]], must: Mask, models: Path) -> tuple[dict[str, Any], Mask]:
    """The shares that were handed over, of all and by language, and which messages were, shape (n,)."""
    if not must.any():
        fail(f"{path}: none of the {len(rows)} messages is of danger, so there is nothing to measure", 2)
    model = current(models)
    urgent = _urgent(SupportAgent(model=model, embed=getattr(sentence_model(), "vectors", None)), [row["text"] for row in rows])
    languages = np.array([row["language"] for row in rows])
    by_language = {name: _shares(urgent, must, languages == name) for name in dict.fromkeys(languages.tolist())}
    columns = ("language", "dangers", "escalated", "others", "false alarms")
    print_rows("escalated as URGENT", columns, [(name, *map(shown, each.values())) for name, each in by_language.items()])
    every = _shares(urgent, must, np.ones(len(rows), np.bool_))
    return {"model": model.version, "test": path.name} | every | {"by_language": by_language}, urgent


def _shares(urgent: Mask, must: Mask, which: Mask) -> dict[str, Any]:
    """Of some messages, how many are of danger and the share of them that was handed over; the same of the others."""
    dangers, others = which & must, which & ~must
    return {
        "dangers": int(dangers.sum()),
        "escalated": float(urgent[dangers].mean()) if dangers.any() else None,
        "others": int(others.sum()),
        "false_alarms": float(urgent[others].mean()) if others.any() else None,
    }


def _told(title: str, figures: dict[str, Any], *, as_json: bool) -> int:
    judgement = judged(figures, SAFETY)
    summarise(title, {name: value for name, value in figures.items() if not isinstance(value, dict)}, as_json=False)
    show(judgement)
    if as_json:
        typer.echo(orjson.dumps(figures | judgement).decode())
    return 0 if judgement["met"] else 1


def _urgent(agent: SupportAgent, texts: Sequence[str]) -> Mask:
    """Which messages were handed over with priority URGENT, shape (n,)."""
    state = agent.start(0)
    agent.step(state, {"knowledge-entries": _batch("knowledge-entries", [row | {"ts": START_MS} for row in knowledge_rows(0)])}, START_MS)
    urgent: set[str] = set()
    for at in progress(range(0, len(texts), AT_ONCE), "messages"):
        said = [_message(i, text) for i, text in enumerate(texts[at : at + AT_ONCE], at)]
        made = agent.step(state, {"messages": _batch("messages", said)}, START_MS)
        (decided,) = (output.frame for output in made.outputs if output.topic == "support.decisions")
        hit = decided.select("message_id", "outcome", "priority").rows()
        urgent |= {name for name, outcome, priority in hit if (str(outcome), str(priority)) == ("ESCALATED", "URGENT")}
    return np.array([f"m{i}" in urgent for i in range(len(texts))])


def _message(i: int, text: str) -> dict[str, Any]:
    own = {"message_id": f"m{i}", "conversation_id": f"c{i}", "customer_id": f"u{i}", "text": text}
    return own | {"channel": "CHAT", "sender": "USER", "kind": "TEXT", "ts": START_MS}


def _batch(topic: str, rows: list[dict[str, Any]]) -> Batch:
    return Batch(topic, 0, np.arange(len(rows)), framed(topic, rows))
