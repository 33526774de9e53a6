"""Labelled texts in; the intent model (agents.support.model) out: scikit-learn trains it, and everything that is calibrated is fitted on
margins of texts that the weights had not seen (five folds).

The first stage is **taught**: sentence vectors are regressed on the n-grams (ridge), and the predicted vectors stand beside the n-grams
while the margins are learnt. The prediction is linear, so it folds into the weights of the n-grams: n-grams that mean the same lean on one
another, and reading a message costs nothing more. (BANKING77, train split in five folds, three of them: 90.6 → 92.3 % right.)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from agents.support.model import F64, I64, Clusters, Head, Model, Stage, blended, joined, signals, softmax
from agents.support.model_bytes import dump
from agents.support.vectors import F32, Vocabulary, beside, learnt, of_grams, of_matters, vectors

FOLDS, SEED = 5, 0
FIRST_C, JOINED_C = 0.5, 0.3
RIDGE, TAUGHT = 0.5, 2.0  # of the sentence vectors on n-grams, and their weight beside the n-grams
TEACHERS = 8000  # at most so many texts teach: the ridge takes their square in memory
NEVER = 1 << 40
LEAST_MATTERS = 3  # texts that have a matter, or two together, for it to count
NEXT_TO_NOTHING = 0.0003  # share of right answers that the first stage may lose by being sure
LEAST = 5  # texts of a class, below which it cannot be folded
WIDEN = 0.01  # added to the variance of sentence vectors within classes
MISSED = 0.05  # of true classes, at most, are outside the conformal sets
OUTSIDE = "out_of_scope"

Names = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Labelled:
    """Cleaned texts (n,) with their labels and languages, and the sentence vectors (n, 384) of those in English; rows of label OUTSIDE are
    out of scope."""

    texts: list[str]
    labels: Names
    languages: Names
    sentence: F32 | None

    @property
    def english(self) -> npt.NDArray[np.bool_]:
        """Which have a sentence vector, shape (n,)."""
        return np.asarray((self.languages == "en") & (self.sentence is not None))

    def take(self, rows: I64) -> Labelled:
        """These rows."""
        sentence = None if self.sentence is None else self.sentence[rows]
        return Labelled([self.texts[i] for i in rows], self.labels[rows], self.languages[rows], sentence)


@dataclass(frozen=True)
class Margins:
    """One stage's margins by weights that had not seen the rows: of the classes (n, classes), of being outside (n,), distances (n,)."""

    of: F64
    outside: F64 | None
    distance: F64 | None

    def take(self, rows: I64) -> Margins:
        """These rows."""
        parts = [None if part is None else part[rows] for part in (self.outside, self.distance)]
        return Margins(self.of[rows], *parts)


def fit(data: Labelled, background: Labelled | None = None, second_share: float = 1.0) -> Model:
    """The model of these texts. ``background``: texts out of scope, to learn the limits of the scope by, where ``data`` has none;
    ``second_share``: of the texts, at most, that the second stage is to look at: it takes its time.

    Raises ValueError where a class has fewer than LEAST texts, or there are fewer than two classes.
    """
    names, counts = np.unique(data.labels[data.labels != OUTSIDE], return_counts=True)
    if len(names) < 2 or counts.min() < LEAST:
        found = dict(zip(names.tolist(), counts.tolist(), strict=True))
        raise ValueError(f"at least two labels with {LEAST} texts each are needed, not {found}")
    grams, matters = of_grams(data.texts), of_matters(data.texts, data.languages.tolist())
    many = len(np.unique(data.languages)) > 1  # matters carry from one language to another; in one alone they add nothing
    known = learnt(grams, len(data.texts)), learnt(matters, len(data.texts), LEAST_MATTERS if many else NEVER)
    x = matrix(data, *known)
    second = np.flatnonzero(data.english) if data.sentence is not None else np.zeros(0, np.int64)
    two = len(second) >= LEAST * len(names) and len(np.unique(data.labels[second])) >= len(names)
    seen_first, seen_joined = _unseen(data, x, second if two else None)
    beyond = None if background is None else matrix(background, *known)
    heads = _first(x, data)
    first = _stage(*heads, seen_first, data.labels, None if beyond is None else _beyond(beyond, *heads, None))
    if not two:
        return versioned(Model("", *known, first, None, None, 0.0))
    some = data.take(second)
    heads, clusters = _heads(joined(x[second], np.asarray(some.sentence)), some.labels, JOINED_C), _clusters(some)
    others = None
    if beyond is not None and background is not None and background.sentence is not None:
        others = _beyond(joined(beyond, background.sentence), *heads, clusters.distance(background.sentence))
    late = _stage(*heads, seen_joined, some.labels, others)
    within = np.flatnonzero(some.labels != OUTSIDE)
    truth = np.searchsorted(names, some.labels[within])
    sure = first.head.probabilities(seen_first.take(second).of[within])
    both = blended(sure, late.head.probabilities(seen_joined.of[within]))
    late = replace(late, set_from=float(np.quantile(both[np.arange(len(truth)), truth], MISSED)))
    unsure = min(_unsure(sure, both, truth), float(np.quantile(sure.max(axis=1), second_share)))
    return versioned(Model("", *known, first, late, clusters, unsure))


