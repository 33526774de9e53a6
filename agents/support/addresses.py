# ruff: noqa: RUF001
"""A text's view in; the postal addresses in it, told by a street and a number in the usual national orders, out.

Streets are looked for around numbers, or after a word such as *rua* or *ulica*. A street without a number is no address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from agents.support import cues, names
from agents.support.view import CAP, Entity, View, one_of

_PART = r"[^\W_](?:[\w'&-]|\.(?=\w)){0,24}(?:(?<=\b\w\w)\.|(?<=\b\w)\.)?"
_HOUSE = r"[0-9]{1,5}(?:-[0-9]{1,5})?(?:-?[a-z]|bis|ter)?(?: (?:bis|ter))?(?!\w),? "
_EN = re.compile(rf"{_HOUSE}(?P<words>(?:[nsew]\.? )?(?:{_PART} ){{1,4}}?{one_of(cues.STREETS_EN)}(?![^\W_]))\.?")
_FR = re.compile(
    rf"{_HOUSE}(?P<words>{one_of(cues.STREETS_FR)}\.? (?:(?:de|du|des|la|le|les|d'|l'|au|aux|saint|st|ste)(?: |(?<=')|-)){{0,3}}{_PART})"
)
_NO = r"(?:,? ?(?:n[º°o.]{1,2}|nr\.?|num\.?|numero|número|д\.|дом|#) ?|,? |(?<=\.))"
_NUMBER = r"[0-9]{1,5}(?:[-/][0-9]{1,4})?(?:(?:[a-hа-д]| [a-d])(?!\w))?(?![0-9:]|[.,][0-9]| ?%)"
_LAST = re.compile(_NUMBER)
_COMPOUND = re.compile(rf"(?:(?<!\w){CAP}[ -]){{0,2}}(?<!\w)[^\W\d_]{{2,30}}\.?,? $")
_TO = re.compile(r"(?<!\w)(?:to|at|from|is|address:?) $")
_YEAR = re.compile("(?:19|20)[0-9]{2}$")
_CAPITALS = re.compile(rf"(?:-?[A-Z])? {CAP}(?: {CAP}){{0,3}}")
_TO_CAPITALS = re.compile(rf"(?<!\w)(?i:to|at|from|is|a|al|en|till|til|do|na|nach|the) ({CAP}(?: {CAP}){{0,2}}) $")
_FLAT = re.compile(r"(?<!\w)(?:flat|apt|apartment|unit|room|suite|block|blk)\.? ?[0-9]\w{0,4}(?:, ?|/| )$")
_UNIT = re.compile(
    r"(?:,? ?(?:(?:apt|apartment|flat|unit|suite|ste|room|rm|floor|fl|level|block|blk|bldg|building|bus|piso|apto|depto|appt|étage|"
    r"stock|stiege|tür|lok|кв|корп|офис|"
    r"подъезд|этаж)(?:\. ?| |(?=[0-9]))[\w-]{1,6}|(?:top|int|esc|bât|m|к|стр)(?:\. ?| )?(?=[0-9])[\w-]{1,6}|# ?[\w-]{1,8}|"
    r"[0-9]{1,2}(?:st|nd|rd|th|\.)? ?(?:[ºª]|floor|etg?\.?|etage|stock|andar|esq|dto|piso)\.?(?: (?:esq|dto)\.?)?)(?!\w)){0,3}"
)
_POST = re.compile(
    rf",? (?:[A-Z]{{1,2}}-)?(?:[0-9]{{4,6}}|[0-9]{{2,4}}-[0-9]{{3}}|[0-9]{{3}} [0-9]{{2}}) {CAP}|(?: [A-Z]{{2}})? [0-9]{{5}}(?![0-9])|"
    rf"(?<!\.) [A-Z](?![\w'])|(?:[ -]{CAP}){{1,2}}$"
)
_CAPS_ON = re.compile(rf"(?:[ -]{CAP}){{0,3}}")
_POSTCODE_NEAR = re.compile("[0-9] ?[A-Z]")
_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9]|[1-9][0-9]{3} [A-Z]{2}(?= "
    r"[A-Z]))(?![A-Za-z0-9])"
)
_HAN = r"(?:(?![在到去从送我你他是把改成为])[\u4e00-\u9fff])"
_KANJI = r"[\u3040-\u30ff\u4e00-\u9fff]"
_EASTERN = re.compile(
    rf"{_HAN}{{2,8}}?(?:路|街|巷|弄|大道|胡同|道)[0-9]{{1,5}}(?:号|弄|號)(?:[0-9]{{1,4}}(?:号楼|栋|幢|单元|室|楼|层|號|号|"
    rf"樓)){{0,4}}[0-9]{{0,4}}|"
    rf"〒 ?[0-9]{{3}}-[0-9]{{4}}(?![0-9-])(?: ?{_KANJI}{{2,20}}[0-9-]{{1,10}})?|"
    rf"(?:{_KANJI}{{1,6}}?[都道府県市区町村郡]){{0,3}}{_KANJI}{{1,8}}?[0-9]{{1,4}}(?:丁目|番地?|"
    rf"(?<=[0-9])-[0-9]{{1,3}}-)(?:[0-9]{{1,4}}(?:番地?|号|-)?){{0,3}}|"
    r"[가-힣0-9]{1,10}(?:로|길) ?[0-9]{1,4}(?:-[0-9]{1,4})?(?![0-9]|[.,:][0-9]|[가-힣])(?:,? ?[0-9]{1,4}(?:동|호|층)){0,3}|"
    r"[가-힣]{1,8}(?:동|읍|면|리) [0-9]{1,4}-[0-9]{1,4}(?:번지)?|[0-9]{1,4}동 ?[0-9]{1,4}호"
)
_ARABIC = re.compile(
    rf"(?<!\w)(?:ال|ل|لل|ب|في )?(?:{cues.ABODES_AR})(?: (?!و)\w{{1,15}}){{1,3}}?[ ,]{{1,2}}(?:(?:رقم|عمارة|بناية|مبنى|فيلا|شقة|منزل|بيت|"
    rf"الدور) ){{0,2}}"
    r"[0-9]{1,5}(?![0-9:]|[.,][0-9])|(?<![0-9])[0-9]{1,4}[ ,]{1,2}شارع(?: \w{2,15}){1,2}"
)
_BOX = re.compile(
    r"(?<!\w)(?:p\.? ?o\.? ?box|post(?:al|office| office)? box|postboks|postbox|postfach|postbus|skrytka(?: pocztowa)?|"
    r"apartado(?: postal| de correos)?|caixa postal|casella postale|bo[iî]te postale|абонентский ящик)"
    r"(?: ?(?:no|nr|n[º°]|num)\.?| ?#)?[ :]{1,2}[0-9]{1,6}(?![0-9])"
)
_BOXES = frozenset(cues.listed("box pobox postboks postbox postfach postbus skrytka apartado postal postale ящик"))
_RU = re.compile(
    r"(?<!\w)(?P<words>(?:[0-9]{1,2}-\w{1,2} )?(?:[^\W\d_]{3,20}[ -]){0,2}"
    r"[^\W\d_]{2,20}(?:ая|яя|ое|ее|ой|ей|ую|юю|ый|ий|ого|его|ому|ему|ом|ем)) "
    rf"(?:проспект|улиц|переул|шоссе|бульвар|набережн|площад|проезд|тупик|тракт|алле)[а-я]{{0,4}}(?:,? дом)?{_NO}{_NUMBER}"
)
_WORDS_RU = frozenset(
    word + end
    for word, ends in (
        ("проспект", " а у е ом"), ("улиц", "а ы е у ей"), ("переул", "ок ка ке ку"), ("шоссе", ""), ("бульвар", " а у е"),
        ("набережн", "ая ой ую"), ("площад", "ь и"), ("проезд", " а у е"), ("тупик", " а у е"), ("тракт", " а у е"), ("алле", "я и е ю"),
    )
    for end in ends.split(" ")
)  # fmt: skip
_NO_STREETS_RU = frozenset(cues.listed(
    "нашей вашей этой той своей моей твоей какой такой другой соседней главной нужной каждой любой всей одной самой данной указанной"
)) | names.NO_NAMES  # fmt: skip
_WORDS_EN, _WORDS_FR = frozenset(cues.STREETS_EN), frozenset(cues.STREETS_FR)
_SURE_EN = frozenset(
    cues.listed(
        "street st road rd avenue ave lane ln drive dr boulevard blvd court ct crescent terrace highway hwy close parkway pkwy broadway"
    )
)
_LINKS = frozenset(
    cues.listed("of the an en am im in da do der den dem auf unter de del della dell la le les las los el du des dos das di d l e y st van")
)


@cache
def _first(language: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """Streets told by a word before their name, in a language; and words one of which is in a text with any."""
    words = cues.listed(" ".join([cues.STREETS_FIRST[""], cues.STREETS_FIRST.get(language, "")]))
    pattern = rf"(?<!\w){one_of(words)}(?:(?<=\.) ?| |\. ?)(?P<words>(?:{_PART} ){{0,4}}?{_PART}){_NO}(?P<no>{_NUMBER})"
    return re.compile(pattern), frozenset(re.findall(r"[^\W\d_]+", " ".join(words)))


@cache
def _endings(language: str) -> tuple[str, ...]:
    return cues.listed(" ".join([cues.STREETS_ENDING[""], cues.STREETS_ENDING.get(language, "")]))


def addresses(v: View) -> Iterator[Entity]:
    """Streets with numbers, the flat and the postal code after them, and postal codes that name a street. Value: as written."""
    if not v.numbers:
        return
    for start, end in v.numbers:
        if start == 0 or (v.low[start - 1] not in "-:#" and not (v.low[start - 1] in ".," and v.low[start - 2 : start - 1].isdigit())):
            yield from _number_first(v, start)
            yield from _named(v, start, end)
    first, words = _first(v.language)
    if not words.isdisjoint(v.words):
        for m in first.finditer(v.low):
            if not _counted(v, m.end()) and _street(v, m.start("words"), m.end("words"), None):
                yield _with_flat(v, m.start(), m.end())
    yield from _russian(v)
    if not _BOXES.isdisjoint(v.words):
        for m in _BOX.finditer(v.low):
            yield _with_flat(v, m.start(), m.end())
    for there, pattern in ((_POSTCODE_NEAR.search(v.seen), _POSTCODE), (v.eastern, _EASTERN), (v.arabic, _ARABIC)):
        if there:
            for m in pattern.finditer(v.seen):
                yield v.entity("address", m.start(), m.end())


def _number_first(v: View, start: int) -> Iterator[Entity]:
    """A street after its number, in English or French."""
    if not _WORDS_EN.isdisjoint(v.words) and (m := _EN.match(v.low, start)) and _street(v, m.start("words"), m.end("words"), _SURE_EN):
        yield _with_flat(v, start, m.end())
    elif not _WORDS_FR.isdisjoint(v.words) and (m := _FR.match(v.low, start)) and _street(v, m.start("words"), m.end("words"), _WORDS_FR):
        more = _CAPS_ON.match(v.seen, m.end())
        yield _with_flat(v, start, more.end() if more else m.end())


def _named(v: View, start: int, end: int) -> Iterator[Entity]:
    """Around a number: a word that ends like a street's before it, or capitals next to it after a word such as *to*."""
    before = v.low[max(0, start - 16) : start]
    if before[-1:] != " ":
        return
    if before.rstrip(" .,").endswith(_endings(v.language)):
        street, house = _COMPOUND.search(v.seen, max(0, start - 60), start), _LAST.match(v.low, start)
        if street and house and not _counted(v, end):
            first = _begun(v, street.start(), start)
            if _compound(v, first, start):
                yield _with_flat(v, first, house.end())
    if (
        1 < end - start < 6
        and not _YEAR.match(v.seen, start, end)
        and _TO.search(before)
        and (m := _CAPITALS.match(v.seen, end))
        and _rare(m[0])
    ):
        yield _with_flat(v, start, m.end())
    elif end - start in {3, 4} and (m := _TO_CAPITALS.search(v.seen, max(0, start - 60), start)) and _rare(m[1]) and not _counted(v, end):
        yield _with_flat(v, m.start(1), end)


