"""`tripo support train`: the project's corpus, and any labelled files, in; the shipped model as a file named by its content, out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from agents.support.escalation import SAFETY_INTENT
from agents.support.model import DANGER, NO_DANGER, Model, languages_of
from agents.support.model_bytes import dump
from agents.support.models import CURRENT, NoModelError, keep_sentence_model
from agents.support.models import shipped as model_of
from agents.support.multilingual import LANGUAGES as READ
from agents.support.policy import DEFAULT, LANGUAGES
from agents.support.reading import known_language
from agents.support.sparse import F32, I64, Sparse, below, beside
from agents.support.text import cleaned
from agents.support.vectors import of_grams, of_matters, vectors
from ops.summary import fail, summarise
from ops.support.corpus import Alarm, Line, alarms, corpus, opinions
from ops.support.evaluate import LANGUAGE, sentences
from ops.support.fitting import Labelled, as_often, fit_on, head_of, known_of, matrix, stacked_head, versioned
from ops.support.heads import SEED, svm
from ops.support.labelled import Rows, mapped, read_labelled
from ops.support.vocabulary import learnt

DANGERS = 0.25  # of messages: the share that probabilities of danger are of: many more than there are, as a missed one costs more
MOST_READ = 20_000  # texts whose sentence vectors are learnt from: they take most of the time, and more of them teach little …
MOST_FEARED = 8_000  # … those of danger's own …
MOST_SPOKEN = 30_000  # … and texts that languages are
SECOND_SHARE = 0.5  # of the corpus: real messages are less like it, so more of them are looked at twice


def train(folder: Path, files: Sequence[Path], by_map: Path | None, *, language: str | None, both: bool, as_json: bool) -> int:
    """Train, write ``folder``/support-<version>.npz and name it in ``folder``/current. → 0."""
    started = time.monotonic()
    given = _given(files, by_map, language)
    model = shipped([*corpus(), *opinions(), *given], alarms(), both=both)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"support-{model.version}.npz"
    path.write_bytes(dump(model))
    (folder / CURRENT).write_text(path.name)
    if model.second is not None:
        keep_sentence_model(folder)
    figures: dict[str, Any] = {"model": model.version, "file": str(path), "megabytes": path.stat().st_size / 1e6}
    figures |= {
        "features": len(model.vocabulary) + len(model.matters),
        "texts": len(corpus()) + len(opinions()) + len(alarms()),
        "given": dict(Counter(line.language for line in given)),  # by language
    }
    figures |= {"second_stage": model.second is not None, "seconds": round(time.monotonic() - started, 1)}
    summarise("trained", figures, as_json=as_json)
    return 0


def shipped(lines: Sequence[Line], dangers: Sequence[Alarm] = (), *, both: bool) -> Model:
    """The model of these lines, the same to the bit each time: intents and scope, sentiment, language; danger, if there are ``dangers``."""
    with threadpool_limits(1):  # what a product is summed up to depends on the number of threads
        texts = _cleaned(line.text for line in lines)
        sentence = _sentences(texts, [line.language for line in lines], MOST_READ) if both else None
        model, x = _learnt(lines, texts, sentence)
        return versioned(_alarmed(model, lines, x, sentence, dangers) if dangers else model)


def _cleaned(texts: Iterable[str]) -> list[str]:
    return [cleaned(text, DEFAULT.longest).text for text in texts]


def _sentences(texts: Sequence[str], languages: Sequence[str], most: int) -> F32 | None:
    """The sentence vectors of those that are in the languages that the model reads, so many at most, drawn by chance; zeros for others.
    None where there is no such model."""
    rows = _some(np.flatnonzero(np.isin(languages, READ)), most)
    found = sentences([texts[i] for i in rows.tolist()])
    if found is None:
        return None
    out = np.zeros((len(texts), found.shape[1]), np.float32)
    out[rows] = found
    return out


def _learnt(lines: Sequence[Line], texts: list[str], sentence: F32 | None) -> tuple[Model, Sparse]:
    """All but danger; and the vectors of the texts."""
    several = np.array([bool(line.also) for line in lines], np.bool_)
    data = Labelled(texts, np.array([line.intent for line in lines]), np.array([line.language for line in lines]), sentence, READ, several)
    meant, n = np.flatnonzero(data.labels != ""), len(texts)
    known = known_of(data.take(meant), [text for text, line in zip(texts, lines, strict=True) if not line.intent])
    written = vectors(of_grams(texts), n, known[0])
    x = beside(written, vectors(of_matters(texts, data.languages.tolist()), n, known[1]))
    model = fit_on(data.take(meant), x[meant], known, second_share=SECOND_SHARE)
    felt = np.flatnonzero([bool(line.sentiment) for line in lines])
    feelings = np.array([lines[i].sentiment for i in felt.tolist()])
    sentiment, unseen = head_of(x[felt], feelings)
    feeling = None
    if sentence is not None:
        read = np.flatnonzero(data.read[felt])
        feeling = stacked_head(unseen[read], sentence[felt[read]], feelings[read])
    some = _some(np.arange(n), MOST_SPOKEN)
    return replace(model, sentiment=sentiment, feeling=feeling, language=svm(written[some], data.languages[some])), x


def _alarmed(model: Model, lines: Sequence[Line], x: Sparse, sentence: F32 | None, dangers: Sequence[Alarm]) -> Model:
    """The model that tells danger apart from the intents: by the lines that have an intent, ``x`` are their vectors, and by ``dangers``."""
    known = {line.text for line in lines}
    rows, new = np.array([i for i, line in enumerate(lines) if line.intent]), [one for one in dangers if one.text not in known]
    must = [SAFETY_INTENT in (lines[i].intent, *lines[i].also) for i in rows.tolist()] + [one.must for one in new]
    labels, more, languages = np.where(must, DANGER, NO_DANGER), _cleaned(one.text for one in new), [one.language for one in new]
    beside_them = Labelled(more, labels[len(rows) :], np.array(languages), None)
    danger, unseen = head_of(below(x[rows], matrix(beside_them, model.vocabulary, model.matters)), labels)
    peril = None
    if sentence is not None:
        said = np.concatenate([sentence[rows], np.asarray(_sentences(more, languages, MOST_FEARED))])
        read = np.flatnonzero(said.any(axis=1))
        peril = as_often(stacked_head(unseen[read], said[read], labels[read]), labels[read], DANGER, DANGERS)
    return replace(model, danger=as_often(danger, labels, DANGER, DANGERS), peril=peril)


def _some(rows: I64, most: int) -> I64:
    """As many of the rows at most, drawn by chance, in their order."""
    return np.sort(np.random.default_rng(SEED).permutation(rows)[:most])


def current(folder: Path) -> Model:
    """The model that ``folder`` names; ends the command where there is none."""
    try:
        return model_of(folder)
    except NoModelError as error:
        fail(str(error), 2)


def _given(files: Sequence[Path], by_map: Path | None, language: str | None) -> list[Line]:
    """The lines of other labelled files, with no sentiment; those without one clear intent, or of no known language, are left out.

    A row is in ``language`` if that is given, else in what its column of that name says, else in what it reads like.
    """
    found = []
    for path in files:
        rows = read_labelled(path)
        if by_map is None:
            fail(f"{path}: --map tells which of our intents its labels are", 2)
        for text, names, own in zip(rows.texts, mapped(rows, by_map), spoken(rows, language), strict=True):
            if len(names) == 1 and own:
                found.append(Line(own, next(iter(names)), (), "", text))
    return found


def spoken(rows: Rows, language: str | None) -> list[str | None]:
    """The language of each row, None for one that is not served. Ends the command where a row names none."""
    if language is not None:
        return [language] * len(rows.texts)
    named = rows.others.get(LANGUAGE) or [""] * len(rows.texts)
    if strange := [name for name in named if name and known_language(name) is None]:
        fail(f"{rows.path}: language {strange[0]!r} is none of {', '.join(LANGUAGES)}", 2)
    return [known_language(name) or own for name, own in zip(named, _detected(rows.texts, named), strict=True)]


def _detected(texts: Sequence[str], named: Sequence[str]) -> list[str | None]:
    """The languages that texts without a named one read like, by the corpus; None for none of them."""
    if all(named):
        return [None] * len(texts)
    lines = corpus()
    known = learnt(of_grams([line.text for line in lines]), len(lines))
    head = svm(vectors(of_grams([line.text for line in lines]), len(lines), known), np.array([line.language for line in lines]))
    looked = [cleaned(text, DEFAULT.longest).text for text in texts]
    likeliest, sure = languages_of(head, vectors(of_grams(looked), len(looked), known), looked)
    return [name if told else None for name, told in zip(likeliest, sure.tolist(), strict=True)]
