"""A text in; the same without what identifies a person, out.

Names, phones, e-mails, cards, bank accounts, plates and addresses are replaced by their kind: ``[person]``. In doubt it masks: long
numbers that are no order, amount or time become ``[number]``, two unknown words with capitals ``[person]``. Recall comes before precision
here: what is masked is what is kept, shown, logged and sent on. Whoever is named in lower case without any word that tells it is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.support import cues, names, shapes
from agents.support.entities import ACCOUNT, Entity, find
from agents.support.view import CAP, alike

IDENTIFYING = ("person", "phone", "email", "card", "plate", "address")
NUMBER = "number"  # seven digits and more, of what is not known
PLACEHOLDERS = {kind: f"[{kind}]" for kind in (*IDENTIFYING, ACCOUNT, NUMBER)}

_ROUNDS = 6  # what a mask lays bare is masked too; a text that has not settled by then is not shown at all
_COUNTED = frozenset({"order_id", "amount", "datetime"})  # the numbers in these are no others
_FREE, _OTHER, _NUMBERS, _HIDDEN = range(
    4
)  # what a character belongs to: nothing found, a place or service, one of _COUNTED, a person's data
_AGAIN = 100  # values that are looked for again, at most; names' parts are all
_LONG = re.compile(
    r"[0-9](?:[ ./()+\ufe0f\u20e3-]{0,3}+[0-9]){6,}+|[0-9]{2,9}[x*•·]{2,12}[0-9]{2,9}|[零〇一二三四五六七八九幺]{7,}+"
)  # also 98xxx55014, and digits in Chinese characters
_HANDLE = re.compile(r"(?<![\w.@])@(?=\w{0,30}[^\W\d_])[\w.]{2,40}")
_PROFILE = re.compile(r"(?:facebook|fb|instagram|linkedin|t|vk|wa|twitter|x|tiktok)\.(?:com|me)/[\w@./?=-]{2,80}", re.IGNORECASE)
_CHAT = re.compile(
    r"(?<![A-Za-z0-9_-])wxid_\w{4,30}|"
    r"(?:微信|v信|威信|wechat|weixin)(?:(?: ?id|号码?|帳號|账号|帐号)[ :]{0,2}(?:是|为|is)? ?|"
    r"[ :]{0,2}(?:是|为|is)? ?(?=[a-z][a-z-]{0,18}[0-9_]))([a-z][a-z0-9_-]{5,19})(?![A-Za-z0-9_-])",
    re.IGNORECASE,
)
_OURS = re.compile(r"tripo|support", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_CAPITALS = re.compile(rf"(?<!\w){CAP}(?: {CAP}){{1,3}}")
_NAMES_OF_ELSE = frozenset(cues.listed(  # within names of anything but people
    "north south east west central upper lower new old saint st san santa los las el la le les island islands city town village bay "
    "beach lake river mountain mount valley heights mainland express airlines airways air bank club church group studio army corp inc "
    "ltd gmbh spa srl prix christmas year eve food eats one plus go pro max mini ultra premium black comfort business pool economy "
    "galaxy watch card wallet king queen united states kingdom africa america asia europe world cup league general customer care "
    "service services team centre republic royal grand big red blue green white golden"
))  # fmt: skip
_NO_PEOPLE = frozenset(cues.PLACE_NOUNS) | frozenset(cues.STREETS_EN) | frozenset(cues.STREETS_FR) | _NAMES_OF_ELSE

_GERMAN = frozenset(
    cues.listed("und ist ich nicht mein meine auf für eine habe hat wurde guten vom zum wir bitte kein keine über nach oder")
)  # its nouns have capitals

Span = tuple[int, int, str]


def masked(text: str, language: str, found: Sequence[Entity] | None = None) -> str:
    """``text`` with placeholders. Masking it again changes nothing. ``language``: one of policy.LANGUAGES.

    ``found``: what entities.find says of them, where that is known already.

    >>> masked("Driver Ahmed (plate AB12 CDE) charged $12.50, call me: 415 555 0199", "en")
    'Driver [person] (plate [plate]) charged $12.50, call me: [phone]'
    """
    for _ in range(_ROUNDS):
        before, text = text, mask(text, find(text, language) if found is None else found)
        if text == before:
            return text
        found = None
    return PLACEHOLDERS["person"]


def mask(text: str, found: Sequence[Entity]) -> str:
    """``text`` without those of its entities that identify somebody, wherever they occur in it, and without what is doubtful.

    ``found``: what entities.find says of this text, or more.
    """
    cover = _cover(text, found)
    unknown = list(_unknown(text, cover))
    hidden = [entity for entity in found if entity.kind in PLACEHOLDERS] + unknown
    spans = [(entity.start, entity.end, entity.kind) for entity in hidden]
    if hidden:
        spans += _again(text, hidden, cover)
    spans += _doubtful(text, cover)
    if not spans:
        return text
    parts, at = [], 0
    for start, end, kind in _merged(spans):
        parts += [text[at:start], PLACEHOLDERS[kind]]
        at = end
    return "".join(parts) + text[at:]


def _cover(text: str, found: Sequence[Entity]) -> bytearray:
    """What each character belongs to."""
    cover = bytearray(len(text))
    for entity in found:
        what = _HIDDEN if entity.kind in PLACEHOLDERS else _NUMBERS if entity.kind in _COUNTED else _OTHER
        cover[entity.start : entity.end] = bytes([what]) * (entity.end - entity.start)
    return cover


def _unknown(text: str, cover: bytearray) -> Iterator[Entity]:
    """Two to four words with capitals among words without, that are nothing known: people whom nothing tells. Not in German."""
    candidates = list(_CAPITALS.finditer(text))
    if not candidates or sum(map(str.isupper, text)) * 4 >= len(text) or not _GERMAN.isdisjoint(_WORD.findall(text.lower())):
        return
    for m in candidates:
        start, end = m.span()
        words = m[0].replace("'s", "").split()
        while words and words[0].lower() in names.NO_NAMES:
            start += len(words[0]) + 1
            words = words[1:]
        low = {word.lower() for word in words}
        known = not _NO_PEOPLE.isdisjoint(low) or not names.NO_NAMES.isdisjoint(low) or any(word.isupper() for word in words)
        if len(words) > 1 and not known and not any(cover[start:end]):
            yield Entity("person", start, end, text[start:end])


def _again(text: str, hidden: Sequence[Entity], cover: bytearray) -> Iterator[Span]:
    """Where else the values stand, whole; of names their parts too. Not within what else was found."""
    low = text.lower()
    if len(low) != len(text):
        return
    values = {low[entity.start : entity.end]: entity.kind for entity in hidden}
    parts = {part for value, kind in values.items() if kind == "person" for part in _WORD.findall(value)}
    parts = {part for part in parts if len(part) > 2 and part not in names.NO_NAMES}
    if parts:
        for m in _WORD.finditer(low):
            if m[0] in parts and not any(cover[m.start() : m.end()]):
                yield m.start(), m.end(), "person"
    for value, kind in list(values.items())[:_AGAIN]:
        at = low.find(value)
        while at >= 0:
            end = at + len(value)
            if _whole(low, at, end) and not any(cover[at:end]):
                yield at, end, kind
            at = low.find(value, end)


def _whole(low: str, start: int, end: int) -> bool:
    """Whether no word goes on at either end, where words have ends."""
    return not ((low[start].isalnum() and _goes_on(low[start - 1 : start])) or (low[end - 1].isalnum() and _goes_on(low[end : end + 1])))


def _goes_on(char: str) -> bool:
    return char.isalnum() and char < "\u3000"


def _doubtful(text: str, cover: bytearray) -> Iterator[Span]:
    """Bank accounts, numbers of seven digits and more with the letters they are joined to, handles, profiles, ids in chats."""
    seen = alike(text)
    yield from ((start, end, ACCOUNT) for start, end in shapes.accounts(seen))
    yield from _numbers(seen, cover)
    yield from _profiles(seen, cover)


def _numbers(seen: str, cover: bytearray) -> Iterator[Span]:
    """Long numbers, but for those of orders, amounts and times."""
    bare = "".join("_" if what == _NUMBERS else char for char, what in zip(seen, cover, strict=True)) if _NUMBERS in cover else seen
    for m in _LONG.finditer(bare):
        start, end = m.span()
        while start and bare[start - 1].isascii() and bare[start - 1].isalnum():
            start -= 1
        while end < len(bare) and bare[end].isascii() and bare[end].isalnum():
            end += 1
        if _HIDDEN not in cover[start:end] or sum(bare[i].isdigit() and cover[i] != _HIDDEN for i in range(start, end)) > 2:
            yield start, end, NUMBER


def _profiles(seen: str, cover: bytearray) -> Iterator[Span]:
    """What people are called elsewhere."""
    if "@" in seen:
        for m in _HANDLE.finditer(seen):
            if not _OURS.search(m[0]):
                yield m.start(), m.end(), "person"
    low = seen.lower()
    if "信" in low or "wechat" in low or "wxid" in low or "weixin" in low:
        for m in _CHAT.finditer(seen):
            if _NUMBERS not in cover[m.start(m.lastindex or 0) : m.end()]:
                yield m.start(m.lastindex or 0), m.end(), "person"
    if "/" in seen:
        for m in _PROFILE.finditer(seen):
            yield m.start(), m.end(), "person"


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Spans that overlap as one, of the kind of the longest."""
    start, end, kind, most = -1, -1, "", 0
    for s, e, k in sorted(spans):
        if s < end:
            if e - s > most:
                kind, most = k, e - s
            end = max(end, e)
            continue
        if kind:
            yield start, end, kind
        start, end, kind, most = s, e, k, e - s
    if kind:
        yield start, end, kind
