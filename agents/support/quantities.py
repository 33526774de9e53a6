# ruff: noqa: RUF001
"""A text's view in; the orders, amounts and times in it, mostly looked for around numbers, out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from agents.support import cues
from agents.support.view import EASTERN, Entity, View, branched, one_of

_DIGITS = re.compile("[0-9]+")
_UNIT = re.compile(r" ?([^\W\d_]+|%|°)")

# --- orders: looked for around numbers

_ORDER_CUE = re.compile(
    rf"(?:(?<![^\W\d_]){one_of(cues.ORDERS)}[^\W\d_]{{0,4}}+|{branched(cues.ORDERS_ARABIC)}|{one_of(cues.ORDERS_CJK.split('|'))})"
    rf"(?:[ .:,#№º°'\"(-]{{1,2}}|{one_of(cues.NUMBERED)}(?![a-z])){{0,6}}([a-z]{{1,5}}[-/ ]?)?$"
)
_ORDER_TOKEN = re.compile(r"([0-9]{1,10}(?:[-/][0-9]{2,6})?)(?![0-9a-z]|[:.,/-][0-9]| [0-9]{3})")
_ORDER_APART = re.compile("([0-9]{4,10})")
_HASHED = re.compile(r"(?<![a-z0-9])[#№] ?((?:[a-z]{1,5}-?)?[0-9]{3,10})(?![0-9a-z]|[-.,]?[0-9])")
_DASHES = frozenset("-/")
_PREFIX = re.compile(r"(?<![a-z0-9-])([a-z]{1,8})([-/ ]?)$")


def orders(v: View) -> Iterator[Entity]:
    """Ids after a word for an order or ``#``, and those with a prefix: ORD-48213. Value: ``ORD-48213`` or the digits, without ``#``."""
    if "#" in v.low or "№" in v.low:
        for m in _HASHED.finditer(v.low):
            yield Entity("order_id", m.start(), m.end(), _order(m[1]))
    done = 0
    for start, end in v.numbers:
        if start < done or (end - start < 3 and v.low[end : end + 1] not in _DASHES):
            continue
        token = _ORDER_APART.match(v.low, start) if _parted(v, end) else _ORDER_TOKEN.match(v.low, start)
        if token is None or len(token[1]) < 3:
            continue
        stop = token.end()
        if (cue := _ORDER_CUE.search(v.low, max(0, start - 40), start)) and not _counted(v, stop) and (len(token[1]) > 3 or _sure(cue)):
            at, done = (start if cue.start(1) < 0 else cue.start(1)), stop
            yield Entity("order_id", at, stop, _order(v.low[at:stop]))
        elif end == stop and (prefix := _PREFIX.search(v.low, max(0, start - 10), start)) and _known(prefix[1], prefix[2], end - start):
            yield Entity("order_id", prefix.start(), end, _order(v.low[prefix.start() : end]))


def _sure(cue: re.Match[str]) -> bool:
    """Whether a short number after this is no price: nothing that is paid for by itself is right before it."""
    return not cue[0].startswith(_PAID) or cue[1] is not None or not _NUMBERED.isdisjoint(re.findall(r"[#№°º]|\w+", cue[0]))


_PAID = tuple(
    cues.listed(
        "frete flete resa rit tur corrida corsa course fahrt ride trip viaje viagem carrera przejazd kurs поездк рейс "
        "deliver livraison entrega"
    )
)
_NUMBERED = frozenset(cues.NUMBERED) - {":", "."}


def _known(letters: str, joint: str, digits: int) -> bool:
    """Whether letters before so many digits are those of an order, not of a plate."""
    if joint == " ":
        return letters in {"ord", "trp", "gds", "inv"} and digits > 3
    if letters in cues.PREFIXES:
        return joint != "" or (digits > 3 and len(letters) > 1)
    return joint == "-" and (len(letters) in {1, 2, 4, 5} or digits > 4)


def _counted(v: View, end: int) -> bool:
    """Whether a number is followed by what it counts."""
    unit = _UNIT.match(v.low, end)
    return unit is not None and (unit[1] in cues.UNITS or unit[1] in cues.MONEY)


def _parted(v: View, at: int) -> bool:
    """Whether a comma is between two numbers, not in one: after more digits than groups have, where no comma is a decimal point."""
    return v.eastern and v.low[at : at + 1] == "," and at > 3 and v.low[at - 4 : at].isdigit() and v.low[at + 1 : at + 2].isdigit()


def _order(written: str) -> str:
    """In capitals, with a dash between letters and digits."""
    letters = written.rstrip("0123456789-/ ")
    return (letters + "-" if letters else "").upper() + written[len(letters) :].lstrip("-/ ").replace("/", "-")


# --- amounts: looked for around numbers

