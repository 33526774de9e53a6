"""Words, and places in a text, in; which of the words the text goes on with there, out: by dictionary, so a table of thousands is made in
milliseconds and asked in microseconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

HEAD = 3  # characters by which words are found: few words share them
KNOWN, LONGEST_KNOWN = 4096, 32  # words of texts that are remembered, of so many characters at most: most texts are of the same words


class Beginnings:
    """A set of words; an empty one is none. They may have blanks in them, and at their ends."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(filter(None, words))
        lengths: dict[str, set[int]] = defaultdict(set)
        for word in self.words:
            lengths[word[:HEAD]].add(len(word))
        sizes = sorted({len(head) for head in lengths})
        self._by_head = [(size, {head: sorted(some) for head, some in lengths.items() if len(head) == size}) for size in sizes]
        self._known: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {}  # what was told of words of texts

    @cached_property
    def _further(self) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
        """Of the words that go on after their first one and its blank: how long they are, by what they begin with; and how long that is, by
        their first word."""
        lengths: dict[str, tuple[int, ...]] = {}
        sizes: dict[str, tuple[int, ...]] = {}
        same: dict[tuple[int, ...], tuple[int, ...]] = {}  # there are few
        for word in sorted(self.words, key=len):
            first, _, rest = word.partition(" ")
            if rest:
                head = word[: len(first) + 1 + HEAD]
                some = (*lengths.get(head, ()), len(word)) if len(word) not in lengths.get(head, ()) else lengths[head]
                lengths[head] = same.setdefault(some, some)
                some = tuple(sorted({*sizes.get(first, ()), len(head)}))
                sizes[first] = same.setdefault(some, some)
        return lengths, sizes

    def __bool__(self) -> bool:
        return bool(self.words)

    def all(self, text: str, starts: Iterable[int]) -> list[tuple[int, str]]:
        """Of each start the words that stand there, the shortest first."""
        words, by_head = self.words, self._by_head
        return [
            (at, word)
            for at in starts
            for size, lengths in by_head
            for length in lengths.get(text[at : at + size], ())
            if (word := text[at : at + length]) in words and len(word) == length  # a slice over the end is shorter
        ]

    def longest(self, text: str, starts: Iterable[int]) -> list[tuple[int, str]]:
        """Of each start the longest word that stands there, if there is any."""
        return list(dict(self.all(text, starts)).items())

    def of_words(self, text: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """Of each word of a text that ends with a blank: how many blanks are before it, where it begins, and what stands there (see
        ``all``), if there is anything."""
        out, at, known = [], 0, self._known
        for place, word in enumerate(text.split(" ")[:-1]):
            if (stands := known.get(word)) is None:
                stands = self._stands(word)
            found, sizes = stands
            if sizes:
                found = (*found, *self._goes_on(text, at, sizes))
            if found:
                out.append((place, at, found))
            at += len(word) + 1
        return out

    def _goes_on(self, text: str, at: int, sizes: tuple[int, ...]) -> list[str]:
        """What stands at a place of those that go on after their first word."""
        return [
            word
            for size in sizes
            if at + size <= len(text)
            for length in self._further[0].get(text[at : at + size], ())
            if (word := text[at : at + length]) in self.words and len(word) == length
        ]

    def _stands(self, word: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """What stands at a word's beginning whatever follows; and for those that go on after it, how long what they begin with is."""
        found = tuple(one for _, one in self.all(f"{word} ", (0,))), self._further[1].get(word, ())
        if len(word) <= LONGEST_KNOWN:
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[word] = found
        return found
