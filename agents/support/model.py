"""The intent model and texts in; probabilities, how likely a text is none of the model's business, language and sentiment, out.

Two stages. The first is linear over the n-grams of words and characters. Where its best class is not sure enough, and the text is of a
language that the sentence model reads, the second looks again: linear over a sentence vector, and beside it the first one's margins
(**stacked**) or the n-grams themselves (**joined**).
Margins are made probabilities by a softmax whose scale and shifts were fitted on texts the margins had not seen (Guo et al., On calibration
of modern neural networks, 2017). `ops.support.fitting` trains it; nothing here learns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from agents.support.sparse import F32, F64, I64, Sparse, beside
from agents.support.text import bare
from agents.support.vectors import Vocabulary, exact, of_grams, of_matters, times, vectors

Embed = Callable[[Sequence[str]], F32]  # texts → (texts, width), each of length 1

DEFAULT_LANGUAGE = "en"
BY_SCRIPT = ("ru", "ar", "zh", "ja", "ko", None)  # the languages that scripts of their own are for; None: none that is served
SCRIPTS = ("ru", None, "zh", "ja", "ko")  # of these, those that are written in no other: Arabic is written in Latin letters, too
WORDY = 3  # Latin letters that say as much as a character of Chinese, Japanese or Korean
KANA_SHARE = 8  # a text with a kana for so many Chinese characters, or fewer, is Japanese
KINDS = 11  # of letters, and what is none
_LATIN, _STRANGE_LATIN, _CYRILLIC, _UKRAINIAN, _ARABIC, _PERSIAN, _HAN, _KANA, _HANGUL, _OTHER = range(1, KINDS)
_RANGES: tuple[tuple[int, tuple[tuple[int, int], ...]], ...] = (
    (_LATIN, ((0x41, 0x24F), (0x2B0, 0x2FF))),
    (_STRANGE_LATIN, ((0x100, 0x2AF), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF))),
    (_CYRILLIC, ((0x400, 0x52F), (0x1C80, 0x1C8F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F))),
    (_ARABIC, ((0x600, 0x6FF), (0x750, 0x77F), (0x870, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF))),
    (_HAN, ((0x3005, 0x3007), (0x2E80, 0x2FDF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x20000))),
    (_KANA, ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F))),
    (_HANGUL, ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))),
)
_SINGLE = (  # letters that tell more than their script does
    (_LATIN, "ąćęłńśźżœĄĆĘŁŃŚŹŻŒŸ"),
    (_UKRAINIAN, "іїєґўђѓјљњћќџѕәғқңөұүһІЇЄҐЎЂЃЈЉЊЋЌЏЅӘҒҚҢӨҰҮҺ"),  # of Belarusian, Serbian, Macedonian and Kazakh, too
    (_PERSIAN, "پچژگٹڈےڑںھہۂۓکیۀټډړږښڼېۍەێۆڕڵ"),
    (_KANA, "転駅払円気訳込読売変対価検権県経済発帰続総乗図単応圧営験険歳竜薬桜沢渋辺剣塩囲拡拝択拠悪楽実顔黒働"),
)

DANGER, NO_DANGER = "danger", "none"
SENTENCE = np.float32(2.0)  # the length of a sentence vector beside the margins
FIRST_SHARE = 0.35  # of the first stage's say where the second has looked too
FLATTER = 0.35  # of the calibrated softmax's scale: that of the softmax whose largest value tells what is in scope
STRANGE = 0.0  # the margin of the likeliest language, below which a text is in none of them: 5 of 1,931 messages of these have less
LETTERS, LETTERS_FROM = 24, 100  # letters, among the first characters, from which on a text may be in no known language …
LETTERS_STRANGE = 12  # … where there are Latin ones that no such language has
OWN = 16  # Cyrillic letters, one of which is none of Russian's, are of another language
DIGITS = 6  # probabilities are rounded, so that another processor comes to the same


@dataclass(frozen=True)
class Head:
    """One-vs-rest over vectors: ``weights`` (features, classes), ``bias`` (classes,); probabilities are softmax(scale · margin + shift)."""

    classes: tuple[str, ...]
    weights: F32
    bias: F64
    scale: float
    shift: F64

    def margins(self, x: Sparse | F32) -> F64:
        """Shape (n, classes)."""
        out: F64 = (times(x, self._exact) if isinstance(x, np.ndarray) else x @ self.weights).astype(np.float64) + self.bias
        return out

    @cached_property
    def _exact(self) -> F64:
        return exact(self.weights)

    def probabilities(self, margins: F64) -> F64:
        """Shape (n, classes), rows of sum 1."""
        return softmax(self.scale * margins + self.shift)


@dataclass(frozen=True)
class Stage:
    """A head over the intents, and what tells from its margins whether a text is any of them.

    ``scope``: weights of the signals (see ``signals``) and, last, the bias of P(out of scope), a logistic regression. ``set_from``: the
    classes at least so probable are the conformal set, which the true class is in for all but a known share of texts.
    """

    head: Head
    outside: Head | None  # one class: the margin of being out of scope; None where no such texts were given
    scope: F64
    set_from: float

    def of(self, x: Sparse | F32) -> tuple[F64, F64 | None]:
        """The margins of the classes (n, classes), and that of being out of scope (n,)."""
        return self.head.margins(x), None if self.outside is None else self.outside.margins(x)[:, 0]

    def read(self, margins: F64, beyond: F64 | None, distance: F64 | None) -> tuple[F64, F64]:
        """Probabilities of the classes (n, classes), and of being out of scope (n,)."""
        told = signals(margins, self.head.scale, beyond, distance)
        outside = 1.0 / (1.0 + np.exp(-((told * self.scope[:-1]).sum(axis=1) + self.scope[-1])))
        return self.head.probabilities(margins), outside


@dataclass(frozen=True)
class Clusters:
    """Where the classes' sentence vectors lie: means (classes, width) whitened by ``whiten`` (width, width) (Lee et al., 2018)."""

    means: F32
    whiten: F32

    def distance(self, sentence: F32) -> F64:
        """The least squared Mahalanobis distance to a class, shape (n,)."""
        white = times(sentence, self._whiten)
        out: F64 = ((white[:, None, :] - self.means[None]) ** 2).sum(axis=2).min(axis=1).astype(np.float64)
        return out

    @cached_property
    def _whiten(self) -> F64:
        return exact(self.whiten)


