"""Persons' corrections and customers' judgements in; probabilities moved by what was learnt from them, and whether the model drifts, out.

One logistic regression (river) for each intent, and one for being out of scope, begins with the model's own log-odds, which always count in
full, and learns what the words of a message add to them: until something is learnt nothing is moved, and a message whose words were never
corrected stays as it is. A correction is learnt once, when its record is stepped over; the weights are part of the state. Drift is told by
the Page-Hinkley test (Page 1954) over whether answers were right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, inf, isfinite, log, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from agents.support.concepts import folded
from agents.support.policy import OUT_OF_SCOPE
from agents.support.text import plain
from columns.drift import PageHinkley
from columns.parts import parts

if TYPE_CHECKING:
    from river.linear_model import LogisticRegression
    from river.optim import SGD
else:
    LogisticRegression = parts("river.linear_model", "base", "log_reg")[1].LogisticRegression
    SGD = parts("river.optim", "base", "sgd")[1].SGD

F64 = npt.NDArray[np.float64]

OWN = "="  # the feature that is the model's own log-odds, of weight 1; no word is written so
PACE = 0.5
FURTHEST = 8.0  # log-odds that the words of a message can move it by: enough for what is surest, corrected again and again
WORDS = 30  # of a message, at most
MOST_WORDS = 2000  # of an intent, at most: those of least weight are forgotten
LEAST = 1e-4  # a probability is at least that, so that log-odds are finite
DIGITS = 6
_SUMS = ("_sum_increase", "_sum_decrease", "_min_increase", "_max_decrease")
_PAIRED = range(0x3040, 0xA000)  # kana and Chinese characters: no blanks between words


@dataclass
class Learner:
    """What was learnt online, for ``classes``; ``corrections``: how many; ``drifts``: how often the errors rose."""

    classes: tuple[str, ...]
    corrections: int = 0
    drifts: int = 0
    judged: int = 0
    wrong: int = 0
    models: dict[str, LogisticRegression] = field(default_factory=dict)  # of the intents that were learnt about
    test: PageHinkley = field(default_factory=lambda: _page_hinkley())  # noqa: PLW0108 - it is defined below

    def moved(self, text: str, probability: F64) -> F64:
        """The probabilities (classes,) of a cleaned text as they are after what was learnt; of sum 1."""
        if not self.models:
            return probability
        words, out = _words(text), probability.copy()
        for i, name in enumerate(self.classes):
            if name in self.models:
                out[i] = _share(self.models[name], _features(words, len(words), probability[i]))
        moved: F64 = np.round(out / out.sum(), DIGITS)
        return moved

    def moved_outside(self, text: str, outside: float) -> float:
        """The probability of being out of scope likewise."""
        if OUT_OF_SCOPE not in self.models:
            return outside
        words = _words(text)
        return round(_share(self.models[OUT_OF_SCOPE], _features(words, len(words), outside)), DIGITS)

    def correct(self, text: str, probability: F64, outside: float, right: str) -> None:
        """A person says what the text asks for: one of the classes, or nothing in scope. Raises ValueError for anything else."""
        if right not in (*self.classes, OUT_OF_SCOPE):
            raise ValueError(f"{right!r} is none of {', '.join(self.classes)}")
        beyond = outside >= probability.max() * (1 - outside)
        likeliest = [] if beyond and right == OUT_OF_SCOPE else [self.classes[int(probability.argmax())]]
        concerned = (right, *likeliest, *([OUT_OF_SCOPE] if beyond else []))
        for name in concerned:
            self.models.setdefault(name, _fresh())
        self._learn(text, probability, outside, right, concerned)
        self.corrections += 1

    def confirm(self, text: str, probability: F64, outside: float, right: str) -> None:
        """An answer helped, so the text was understood: what corrections of others have taught about its words is held back."""
        if self.models:
            self._learn(text, probability, outside, right, ())

    def judge(self, right: bool) -> None:
        """An answer was right, or was not."""
        self.judged += 1
        self.wrong += not right
        test = self.test
        test.update(float(not right))  # type: ignore[no-untyped-call]
        if test.drift_detected:
            self.drifts += 1
            self.test = _page_hinkley()

    def facts(self) -> dict[str, Any]:
        """The state, as JSON can hold it."""
        models = {name: dict(sorted(self.models[name].weights.items())) for name in sorted(self.models)}
        counts = {name: getattr(self, name) for name in ("corrections", "drifts", "judged", "wrong")}
        return counts | {"models": models, "test": _test_facts(self.test)}

    @classmethod
    def of(cls, classes: Sequence[str], facts: Mapping[str, Any]) -> Learner:
        """What was learnt, as ``facts()`` has it; of intents that the classes have."""
        counts = {name: facts[name] for name in ("corrections", "drifts", "judged", "wrong")}
        out = cls(tuple(classes), **counts)
        out.models = {name: _fresh(weights) for name, weights in facts["models"].items() if name in (*out.classes, OUT_OF_SCOPE)}
        out.test = _test_of(facts["test"])
        return out

    def _learn(self, text: str, probability: F64, outside: float, right: str, all_words: Sequence[str]) -> None:
        """The intents of ``all_words`` learn from all words of the text, the others from those they know. Of a text out of scope no intent
        learns but what it was taken for."""
        words = _words(text)
        for name, own in [*zip(self.classes, probability.tolist(), strict=True), (OUT_OF_SCOPE, outside)]:
            if name not in self.models or (right == OUT_OF_SCOPE and name not in all_words):
                continue
            model = self.models[name]
            weights = model.weights
            counted = words if name in all_words else [word for word in words if word in weights]
            if counted:
                model.learn_one(_features(counted, len(words), own), name == right)
                self.models[name] = _settled(model)


def _settled(model: LogisticRegression) -> LogisticRegression:
    """The same with the model's own log-odds counting in full, and no more than so many words."""
    model._weights[OWN] = 1.0
    if len(model._weights) <= MOST_WORDS + 1:
        return model
    weights = model.weights
    heaviest = sorted(weights, key=lambda name: (name != OWN, -abs(weights[name]), name))[: MOST_WORDS + 1]
    return _fresh({name: weights[name] for name in heaviest})