def matrix(data: Labelled, grams: Vocabulary, matters: Vocabulary) -> csr_matrix:
    """The vectors of texts."""
    n = len(data.texts)
    spoken = of_matters(data.texts, data.languages.tolist())
    return beside(vectors(of_grams(data.texts), n, grams), vectors(spoken, n, matters))


def head_of(x: csr_matrix, labels: Names) -> Head:
    """A calibrated head for any labels, such as sentiments or languages."""
    margins, classes = np.zeros((len(labels), len(np.unique(labels)))), np.unique(labels)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(labels, labels):
        margins[test] = _svm(x[train], labels[train], FIRST_C).margins(x[test])
    return _calibrated(_svm(x, labels, FIRST_C), margins, np.searchsorted(classes, labels))


def _unseen(data: Labelled, x: csr_matrix, second: I64 | None) -> tuple[Margins, Margins]:
    """Margins of all rows, and of the rows ``second`` by the second stage, each by a model of the other folds."""
    classes = np.unique(data.labels[data.labels != OUTSIDE])
    has_outside = OUTSIDE in data.labels
    n, late = len(data.labels), np.zeros(0, np.int64) if second is None else second
    of, beyond = np.zeros((n, len(classes))), np.zeros(n)
    of_late, beyond_late, distance = np.zeros((n, len(classes))), np.zeros(n), np.zeros(n)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(data.labels, data.labels):
        head, outside = _first(x[train], data.take(train))
        of[test] = head.margins(x[test])
        beyond[test] = 0.0 if outside is None else outside.margins(x[test])[:, 0]
        mine, other = np.intersect1d(train, late), np.intersect1d(test, late)
        if len(late) == 0 or data.sentence is None:
            continue
        head, outside = _heads(joined(x[mine], data.sentence[mine]), data.labels[mine], JOINED_C)
        joint = joined(x[other], data.sentence[other])
        of_late[other] = head.margins(joint)
        beyond_late[other] = 0.0 if outside is None else outside.margins(joint)[:, 0]
        distance[other] = _clusters(data.take(mine)).distance(data.sentence[other])
    first = Margins(of, beyond if has_outside else None, None)
    return first, Margins(of_late, beyond_late if has_outside else None, distance).take(late)


def _first(x: csr_matrix, data: Labelled) -> tuple[Head, Head | None]:
    """The heads of the first stage, taught where there are sentence vectors of all texts: those of one language say little in another."""
    if data.sentence is None or not data.english.all():
        return _heads(x, data.labels, FIRST_C)
    teachers = np.flatnonzero(data.english)
    if len(teachers) > TEACHERS:
        teachers = np.sort(np.random.default_rng(SEED).permutation(teachers)[:TEACHERS])
    of = x[teachers]
    kernel = (of @ of.T).toarray().astype(np.float32)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    meaning = TAUGHT * (of.T @ cho_solve(cho_factor(kernel, overwrite_a=True), data.sentence[teachers])).astype(np.float32)
    heads = _heads(beside(x, csr_matrix(x @ meaning)), data.labels, FIRST_C)
    return _folded(heads[0], meaning), None if heads[1] is None else _folded(heads[1], meaning)


def _folded(head: Head, meaning: F32) -> Head:
    """The same margins without the predicted vectors."""
    width = meaning.shape[0]
    return replace(head, weights=head.weights[:width] + meaning @ head.weights[width:])


def _heads(x: csr_matrix, labels: Names, c: float) -> tuple[Head, Head | None]:
    """The head over the classes, from rows in scope, and that of being out of scope, from all."""
    outside = labels == OUTSIDE
    of_scope = _svm(x, np.where(outside, OUTSIDE, "in_scope"), c) if outside.any() else None
    rows = np.flatnonzero(~outside)
    return _svm(x[rows], labels[rows], c), of_scope


