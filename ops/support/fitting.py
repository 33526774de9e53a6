"""Labelled texts in; the intent model (agents.support.model) out: scikit-learn trains it, and everything that is calibrated is fitted on
margins of texts that the weights had not seen (five folds).

The first stage is **taught**: what differs most between sentence vectors is regressed on the n-grams (ridge), and the prediction stands
beside the n-grams while the margins are learnt. It is linear, so it folds into the weights of the n-grams: n-grams that mean the same lean
on one another, in whatever language, and reading a message costs nothing more. The second stage is **stacked** where classes are few: a
logistic regression over margins of the first that had not seen the text, and the text's sentence vector. Where they are many, margins tell
too little, and it is **joined**: largest margins over the n-grams and the sentence vector.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve, eigh
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from agents.support.model import Clusters, Head, Model, Stage, blended, joined, signals, softmax, stacked
from agents.support.model_bytes import dump
from agents.support.sparse import F32, F64, I64, Sparse, beside
from agents.support.vectors import Vocabulary, of_grams, of_matters, vectors
from ops.support.folds import MANY, fold_by_fold
from ops.support.heads import OUTSIDE, SEED, Learn, Names, enough, heads_of, logistic, margins_of, of_scipy, svm
from ops.support.vocabulary import learnt

RIDGE, TAUGHT = 0.5, 2.0  # of the sentence vectors on n-grams, and their weight beside the n-grams
TEACHERS, TRAITS = 6000, 128  # at most so many texts teach (the ridge takes their square in memory), that many traits of sentence vectors
NEVER = 1 << 40
FEW = 20  # classes
LEAST_GRAMS = 3  # texts that have an n-gram for it to count, of MANY: with two, half as many more count, and nothing is told better
LEAST_MATTERS = 3  # texts that have a matter, or two together, for it to count
NEXT_TO_NOTHING = 0.0003  # share of right answers that the first stage may lose by being sure
LEAST = 5  # texts of a class, below which it cannot be folded
WIDEN = 0.01  # added to the variance of sentence vectors within classes
MISSED = 0.05  # of true classes, at most, are outside the conformal sets


Known = tuple[Vocabulary, Vocabulary]


@dataclass(frozen=True)
class Labelled:
    """Cleaned texts (n,) with their labels and languages; rows of label OUTSIDE are out of scope. ``sentence``: their sentence vectors (n,
    width), zeros where none was made; ``reads``: the languages that the sentence model does."""

    texts: list[str]
    labels: Names
    languages: Names
    sentence: F32 | None
    reads: tuple[str, ...] = ("en",)
    several: npt.NDArray[np.bool_] | None = None  # which speak of more than their label: no measure of how sure one may be

    @property
    def read(self) -> npt.NDArray[np.bool_]:
        """Which have a sentence vector, shape (n,)."""
        return np.zeros(len(self.texts), np.bool_) if self.sentence is None else np.asarray(self.sentence.any(axis=1))

    @property
    def measured(self) -> I64:
        """Which tell how sure one may be: those in scope that speak of their label alone."""
        told = self.labels != OUTSIDE
        return np.flatnonzero(told if self.several is None else told & ~self.several)

    def take(self, rows: I64) -> Labelled:
        """These rows."""
        several = None if self.several is None else self.several[rows]
        sentence = None if self.sentence is None else self.sentence[rows]
        return Labelled([self.texts[i] for i in rows], self.labels[rows], self.languages[rows], sentence, self.reads, several)


@dataclass(frozen=True)
class Margins:
    """One stage's margins by weights that had not seen the rows: of the classes (n, classes), of being outside (n,), distances (n,)."""

    of: F64
    outside: F64 | None
    distance: F64 | None = None

    def take(self, rows: I64) -> Margins:
        """These rows."""
        parts = [None if part is None else part[rows] for part in (self.outside, self.distance)]
        return Margins(self.of[rows], *parts)


@dataclass(frozen=True)
class Looked:
    """Texts, their vectors, and what the first stage says of them by weights that had not seen them."""

    data: Labelled
    x: Sparse
    first: Margins

    def take(self, rows: I64) -> Looked:
        """These rows."""
        return Looked(self.data.take(rows), self.x[rows], self.first.take(rows))

    def late(self, many: bool) -> F32 | Sparse:
        """What the second stage looks at, where classes are many or few; all have sentence vectors."""
        sentence = np.asarray(self.data.sentence)
        return joined(self.x, sentence) if many else stacked(self.first.of, self.first.outside, sentence)