def _russian(v: View) -> Iterator[Entity]:
    """Streets whose name comes before the word for one: *Невский проспект 28*."""
    if not _WORDS_RU.isdisjoint(v.words):
        for m in _RU.finditer(v.low):
            if not _counted(v, m.end()) and _adjective(v, m):
                yield _with_flat(v, m.start(), m.end())


def _adjective(v: View, street: re.Match[str]) -> bool:
    """Whether an adjective names a street: one with a capital, or no everyday one where nothing is counted."""
    start, end = street.span("words")
    last = max(start, v.seen.rfind(" ", start, end) + 1)
    if v.low[last:end] in _NO_STREETS_RU:
        return False
    return v.seen[last] != v.low[last] or not v.low[street.end() : street.end() + 2].strip().isalpha()


def _begun(v: View, start: int, end: int) -> int:
    """Where a street begins: after everyday words, and words such as *to*."""
    while (blank := v.low.find(" ", start, end - 1)) > 0 and (v.low[start:blank] in names.NO_NAMES or v.low[start:blank] in _TOWARDS):
        start = blank + 1
    return start


_TOWARDS = frozenset(cues.listed(" ".join(cues.TOWARDS.values())))


def _compound(v: View, start: int, end: int) -> bool:
    """Whether words before a number are a street: not its ending alone, and no everyday word."""
    words = v.low[start:end].replace("-", " ").rstrip(" .,").split()
    return (len(words) > 1 or words[0] not in _endings(v.language)) and names.NO_NAMES.isdisjoint(words) and cues.UNITS.isdisjoint(words)


