"""N-grams as hashed keys are those that plain Python enumerates, and a text's vector does not depend on the texts around it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.support.features import CHARS, WORDS, Grams, grams
from agents.support.vectors import Occurrences, Vocabulary, of_grams, of_matters, vectors
from ops.support.vocabulary import learnt
from tests.pure.support_events import unhurried

several = settings(parent=unhurried, max_examples=60)
texts = st.lists(
    st.text(st.one_of(st.sampled_from("ab  0_é中ア한я.\n"), st.characters(exclude_categories=["Cs"])), max_size=20), max_size=6
)


def enumerated(text: str, kind: str, n: int) -> list[str]:
    """The n-grams of one text, one by one."""
    if kind == "chars":
        padded = f" {text} "
        some = [padded[i : i + n] for i in range(len(padded) - n + 1)]
        return [one for one in some if " " not in one[1:-1] and one != " " * n]
    words = "".join(char if (char.isalnum() or char == "_") and ord(char) < 0x2FFFF else "\n" for char in text).split("\n")
    words = [word for word in words if word]
    return ["\n".join(words[i : i + n]) for i in range(len(words) - n + 1)]


@given(texts)
@example(["", " ", "  ", "a", "a b", "where is my driver", "it's 12.50", "私の車はどこ", "\U0001f44d", "\U000310ff"])
@several
def test_hashed_n_grams_are_those_that_are_enumerated(some: list[str]) -> None:
    found = grams(some)
    assert sorted(found) == sorted([("chars", n) for n in CHARS] + [("words", n) for n in WORDS])
    key_of: dict[tuple[str, int, str], int] = {}
    for (kind, n), one in found.items():
        expected = [(i, gram) for i, text in enumerate(some) for gram in enumerated(text, kind, n)]
        assert one.text.tolist() == [i for i, _ in expected]
        for (_, gram), key in zip(expected, one.key.tolist(), strict=True):
            assert key_of.setdefault((kind, n, gram), key) == key
    for block in found:
        keys = [key for (*kind, _), key in key_of.items() if tuple(kind) == block]
        assert len(set(keys)) == len(keys), "different n-grams have different keys"


@given(texts)
@several
def test_a_texts_n_grams_do_not_depend_on_the_others(some: list[str]) -> None:
    together = grams(some)
    for i, text in enumerate(some):
        for block, alone in grams([text]).items():
            assert alone.key.tolist() == together[block].key[together[block].text == i].tolist()


def test_a_text_longer_than_the_powers_that_are_kept_has_the_same_n_grams() -> None:
    word = "where is my driver "
    near, far = grams([word * 3]), grams(["x" * 70_000, word * 3])
    for block, one in near.items():
        assert far[block].key[far[block].text == 1].tolist() == one.key.tolist()


def test_keys_are_the_same_in_every_process() -> None:
    found = grams(["my card"])
    assert found["words", 1].key.tolist() == [908868823823866197, 5649758877402009345]
    assert found["chars", 5].key.tolist()[0] == 14791082175989671014


def test_frequency_and_rarity_count_as_in_scikit_learn() -> None:
    rows = ["red car", "red red bus", "blue bus", "red"]
    found = of_words(grams(rows))
    known = learnt(found, len(rows), least=2)
    keys = dict(
        zip(["red", "car", "bus", "blue"], (grams([word])["words", 1].key[0] for word in ["red", "car", "bus", "blue"]), strict=True)
    )
    assert set(known.keys.tolist()) == {int(keys["red"]), int(keys["bus"])}
    idf = {name: math.log((1 + 4) / (1 + count)) + 1 for name, count in (("red", 3), ("bus", 2))}
    x = vectors(found, len(rows), known).dense()
    red, bus = (int(np.searchsorted(known.keys, keys[name])) for name in ("red", "bus"))
    raw = {red: (1 + math.log(2)) * idf["red"], bus: idf["bus"]}
    length = math.hypot(*raw.values())
    np.testing.assert_allclose([x[1, red], x[1, bus]], [raw[red] / length, raw[bus] / length], rtol=1e-6)
    np.testing.assert_allclose([x[0, red], x[2, bus], x[3, red]], [1, 1, 1], rtol=1e-6)


def of_words(found: dict[tuple[str, int], Grams]) -> Occurrences:
    one = found["words", 1]
    return Occurrences(one.text, one.key, np.ones(len(one.key), np.bool_))


KNOWN = learnt(of_grams(["where is my driver", "where is the car", "my card was charged", "the driver charged my card"]), 4)


@given(texts)
@example(["where is my driver", "my card", "", "nothing of it"])
@several
def test_a_texts_vector_does_not_depend_on_the_others_and_its_parts_are_of_length_1(some: list[str]) -> None:
    together = vectors(of_grams(some), len(some), KNOWN)
    assert together.shape == (len(some), len(KNOWN))
    for i, text in enumerate(some):
        alone = vectors(of_grams([text]), 1, KNOWN)
        assert np.array_equal(together[np.array([i])].dense(), alone.dense())
        lengths = [math.sqrt(float((alone.dense()[0, part] ** 2).sum())) for part in (KNOWN.words, ~KNOWN.words)]
        assert all(length == 0 or abs(length - 1) < 1e-6 for length in lengths)


def test_nothing_is_known_of_an_empty_vocabulary() -> None:
    nothing = Vocabulary(np.zeros(0, np.uint64), np.zeros(0, np.float32), np.zeros(0, np.bool_))
    assert vectors(of_grams(["my card"]), 1, nothing).shape == (1, 0)
    assert len(learnt(of_grams([]), 0)) == 0


def test_what_a_text_speaks_of_is_the_same_in_all_languages_and_in_pairs() -> None:
    found = of_matters(["I want my money back, the driver was rude", "Ich will mein Geld zurück, der Fahrer war unhöflich"], ["en", "de"])
    kinds: dict[int, Counter[int]] = defaultdict(Counter)
    for text, key in zip(found.text.tolist(), found.key.tolist(), strict=True):
        kinds[text][key] += 1
    assert kinds[0].keys() & kinds[1].keys()
    single, pairs = ({key for key in kinds[0] if (key < 1 << 20) == alone} for alone in (True, False))
    assert len(pairs) == len(single) * (len(single) - 1) // 2


def test_ngrams_of_different_kinds_have_different_keys() -> None:
    found = grams(["i? am at the bus stop, where is it?"])
    keys = [key for one in found.values() for key in set(one.key.tolist())]
    assert len(keys) == len(set(keys))
