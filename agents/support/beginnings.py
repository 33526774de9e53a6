"""Words, and places in a text, in; which of the words the text goes on with there, out: by dictionary, so a table of thousands is made in
milliseconds and asked in microseconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

HEAD = 3  # characters by which words are found: few words share them


class Beginnings:
    """A set of words; an empty one is none."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(filter(None, words))
        lengths: dict[str, set[int]] = defaultdict(set)
        for word in self.words:
            lengths[word[:HEAD]].add(len(word))
        sizes = sorted({len(head) for head in lengths})
        self._by_head = [(size, {head: sorted(some) for head, some in lengths.items() if len(head) == size}) for size in sizes]

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