def _fresh(weights: Mapping[str, float] | None = None) -> LogisticRegression:
    """The identity, or a regression of those weights. SGD of one pace keeps nothing besides them."""
    model = LogisticRegression(optimizer=SGD(PACE), intercept_lr=0.0)
    for name, weight in ({OWN: 1.0} if weights is None else weights).items():
        model._weights[name] = weight
    return model


def _features(words: Iterable[str], of: int, own: float) -> dict[str, float]:
    """Some of a text's ``of`` words, so that all of them together are of length 1, and the model's own log-odds."""
    share = min(max(float(own), LEAST), 1 - LEAST)
    return dict.fromkeys(words, 1 / sqrt(max(1, of))) | {OWN: log(share / (1 - share))}


def _share(model: LogisticRegression, features: Mapping[str, float]) -> float:
    """The probability, not further than FURTHEST from the model's own."""
    told, own = model.predict_proba_one(features)[True], features[OWN]  # type: ignore[no-untyped-call]
    low, high = (1 / (1 + exp(-own - far)) for far in (-FURTHEST, FURTHEST))
    return float(min(max(told, low), high))


def _words(text: str) -> list[str]:
    """The first words of a text, each once; of scripts without blanks, pairs of characters."""
    out: dict[str, None] = {}
    for word in folded(plain(text)).split():
        paired = len(word) > 2 and any(ord(char) in _PAIRED for char in word)
        out |= dict.fromkeys([word[i : i + 2] for i in range(len(word) - 1)] if paired else [word])
    return list(out)[:WORDS]


def _page_hinkley() -> PageHinkley:
    return PageHinkley(min_instances=30, delta=0.02, threshold=10.0, mode="up")


def _test_facts(test: PageHinkley) -> dict[str, Any]:
    """The numbers of the test: all that it keeps; None for infinite."""
    sums = [getattr(test, name) for name in _SUMS]
    return {"mean": [test._x_mean.n, test._x_mean._mean], "sums": [value if isfinite(value) else None for value in sums]}


def _test_of(facts: Mapping[str, Any]) -> PageHinkley:
    test = _page_hinkley()
    test._x_mean.n, test._x_mean._mean = facts["mean"]
    for name, value in zip(_SUMS, facts["sums"], strict=True):
        setattr(test, name, inf if value is None else value)
    return test
