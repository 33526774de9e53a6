"""Words, and places in a text, in; which of the words the text goes on with there, out: by dictionary, so a table of thousands is made in
milliseconds and asked in microseconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

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
        rests: dict[str, list[str]] = defaultdict(list)  # of those that go on after their first word, by that
        for first, _, rest in (word.partition(" ") for word in self.words):
            rests[first].append(rest)
        self._rests = {first: Beginnings(some) for first, some in rests.items() if any(some)}
        self._known: dict[str, tuple[tuple[str, ...], Beginnings | None]] = {}  # what was told of words of texts

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
            found, rests = stands
            after = at + len(word) + 1
            if rests and (longer := rests.all(text, (after,))):
                found = (*found, *[f"{word} {rest}" for _, rest in longer])
            if found:
                out.append((place, at, found))
            at = after
        return out

    def _stands(self, word: str) -> tuple[tuple[str, ...], Beginnings | None]:
        """What stands at a word's beginning whatever follows, and what of those that go on after it must follow for them to stand there."""
        found = tuple(one for _, one in self.all(f"{word} ", (0,))), self._rests.get(word)
        if len(word) <= LONGEST_KNOWN:
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[word] = found
        return found
