"""Other pipelines to compare ours with: texts and labels in; how right each is on other texts, out.

The baseline is what anybody would try first: TF-IDF of words and a logistic regression, as scikit-learn has them by default. The published
ones are those whose accuracy on BANKING77's official test split is known: what they reach on other texts tells how hard those are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from agents.support.sparse import F32
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


def published_figures(
    texts: Sequence[str], labels: Sequence[str], tested: Sequence[str], truth: Truth, sentence: tuple[F32, F32] | None
) -> dict[str, float]:
    """The accuracy of the largest margins over TF-IDF of words and characters (91.3 % on BANKING77's test split); and with twice the
    vectors of all-MiniLM-L6-v2 beside (93.9 %), where ``sentence`` has those of ``texts`` and of ``tested``, (texts, 384) each."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    both = make_union(words, characters)
    of_texts, of_tested = both.fit_transform(texts), both.transform(tested)
    out = {"words_and_characters": _share_right(of_texts, labels, of_tested, truth)}
    if sentence is not None:
        known, new = (csr_matrix(2 * vectors) for vectors in sentence)
        out["joined"] = _share_right(hstack([of_texts, known], "csr"), labels, hstack([of_tested, new], "csr"), truth)
    return out


def _share_right(known: csr_matrix, labels: Sequence[str], new: csr_matrix, truth: Truth) -> float:
    said = LinearSVC(C=1.0, random_state=0).fit(known, np.array(labels)).predict(new)
    right = np.array([name in names for name, names in zip(said, truth.right, strict=True)])
    return float(right[truth.inside].mean())
