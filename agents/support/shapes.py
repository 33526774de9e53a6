# ruff: noqa: RUF001
"""A text's view in; what is told by its form and identifies somebody — e-mails, cards, phones, plates — out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.support import cues, names
from agents.support.view import EASTERN, Entity, View, branched

# What stands before a phone number, a plate, the end of a card's number: patterns on text without case.
_PHONE_CUES = (
    r"(?:tele|cell|mobile |smart)?phone|tel|mobile|cell|whatsapp|(?:call|text|ring|reach|phone|contact) (?:me|us|him|her|them|back)|"
    r"(?:my|his|her|new|old|contact|sim) number|number (?:is|was)|tel[eé]fono|celular|m[oó]vil|llam[ae][nr]?me|whats|telemóvel|telefone|"
    r"liguem?(?:-me)?|t[eé]l[eé]phone|portable|appele[zr](?:-moi)?|joindre|telefon(?:nummer)?|handy(?:nummer)?|rückruf|nummer|rufnummer|"
    r"telefono|cellulare|numero|chiamatemi|telefoonnummer|mobiel|gsm|06-nummer|bel|tlf|mobil(?:nummer)?|telefonu?|komórka|numer|numerem|"
    r"ring|nås|телефон[ауе]?|тел|номер|позвоните|сотовый|جوالي?|هاتفي?|موبايلي?|تليفوني?|رقمي|اتصلوا|واتساب|电话|電話|手机号?|手機|"
    r"手机尾号|联系方式|携帯(?:番号)?|電話番号|연락처|전화(?:번호)?|핸드폰|휴대폰"
)
_PLATE_CUES = (
    r"(?:licen[cs]e |number |reg(?:istration)? )?plates?|registration|vehicle|reg(?: ?no| ?nr)?|matr[ií]culas?|placas?|patente|plaque|"
    r"immatricul(?:ation|ée?)|(?:kfz-|auto)?kennzeichen|nummernschild|targa|targata|kenteken|nummerplaat|tablic[aeęy]|rejestrac\w{1,5}|"
    r"registrerings(?:numm(?:er|eret|ret)|skylt(?:en)?)|reg\.?nr|regnummer|skylt|(?:bil|nummer)?skilt(?:nummer(?:et)?|et)?|"
    r"bil(?:nummer(?:et)?|numret)|nummer(?:plad|plat)en?|nummerskylt(?:en)?|kjennemerke|гос\.? ?номер\w?|номера?(?: машины| "
    r"авто| такси)?|(?:ال)?لوحة|نمرة|车牌号?码?|車牌|牌照|ナンバー(?:プレート)?|차량 ?번호|번호판|차 ?번호"
)
_CARD_CUES = (
    r"ending(?: in| with)?|ends(?: in| with)?|last (?:four|4)(?: digits)?(?: are| is)?|termina(?:da|do|n|ndo)?(?: en| em)?|acaba(?:da)? "
    r"en|finaliza\w* en|(?:tarjeta|cartão|cartao|carta|visa|mastercard)(?: con| com)? final(?:e)?|últimos (?:cuatro|4)(?: dígitos)?|"
    r"finit?|se terminant par|finissant par|qui (?:finit|se termine) par|terminant par|endet auf|endend auf|endziffern?|endet mit|"
    r"letzten? (?:vier|4) ziffern|che finisce con|finisce (?:con|per)|termina con|ultime (?:quattro|4) cifre|eindigt op|eindigend op|"
    r"laatste (?:vier|4) cijfers|kończ\w{1,5} się na|koncz\w{1,5} sie na|końcówk\w{1,2}|ostatnie (?:cztery|4) cyfry|slutar (?:på|med)|"
    r"som slutar på|slutter på|(?:som )?ender på|sluttar på|sista fyra|siste fire|заканчива\w{2,5} на|оканчива\w{2,5} на|последние "
    r"(?:четыре|4)(?: цифры)?|(?:ال)?(?:تي )?تنتهي ب\w{0,2}|ينتهي ب\w{0,2}|آ?اخرها|آخرها|آخر (?:أربعة|٤|4) أرقام|尾号是?|尾號|末四位|"
    r"后四位|最后四位|下[4四]桁|末尾|끝자리|뒷자리|끝번호|cvv|cvc"
)
_DIGITS = re.compile("[0-9]+")

# --- e-mails

_LOCAL = rf"[^\W{EASTERN}]"
_NEXT = (  # mail.com.br, but no sentence behind mail.com. or mail.de.
    r"(?:(?<![ .](?:com|net|org|biz)\.)(?<![ .]info\.)(?<![ .][a-z]{2}\.)|(?=[a-z]{2}(?!\w)))"
)
_EMAIL = re.compile(
    rf"(?<![.+%'-])(?<!{_LOCAL}){_LOCAL}(?:{_LOCAL}|[.+%'-]){{0,200}}+@(?:{_LOCAL}|-){{1,100}}+"
    rf"(?:\.{_NEXT}(?:{_LOCAL}|-){{1,63}}+){{0,6}}"
)
_TLD = "(?:com|net|org|info|biz|example|test|edu|gov|app|dev|[a-z]{2})"
_ATS = (
    r"at|arroba|arobase|chez|chiocciola|małpa|malpa|apenstaartje|snabel-?a|krøllalfa|alfakrøll|klammeraffe|ät|собака|собачка|آت|"
    r"あっと|アット|골뱅이|艾特"
)
_DOTS = "dot|punkt|punto|ponto|point|kropka|prikk|punt|точка|نقطة|ドット|점|点"
_LINES = {  # what the signs within a local part are called
    "_": "underscore|under score|tiret bas|guion bajo|guión bajo|barra baja|unterstrich|underline|underlinje|understreck|understrek|"
    "sublinhado|podkreślnik|подчёркивание|подчеркивание",
    "-": "dash|hyphen|minus|tiret|guion|guión|hífen|bindestrich|trattino|streepje|myślnik|bindestreck|bindestrek|дефис|тире",
}
_SIGN_WORDS = {word: sign for sign, words in ({".": _DOTS} | _LINES).items() for word in words.split("|")}
_SIGNED = re.compile(rf" ({'|'.join(_SIGN_WORDS)}) ")
_SPACED = r"(?<=[ (\[{<])\."  # mail . com
_FIRST, _LATER = rf"\.(?! )|{_SPACED}|\.(?= {_TLD}(?!\w))", rf"\.(?! ){_NEXT}|{_SPACED}|\.(?= (?:com|net|org|info)(?!\w))"


def _label(stop: str) -> str:
    """Of a domain, behind its stop: later ones may be a sentence's end."""
    return rf" ?[(\[{{<]? ?(?:{stop}|(?<=[ (\[{{<])(?:{_DOTS})(?=[ )\]}}>])) ?[)\]}}>]? ?[\w-]{{2,24}}+"