_NUMBER = r"(?:[0-9]{1,3}(?:[ .,'][0-9]{3}){1,3}|[0-9]{1,2}(?:,[0-9]{2}){1,2},[0-9]{3}|[0-9]{1,9})(?:[.,][0-9]{1,2})?(?![0-9])"
_ALONE = re.compile(rf"({_NUMBER})(?: ?({one_of(cues.THOUSANDS)})(?![a-z]))?")
_AFTER = re.compile(
    rf"({_NUMBER}) ?({one_of(cues.THOUSANDS)}(?![^\W\d_{EASTERN}]) ?)?({one_of(cues.MONEY)})(?![^\W\d_{EASTERN}])|([0-9]{{1,6}}),-(?![0-9])"
)
_FIRST = (*cues.SIGNS, *cues.CODES, "kr.", "zl")
_EASTERN_SUM = re.compile(
    r"([0-9]{1,4})[万萬만] ?([0-9]{1,4})([千천])? ?(円|元|块|원)|"
    r"([0-9]{1,6})[块塊]([1-9])(?![0-9万千])"
)  # 2만 3천원, 3块5
_BEFORE = re.compile(rf"(?<![a-z0-9])(?<![0-9] ){one_of(_FIRST)} ?-?$")


def amounts(v: View) -> Iterator[Entity]:
    """Numbers with a currency's sign, code or word. Value: ``12.50 EUR``, two decimals, a point, no thousands."""
    done = 0
    for start, end in v.numbers:
        inner = start > 1 and v.low[start - 1] in ".,:" and v.low[start - 2].isdigit() and not _parted(v, start - 1)
        if start < done or inner or _parted(v, end):
            continue
        if v.eastern and (m := _EASTERN_SUM.match(v.low, start)):
            done = m.end()
            cents = int(m[1]) * 1_000_000 + int(m[2]) * (100_000 if m[3] else 100) if m[2] else int(m[5]) * 100 + int(m[6]) * 10
            yield Entity("amount", start, done, f"{cents // 100}.{cents % 100:02} {cues.MONEY[m[4] or '元']}")
        elif m := _AFTER.match(v.low, start):
            done = m.end()
            money = m[3] or ("kr" if v.language in cues.KRONER else "€")
            yield Entity("amount", start, done, _amount(m[1] or m[4], m[2], money, v.language))
        elif v.low[max(0, start - 5) : start].rstrip(" -").endswith(_FIRST):
            sign, alone = _BEFORE.search(v.low, max(0, start - 6), start), _ALONE.match(v.low, start)
            if sign and alone:
                done = alone.end()
                yield Entity("amount", sign.start(), done, _amount(alone[1], alone[2], sign[0].rstrip(" -"), v.language))


def _amount(number: str, thousands: str | None, money: str, language: str) -> str:
    """A separator before one or two last digits is a decimal one, all others part thousands."""
    whole, fraction = number, ""
    if len(number) > 2 and not number[-3].isdigit():
        whole, fraction = number[:-3], number[-2:]
    elif len(number) > 1 and not number[-2].isdigit():
        whole, fraction = number[:-2], number[-1]
    cents = int("".join(_DIGITS.findall(whole))) * 100 + int(fraction.ljust(2, "0"))
    cents *= cues.THOUSANDS[thousands.strip()] if thousands else 1
    code = cues.MONEY[money]
    if code == "KR":
        code = cues.KRONER.get(language, "DKK")
    elif money in {"¥", "元"} and language == "zh":
        code = "CNY"
    return f"{cents // 100}.{cents % 100:02} {code}"


# --- times