def fit(data: Labelled, background: Labelled | None = None) -> Model:
    """The model of these texts. ``background``: texts out of scope, to learn the limits of the scope by, where ``data`` has none.

    Raises ValueError where a class has fewer than LEAST texts, or there are fewer than two classes.
    """
    known = known_of(data)
    return fit_on(data, matrix(data, *known), known, background)


def fit_on(data: Labelled, x: Sparse, known: Known, background: Labelled | None = None, second_share: float = 1.0) -> Model:
    """The same, of texts with vectors ``x`` of the features that are ``known``. ``second_share``: of the texts, at most, that the second
    stage is to look at: it takes its time."""
    names, counts = np.unique(data.labels[data.labels != OUTSIDE], return_counts=True)
    if len(names) < 2 or counts.min() < LEAST:
        found = dict(zip(names.tolist(), counts.tolist(), strict=True))
        raise ValueError(f"at least two labels with {LEAST} texts each are needed, not {found}")
    (own, heads), beyond = _learnt(data, x), None
    if background is not None:
        far = matrix(background, *known)
        beyond = Looked(background, far, Margins(*margins_of(far, *heads)))
    first = _stage(*heads, own.first, data, None if beyond is None else beyond.first)
    model = Model("", *known, first, None, None, 0.0)
    rows = np.flatnonzero(data.read)
    if data.sentence is None or len(np.unique(data.labels[rows])) < len(np.unique(data.labels)):
        return versioned(model)
    return versioned(_with_second(model, own.take(rows), beyond, second_share))


@enough()
def _with_second(model: Model, own: Looked, beyond: Looked | None, second_share: float) -> Model:
    """The model with a second stage, of texts with sentence vectors; ``beyond`` are out of scope."""
    data, many = own.data, len(model.classes) > FEW
    x, learn = own.late(many), svm if many else logistic
    (late, heads), clusters = _late(x, data, learn), _clusters(data)
    others = None
    if beyond is not None and beyond.data.sentence is not None:
        others = Margins(*margins_of(beyond.late(many), *heads), clusters.distance(beyond.data.sentence))
    within = data.measured
    truth = np.searchsorted(model.classes, data.labels[within])
    sure = model.first.head.probabilities(own.first.of[within])
    second = _stage(*heads, late, data, others)
    second = replace(second, head=_calibrated(second.head, late.of[within], truth, sure))
    both = blended(sure, second.head.probabilities(late.of[within]))
    second = replace(second, set_from=float(np.quantile(both[np.arange(len(truth)), truth], MISSED)))
    unsure = min(_unsure(sure, both, truth), float(np.quantile(sure.max(axis=1), second_share)))
    return replace(model, second=second, clusters=clusters, unsure=unsure, reads=data.reads, joined=many)


def known_of(data: Labelled, others: Sequence[str] = ()) -> Known:
    """The n-grams and the matters that count; ``others``: more texts whose n-grams do."""
    many = len(np.unique(data.languages)) > 1  # matters carry from one language to another; in one alone they add nothing
    matters = learnt(of_matters(data.texts, data.languages.tolist()), len(data.texts), LEAST_MATTERS if many else NEVER)
    texts = [*data.texts, *others]
    return learnt(of_grams(texts), len(texts), LEAST_GRAMS if len(texts) > MANY else 2), matters


def matrix(data: Labelled, grams: Vocabulary, matters: Vocabulary) -> Sparse:
    """The vectors of texts."""
    n = len(data.texts)
    spoken = of_matters(data.texts, data.languages.tolist())
    return beside(vectors(of_grams(data.texts), n, grams), vectors(spoken, n, matters))


def head_of(x: Sparse, labels: Names) -> tuple[Head, F64]:
    """A calibrated head for any labels, such as sentiments or languages, and the margins (n, labels) of texts it had not seen."""
    return _head_of(x, labels, svm)


def as_often(head: Head, labels: Names, name: str, share: float) -> Head:
    """The head of two labels with the probabilities that there would be if ``name`` were ``share`` of the texts that were learnt from."""
    learnt = float((labels == name).mean())
    moved = np.log(share / (1 - share)) - np.log(learnt / (1 - learnt))
    return replace(head, shift=head.shift + moved * (np.array(head.classes) == name))


@enough()
def stacked_head(margins: F64, sentence: F32, labels: Names) -> Head:
    """The calibrated head over margins of texts not seen and their sentence vectors."""
    return _head_of(stacked(margins, None, sentence), labels, logistic)[0]