_SPELLED = re.compile(
    rf"(?<![\w.+-])((?:[\w.+-]{{1,64}}+ (?:{'|'.join(_SIGN_WORDS)}) ){{0,3}}[\w.+-]{{1,64}}+)"
    rf"(?: ?[(\[{{<] ?(?:@|{_ATS}) ?[)\]}}>] ?| (?:{_ATS}) | @ ?|@ )"
    rf"([\w-]{{1,63}}+)({_label(_FIRST)}(?:{_label(_LATER)}){{0,3}})"
)
_DOTTED = re.compile(r"\.[a-z]{2}")
_BRACKETED = re.compile(rf"[(\[{{<] ?(?:{_ATS})(?!\w)")
_BRACKETS = re.compile(rf"[ (\[{{<)\]}}>]|{_DOTS}|\.")
_DOT_WORDS = frozenset(_DOTS.split("|"))


def emails(v: View) -> Iterator[Entity]:
    """Addresses, also without a top-level domain, and spelled out: ``john (at) mail dot com``. Value: as it is sent to, without case."""
    if "@" in v.low:
        for m in _EMAIL.finditer(v.low):
            yield Entity("email", m.start(), m.end(), m[0])
    if "@" in v.low or not _DOT_WORDS.isdisjoint(v.words) or ("at" in v.words and _DOTTED.search(v.low)) or _BRACKETED.search(v.low):
        for m in _SPELLED.finditer(v.low):
            tail = _BRACKETS.sub(" ", m[3]).split()
            at = v.low[m.end(1) : m.start(2)]
            spelled = not _DOT_WORDS.isdisjoint(re.findall(r"\w+", m[3]))
            sure = at.strip()[:1] in "([{<" or spelled or (re.fullmatch(_TLD, tail[-1]) and (at == " @ " or " " not in m[3]))
            if sure and m[1] not in names.NO_NAMES:
                local = _SIGNED.sub(lambda word: _SIGN_WORDS[word[1]], m[1])
                yield Entity("email", m.start(), m.end(), f"{local}@{m[2]}.{'.'.join(tail)}")


