"""A text's view in; the places that it names and the services that it is about, out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from agents.support import cues, names
from agents.support.view import CAP, Entity, View, one_of

_LINKS = "of|the|de|la|del|&|and|on|in|at|du|des|do|da|di|von"
_DAYS_EN, _MONTHS_EN = (
    one_of(word for word in cues.listed(table["en"]) if len(word) > 4 or word in {"may", "june", "july"})
    for table in (cues.DAYS, cues.MONTHS)
)
_DATED = re.compile(rf" (?:(?:on|in|at|by) (?:the )?(?:{_DAYS_EN}|{_MONTHS_EN})|(?:{_DAYS_EN}))(?!\w)")
_NOUN = one_of(cues.PLACE_NOUNS)
NOUNS = frozenset(cues.PLACE_NOUNS)
_TERMINAL = re.compile(r"(?<!\w)T[1-9](?!\w)")
_GENERIC = re.compile(rf"(?<!\w)(?:to|from|at|near) (?:(?:the|my|our) (?:[a-z]{{3,12}} )?)?({one_of(cues.GENERIC)})(?!\w)")
_GENERIC_WORDS = frozenset(cues.GENERIC)
_ARABIC_PLACE = re.compile(
    rf"(?<!\w)(?:ال|لل|بال|ل|ب)?(?:{cues.PLACE_AR})(?: (?!{one_of(cues.NO_PLACES_AR)}(?!\w))(?:(?:الملك|الملكة|الأمير|الامير|الشيخ|"
    rf"السلطان) )?[\u0621-\u064a]{{2,12}}(?: ال[\u0621-\u064a]{{2,12}})?)?(?!\w)"
)
_HAN = (
    "(?:(?![我你您他她它们們在到去从從的了是和给給把送接来來回想要叫个個这這那就很没不有说說请請改成往地点點为為可以能用都老怎么遍绕着求放喺]|[0-9])"
    "[\u4e00-\u9fffA-Za-z])"
)
_EASTERN_PLACES = {
    "zh": re.compile(
        rf"{_HAN}{{2,8}}?(?:地铁站|火车站|高铁站|车站|(?<!驿)站|机场|機場|医院|大厦|大廈|酒店|宾馆|广场|中心|航站楼|学校|大学|公园|商场|"
        rf"小区|花园|码头|图书馆|口岸)"
    ),
    "ja": re.compile(r"[\u30a0-\u30ff\u4e00-\u9fffA-Za-z0-9]{1,10}(?:駅|空港|病院|ホテル|大学|公園|ターミナル|神社|城|ビル)(?![員者])"),
    "ko": re.compile(
        r"(?<![가-힣])[가-힣A-Za-z0-9]{1,8}(?:역|공항|병원|호텔|대학교|터미널|시장|백화점|아파트|공원|빌딩|시청)"
        r"(?=에서|까지|으로|로|앞|에|은|는|을|를|이|말|[ ,.?!]|$)|(?<![가-힣])[가-힣]{2,6}(?=에서 [가-힣]{2,8}까지)|(?<=에서 "
        r")[가-힣]{2,8}(?=까지)"
    ),
}
_GERMAN_ENDS = ("ung", "ungen", "heit", "keit", "schaft", "tion", "tät", "nummer", "minuten", "stunden", "wagen", "geld")


@cache
def _towards(language: str) -> re.Pattern[str]:
    """What stands right before a place."""
    article = "" if language == "de" else "(?:(?:the|la|el|le|il|o|os|het|de) )?"
    return re.compile(rf"(?<!\w){one_of(cues.listed(cues.TOWARDS[language]))} {article}$")


@cache
def _sequence(language: str) -> re.Pattern[str]:
    """Words with capitals, and numbers, with what links them in names; what means *to* in Polish links none there."""
    links = _LINKS.replace("|do", "") if language == "pl" else _LINKS
    return re.compile(
        rf"(?:St\. )?{CAP}(?:(?<= [A-Z])\.|(?<=\bSt)\.)?(?:[ ](?:(?:{links})[ ]){{0,2}}(?:[A-Z]\.(?= )|{CAP}|"
        rf"[0-9]{{1,4}}[A-Z]?(?!\w|:|[.,][0-9]))){{0,5}}"
    )


@cache
def _named(language: str) -> re.Pattern[str]:
    """Names with a noun of place before or behind."""
    links = "de|du|d'|la|di|da" if language == "pl" else "de|du|d'|la|di|da|do"
    return re.compile(
        rf"(?<!\w)(?:(?:{CAP}[ ]){{1,3}}(?i:{_NOUN})|T[1-9]|"
        rf"(?i:{_NOUN})[ ](?:(?:{links})[ ]){{0,2}}(?:{CAP}|[0-9]{{1,2}}[A-Z]?(?!\w|[.,:][0-9]))(?:[ ]{CAP}){{0,2}})(?!\w)"
    )


def places(v: View) -> Iterator[Entity]:
    """Capitalised words after a word such as *to*, names with a noun of place, stations and the like. Value: as written."""
    if v.eastern or v.arabic:
        pattern = _EASTERN_PLACES.get(v.language, _EASTERN_PLACES["zh"]) if v.eastern else _ARABIC_PLACE
        for m in pattern.finditer(v.seen):
            yield v.entity("place", m.start(), m.end())
    elif v.caps and not v.loud:
        yield from _with_capitals(v)
    if v.language == "en" and not _GENERIC_WORDS.isdisjoint(v.words):
        for m in _GENERIC.finditer(v.low):
            yield v.entity("place", m.start(1), m.end(1))


def _with_capitals(v: View) -> Iterator[Entity]:
    if v.language in cues.TOWARDS:
        towards, last = _towards(v.language), 0
        for start, _ in v.caps:
            if start > last and towards.search(v.low, max(0, start - 20), start) and (m := _sequence(v.language).match(v.seen, start)):
                last = _ended(v, start, m.end())
                if _allowed(v, start, last):
                    yield v.entity("place", start, last)
    if not NOUNS.isdisjoint(v.words) or _TERMINAL.search(v.seen):
        for m in _named(v.language).finditer(v.seen):
            if _allowed(v, m.start(), m.end()):
                yield v.entity("place", m.start(), m.end())


def _ended(v: View, start: int, end: int) -> int:
    """Where a name of a place ends: before a day, before everyday words, and before an 's that something is said of."""
    if day := _DATED.search(v.low, start, end):
        end = day.start()
    while (cut := v.seen.rfind(" ", start, end)) > start and v.low[cut + 1 : end] in _NOT_LAST:
        end = cut
    return end - 2 if v.low.endswith("'s", start, end) and v.low[end : end + 2].strip().isalpha() else end