@dataclass(frozen=True)
class Model:
    """What is learnt once. ``version`` names its content; without ``second`` there is no second stage."""

    version: str
    vocabulary: Vocabulary  # n-grams
    matters: Vocabulary
    first: Stage
    second: Stage | None
    clusters: Clusters | None
    unsure: float  # the second stage looks at texts whose best class is less probable than this
    reads: tuple[str, ...] = ()  # the languages whose texts it looks at
    sentiment: Head | None = None
    feeling: Head | None = None  # the sentiment where the second stage looks: over the first one's margins and the sentence vector
    language: Head | None = None
    joined: bool = False  # what the second stage reads beside the sentence vector: the n-grams; else the first one's margins
    danger: Head | None = None  # DANGER or not, learnt from more dangers, and from what sounds like them, than the intents are …
    peril: Head | None = None  # … and where the second stage looks

    @property
    def classes(self) -> tuple[str, ...]:
        """The intents, or whatever the labels were."""
        return self.first.head.classes


@dataclass(frozen=True)
class Understood:
    """Texts as the model sees them, shape (n, classes) or (n,)."""

    probability: F64
    outside: F64  # P(out of scope)
    second: npt.NDArray[np.bool_]  # whether the second stage decided
    inside: npt.NDArray[np.bool_]  # (n, classes): the conformal set
    languages: list[str]  # given, or the likeliest
    told: npt.NDArray[np.bool_]  # whether the language was given, or the text is surely in it
    felt: F64 | None  # (n, 3): negative, neutral, positive, as the sentiment head's classes
    danger: F64 | None  # P(danger)