# --- cards

_CARD = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ .-]{0,2}[0-9]){12,40}+(?![0-9A-Za-z])")
_TAIL = re.compile(rf"(?:(?<![^\W{EASTERN}]){branched(_CARD_CUES)}|[*x•·]{{2,12}}+)[ :.,'\"*•·x-]{{0,6}}([0-9]{{3,4}})(?![0-9])")


def cards(v: View) -> Iterator[Entity]:
    """Numbers of 13 to 19 digits that pass Luhn's check, and the four that a card ends with. Value: the digits."""
    if v.run >= 13:
        for run in _CARD.finditer(v.seen):
            yield from _cards(v.seen, [m.span() for m in _DIGITS.finditer(v.seen, run.start(), run.end())])
    if any(end - start in {3, 4} for start, end in v.numbers):
        for m in _TAIL.finditer(v.low):
            yield Entity("card", m.start(1), m.end(1), m[1])


def _cards(seen: str, groups: list[tuple[int, int]]) -> Iterator[Entity]:
    """The longest runs of whole groups that are numbers of cards."""
    first = 0
    while first < len(groups):
        start = groups[first][0]
        for last in range(min(len(groups), first + 10) - 1, first - 1, -1):
            digits = "".join(seen[a:b] for a, b in groups[first : last + 1])
            if 13 <= len(digits) <= 19 and luhn(digits):
                yield Entity("card", start, groups[last][1], digits)
                first = last
                break
        first += 1


def luhn(digits: str) -> bool:
    """Whether the check digit fits (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0


# --- accounts at banks

_IBAN_LENGTHS = {code[:2]: int(code[2:]) for code in cues.IBANS}
_IBAN = re.compile(  # what follows two letters: digits are rarer
    "[0-9](?<=[A-Za-z]{2}[0-9])(?<![A-Za-z0-9][A-Za-z]{2}[0-9])(?=([0-9](?:[ -]?[A-Za-z0-9]){11,30}+))"
)
_ALNUM = re.compile("[A-Za-z0-9]")


def accounts(seen: str) -> Iterator[tuple[int, int]]:
    """Where the international numbers of bank accounts (ISO 13616) are: as long as the country's are, and mostly digits."""
    for m in _IBAN.finditer(seen):
        start = m.start() - 2
        ends = [char.end() for char in _ALNUM.finditer(seen, start, m.end(1))]
        length = _IBAN_LENGTHS.get(seen[start : start + 2].upper(), 99)
        end = ends[length - 1] if length <= len(ends) else 0
        if end and sum(map(str.isdigit, seen[start:end])) > 9 and not (seen[end : end + 1].isascii() and seen[end : end + 1].isalnum()):
            yield start, end


