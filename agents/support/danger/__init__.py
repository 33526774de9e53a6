"""A cleaned text and its language in; which matters of danger it speaks of (a weapon, a crash, being followed), also understated, out.

Word lists, not a model: what they tell is told by everybody alike, and can be read. In a table (`TABLE` of en.py and the others) stands

- ``matter: beginning, beginning, ...``: beginnings of words that tell of it; lines may follow that begin with a blank, and carry on,
- ``a|b + c``: one of a and b, and c, near each other in any order: no more than six words on, in Chinese and Japanese twelve characters,
- ``word$``: the word ends there; ``*word``: also within a word; ``^word``: only at its beginning, where words are found anywhere (`ANYWHERE`),
- ``_name: a, b``: a group of beginnings, to stand on a side of a "+".

`IDIOMS` are no danger in that language ("this price is robbery"), and are left out before anything is looked for. `FRIENDS` are English
beginnings that mean something else there ("die"). Letters that stand twice count once: "kiled", "heeelp".
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from agents.support.concepts import folded
from agents.support.danger import ar, de, en, es, fr, it, ja, ko, nl, no, pl, pt, ru, sv, zh
from agents.support.view import one_of

TABLES = {
    "en": en, "es": es, "fr": fr, "de": de, "pt": pt, "it": it, "nl": nl, "pl": pl,
    "sv": sv, "no": no, "ru": ru, "ar": ar, "zh": zh, "ja": ja, "ko": ko,
}  # fmt: skip
ANYWHERE = ("zh", "ja", "ko")  # where words are found without a blank before them
COUNTED = ("zh", "ja")  # how near is counted in characters
NEAR, NEAR_COUNTED = 6, 12

_TWICE = re.compile(r"([^\W\d_\u3000-\uffff])\1+")
_NOT = re.compile(r"(?<=n)['’`´](?=t\b)")
_UMLAUTS = re.compile("(?<=[aou])e")
_SIGNS = str.maketrans({"🆘": " sos ", "🚑": " ambulance "})
_START = r"(?<= )"  # a word's beginning
_STARTS = {
    "ar": r"(?:(?<= )|(?<= [وفبلك])|(?<= ال)|(?<= لل)|(?<= [وفبكه]ال)|(?<= [وف][بلك])|(?<= عال))",
    **dict.fromkeys(ANYWHERE, r"(?:(?<= )|(?<![a-z0-9])(?=[a-z0-9]))"),
}


@dataclass(frozen=True, slots=True)
class _Told:
    """What a beginning tells: ``matters`` alone, ``sides`` together with others; how long it is, in words or characters."""

    matters: tuple[str, ...]
    sides: tuple[int, ...]
    length: int


@dataclass(frozen=True, slots=True)
class _Table:
    """Of a language and English: patterns, what their beginnings tell, and by side the matters told, with the other sides they need."""

    idioms: re.Pattern[str] | None
    begins: re.Pattern[str]
    inside: re.Pattern[str] | None
    told: tuple[dict[str, _Told], dict[str, _Told]]  # by begins, by inside
    rules: dict[int, tuple[tuple[str, tuple[int, ...]], ...]]
    near: int  # words, or characters if ``counted``
    counted: bool


def dangers(text: str, language: str) -> tuple[str, ...]:
    """The matters of danger that ``text`` (see text.cleaned) speaks of in its language or in English, sorted."""
    table = _table(language)
    seen = f" {alike(text, language)} "
    if table.idioms:
        seen = table.idioms.sub(_struck, seen)
    hits = [(match.start(), table.told[0][match[1]]) for match in table.begins.finditer(seen)]
    if table.inside:
        hits += [(match.start(), table.told[1][match[1]]) for match in table.inside.finditer(seen)]
        hits.sort(key=_first)
    found: set[str] = set()
    last: dict[int, int] = {}  # side → the place where its latest beginning ended
    at = place = 0
    for start, told in hits:
        place += start - at if table.counted else seen.count(" ", at, start)
        at = start
        found.update(told.matters)
        for side in told.sides:
            for matter, others in table.rules[side]:
                if matter not in found and all(place - last.get(other, -99) <= table.near for other in others):
                    found.add(matter)
        for side in told.sides:
            last[side] = place + told.length
    return tuple(sorted(found))


def alike(text: str, language: str) -> str:
    """A text as its beginnings are looked for: folded, "n't" as "nt", letters that stand twice once, in German "ae" as "ä"."""
    out = _TWICE.sub(r"\1", folded(_NOT.sub("", text.casefold().translate(_SIGNS))))
    return _UMLAUTS.sub("", out) if language == "de" else out


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
    names = [language] if language in TABLES else []
    anywhere, counted = language in ANYWHERE, language in COUNTED
    alone: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
    sided: tuple[dict[str, set[int]], dict[str, set[int]]] = (defaultdict(set), defaultdict(set))
    rules: dict[int, set[tuple[str, tuple[int, ...]]]] = defaultdict(set)
    sides: dict[tuple[str, ...], int] = {}
    friends: set[str] = set()
    for module in [TABLES[name] for name in names] + ([en] if language != "en" else []):
        if module is not en and module.FRIENDS:
            friends = {_word(word, language, False)[1] for word in module.FRIENDS.split(",")}
        own = module is not en or language == "en"
        for matter, items in beginnings(module.TABLE).items():
            if matter.startswith("_"):
                continue
            for item in items:
                if len(item) == 1:
                    for kind, word in (_word(each, language, anywhere and own) for each in item[0]):
                        if own or word not in friends:
                            alone[kind][word].add(matter)
                    continue
                numbers = [sides.setdefault((str(own), *side), len(sides)) for side in item]
                for number, side in zip(numbers, item, strict=True):
                    rules[number].add((matter, tuple(other for other in numbers if other != number)))
                    for kind, word in (_word(each, language, anywhere and own) for each in side):
                        if own or word not in friends:
                            sided[kind][word].add(number)
    idioms = [
        _word(word, language, anywhere)[1]
        for name in {language, "en"} & set(TABLES)
        for word in TABLES[name].IDIOMS.split(",")
        if word.strip()
    ]
    told = (_tell(alone[0], sided[0], counted), _tell(alone[1], sided[1], counted))
    start = _STARTS.get(language, _START)
    return _Table(
        re.compile(f"{'' if anywhere else start}(?:{one_of(sorted(idioms))})") if idioms else None,
        re.compile(f"{start}(?=({one_of(sorted(told[0]))}))"),
        re.compile(f"(?=({one_of(sorted(told[1]))}))") if told[1] else None,
        told,
        {side: tuple(sorted(some)) for side, some in rules.items()},
        NEAR_COUNTED if counted else NEAR,
        counted,
    )


def _tell(alone: dict[str, set[str]], sided: dict[str, set[int]], counted: bool) -> dict[str, _Told]:
    """What each beginning tells, and with it those that it begins with itself: only the longest is found."""
    out = {}
    for word in alone.keys() | sided.keys():
        shorter = [word[:end] for end in range(1, len(word) + 1)]
        matters = {matter for one in shorter for matter in alone.get(one, ())}
        sides = {side for one in shorter for side in sided.get(one, ())}
        out[word] = _Told(tuple(sorted(matters)), tuple(sorted(sides)), len(word) if counted else word.strip().count(" "))
    return out


def _word(written: str, language: str, anywhere: bool) -> tuple[int, str]:
    """Whether it is found within words too, 1 or 0; the beginning as it is looked for."""
    word = written.strip()
    within = word.startswith("*") or (anywhere and not word.startswith("^") and not word.isascii())
    return int(within), alike(word.strip("*^$"), language) + " " * word.endswith("$")


def _struck(match: re.Match[str]) -> str:
    return "~ " if match[0].endswith(" ") else "~"


def _first(hit: tuple[int, _Told]) -> int:
    return hit[0]