_NOT_LAST = frozenset(word for word in names.NO_NAMES if len(word) < 6 and word != "food") | frozenset(_LINKS.split("|"))


def _allowed(v: View, start: int, end: int) -> bool:
    """Whether it does not begin with a word that is no place, or with a given name and has no noun of place."""
    words = v.low[start:end].split()
    first = words[0].removesuffix("'s")
    if len(words) > 2 and v.seen[start:end].isupper():
        return False
    if first in names.NO_NAMES and words[-1] in names.NO_NAMES | cues.NO_PLACES:
        return False
    return not (
        first in cues.NO_PLACES
        or (first in names.NAMES and NOUNS.isdisjoint(words))
        or (v.language == "de" and first.endswith(_GERMAN_ENDS))
    )


# --- services

_SERVICE = re.compile(rf"(?<!\w){one_of(cues.SERVICE_WORDS)}(?!\w)")
_SERVICE_WORDS = frozenset(cues.SERVICE_WORDS)
_NO_SERVICES = {language: frozenset(cues.listed(words)) for language, words in cues.NO_SERVICES.items()}
_NO_SERVICE: frozenset[str] = frozenset()
_SERVICE_CJK = re.compile(one_of(cues.SERVICE_CJK))


def services(v: View) -> Iterator[Entity]:
    """Words for one of the six services. Value: the service, of policy.SERVICES."""
    if not _SERVICE_WORDS.isdisjoint(v.words):
        others = _NO_SERVICES.get(v.language, _NO_SERVICE)
        for m in _SERVICE.finditer(v.low):
            if m[0] not in others:
                yield Entity("service", m.start(), m.end(), cues.SERVICE_WORDS[m[0]])
    if v.eastern:
        for m in _SERVICE_CJK.finditer(v.low):
            yield Entity("service", m.start(), m.end(), cues.SERVICE_CJK[m[0]])