def _with_flat(v: View, start: int, end: int) -> Entity:
    """An address with the flat before or after it and the postal code."""
    if flat := _FLAT.search(v.low, max(0, start - 20), start):
        start = flat.start()
    if unit := _UNIT.match(v.low, end):
        end = unit.end()
    if post := _POST.match(v.seen, end):
        end = post.end()
    return v.entity("address", start, end)


def _counted(v: View, end: int) -> bool:
    """Whether a number counts what follows it, or is part of another or of a time."""
    if v.low[end : end + 1] in {":", ".", ","} and v.low[end + 1 : end + 2].isdigit():
        return True
    word = v.low[end + 1 : end + 16].split(" ")[0].rstrip(".,!?") if v.low[end : end + 1] == " " else v.low[end : end + 1]
    return word in cues.UNITS or word in cues.MONEY or word == "%"


def _rare(words: str) -> bool:
    """Whether none of some words is an everyday one, a unit or a currency."""
    known = (names.NO_NAMES, cues.NO_PLACES, cues.UNITS, cues.MONEY)
    return not any(word in table for word in words.lower().split() for table in known)


def _street(v: View, start: int, end: int, sure: frozenset[str] | None) -> bool:
    """Whether words may name a street: with capitals, or few with one that is ``sure``; none of them an everyday word or a unit."""
    words = v.seen[start:end].replace("-", " ").replace("'", " ").split()
    plain = [word for word in words if word.islower() and word not in _LINKS]
    if any(word in cues.UNITS or (word in names.NO_NAMES and word not in _STREETLIKE) for word in plain):
        return False
    if any(not word.islower() for word in words):
        return True
    return len(words) < 4 and (sure is None or words[-1] in sure or words[0] in sure)


_STREETLIKE = _WORDS_EN | _WORDS_FR | frozenset(cues.listed("new old good great best first second third last north south east west"))
