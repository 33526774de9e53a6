"""`tripo support evaluate escalation`: messages with their intents in; whether the shipped agent hands over what it must, by language, out.

Every message goes through the agent's own step, in a conversation of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agents.support.agent import SupportAgent
from agents.support.models import sentence_model
from ops.listing import print_rows
from ops.summary import fail, summarise
from ops.support.publish import framed, knowledge_rows
from ops.support.train import current
from streams.batch import Batch
from streams.settings import ROOT

DEFAULT = ROOT / "tests" / "data" / "support" / "safety.tsv"
SAFETY = "safety_incident"
START_MS = 1_790_000_000_000


def evaluate_escalation(test: Path | None, models: Path, *, as_json: bool) -> int:
    """Print, by language, how much of what is safety was handed over as URGENT, and how much of the rest. → 0; 1 if any was missed."""
    path = test or DEFAULT
    rows = _rows(path)
    agent = SupportAgent(model=current(models), embed=getattr(sentence_model(), "vectors", None))
    urgent = _urgent(agent, [row["text"] for row in rows])
    safety = np.array([SAFETY in row["intent"].split("+") for row in rows])
    languages = np.array([row.get("language") or "" for row in rows])
    table = []
    for language in dict.fromkeys(languages.tolist()):
        mine = languages == language
        table.append(
            (language, f"{urgent[mine & safety].mean():.1%}", f"{urgent[mine & ~safety].mean():.1%}" if (mine & ~safety).any() else None)
        )
    print_rows("escalated as URGENT", ("language", "of safety", "of the rest"), table)
    missed = [
        {"language": row["language"], "text": row["text"]} for row, hit, must in zip(rows, urgent, safety, strict=True) if must and not hit
    ]
    for one in missed:
        print(f"missed\t{one['language']}\t{one['text']}")
    figures: dict[str, Any] = {"test": path.name, "safety": int(safety.sum()), "recall": float(urgent[safety].mean())}
    figures |= {
        "others": int((~safety).sum()),
        "false_alarms": float(urgent[~safety].mean()) if (~safety).any() else None,
        "missed": len(missed),
    }
    summarise("escalation", figures, as_json=as_json)
    return 0 if not missed else 1


def _urgent(agent: SupportAgent, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which messages were handed over with priority URGENT, shape (n,)."""
    state = agent.start(0)
    agent.step(state, {"knowledge-entries": _batch("knowledge-entries", [row | {"ts": START_MS} for row in knowledge_rows(0)])}, START_MS)
    usual = {"customer_id": "c", "channel": "CHAT", "sender": "USER", "kind": "TEXT", "ts": START_MS}
    said = [usual | {"message_id": f"m{i}", "conversation_id": f"c{i}", "text": text} for i, text in enumerate(texts)]
    made = agent.step(state, {"messages": _batch("messages", said)}, START_MS)
    (decided,) = (output.frame for output in made.outputs if output.topic == "support.decisions")
    hit = decided.select("message_id", "outcome", "priority").rows()
    urgent = {name for name, outcome, priority in hit if (str(outcome), str(priority)) == ("ESCALATED", "URGENT")}
    return np.array([f"m{i}" in urgent for i in range(len(texts))])


def _batch(topic: str, rows: list[dict[str, Any]]) -> Batch:
    return Batch(topic, 0, np.arange(len(rows)), framed(topic, rows))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        rows = list(csv.DictReader(path.open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        fail(f"{path}: {error.strerror}", 2)
    if not rows or not {"language", "intent", "text"} <= rows[0].keys():
        fail(f"{path}: a header of language, intent and text with tabs between is wanted", 2)
    return rows