def _svm(x: csr_matrix, labels: Names, c: float) -> Head:
    """The largest margins, one class against the rest; of two classes the last one's."""
    svm = LinearSVC(C=c, random_state=SEED).fit(x, labels)
    classes, weights, bias = svm.classes_, svm.coef_.T.astype(np.float32), np.asarray(svm.intercept_, np.float64)
    if len(classes) == 2:
        weights, bias = np.concatenate([-weights, weights], axis=1), np.concatenate([-bias, bias])
    if OUTSIDE in classes:
        classes, weights, bias = [OUTSIDE], weights[:, -1:], bias[-1:]
    return Head(tuple(str(name) for name in classes), np.ascontiguousarray(weights), bias, 1.0, np.zeros(len(bias)))


def _stage(head: Head, outside: Head | None, seen: Margins, labels: Names, beyond: Margins | None) -> Stage:
    """A stage, calibrated by margins of texts not seen, and by those of other texts out of scope."""
    within = np.flatnonzero(labels != OUTSIDE)
    truth = np.searchsorted(head.classes, labels[within])
    head = _calibrated(head, seen.of[within], truth)
    probability = head.probabilities(seen.of[within])
    set_from = float(np.quantile(probability[np.arange(len(truth)), truth], MISSED))
    told, is_outside = signals(seen.of, seen.outside, seen.distance), labels == OUTSIDE
    if beyond is not None and not is_outside.any():
        more = signals(beyond.of, beyond.outside, beyond.distance)
        told, is_outside = np.concatenate([told, more]), np.concatenate([is_outside, np.ones(len(more), np.bool_)])
    return Stage(head, outside, _scope(told, is_outside), set_from)


def _calibrated(head: Head, margins: F64, truth: I64) -> Head:
    """Scale and shifts of least log loss, the shifts held back where classes are many."""
    few = len(head.classes) <= 20

    def loss(values: F64) -> float:
        scores = np.exp(values[0]) * margins + (values[1:] if few else 0.0)
        chance = softmax(scores)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chance, 1e-12)).mean() + 1e-3 * (values[1:] ** 2).sum())

    found = minimize(loss, np.r_[np.log(3.0), np.zeros(len(head.classes) if few else 0)], method="L-BFGS-B")
    shift = found.x[1:] if few else np.zeros(len(head.classes))
    return replace(head, scale=float(np.exp(found.x[0])), shift=shift)


def _scope(told: F64, outside: npt.NDArray[np.bool_]) -> F64:
    """Weights and bias of P(out of scope); 0.5 from everywhere where no text out of scope is known."""
    if not outside.any():
        return np.zeros(told.shape[1] + 1)
    scaler = StandardScaler().fit(told)
    regression = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(scaler.transform(told), outside)
    weights = regression.coef_[0] / scaler.scale_
    return np.append(weights, regression.intercept_[0] - weights @ scaler.mean_)


def _clusters(data: Labelled) -> Clusters:
    rows = np.flatnonzero(data.labels != OUTSIDE)
    sentence, labels = np.asarray(data.sentence)[rows].astype(np.float64), data.labels[rows]
    classes, which = np.unique(labels, return_inverse=True)
    means = np.stack([sentence[which == i].mean(axis=0) for i in range(len(classes))])
    apart = sentence - means[which]
    whiten = np.linalg.cholesky(np.linalg.inv(apart.T @ apart / len(apart) + WIDEN * np.eye(sentence.shape[1])))
    return Clusters((means @ whiten).astype(np.float32), whiten.astype(np.float32))


def _beyond(x: csr_matrix, head: Head, outside: Head | None, distance: F64 | None) -> Margins:
    """Margins of texts that no part of the model has seen."""
    return Margins(head.margins(x), None if outside is None else outside.margins(x)[:, 0], distance)


def _unsure(first: F64, both: F64, truth: I64) -> float:
    """The least probability of the first stage from which on the second adds next to nothing; probabilities (n, classes)."""
    one, two = first.argmax(axis=1) == truth, both.argmax(axis=1) == truth
    sure = first.max(axis=1)
    order = np.argsort(-sure, kind="stable")
    lost = np.cumsum(two[order].astype(np.int64) - one[order])  # right answers the second stage adds among the surest k
    kept = np.flatnonzero(lost <= NEXT_TO_NOTHING * len(truth))
    return float(sure[order][kept[-1]]) if len(kept) else 1.0


def versioned(model: Model) -> Model:
    """The model, named by its content."""
    return replace(model, version=hashlib.sha256(dump(replace(model, version=""))).hexdigest()[:12])