_CLOCK = re.compile(
    r"(?<![0-9a-z.,:/-])(?:"
    r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?(?: ?(?:am|pm|a\.m\.|p\.m\.|uhr|h)(?!\w))?(?![0-9:])|"
    r"[0-9]{1,2}(?:[:.][0-5][0-9])? ?(?:am|pm|a\.m\.?|p\.m\.?|o'clock|uhr(?: [0-5]?[0-9](?![0-9]))?|ish)(?![^\W\d_])|"
    r"(?:[01]?[0-9]|2[0-4]) ?(?:h|u)(?: ?[0-5][0-9])?(?![^\W_])(?! ?/)|"
    r"(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:[12][0-9]|3[01]|0?[1-9])(?![0-9])(?:t[0-9]{2}:[0-9]{2}(?::[0-9]{2})?z?)?|"
    r"(?:[12][0-9]|3[01]|0?[1-9])([./-])(?:[12][0-9]|3[01]|0?[1-9])\1(?:(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9]|[.:/-][0-9])|"
    r"(?![0-9]{1,2}/10(?![0-9])|24/7)(?:[12][0-9]|3[01]|0?[1-9])/(?:1[0-2]|0?[1-9])(?![0-9/]))"
)
_EASTERN_TIMES = re.compile(
    # zh
    r"(?:今|明|(?<!然)[后後]|昨|前)(?:天|日|晚|早|晨|儿)(?:上午|下午|晚上|早上|中午|凌晨|傍晚|晚|早)?|当天|刚才|[上下这這本]?(?:个|"
    r"個)?(?:周|週|星期|礼拜|禮拜)[一二三四五六日天末]|[上下]个?月|[上下本]周|"
    r"(?:上午|下午|晚上|早上|中午|凌晨|傍晚|半夜|今晚|明早)(?:[0-9一二三四五六七八九十两兩]{1,3}[点點时時](?:半|一刻|钟|"
    r"[0-9一二三四五六七八九十]{1,3}分?)?)?|"
    r"(?:[0-9]{1,2}|[二三四五六七八九两兩]|十[一二]?)[点點](?:半|一刻|钟|[0-9二三四五六七八九十]{1,3}分?)?|"
    r"(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}[日号號]?|(?<![0-9#])[0-3]?[0-9][号日號](?![楼线門门店单車车0-9間])|"
    r"[0-9一二三四五六七八九十两半]{1,3}(?:个|個)?(?:分钟|小时|天|周|月|星期)(?:前|后|以前|之前|之后)|"
    # ja
    r"今日|明日|昨日|あした|あす|きのう|明後日|一昨日|今朝|今晩|今夜|昨夜|昨晩|ゆうべ|来週|先週|今週|来月|先月|先日|先ほど|さっき|翌日|"
    r"[月火水木金土日]曜日?|"
    r"(?:午前|午後|朝|夜|夕方|深夜|早朝|昼)?[0-9]{1,2}時(?!間)(?:半|[0-9]{1,2}分)?(?:頃|ごろ)?|午前中|午前|午後|正午|[0-9]{1,3}(?:分|"
    r"時間|日|週間)(?:前|後)|"
    # ko
    r"오늘|내일|낼|어제|모레|그저께|그제|방금|아까|어젯밤|오늘밤|[월화수목금토일]요일|(?:이번|다음|지난) ?(?:주|달)(?: "
    r"?[월화수목금토일]요일| ?주말)?|(?:[0-9]{4}년 ?)?[0-9]{1,2}월 ?[0-9]{1,2}일|"
    r"(?:(?:오전|오후|아침|저녁|밤|새벽|낮) ?)?(?:(?<![0-9])[0-9]{1,2}|(?<![가-힣])(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|열한|"
    r"열두))시(?!간|[가-힣]{3})(?: ?반| ?[0-9]{1,2}분)?|(?:오전|오후|새벽)(?![가-힣]{2})|[0-9]{1,3}(?:분|시간|일|주) ?(?:전|후|뒤)|"
    r"(?<![0-9.,:/-])(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?![0-9:])"
)


@dataclass(frozen=True, slots=True)
class _Times:
    """Words and patterns of one language for times."""

    words: frozenset[str]  # one of which is in any text that ``worded`` finds anything in
    worded: re.Pattern[str]  # days and words for a time
    months: frozenset[str]
    month_first: re.Pattern[str]
    at: re.Pattern[str]  # before a number that is a time
    counted: re.Pattern[str]  # a number of minutes, days …; if it has its group, ago
    since: re.Pattern[str]  # before such a number
    after: frozenset[str]
    ago: re.Pattern[str]  # the like with a number in words
    dated: re.Pattern[str]  # what a number that is a time begins
    joint: re.Pattern[str]  # what joins two times into one


@cache
def _times(language: str) -> _Times:
    """The patterns of a language whose words are parted by blanks."""
    words = cues.listed(f"{cues.DAYS[language]} {cues.TIMES[language]}")
    months, at = cues.listed(cues.MONTHS[language]), one_of(cues.listed(cues.AT[language]))
    before, units, after = (cues.listed(part) for part in cues.AGO[language])
    month, unit = one_of(months), rf"{one_of(units)}(?!\w)"
    day = r"(?:[12][0-9]|3[01]|0?[1-9])(?:st|nd|rd|th|\.|º|er|:?e)?"
    year = r"(?:,? (?:de |del )?(?:19|20)[0-9]{2}(?!\w))?"
    return _Times(
        words=frozenset(re.findall(r"[^\W\d_]+", " ".join(words))),
        worded=re.compile(rf"(?<!\w)(?:(?:{_MODIFIERS}) )?(?:و|ل|ب)?(?:ال)?{one_of(words)}(?!\w)"),
        months=frozenset(months),
        month_first=re.compile(rf"(?<!\w){month}\.? {day}(?![\w:]){year}"),
        at=re.compile(rf"(?<!\w){at} ?$"),
        counted=re.compile(rf"[0-9]{{1,3}} ?{unit}(?: ({one_of(after)})(?!\w))?"),
        since=re.compile(rf"(?<!\w){one_of(before)} $"),
        after=frozenset(word.split()[0] for word in after) | frozenset(word for phrase in before for word in phrase.split()[-1:]),
        ago=re.compile(rf"(?<!\w)(?:{one_of(before)} {_COUNTS} {unit}|{_COUNTS} {unit} {one_of(after)}(?!\w))"),
        dated=re.compile(rf"{day}(?: de| of| di|\.)? ?{month}(?!\w){year}"),
        joint=re.compile(rf"[ ,(]{{0,2}}(?:(?:{_JOINTS}|{at})[ ,]?)?{'(?:[0-9]{1,2} )?' if language == 'ar' else ''}"),
    )


