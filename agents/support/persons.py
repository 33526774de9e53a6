# ruff: noqa: RUF001
"""A text's view in; the people named in it, out.

A name is told by a word before it (*my name is*, *driver*, *Herr*), by what follows it (*さん*, *先生*), or by being a common given name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from agents.support import cues, names
from agents.support.view import CAP, UPPER, Entity, View, branched

_NAME = rf"(?:[{UPPER}]\.|{CAP})"
_FULL = re.compile(rf"{_NAME}(?:[ ](?:(?:{names.PARTICLES}|{names.PARTICLES.title()}|and|och|og|und|et|en|и)[ -]){{0,2}}{_NAME}){{0,3}}")
_LOOSE = re.compile(r"[^\W\d_]++(?:['-][^\W\d_]++)*+(?: [^\W\d_]++(?:['-][^\W\d_]++)*+){0,2}")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*\.?")
_SIGNED = re.compile(
    rf"(?:^|[.!?,;)] ?)[-~] ?({_NAME}(?: {_NAME}){{0,2}})[ .!]*$|(?:^|[.!?,] )({CAP}(?: {CAP})?) here\b|"
    rf"(?<![^\W_])({CAP}(?: {CAP})?)(?: was| is) (?:my|your|the|our) (?:driver|courier|rider)\b"
)
_ENDS = re.compile(r"[ ,.!)]*(?:$|[+(0-9\[]|tel|phone|ph\b|mobile|email|e-mail)")
_NUMBER = re.compile(r"[ ,.:]*(?:[+(]?[0-9]|tel|phone|ph\b|mobile)")
_DID = re.compile(r" (?:was|is|said|has|had|did|told|asked|came|left)\b")
_PAUSE = re.compile(r" ?(?:$|[^\w ]| (?:und|aus|vom|von) )")
_SAYS = re.compile(
    r"(?:is|was|'s|called|named|llamo|es|llamaba|é|chamo|chamo-me|appelle|appelait|est|hei(?:ß|ss)e|ist|chiamo|chiamava|"
    r"è|heet|się|sie|imię|imie|heter|er|är|зовут|имя|:)[ :,;.\"'(=-]*$"
)
_SAINTS = re.compile(
    r"(?:san|sant|santa|saint|st\.?|ste|são|sao|sankt|św\.|king|queen|prince|пр|ул|ул\.|проспект|имени|шоссе|ponte|bridge|rua|via|calle|"
    r"avenida|av\.?|rue|place|"
    r"plaza|piazza|hotel|metro|station|gare|corso|viale|ulica|ul\.|plac|pont|pl\.) $"
)
_AFTER = re.compile(rf" (?:{names.AFTER_NAMES})(?!\w)")
_IAM = re.compile(rf"(?:{names.IAM}) $")
_SMALL = names.NAMES - names.WORDS_TOO
_NAME_WORDS = frozenset(cues.listed(
    "name named called llamo nombre llama appelle appelait nom heiße heisse heißt heisst hieß hiess namens nome chamo chama chiamo "
    "chiama naam heet heette nazywam "
    "imię imie nazwisko heter hette namn navn heiter surname apellido cognome зовут имя фамилия фамилию имени"
))  # fmt: skip
_RARE = frozenset(cues.listed("will may june april august ford so do an jo"))  # names too
_STEMS = frozenset(
    name.rstrip("аяйьa") for name in names.NAMES if len(name) > 3 and name[0] < "\u0600" and (name[0] >= "а" or name[-1] not in "eiouy")
)
_CASES = re.compile("(?:а|я|у|ю|ы|и|е|ой|ей|ою|ом|ем|ём|a|y|ę|ą|ie|o|u|em|iem|owi|i|ia|iu|ego|emu)$")


@cache
def _cues(language: str) -> re.Pattern[str]:
    """What stands before a name in a language or in English: sure, named, role, said, hello or closed."""

    def both(table: dict[str, str]) -> str:
        return branched("|".join(words for code, words in table.items() if code in {"en", language} or language not in table))

    title = rf"(?:{both(names.TITLES)}|{branched(names.SHORT_TITLES)}\.?)[ ]"
    return re.compile(
        rf"(?<!\w)(?:(?P<sure>{branched(names.SURE)}(?:(?![^\W\d_])|(?<=:))[ :,;.\"'(=-]{{0,4}})"
        rf"|(?P<named>{branched(names.NAMED)}[ :]{{1,2}}[\"'(]?)"
        rf"|(?P<role>(?:{both(names.ROLES)}(?:'s)?(?: (?:is|was|named|called|heißt|hieß))?[ ,:]{{1,2}}[\"'(]?|{title}))"
        rf"|(?P<said>{both(names.SAYING)}[ ])"
        rf"|(?P<hello>(?<![^\W_] ){branched(names.GREETINGS)}[ ,]{{1,2}})"
        rf"|(?P<closed>{branched(names.CLOSINGS)}[ ,.!;:-]{{1,3}}))(?:{title}){{0,2}}"
    )


def persons(v: View) -> Iterator[Entity]:
    """Names, without titles. Value: as written."""
    if v.caps or not _NAME_WORDS.isdisjoint(v.words) or not _SMALL.isdisjoint(v.words):
        yield from _cued(v)
        yield from _given(v)
    if v.arabic:
        yield from _arabic(v)
    if v.eastern:
        for pattern, no_names in _EASTERN:
            for m in pattern.finditer(v.seen):
                which = m.lastindex or 1
                if m[which] not in no_names:
                    yield v.entity("person", m.start(which), m.end(which))


def _cued(v: View) -> Iterator[Entity]:
    """Names after words for who people are, what they are called, and around what they say; at the end or with a dash before them."""
    for m in _cues(v.language).finditer(v.low):
        kind, at = m.lastgroup, m.end()
        name = _FULL.match(v.seen, at)
        if name is None and _small(v, m):
            name = _LOOSE.match(v.seen, at)
        if name is None:
            continue
        end = _kept(v, at, name.end(), kind == "sure")
        if kind != "sure" and v.seen[at:end].islower() and (after := _AFTER.search(v.low, at, end)):
            end = after.start()
        if end > at and (kind == "sure" or _fits(v, m, end)):
            yield v.entity("person", at, end)
    for m in _SIGNED.finditer(v.seen):
        at = m.start(m.lastindex or 1)
        if (end := _kept(v, at, m.end(m.lastindex or 1), False)) > at and not v.loud:
            yield v.entity("person", at, end)


def _small(v: View, cue: re.Match[str]) -> bool:
    """Whether a name may follow in small letters: after what only a name follows, before a phone number, or if it is a common one."""
    at, kind = cue.end(), cue.lastgroup
    if kind == "sure":
        return _SAYS.search(cue["sure"]) is not None
    if kind == "named" and (name := _LOOSE.match(v.seen, at)):
        return _first(v, at) in _SMALL or _NUMBER.match(v.low, _kept(v, at, name.end(), False)) is not None
    if kind == "said":
        return _first(v, at) in _SMALL and _IAM.search(cue[0]) is not None
    return kind in {"role", "hello", "closed"} and _first(v, at) in _SMALL


def _first(v: View, at: int) -> str:
    word = _WORD.match(v.low, at)
    return word[0].removesuffix("'s").split("-")[0] if word else ""


def _fits(v: View, cue: re.Match[str], end: int) -> bool:
    """Whether what may be a name after a cue that is less than sure is followed by what follows names, and is not merely loud."""
    at, kind = cue.end(), cue.lastgroup
    if _first(v, at) in names.NAMES:
        return True
    if v.loud:
        return kind == "role" and _DID.match(v.low, end) is not None
    if v.seen[at:end].isupper() and "." not in v.seen[at:end] and " " not in v.seen[at:end]:
        return False
    if kind == "hello" or (kind == "said" and v.language == "de" and " " not in v.seen[at:end]):
        return _PAUSE.match(v.low, end) is not None
    plain = kind != "closed" or (v.language != "de" and cue["closed"][-1] == " " and cue["closed"][-2].isalpha())
    return plain or cue["closed"].rstrip()[-1] in ",:;-" or _ENDS.match(v.low, end) is not None


def _kept(v: View, start: int, end: int, sure: bool) -> int:
    """Where a name that may run from start to end does end: before the first word that is none."""
    kept = start
    for m in _WORD.finditer(v.low, start, end):
        word = m[0].rstrip(".").removesuffix("'s")
        if kept > start and (word in _AND or _PARTICLE.fullmatch(word)):
            continue
        if not names.NO_NAMES.isdisjoint(_parts(word)) and not (sure and word in _RARE and v.seen[m.start()] != v.low[m.start()]):
            break
        kept = m.end() - (2 if m[0].endswith("'s") else m[0].endswith(".") and len(word) > 1)
    return kept


def _parts(word: str) -> list[str]:
    """The parts of a word with hyphens that are no particles: of *al-fayed* the second."""
    if "-" not in word:
        return [word]
    parts = word.split("-")
    return [part for part in parts if len(part) < 2 or not _PARTICLE.fullmatch(part)] or parts


_PARTICLE = re.compile(names.PARTICLES)
_AND = frozenset(cues.listed("and och og und et en и"))


def _given(v: View) -> Iterator[Entity]:
    """Common given names with a capital, and the capitalised words after them."""
    cases = v.cyrillic or v.language == "pl"
    if names.NAMES.isdisjoint(v.words) and not cases:
        return
    last = 0
    for start, end in v.caps:
        word = v.low[start:end].removesuffix("'s")
        if start < last or not (word in names.NAMES or (cases and _case(word))):
            continue
        if not _SAINTS.search(v.low, max(0, start - 12), start) and (name := _FULL.match(v.seen, start)):
            last = max(_kept(v, start, name.end(), True), start + len(word))
            yield v.entity("person", start, last)


def _case(word: str) -> bool:
    """Whether a word may be a case of a Slavic name."""
    ending = _CASES.search(word)
    return ending is not None and ending.start() > 2 and word not in names.NO_NAMES and word[: ending.start()] in _STEMS


# --- scripts without capitals

_AR = "[\u0621-\u064a]"
_CUED_AR = re.compile(rf"(?<!\w){branched(names.PEOPLE_AR)} ")
_SURE_AR = re.compile(
    rf"(?<!\w)(?:و?اسمي|و?اسمه|و?اسمها|باسم|الاسم|{names.TITLES_AR})[ :،,]{{1,2}}({_AR}{{2,12}}(?: {_AR}{{2,12}}){{0,2}})"
)
_TOKEN_AR = re.compile(rf"{_AR}{{2,14}}")


def _arabic(v: View) -> Iterator[Entity]:
    """Words after *my name is*, common given names, and others after a word for a person."""
    for m in _SURE_AR.finditer(v.low):
        words = list(_TOKEN_AR.finditer(v.low, m.start(1), m.end(1)))
        if count := next((i for i, word in enumerate(words) if word[0] in names.NO_NAMES_AR or word[0].startswith("بال")), len(words)):
            yield v.entity("person", words[0].start(), words[count - 1].end())
    if names.NAMES.isdisjoint(v.words) and names.AFTER_CUES_AR.isdisjoint(v.words):
        return
    cued = {m.end() for m in _CUED_AR.finditer(v.low)}
    start = end = -9
    for m in _TOKEN_AR.finditer(v.low):
        joined = end + 1 == m.start()
        if m[0] in names.NAMES or (m[0] in names.AFTER_CUES_AR and (joined or m.start() in cued)):
            start, end = (start if joined else m.start()), m.end()
            yield v.entity("person", start, end)
        elif joined and m[0].startswith("ال") and start in cued:
            end = m.end()
            yield v.entity("person", start, end)


_HAN, _KATA = "\u4e00-\u9fff々", "ァ-ヶー・"
_SURNAME_ZH = rf"(?:{names.DOUBLE_ZH}|[{names.SURNAMES_ZH}])"
_NO_ZH = (
    "(?!马上|馬上|高兴|方便|万一|任何|白天|周[一二三四五六日末]|常常|于是|金额|路上|平时|时间|毛病|安全|安排|江边|何时|严重|温度|"
    "程度|钱包|余额|谢谢|谢了|高铁|高速|高峰|高级|白金|金卡|石家|白跑|白等|白来|谢啦|钱钱|钱都|马路|万分|时候)"
)
_ZH = (
    r"(?:(?![的了说說没沒不是在把还還打很让讓给給我你他到来來去要就也都已有着著过過向对對跟和叫个個这這]|师傅|師傅|先生|女士|小姐|"
    r"太太|老师)[\u4e00-\u9fff])"
)
_AFTER_ZH = (
    "态度|服务|开车|开得|人|很|太|超|一直|非常|特别|先生|女士|小姐|师傅|[的了说說没沒不是在把还還打很让讓给給我你他到来來去要就也都已有,。]"
)
_NONE: frozenset[str] = frozenset()
_EASTERN = tuple((re.compile(pattern), no_names) for pattern, no_names in (
    (rf"(?:{names.PEOPLE_ZH})[ :]?({_NO_ZH}{_SURNAME_ZH}{_ZH}{{1,2}})(?![\u4e00-\u9fff])", _NONE),
    (rf"(?:{names.PEOPLE_ZH})[ :]?({_NO_ZH}{_SURNAME_ZH}{_ZH}{{1,2}}?)(?={_AFTER_ZH})", _NONE),
    (rf"(?<![感谢多])({_NO_ZH}{_SURNAME_ZH}{_ZH}{{0,2}}?)(?:先生|女士|小姐|师傅|師傅|太太|老师|老師|经理|阿姨|叔叔)", _NONE),
    (rf"(?:^|(?<=[,。 ]))({_NO_ZH}{_SURNAME_ZH}{_ZH}{{1,2}})(?=[,。 0-9]|$)", _NONE),
    (
        rf"(?<![{_HAN}{_KATA}])((?:[{_HAN}]{{2,4}}|[林森原堀関岡南辻星東西北谷平島菅泉浜])(?: [{_HAN}ぁ-ん]{{1,4}})?|"
        rf"[{_KATA}]{{2,12}}(?: [{_KATA}]{{2,12}})?) ?(?:さん|様|氏|さま|殿)",
        names.NO_NAMES_JA,
    ),
    (rf"((?:{names.SURNAMES_JA})(?: ?[{_HAN}ぁ-ん]{{1,3}}?| [{_KATA}]{{1,6}})?) ?(?:さん|様|氏|さま|殿)", names.NO_NAMES_JA),
    (rf"((?:{names.SURNAMES_JA})[{_HAN}ぁ-ん]{{1,4}}?) ?と(?:申し|いい|言い)ます", _NONE),
    (rf"([{_HAN}{_KATA}]{{1,8}}(?: [{_HAN}{_KATA}ぁ-ん]{{1,6}})?) ?と(?:申し|いい|言い)ます", names.NO_NAMES_JA),
    (
        rf"(?:名前は|氏名[は:]?|名義は|個人名\(?|受取人は|担当者?[はの:]) ?([{_HAN}]{{2,4}}(?: [{_HAN}ぁ-ん]{{1,5}})?|[{_KATA}]{{2,12}})"
        r"(?=と|です|が|に|[,、。.)]|$| )",
        names.NO_NAMES_JA,
    ),
    (rf"(?<![{_HAN}])((?:{names.SURNAMES_JA})(?: [{_HAN}ぁ-ん{_KATA}]{{1,4}}|[{_HAN}]{{1,3}}))(?=[,、。.)へにとがはの」]|です|$| "
        rf")", names.NO_NAMES_JA),
    (
        rf"(?:이름[은이]?|성함[은이]?|예금주[는:]?|받는 ?사람[은:]?|수령인[은:]?|고객명[은:]?|받는 ?분[은:]?) ?:? "
        rf"?([{names.SURNAMES_KO}][가-힣]{{1,2}})"
        r"(?![가-힣]{4})",
        names.NO_NAMES_KO,
    ),
    (rf"(?<![가-힣])([{names.SURNAMES_KO}][가-힣](?![한운는던신은인])[가-힣])(?= (?:기사|라이더|상담|배달원|매니저))", names.NO_NAMES_KO),
    (rf"(?<![가-힣])([{names.SURNAMES_KO}][가-힣]{{2}})(?= ?(?:010|0[0-9]|[+]82|555))", names.NO_NAMES_KO),
    (rf"(?<![가-힣])([{names.SURNAMES_KO}][가-힣]{{2}}) ?(?:씨|님)(?![가-힣]{{3}})", names.NO_NAMES_KO),
    (
        rf"(?:저는|제가|전|기사|라이더|친구|남편|아내|동생) ([{names.SURNAMES_KO}][가-힣]{{2}})(?:입니다|이에요|예요|이라고|라고|이고요)",
        names.NO_NAMES_KO,
    ),
    (
        rf"(?:^|[.!?~,] ?|(?<![가-힣])(?:안녕하세요|저는|전|제가|나는) )(?:([{names.SURNAMES_KO}][가-힣]{{2}})이라고|"
        rf"([{names.SURNAMES_KO}][가-힣](?!이)[가-힣])라고) ?(?:합니다|해요|하는데)",
        names.NO_NAMES_KO,
    ),
    (rf"(?<![가-힣])([{names.SURNAMES_KO}][가-힣]{{2}}) ?(?:드림|올림|배상)[ .!]*$", names.NO_NAMES_KO),
    (
        r"(?:기사|라이더|배달원|운전자|상담원|담당자) ([김이박최정강조윤장임한오서신권황][가-힣]{2})(?=[은는이가께에] |[,.]|$)",
        names.NO_NAMES_KO,
    ),
))  # fmt: skip
