"""A cleaned text and its language in; which matters of danger it speaks of (a weapon, a crash, being followed), also understated, out.

Word lists, not a model: what they tell is told by everybody alike, and can be read. In a table (`TABLE` of en.py and the others) stands

- ``matter: beginning, beginning, ...``: beginnings of words that tell of it; lines may follow that begin with a blank, and carry on,
- ``a|b + c``: one of a and b, and c, near each other in any order: no more than six words on, in Chinese and Japanese twelve characters,
- ``word$``: the word ends there; ``*word``: also within a word; ``^word``: only at its beginning, where words are found anywhere (`ANYWHERE`),
- ``_name: a, b``: a group of beginnings, to stand on a side of a "+".

`IDIOMS` are no danger in that language ("this price is robbery"), and are left out before anything is looked for, but where a longer
beginning of the tables has them in it: "door" is said often, "he kicked the door". `FRIENDS` are English beginnings that mean something
else there ("die"). Letters that stand twice count once: "kiled", "heeelp".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeVar

from agents.support.beginnings import LONGEST_KNOWN, Beginnings
from agents.support.concepts import folded
from agents.support.danger import ar, de, en, es, fr, it, ja, ko, nl, no, pl, pt, ru, sv, zh

TABLES = {
    "en": en, "es": es, "fr": fr, "de": de, "pt": pt, "it": it, "nl": nl, "pl": pl,
    "sv": sv, "no": no, "ru": ru, "ar": ar, "zh": zh, "ja": ja, "ko": ko,
}  # fmt: skip
ANYWHERE = ("zh", "ja", "ko")  # where words are found without a blank before them
COUNTED = ("zh", "ja")  # how near is counted in characters
NEAR, NEAR_COUNTED = 6, 12
EVERYDAY = frozenset(  # matters that are spoken of by the same words where there is no danger: a knife set, a nightmare of an app
    [
        "afraid",
        "alone",
        "choking",
        "collision",
        "drugs",
        "fire",
        "help",
        "hospital",
        "injured",
        "locked",
        "missing",
        "phone",
        "poisoning",
        "stranded",
        "threat",
        "weapon",
    ]
)

_TWICE = re.compile(r"([^\W\d_\u3000-\uffff])\1+")
_NOT = re.compile(r"(?<=n)['’`´](?=t\b)")
_UMLAUTS = re.compile("(?<=[aou])e")
_SIGNS = str.maketrans({"🆘": " sos ", "🚑": " ambulance "})
_BETWEEN = "ꙮ"  # a letter that stands in no table
_START = re.compile("(?<= )")  # a word's beginning
_STARTS = {  # where words begin, in languages in which that is not only after a blank
    "ar": re.compile(r"(?:(?<= )|(?<= [وفبلك])|(?<= ال)|(?<= لل)|(?<= [وفبكه]ال)|(?<= [وف][بلك])|(?<= عال))"),
    **dict.fromkeys(ANYWHERE, re.compile(r"(?:(?<= )|(?<![a-z0-9])(?=[a-z0-9]))")),
}

_Alone = dict[str, set[str]]  # beginning → matters
_Sided = dict[str, set[int]]  # beginning → sides
_Rule = tuple[str, tuple[int, ...]]  # a matter, and the other sides that it needs


@dataclass(frozen=True, slots=True)
class _Told:
    """What a beginning tells: ``matters`` alone; of which ``sides`` it is, and by another side what it tells together with that: a matter, if
    there is the rest of its sides too. ``length``: in words or characters. ``bits``: ``sides``, and those of ``together``.
    """

    matters: tuple[str, ...]
    sides: tuple[int, ...]
    together: dict[int, tuple[_Rule, ...]]
    length: int
    bits: tuple[int, int]


class _Tells(dict[str, _Told]):
    """What each of ``words`` tells, and with it those that it begins with itself: only the longest is found.

    Made when it is met first: most words of a table hardly ever are.
    """

    def __init__(self, alone: _Alone, sided: _Sided, rules: Mapping[int, Iterable[_Rule]], counted: bool) -> None:
        super().__init__()
        self.words = Beginnings([*alone, *sided])
        self._alone, self._sided, self._rules, self._counted = alone, sided, rules, counted

    def __missing__(self, word: str) -> _Told:
        shorter = [one for _, one in self.words.all(word, (0,))]
        matters = {matter for one in shorter for matter in self._alone.get(one, ())}
        sides = {side for one in shorter for side in self._sided.get(one, ())}
        together = _by_other({rule for side in sides for rule in self._rules.get(side, ())})
        bits = sum(1 << side for side in sides), sum(1 << side for side in together)
        length = len(word) if self._counted else word.strip().count(" ")
        told = self[word] = _Told(tuple(sorted(matters)), tuple(sorted(sides)), together, length, bits)
        return told


@dataclass(frozen=True, slots=True)
class _Table:
    """Of a language and English: beginnings, and what they tell."""

    idioms: Beginnings
    begins: Beginnings  # where words begin; with the idioms, where words begin after blanks only
    inside: Beginnings  # anywhere
    told: tuple[_Tells, _Tells]  # by begins, by inside
    near: int  # words, or characters if ``counted``
    counted: bool


def dangers(text: str, language: str) -> tuple[str, ...]:
    """The matters of danger that ``text`` (see text.cleaned) speaks of in its language or in English, sorted."""
    table = _table(language)
    seen = f" {alike(text, language)} "
    hits = _hits(table, seen) if language not in _STARTS else _hits_anywhere(table, seen, language)
    found = {matter for _, told in hits for matter in told.matters} | _together(hits, table.near)
    return tuple(sorted(found)) if found else ()


def _together(hits: Sequence[tuple[int, _Told]], near: int) -> set[str]:
    """What hits tell by standing near each other: of each side the latest beginning before counts."""
    found: set[str] = set()
    before = 0
    for i, (place, told) in enumerate(hits):
        of, needed = told.bits
        for other in _sides_of(before & needed):
            if place - _ended(hits[:i], other) <= near:
                rules = told.together[other]
                found.update(matter for matter, rest in rules if all(place - _ended(hits[:i], one) <= near for one in rest))
        before |= of
    return found


def _sides_of(bits: int) -> Iterator[int]:
    """The sides that bits stand for."""
    while bits:
        side = bits.bit_length() - 1
        yield side
        bits ^= 1 << side


def _ended(hits: Sequence[tuple[int, _Told]], side: int) -> int:
    """The place where the latest beginning of a side ended; far away if there is none."""
    return next((place + told.length for place, told in reversed(hits) if told.bits[0] >> side & 1), -99)


def _hits(table: _Table, seen: str) -> list[tuple[int, _Told]]:
    """What the longest beginnings in a text tell but for idioms, in its order, each with its place in words."""
    told, idioms = table.told[0], table.idioms.words
    hits = table.begins.of_words(seen)
    if any(not idioms.isdisjoint(words) for _, _, words in hits):
        begun = [(at, word) for _, at, words in hits for word in words if word in told.words.words]
        seen = _without(seen, table.idioms.longest(seen, [match.start() for match in _START.finditer(seen)]), begun)
        found = [(place, [word for word in words if word in told.words.words]) for place, _, words in table.begins.of_words(seen)]
        return [(place, told[words[-1]]) for place, words in found if words]
    return [(place, told[words[-1]]) for place, _, words in hits]


def _hits_anywhere(table: _Table, seen: str, language: str) -> list[tuple[int, _Told]]:
    """As ``_hits``, in a language of _STARTS; places in characters if these are counted."""
    outside, inside = table.told
    starts = range(len(seen)) if language in ANYWHERE else _starts(seen, language)
    if unheard := table.idioms.longest(seen, starts):
        begun = table.begins.longest(seen, _starts(seen, language)) + table.inside.longest(seen, range(len(seen)))
        seen = _without(seen, unheard, sorted(begun))
    hits = [(at, outside[word]) for at, word in table.begins.longest(seen, _starts(seen, language))]
    if table.inside:
        hits += [(at, inside[word]) for at, word in table.inside.longest(seen, range(len(seen)))]
        hits.sort(key=_first)
    return hits if table.counted else [(seen.count(" ", 0, at), told) for at, told in hits]


def everyday(found: Sequence[str]) -> bool:
    """Whether these ``dangers`` may well be none: a single matter, of those that everyday speech has the words of."""
    return len(found) == 1 and found[0] in EVERYDAY


def alike(text: str, language: str) -> str:
    """A text as its beginnings are looked for: folded, "n't" as "nt", letters that stand twice once, in German "ae" as "ä"."""
    return " ".join([_word_alike(word, language == "de") for word in _low(text).split(" ")])


def _low(text: str) -> str:
    low = text.casefold()
    if not low.isascii():
        low = low.translate(_SIGNS)
    return folded(_NOT.sub("", low))


def _word_alike(word: str, german: bool) -> str:
    """A word as beginnings are looked for; those of everyday length are remembered."""
    return (_once if len(word) <= LONGEST_KNOWN else _once.__wrapped__)(word, german)


@lru_cache(maxsize=1 << 14)
def _once(word: str, german: bool) -> str:
    out = _TWICE.sub(r"\1", word)
    return _UMLAUTS.sub("", out) if german else out


def beginnings(table: str) -> dict[str, list[tuple[tuple[str, ...], ...]]]:
    """By matter, or name of a group, what tells of it: sides, each of beginnings one of which is needed."""
    lines: dict[str, str] = defaultdict(str)
    name = ""
    for line in filter(None, map(str.rstrip, table.split("\n"))):
        rest = line
        if not line.startswith(" "):
            name, _, rest = line.partition(":")
        lines[name] += rest if lines[name].endswith(("|", "+")) else f",{rest}"
    groups = {name: tuple(filter(None, map(str.strip, rest.split(",")))) for name, rest in lines.items() if name.startswith("_")}
    out: dict[str, list[tuple[tuple[str, ...], ...]]] = {}
    for name, rest in lines.items():
        items = [[side.strip() for side in item.split("+")] for item in rest.split(",") if item.strip()]
        out[name] = [tuple(_side(side, groups) for side in item) for item in items]
    return out


def _side(side: str, groups: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    out: list[str] = []
    for word in map(str.strip, side.split("|")):
        out += groups[word] if word.startswith("_") else (word,)
    return tuple(out)


@cache
def _table(language: str) -> _Table:
    counted = language in COUNTED
    found = _gathered(language)
    told = (_Tells(found.alone[0], found.sided[0], found.rules, counted), _Tells(found.alone[1], found.sided[1], found.rules, counted))
    names = {language, "en"} & set(TABLES)
    idioms = [word for name in names for word in TABLES[name].IDIOMS.split(",") if word.strip()]
    unheard = Beginnings(word for _, word in _words(idioms, language == "de", language in ANYWHERE).values())
    return _Table(
        unheard,
        told[0].words if language in _STARTS else Beginnings(told[0].words.words | unheard.words),
        told[1].words,
        told,
        NEAR_COUNTED if counted else NEAR,
        counted,
    )


@dataclass(frozen=True, slots=True)
class _Gathered:
    """By whether they are found within words: what words tell alone, and the sides that they are of; by side the rules; how many sides."""

    alone: tuple[_Alone, _Alone]
    sided: tuple[_Sided, _Sided]
    rules: dict[int, set[_Rule]]
    sides: int

    def beside(self, other: _Gathered, friends: frozenset[str]) -> _Gathered:
        """With what another table says, whose sides have other numbers, but for these words of it."""
        alone = [_either(mine, theirs, friends) for mine, theirs in zip(self.alone, other.alone, strict=True)]
        sided = [_either(mine, theirs, friends) for mine, theirs in zip(self.sided, other.sided, strict=True)]
        return _Gathered((alone[0], alone[1]), (sided[0], sided[1]), {**other.rules, **self.rules}, self.sides)


_Some = TypeVar("_Some")


def _either(mine: dict[str, set[_Some]], theirs: dict[str, set[_Some]], friends: frozenset[str]) -> dict[str, set[_Some]]:
    out = {word: of for word, of in theirs.items() if word not in friends}
    return out | {word: of | out[word] if word in out else of for word, of in mine.items()}


def _gathered(language: str) -> _Gathered:
    """Of a language and English, without the English beginnings that mean something else in it."""
    module, german = TABLES.get(language, en), language == "de"
    english = _english(german)
    if module is en:
        return english
    friends = frozenset(word for _, word in _words(module.FRIENDS.split(","), german, False).values())
    return _said_by(module.TABLE, german, language in ANYWHERE, english.sides).beside(english, friends)


@lru_cache(maxsize=2)  # it is needed with every other language
def _english(german: bool) -> _Gathered:
    """What the English table says; ``german``: in texts that are looked at as German ones."""
    return _said_by(en.TABLE, german, False, 0)


def _said_by(table: str, german: bool, anywhere: bool, first: int) -> _Gathered:
    """What a table says, its sides numbered from ``first`` on."""
    alone: tuple[_Alone, _Alone] = (defaultdict(set), defaultdict(set))
    sided: tuple[_Sided, _Sided] = (defaultdict(set), defaultdict(set))
    rules: dict[int, set[_Rule]] = defaultdict(set)
    numbered: dict[tuple[str, ...], int] = {}
    told = {matter: items for matter, items in beginnings(table).items() if not matter.startswith("_")}
    words = _words({each for items in told.values() for item in items for side in item for each in side}, german, anywhere)
    for matter, items in told.items():
        for item in items:
            numbers = [numbered.setdefault(side, first + len(numbered)) for side in item]
            for number, side in zip(numbers, item, strict=True):
                others = tuple(other for other in numbers if other != number)
                if others:
                    rules[number].add((matter, others))
                for kind, word in map(words.__getitem__, side):
                    if others:
                        sided[kind][word].add(number)
                    else:
                        alone[kind][word].add(matter)
    return _Gathered(alone, sided, rules, first + len(numbered))


def _by_other(rules: Iterable[_Rule]) -> dict[int, tuple[_Rule, ...]]:
    """Rules by the first of the sides that they need, each with the rest of these."""
    out: dict[int, tuple[_Rule, ...]] = {}
    for matter, (first, *rest) in rules:
        out[first] = (*out.get(first, ()), (matter, tuple(rest)))
    return out


def _words(written: Iterable[str], german: bool, anywhere: bool) -> dict[str, tuple[int, str]]:
    """Of each beginning as it is written, whether it is found within words too, 1 or 0, and how it is looked for."""
    each = {one: one.strip() for one in written}
    joined = f" {_BETWEEN} ".join(word.strip("*^$") for word in each.values())  # looked at once: that is much quicker
    looked = _once.__wrapped__(_low(joined), german).split(_BETWEEN)
    return {
        one: (int(word.startswith("*") or (anywhere and word[:1] != "^" and not word.isascii())), seen.strip() + " " * word.endswith("$"))
        for (one, word), seen in zip(each.items(), looked, strict=True)
    }


def _starts(seen: str, language: str) -> list[int]:
    """Where words begin, in a language of _STARTS."""
    return [match.start() for match in _STARTS[language].finditer(seen)]


def _without(seen: str, idioms: Iterable[tuple[int, str]], begun: Sequence[tuple[int, str]]) -> str:
    """What is left of a text without idioms, each with where it stands, but those that are part of a longer one of the beginnings."""
    parts, done, i, reach = [], 0, 0, (0, 0)
    for at, word in idioms:
        while i < len(begun) and begun[i][0] <= at:
            place, one = begun[i]
            reach = max(reach, (place + len(one), -place))  # how far those go that begin here or before, and where the longest does
            i += 1
        if at >= done and reach <= (at + len(word), -at):
            parts += [seen[done:at], "~ " if word.endswith(" ") else "~"]
            done = at + len(word)
    return "".join([*parts, seen[done:]]) if parts else seen


def _first(hit: tuple[int, _Told]) -> int:
    return hit[0]
