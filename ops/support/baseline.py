"""What anybody would try first: TF-IDF of words and a logistic regression, as scikit-learn has them by default. Texts and labels in;
what it says of other texts out, to compare the pipeline with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ops.support.labelled import OUTSIDE
from ops.support.scores import Truth, figures_of

STEPS = 1000  # of the optimiser, at most: it shall converge


def baseline_figures(texts: Sequence[str], labels: Sequence[str], tested: Sequence[str], truth: Truth) -> dict[str, Any]:
    """Its figures (see ``figures_of``) on ``tested``, trained on ``texts``. As the pipeline does, it chooses among the labels in scope;
    what tells it that a text is out of scope is how unlikely its likeliest label is."""
    inside = [i for i, label in enumerate(labels) if label != OUTSIDE]
    plain = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=STEPS))
    plain.fit([texts[i] for i in inside], np.array(labels)[inside])
    probability = plain.predict_proba(tested)
    return figures_of(plain.classes_.tolist(), probability, 1.0 - probability.max(axis=1), truth)
