"""Rows of features with their labels in; heads that tell each label from the rest, by margins, out: scikit-learn trains them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from agents.support.model import Head
from agents.support.sparse import F32, F64, Sparse

SEED = 0
FIRST_C, SECOND_C = 0.5, 0.3
ENOUGH = 0.01  # of the margins: training on takes twice as long and makes no difference
STEPS = 100  # of the logistic regression: more change nothing that can be measured
OUTSIDE = "out_of_scope"

Names = npt.NDArray[np.str_]
Learn = Callable[[Any, Names], Head]  # rows of features and their labels → one-vs-rest


@contextmanager
def enough() -> Iterator[None]:
    """STEPS are enough: not to be warned of. Entered where no fold is learnt yet, for warnings are of all threads."""
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        yield


def heads_of(x: Sparse | F32, labels: Names, learn: Learn) -> tuple[Head, Head | None]:
    """The head over the classes, from rows in scope, and that of being out of scope, from all."""
    outside = labels == OUTSIDE
    of_scope = learn(x, np.where(outside, OUTSIDE, "in_scope")) if outside.any() else None
    rows = np.flatnonzero(~outside)
    return learn(x[rows], labels[rows]), of_scope


def margins_of(x: Sparse | F32, head: Head, outside: Head | None) -> tuple[F64, F64 | None]:
    """Margins of the classes (n, classes), and of being out of scope (n,)."""
    return head.margins(x), None if outside is None else outside.margins(x)[:, 0]


def of_scipy(x: Sparse) -> csr_matrix:
    """As scikit-learn takes it."""
    return csr_matrix((x.value, x.column, x.ends), x.shape)


def logistic(x: F32, labels: Names) -> Head:
    """Of two classes the last one's odds."""
    return _head(LogisticRegression(C=SECOND_C, max_iter=STEPS).fit(x, labels))


def svm(x: Sparse, labels: Names) -> Head:
    """The largest margins, one class against the rest; of two classes the last one's. Not calibrated: which is the largest is known."""
    return _head(LinearSVC(C=FIRST_C, tol=ENOUGH, random_state=SEED).fit(of_scipy(x), labels))


def _head(fitted: LinearSVC | LogisticRegression) -> Head:
    classes, weights, bias = fitted.classes_, fitted.coef_.T.astype(np.float32), np.asarray(fitted.intercept_, np.float64)
    if len(classes) == 2:
        weights, bias = np.concatenate([-weights, weights], axis=1), np.concatenate([-bias, bias])
    if OUTSIDE in classes:
        classes, weights, bias = [OUTSIDE], weights[:, -1:], bias[-1:]
    return Head(tuple(str(name) for name in classes), np.ascontiguousarray(weights), bias, 1.0, np.zeros(len(bias)))