# --- phones

_NATIONAL = "|".join((
    r"8[ -]?\(?[0-9]{3}\)?[ -]?[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}",  # ru
    r"\(0?[0-9]{1,4}\)[ .-]?[0-9]{3,5}[ .-]?[0-9]{3,5}(?:[ .-][0-9]{2,4})?",  # (415) 555-0199
    r"[0-9]{2} 9[0-9]{4}[ -]?[0-9]{4}",  # br
    r"0[0-9]{1,4}(?:[ .-]|[ ]?/[ ]?)[0-9]{2,4}(?:[ .-][0-9]{2,4}){1,4}",  # 0491 555 006, 06 12 34 56 78, 090-5550-0142
    r"0[0-9]{1,4}(?:[ .-]|[ ]?/[ ]?)[0-9]{4,9}",  # 0171 5550199, 06-12345678
    r"1[3-9][0-9] ?[0-9]{4} ?[0-9]{4}",  # cn
    r"[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{3,4}",  # 600 555 014
    r"[0-9]{3}[ .-][0-9]{2}[ .-][0-9]{2,3}(?:[ .-][0-9]{2})?",  # 612 34 56 78, 912 34 567
    r"[0-9]{2}(?:[ .-][0-9]{2}){3,4}",  # 12 34 56 78
    r"[6-9][0-9]{4}[ -][0-9]{4,5}",  # in, br
    r"(?!(?:19|20)[0-9]{2}[ -](?:19|20))[0-9]{4}[ -][0-9]{4}",
    r"[0-9]{3}[ .-][0-9]{4}",
    r"[0-9]{9,11}",
))  # fmt: skip
_PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\+|00(?=[1-9]))[ ]?[1-9](?:[ ./()-]{0,3}+[0-9]){6,15}+|"
    rf"(?<![0-9][.,:/-])(?=[0-9(])(?:{_NATIONAL})(?![A-Za-z]|[.,:/-]?[0-9]))"
)
_CALLED = re.compile(
    rf"(?<![^\W{EASTERN}]){branched(_PHONE_CUES)}(?:[ :.=#'\"(-]|\b(?:is|at|on|es|est|ist|é|è|al|au|to|под|по)\b|[はがを은는이]){{0,6}}"
    r"(\+?[(]?[0-9](?:[ ./()-]{0,2}+[0-9]){4,14}+)(?![0-9A-Za-z])"
)
_LENGTHS = {
    "1": 11, "7": 11, "33": 11, "34": 11, "31": 11, "48": 11, "46": 11, "41": 11, "32": 11, "61": 11, "44": 12, "351": 12, "81": 12,
    "82": 12, "47": 10, "45": 10, "65": 10, "86": 13,
}  # fmt: skip


def phones(v: View) -> Iterator[Entity]:
    """Numbers with a country's code, in the usual national groups, or of five digits and more after a word for one. Value: + and digits."""
    if v.run >= 7:
        for m in _PHONE.finditer(v.seen):
            yield _phone(v.seen, m.start(), m.end())
    if v.run >= 5:
        for m in _CALLED.finditer(v.low):
            yield _phone(v.seen, m.start(1), m.end(1))


def _phone(seen: str, start: int, end: int) -> Entity:
    """A number without what follows it: groups are left off once it is as long as its country's are."""
    digits = "".join(_DIGITS.findall(seen[start:end]))
    if seen[start] != "+":
        return Entity("phone", start, end, digits)
    most = next((_LENGTHS[digits[:n]] for n in (1, 2, 3) if digits[:n] in _LENGTHS), 15)
    while len(digits) > most and (cut := seen.rfind(" ", start, end)) > start + 2:
        end = cut
        digits = "".join(_DIGITS.findall(seen[start:end]))
    return Entity("phone", start, end, "+" + digits)


# --- plates