_COUNTS = r"(?:half an|an?|one|two|three|une?|eine[rn]?|zwei|un[ao]?|due|dos|deux|et|en|to|två|een|twee|два|две|пол|ربع|نص)"
_HOUR = re.compile(
    r"(?:(?:[01][0-9]|2[0-4])[0-5][0-9]|(?:[01]?[0-9]|2[0-4])(?:[:.][0-5][0-9])?)(?: ?(?:am|pm|a\.m\.|p\.m\.|uhr|"
    r"h)(?!\w))?(?!\w|[.,:/-][0-9]| ?[%$€£₽₹₦]| [0-9])"
)
_MODIFIERS = (
    "next|last|this|every|coming|past|early|late|el|los|próximo|proximo|pasado|este|le|ce|chaque|jeden|jede|nächste[nrms]?|"
    "letzte[nrms]?|am|diese[nrms]?|kommende[nrms]?|na|no|próxima|essa|esta|"
    "il|lo|la|questo|questa|prossimo|prossima|scorso|scorsa|op|aanstaande|volgende|vorige|afgelopen|w|we|we wtorek|najbliższ[yąae]|"
    "ostatni|przyszł[yąae]|zeszł[yąae]|på|förra|nästa|sist|neste|førstkommende|"
    "в|во|на|прошл\\w{2}|следующ\\w{2}|эт\\w{1,2}|يوم|اليوم|هذا|صباح|مساء|ليلة"
)
_JOINTS = (
    "at|on|in the|of|the|by|um|am|den|der|à|le|du|a las|de la|às|a|alle|ore|om|op|o|w|na|kl|kl\\.|klokka|klockan|i|på|v|в|на|к|г|"
    "الساعة|الساعه|يوم|ل|ب"
)


def times(v: View) -> Iterator[Entity]:
    """Clock times, dates, days and words for a time; neighbours joined. Value: as written, without case, digits as 0 to 9."""
    if v.eastern:
        yield from _joined(v, [m.span() for m in _EASTERN_TIMES.finditer(v.low)], _BLANKS)
    else:
        t = _times(v.language if v.language in cues.DAYS else "en")
        yield from _joined(v, sorted([*_worded(v, t), *_numbered(v, t)]), t.joint)


def _worded(v: View, t: _Times) -> Iterator[tuple[int, int]]:
    """Where times in words are."""
    patterns = ((t.words, t.worded), (t.months, t.month_first), (t.after, t.ago))
    return (m.span() for words, pattern in patterns if not words.isdisjoint(v.words) for m in pattern.finditer(v.low))


def _numbered(v: View, t: _Times) -> Iterator[tuple[int, int]]:
    """Where times in numbers are."""
    for start, _ in v.numbers:
        if m := _CLOCK.match(v.low, start) or t.dated.match(v.low, start):
            yield m.span()
        elif m := t.counted.match(v.low, start):
            since = t.since.search(v.low, max(0, start - 16), start)
            if since or m[1]:
                yield since.start() if since else start, m.end()
        elif (at := t.at.search(v.low, max(0, start - 16), start)) and (m := _HOUR.match(v.low, start)) and not _counted(v, m.end()):
            yield at.start(), m.end()


_BLANKS = re.compile("[ ,のに的]{0,2}")


def _joined(v: View, spans: list[tuple[int, int]], joint: re.Pattern[str]) -> Iterator[Entity]:
    """Times with what joins them as one."""
    while spans:
        start, end = spans.pop(0)
        while spans and (spans[0][0] < end or joint.fullmatch(v.low, end, spans[0][0])):
            end = max(end, spans.pop(0)[1])
        if m := _CLOCK_AFTER.match(v.low, end):
            end = m.end()
        yield Entity("datetime", start, end, v.low[start:end])


_CLOCK_AFTER = re.compile(r",? [0-9]{1,2}[.][0-5][0-9](?![0-9]|[.,:][0-9])")


FINDERS = (orders, amounts, times)
