"""`tripo support evaluate sentiment`: short opinions with what they feel in; how often the shipped model says so, by language, out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import typer
from sklearn.metrics import f1_score

from agents.support.model import Embed, understand
from agents.support.models import sentence_model
from agents.support.policy import DEFAULT, LANGUAGES, SENTIMENTS
from agents.support.text import cleaned
from ops.listing import print_rows
from ops.summary import fail, shown, summarise
from ops.support.labelled import limited, read_table
from ops.support.scores import Mask
from ops.support.train import current
from streams.settings import ROOT

OPINIONS = ROOT / "tests" / "data" / "support" / "opinions.tsv"


def evaluate_sentiment(test: Path | None, models: Path, *, as_json: bool) -> int:
    """Print the shares told right and told as the opposite, by language. No text is shown: nobody tunes on it. → 0"""
    path = test or OPINIONS
    rows = read_table(path, ("language", "sentiment", "text"))
    limited(path, rows, "language", LANGUAGES)
    limited(path, rows, "sentiment", SENTIMENTS)
    model = current(models)
    if model.sentiment is None:
        fail(f"model {model.version} tells no sentiment; run `tripo support train`", 2)
    embed: Embed | None = getattr(sentence_model(), "vectors", None) if model.second is not None else None
    texts = [cleaned(row["text"], DEFAULT.longest).text for row in rows]
    seen = understand(model, texts, embed, [row["language"] for row in rows])
    said = np.array(model.sentiment.classes)[np.asarray(seen.felt).argmax(axis=1)]
    felt, languages = (np.array([row[name] for row in rows]) for name in ("sentiment", "language"))
    by_language = {name: _shares(said, felt, languages == name) for name in dict.fromkeys(languages.tolist())}
    every = _shares(said, felt, np.ones(len(rows), np.bool_))
    print_rows("sentiment", ("language", *every), [(name, *map(shown, each.values())) for name, each in by_language.items()])
    figures = {"model": model.version, "test": path.name} | every
    summarise("sentiment", figures, as_json=False)
    if as_json:
        typer.echo(orjson.dumps(figures | {"by_language": by_language}).decode())
    return 0


def _shares(said: np.ndarray, felt: np.ndarray, which: Mask) -> dict[str, Any]:
    said, felt = said[which], felt[which]
    opposite = (said != felt) & (said != "neutral") & (felt != "neutral")
    f1 = float(f1_score(felt, said, average="macro"))
    return {"texts": len(felt), "accuracy": float((said == felt).mean()), "macro_f1": f1, "opposite": float(opposite.mean())}