def understand(model: Model, texts: Sequence[str], embed: Embed | None = None, languages: Sequence[str | None] | None = None) -> Understood:
    """Classify cleaned texts, of ``languages`` where they are known; else they are told from the texts, or taken for English."""
    n = len(texts)
    written = vectors(of_grams(texts), n, model.vocabulary)
    likeliest, told = languages_of(model.language, written, texts)
    given = [None] * n if languages is None else languages
    spoken = [known or own for known, own in zip(given, likeliest, strict=True)]
    told |= np.array([known is not None for known in given], np.bool_)
    x = beside(written, vectors(of_matters(texts, spoken), n, model.matters))
    margins, beyond = model.first.of(x)
    probability, outside = model.first.read(margins, beyond, None)
    felt = None if model.sentiment is None else model.sentiment.margins(x)
    feeling = None if model.sentiment is None or felt is None else model.sentiment.probabilities(felt)
    alarm = None if model.danger is None else model.danger.margins(x)
    danger = None if model.danger is None or alarm is None else _danger(model.danger, alarm)
    inside = probability >= model.first.set_from
    second = np.zeros(n, np.bool_)
    if model.second is not None and model.clusters is not None and embed is not None:
        second = (probability.max(axis=1) < model.unsure) & np.isin(spoken, model.reads)
        rows = np.flatnonzero(second)
        if len(rows):
            sentence = embed([bare(texts[row]) for row in rows.tolist()])
            near = None if beyond is None else beyond[rows]
            late = model.second.of(joined(x[rows], sentence) if model.joined else stacked(margins[rows], near, sentence))
            said, outside[rows] = model.second.read(*late, model.clusters.distance(sentence))
            probability[rows] = blended(probability[rows], said)
            inside[rows] = probability[rows] >= model.second.set_from
            if model.feeling is not None and felt is not None and feeling is not None:
                feeling[rows] = model.feeling.probabilities(model.feeling.margins(stacked(felt[rows], None, sentence)))
            if model.peril is not None and alarm is not None and danger is not None:
                danger[rows] = _danger(model.peril, model.peril.margins(stacked(alarm[rows], None, sentence)))
    shown = None if feeling is None else np.round(feeling, DIGITS)
    alarming = None if danger is None else np.round(danger, DIGITS)
    return Understood(np.round(probability, DIGITS), np.round(outside, DIGITS), second, inside, spoken, told, shown, alarming)


def _danger(head: Head, margins: F64) -> F64:
    """P(danger), shape (n,)."""
    return head.probabilities(margins)[:, head.classes.index(DANGER)]


def blended(first: F64, second: F64) -> F64:
    """What both stages say together: their weighted geometric mean, rows of sum 1."""
    out = np.exp(FIRST_SHARE * np.log(np.maximum(first, 1e-12)) + (1 - FIRST_SHARE) * np.log(np.maximum(second, 1e-12)))
    both: F64 = out / out.sum(axis=1, keepdims=True)
    return both