def _head_of(x: Sparse | F32, labels: Names, learn: Learn) -> tuple[Head, F64]:
    def unseen(train: I64, test: I64) -> tuple[F64]:
        return (learn(x[train], labels[train]).margins(x[test]),)

    said, head = fold_by_fold(labels, unseen, lambda: learn(x, labels))
    margins = np.asarray(said[0])
    return _calibrated(head, margins, np.searchsorted(head.classes, labels)), margins


def _learnt(data: Labelled, x: Sparse) -> tuple[Looked, tuple[Head, Head | None]]:
    """The first stage's heads; and the rows with the margins of heads of the other folds."""

    def unseen(train: I64, test: I64) -> tuple[F64, F64 | None]:
        return margins_of(x[test], *_first(x[train], data.take(train)))

    said, heads = fold_by_fold(data.labels, unseen, lambda: _first(x, data))
    return Looked(data, x, Margins(np.asarray(said[0]), said[1])), heads


def _late(x: F32 | Sparse, data: Labelled, learn: Learn) -> tuple[Margins, tuple[Head, Head | None]]:
    """The same of the second stage; and how far the rows are from the classes."""

    def unseen(train: I64, test: I64) -> tuple[F64, F64 | None, F64]:
        distance = _clusters(data.take(train)).distance(np.asarray(data.sentence)[test])
        return *margins_of(x[test], *heads_of(x[train], data.labels[train], learn)), distance

    said, heads = fold_by_fold(data.labels, unseen, lambda: heads_of(x, data.labels, learn))
    return Margins(np.asarray(said[0]), *said[1:]), heads


def _first(x: Sparse, data: Labelled) -> tuple[Head, Head | None]:
    """The heads of the first stage, taught where there are sentence vectors."""
    teachers = np.flatnonzero(data.read)
    if data.sentence is None or not len(teachers):
        return heads_of(x, data.labels, svm)
    if len(teachers) > TEACHERS:
        teachers = np.sort(np.random.default_rng(SEED).permutation(teachers)[:TEACHERS])
    of = of_scipy(x[teachers])
    kernel = (of @ of.T).toarray().astype(np.float32)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    meaning = TAUGHT * (of.T @ cho_solve(cho_factor(kernel, overwrite_a=True), _traits(data.sentence[teachers]))).astype(np.float32)
    heads = heads_of(beside(x, Sparse.of(x @ meaning)), data.labels, svm)
    return _folded(heads[0], meaning), None if heads[1] is None else _folded(heads[1], meaning)


def _traits(sentence: F32) -> F32:
    """The directions in which sentence vectors differ most, shape (n, TRAITS at most)."""
    if sentence.shape[1] <= TRAITS:
        return sentence
    _, axes = eigh(sentence.T @ sentence, subset_by_index=[sentence.shape[1] - TRAITS, sentence.shape[1] - 1])
    return np.asarray(sentence @ axes, np.float32)


def _folded(head: Head, meaning: F32) -> Head:
    """The same margins without the predicted vectors."""
    width = meaning.shape[0]
    return replace(head, weights=head.weights[:width] + meaning @ head.weights[width:])


def _stage(head: Head, outside: Head | None, seen: Margins, data: Labelled, beyond: Margins | None) -> Stage:
    """A stage, calibrated by margins of texts not seen, and by those of other texts out of scope."""
    within, labels = data.measured, data.labels
    truth = np.searchsorted(head.classes, labels[within])
    head = _calibrated(head, seen.of[within], truth)
    probability = head.probabilities(seen.of[within])
    set_from = float(np.quantile(probability[np.arange(len(truth)), truth], MISSED))
    told, is_outside = signals(seen.of, head.scale, seen.outside, seen.distance), labels == OUTSIDE
    if beyond is not None and not is_outside.any():
        more = signals(beyond.of, head.scale, beyond.outside, beyond.distance)
        told, is_outside = np.concatenate([told, more]), np.concatenate([is_outside, np.ones(len(more), np.bool_)])
    return Stage(head, outside, _scope(told, is_outside), set_from)


def _calibrated(head: Head, margins: F64, truth: I64, first: F64 | None = None) -> Head:
    """Scale and shifts of least log loss, the shifts held back where classes are many; of what it says blended with ``first`` (n, classes)
    if that is given: two that are calibrated each for itself are too unsure together."""
    few = len(head.classes) <= FEW

    def loss(values: F64) -> float:
        said = softmax(np.exp(values[0]) * margins + (values[1:] if few else 0.0))
        chance = (said if first is None else blended(first, said))[np.arange(len(truth)), truth]
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