_MIXED = re.compile(r"[A-ZÄÖÜ][ -]?[0-9]|[0-9][ -]?[A-Z]|[0-9][a-z]")
_PLATE = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Z0-9ÄÖÜ][A-Z0-9ÄÖÜ-]|[a-z]{2})(?<![A-Za-z0-9]-)(?:" + "|".join((
        r"[A-Z]{2}[0-9]{2} ?[A-Z]{3}",  # gb
        r"[A-Z]{2}[- ]?[0-9]{3}[- ]?[A-Z]{2}",  # fr, it, ar
        r"[A-ZÄÖÜ]{1,3}-[A-ZÄÖÜ]{1,2}[- ]?[0-9]{1,4}[EH]?",  # de
        r"[A-Z]{1,2}[- ][0-9]{3,5}[A-Z]{1,2}",  # at
        r"(?!(?:19|20)[0-9]{2} )[0-9]{4}[- ]?[BCDFGHJKLMNPRSTVWXYZ]{3}",  # es
        r"[A-Z]{3}[- ]?[0-9][A-Z][0-9]{2}",  # br
        r"[A-Z]{3}[- ]?[0-9]{2}[A-Z0-9]{1,2}",  # se, br, co, ph, us
        r"[A-Z]{3}[- ]?[0-9]{2,4}[- ]?[A-Z]{1,2}",  # ng, gb, sg
        r"(?=[A-Z-]*[0-9])(?=[0-9-]*[A-Z])(?:[A-Z]{1,3}|[0-9]{1,3})-(?:[A-Z]{1,3}|[0-9]{1,3})-(?:[A-Z]{1,2}|[0-9]{1,2})",  # nl, pt
        r"[A-Z]{2} (?=[A-Z]{0,2}[0-9][A-Z0-9]{0,3}[0-9])[A-Z0-9]{5}|[A-Z]{3} (?=[A-Z]{0,2}[0-9][A-Z0-9]{0,3}[0-9])[A-Z0-9]{4,5}",  # pl
        r"[A-Z]{2} ?[0-9]{5}",  # no
        r"[A-Z]{2}[- ]?[0-9]{1,2}[- ]?[A-Z]{1,3}[- ]?[0-9]{4}",  # in
        r"[0-9][A-Z]{3}[0-9]{3}",  # us
        r"[A-Za-z]{3}[0-9][A-Za-z][0-9]{2}|[a-z]{2}[0-9]{2}[a-z]{3}|[a-z]{2}-[0-9]{3}-[a-z]{2}|[a-z]{2}[0-9]{2}[a-z]{2}[0-9]{4}",
    )) + ")(?![A-Za-z0-9]|-[A-Za-z0-9])"
)  # fmt: skip
_RU = "[авекмнорстухabekmhopctyx]"
_PLATES_ELSEWHERE = tuple(re.compile(pattern) for pattern in (
    rf"(?<![^\W\d_]){_RU} ?[0-9]{{3}} ?{_RU}{{2}}(?: ?[0-9]{{2,3}})?(?!\w)",
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][ .·•-]?[a-z0-9]{5,6}(?![a-z0-9])|"
    r"[\u3040-\u309f\u4e00-\u9fff]{1,4} ?[0-9]{2,3} ?[あ-ん] ?[0-9]{1,2}[-・]?[0-9]{2}(?![0-9])|"
    r"(?:(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주) "
    r"?)?(?<![0-9])[0-9]{2,3}[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주아바사자하허호배] ?[0-9]{4}(?![0-9])",
    r"(?<![^\W\d_])[ء-ي] [ء-ي] (?:[ء-ي] ?)?[0-9]{1,4}(?![0-9])|(?<![0-9])[0-9]{1,4} [ء-ي] [ء-ي](?: [ء-ي])?(?![^\W\d_])",
))  # fmt: skip
_NO_SERIES = frozenset(
    cues.listed("ID NR NO TEL PIN SMS OTP APT REF PO VAT GST ETA THE FOR AND ICE TV CV CPF CNPJ CEP RG NIF NIE DNI NIP RUT SSN")
) | {code.upper() for code in cues.CODES}
_PLATED = re.compile(
    rf"(?<![^\W{EASTERN}]){branched(_PLATE_CUES)}(?![a-zа-я])(?:[ :#.,='\"(-]{{1,2}}|"
    r"\b(?:number|no|nr|num|is|was|del?|n|von|vom|ist|war|est|era|é|è|är|er|jest|это|ending|ends|starting|starts|with|in|final|numer|"
    r"nummer|رقم|هي)\b|[はがの号은는이]){0,5}"
    r"((?=[a-zа-яäöüء-ي -]{0,12}[0-9])(?:(?=[a-zа-яäöü]{0,4}[0-9])[a-zа-яäöü0-9\u4e00-\u9fff가-힣]{1,8}|[a-zа-яäöü]{1,3}(?![a-zа-я]))"
    r"(?:[ .·•-]{1,2}(?=[a-zа-яäöü]{1,3}(?:[ -]?[0-9]|\W|$)|[a-z]{0,4}[0-9])[a-zа-яäöü0-9]{1,7}){0,3})"
)
_PLATE_WORDS = frozenset(cues.listed(
    "plate plates registration vehicle reg matricula matrícula matriculas matrículas placa placas patente plaque immatriculation "
    "immatriculé immatriculée kennzeichen "
    "nummernschild targa targata kenteken nummerplaat tablica tablice tablicy tablic rejestracja rejestracji rejestrację rejestracyjny "
    "rejestracyjne rejestracyjna "
    "registreringsnummer registreringsnummeret registreringsnumret registreringsskylt registreringsskylten regnr nr regnummer skylt "
    "skilt skiltnummer skiltnummeret skiltet bilskilt bilskiltet nummerskilt nummerskiltet nummerskylt nummerskylten nummerplade "
    "nummerpladen nummerplate nummerplaten bilnummer bilnummeret bilnumret kjennemerke номер номера номером госномер гос"
))  # fmt: skip
_CPF = re.compile(r"(?<![0-9])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9])")  # a person's, in Brazil
_LAST = re.compile(r"[ .·•-]{1,2}([^\W\d_]+)$")