def languages_of(head: Head | None, written: Sparse, texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """The language of each text, and whether the text is in it, as far as can be told: of a short one in Latin letters it always is.

    The script that most is written in decides where it has one language that is served, or none; else the most probable language that is
    written so, by the text's n-grams. English is what has no two letters, and stands for languages that are not served; Russian,
    though not told, for those that have letters of their own beside its.
    """
    if head is None:
        return [DEFAULT_LANGUAGE] * written.shape[0], np.ones(written.shape[0], np.bool_)
    count = _letters(texts)
    said = _spoken_in(count)
    latin = count[:, _LATIN] + count[:, _STRANGE_LATIN]
    by_script = said.argmax(axis=1)
    decided = (said.max(axis=1) >= np.maximum(latin, 1)).tolist()
    margins = head.margins(written)
    for column, name in enumerate(head.classes):
        if name in SCRIPTS:
            margins[said[:, SCRIPTS.index(name)] == 0, column] = -np.inf
    likeliest, letters = margins.argmax(axis=1).tolist(), count[:, 1:].sum(axis=1)
    least = np.where(count[:, _STRANGE_LATIN] > 0, LETTERS_STRANGE, LETTERS)
    told = (margins.max(axis=1) >= STRANGE) | (letters < least)
    out = [head.classes[at] for at in likeliest]
    for i in np.flatnonzero(decided | (letters < 2)).tolist():
        own = BY_SCRIPT[by_script[i]] if decided[i] else DEFAULT_LANGUAGE
        out[i], told[i] = own or DEFAULT_LANGUAGE, own is not None and not (own == "ru" and _elsewhere(count[i]))
    return out, told


def _elsewhere(count: I64) -> bool:
    """Whether Cyrillic letters are of another language than Russian: more of its own than a name in a Russian text has."""
    own = int(count[_UKRAINIAN])
    return own > 0 and OWN * own >= own + int(count[_CYRILLIC])


def _letters(texts: Sequence[str]) -> I64:
    """How many letters of each kind are among the first of each text, shape (n, kinds)."""
    looked = [bare(text[:LETTERS_FROM]) for text in texts]
    codes = np.frombuffer("".join(looked).encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _kinds_of_letters()
    kind = kinds[np.minimum(codes, len(kinds) - 1)]
    owner = np.repeat(np.arange(len(texts)) * KINDS, [len(text) for text in looked])
    out: I64 = np.bincount(owner + kind, minlength=len(texts) * KINDS).reshape(len(texts), KINDS).astype(np.int64)
    return out


def _spoken_in(count: I64) -> I64:
    """How much speaks for each of BY_SCRIPT, shape (n, scripts): letters, of which those count more that say more."""
    han, kana, hangul = count[:, _HAN], count[:, _KANA], count[:, _HANGUL]
    arabic, foreign = count[:, _ARABIC] + count[:, _PERSIAN], count[:, _PERSIAN] > 0
    japanese = KANA_SHARE * kana > han
    each = (
        count[:, _CYRILLIC] + count[:, _UKRAINIAN], np.where(foreign, 0, arabic), np.where(japanese, 0, WORDY * han),
        np.where(japanese, WORDY * (han + kana), 0), WORDY * hangul, count[:, _OTHER] + np.where(foreign, arabic, 0),
    )  # fmt: skip
    return np.stack(each, axis=1)


@cache
def _kinds_of_letters() -> npt.NDArray[np.uint8]:
    """The kind of each code point, 0 for what is no letter; what lies beyond is written like the last one."""
    out = np.array([chr(code).isalpha() for code in range(0x20001)], np.uint8) * np.uint8(_OTHER)
    for kind, ranges in _RANGES:
        for first, last in ranges:
            out[first : last + 1][out[first : last + 1] > 0] = kind
    for kind, letters in _SINGLE:
        out[[ord(letter) for letter in letters]] = kind
    return out


def stacked(margins: F64, beyond: F64 | None, sentence: F32) -> F32:
    """What the second stage looks at: the first one's margins, that of being out of scope where there is one, and the sentence vectors."""
    parts = [margins] if beyond is None else [margins, beyond[:, None]]
    return np.concatenate([*(part.astype(np.float32) for part in parts), SENTENCE * sentence], axis=1)


def joined(x: Sparse, sentence: F32) -> Sparse:
    """What the second stage looks at otherwise: the n-grams and the sentence vectors."""
    return beside(x, Sparse.of(SENTENCE * sentence))


def signals(margins: F64, scale: float, outside: F64 | None, distance: F64 | None) -> F64:
    """What tells whether texts are in scope, (n, signals): how flat the margins are, how large the largest is, the margin of being outside,
    and how far the sentence vector is from all classes; the last two where there are such. ``scale``: the calibrated one."""
    flat = 1.0 - softmax(FLATTER * scale * margins).max(axis=1)
    columns = [flat, -margins.max(axis=1)]
    columns += [] if outside is None else [outside]
    columns += [] if distance is None else [np.sqrt(distance)]
    return np.stack(columns, axis=1)


def softmax(scores: F64) -> F64:
    """Rows of sum 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    out: F64 = powers / powers.sum(axis=1, keepdims=True)
    return out