def plates(v: View) -> Iterator[Entity]:
    """The usual national forms, and whatever has a digit after a word for a plate. Value: its letters and digits, in capitals."""
    if not v.numbers:
        return
    if _MIXED.search(v.seen):
        for m in _PLATE.finditer(v.seen):
            series = m[0][: len(m[0]) - len(m[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))]
            rest = m[0][len(series) :].strip(" -")
            if (
                series not in _NO_SERIES
                and series.lower() not in names.NO_NAMES
                and not (series.lower() in cues.PREFIXES and rest.isdigit())
            ):
                yield _plate(m.start(), m[0])
    for script, pattern in zip((v.cyrillic, v.eastern, v.arabic), _PLATES_ELSEWHERE, strict=True):
        if script:
            for m in pattern.finditer(v.low):
                yield _plate(m.start(), m[0])
    for m in _PLATED.finditer(v.low) if v.eastern or v.arabic or not _PLATE_WORDS.isdisjoint(v.words) else ():
        if _CPF.search(v.seen, m.start(1), m.end(1) + 3):
            continue
        written = v.seen[m.start(1) : m.end(1)]
        while (last := _LAST.search(written)) and last[1].islower() and _DIGITS.search(written[: last.start()]):
            written = written[: last.start()]  # the next word
        if sum(char.isalnum() for char in written) > 2:
            yield _plate(m.start(1), written)


def _plate(start: int, written: str) -> Entity:
    return Entity("plate", start, start + len(written), "".join(char for char in written if char.isalnum()).upper())


FINDERS = (emails, cards, phones, plates)
