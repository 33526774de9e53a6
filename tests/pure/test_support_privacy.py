# ruff: noqa: RUF001
"""What identifies a person is nowhere in a masked text, in any language; what does not, stays; masking again changes nothing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.entities import find
from agents.support.policy import LANGUAGES
from agents.support.privacy import IDENTIFYING, PLACEHOLDERS, mask, masked
from tests.pure import test_support_entities as entities
from tests.pure.matching_events import unhurried

MS = 4.0  # how much slower than measured a busy machine may be

IDENTIFYING_CASES = [
    (kind, *case) for kind, cases in (entities.TABLES | entities.AS_WRITTEN).items() if kind in IDENTIFYING for case in cases
]

# Language, text, what must not be left of it.
CANARIES = [
    ("en", "My name is Zephyrine Quagmire-Oslo, call me on +1 415 555 0123.", ["Zephyrine", "Quagmire", "0123"]),
    ("en", "MY NAME IS ZEPHYRINE QUAGMIRE AND I WANT MY MONEY", ["ZEPHYRINE", "QUAGMIRE"]),
    ("en", "Zephyrine Quagmire left her bag with you, tell Zephyrine please", ["Zephyrine", "Quagmire"]),
    ("en", "driver zephyrin? No: the driver named zephyrin was rude, zephyrin laughed", ["zephyrin"]),
    ("en", "Dear team, I am Zephyrine. I got a message from Olamide Quagmire.", ["Zephyrine", "Olamide", "Quagmire"]),
    ("en", "ok thanks - Zephyrine", ["Zephyrine"]),
    ("en", "passport AB1234567 and SSN 123-45-6789 and IBAN GB29 NWBK 6016 1331 9268 19", ["1234567", "6789", "1331", "NWBK"]),
    ("en", "card 4111 1111 1111 1112 does not pass the check", ["4111", "1112"]),
    ("en", "my old one 98xxx55014 is blocked", ["55014"]),
    ("en", "I am at 37.774929, -122.419416 now", ["774929", "419416"]),
    ("en", "follow @zephyrine_q or instagram.com/zephyrine.q", ["zephyrine"]),
    ("en", "mail zephyrine@example, or z.quagmire+taxi@mail.example.co.uk", ["zephyrine", "quagmire"]),
    ("en", "it's 12-14 Quagmire Crescent, Apt 7, N7 8QX", ["Quagmire", "8QX"]),
    ("en", "my number: 5️⃣5️⃣5️⃣0️⃣1️⃣9️⃣9️⃣", ["9️⃣9️⃣"]),
    ("en", "my iban is DE89 3704 0044 0532 0130 00, pay there", ["DE89", "3704", "0044", "0532", "0130"]),
    ("en", "gb29nwbk60161331926819", ["gb29", "nwbk"]),
    ("en", "my wechat id is zephyrine_q", ["zephyrine"]),
    ("en", "z dot quagmire at mail dot com", ["quagmire", "z dot"]),
    ("zh", "微信号 wxid_quag123", ["wxid", "quag"]),
    ("zh", "加我微信:zephyrine88", ["zephyrine"]),
    ("es", "Soy Zoraida Quintanilla, calle Quintanilla 45, tel. 612 345 678, DNI 12345678Z", ["Zoraida", "Quintan", "345", "5678Z"]),
    ("fr", "Je suis Zoé Quesnel, 12 rue Quesnel, 06 98 76 54 32, carte finissant par 4417", ["Zoé", "Quesnel", "54 32", "4417"]),
    ("de", "Hier spricht Wendelgard Quast, Quaststraße 7, Kennzeichen B-QX 4471, 0171 5550123", ["Wendelgard", "Quast", "4471", "5550123"]),
    ("pt", "Meu nome é Zuleica Quintas, Rua Quintas 12, CPF 123.456.789-09, (11) 95555-0123", ["Zuleica", "Quintas", "789-", "0123"]),
    ("it", "Sono Zelinda Quaranta, via Quaranta 8, targa FP 120 ZX, 333 555 0123", ["Zelinda", "Quaranta", "120 ZX", "0123"]),
    ("nl", "Ik heet Zwaantje Quist, Quiststraat 14, kenteken 12-QXZ-3, 06-12345678", ["Zwaantje", "Quist", "QXZ", "12345678"]),
    (
        "pl",
        "Nazywam się Zdzimira Kwaśna, ul. Kwaśna 3, PESEL 85010112345, tel. 600 555 123",
        ["Zdzimira", "Kwaśna", "85010112345", "555 123"],
    ),
    ("sv", "Jag heter Zelda Kvist, Kvistgatan 5, regnr QXZ 12D, 070-555 01 23", ["Zelda", "Kvist", "QXZ", "01 23"]),
    ("no", "Jeg heter Zara Kvam, Kvamsgata 9, skilt EK 48213, mobil 912 34 567", ["Zara", "Kvam", "48213", "34 567"]),
    ("ru", "Меня зовут Зорбек Квашнин, ул. Квашнина, 10, номер а123вс77, +7 912 555-01-23", ["Зорбек", "Квашнин", "123вс", "01-23"]),
    ("ar", "اسمي زهران القرشي ورقمي ٠٥٥٥٠١٢٣٤٥ واللوحة ر ن ك ٤١١٧", ["زهران", "القرشي", "٠١٢٣٤٥", "٤١١٧"]),
    ("zh", "我叫王晓芳,手机13855500123,车牌粤B·D5N08,住中山路99号", ["晓芳", "13855500123", "D5N08", "99"]),
    ("zh", "电话一三八五五五零零一二三", ["五五五"]),
    ("ja", "佐々木花子と申します。電話は090-5550-0123、品川 300 あ 12-34", ["佐々木", "花子", "0123", "12-34"]),
    ("ko", "제 이름은 김철수입니다. 010-5550-0123, 차량번호 12가 3456", ["철수", "0123", "3456"]),
]
KEPT = [
    ("en", "Order ORD-48213 was $12.50 on 2025-03-12 at 18:30", ["ORD-48213", "$12.50", "2025-03-12", "18:30"]),
    ("en", "refund 1500000 rupees for booking 20417001 please", ["1500000 rupees", "20417001"]),
    ("en", "from Heathrow Terminal 5 to King's Cross Station by taxi", ["Heathrow Terminal 5", "King's Cross Station", "taxi"]),
    ("en", "I paid with Apple Pay for Uber Eats on my iPhone Pro", ["Apple Pay", "Uber Eats"]),
    ("en", "I paid by WeChat for order ORD-48213, wechat payment failed", ["ORD-48213", "payment"]),
    ("en", "ride GB29 was late", ["GB29"]),
    (
        "de",
        "Der Fahrer hat am Hauptbahnhof 20 Minuten gewartet, Bestellung ORD-12096",
        ["Fahrer", "Hauptbahnhof", "20 Minuten", "ORD-12096"],
    ),
    ("zh", "订单#40117 从虹桥火车站 36块", ["#40117", "虹桥火车站", "36块"]),
    ("ja", "注文#40117 博多駅 3,120円", ["#40117", "博多駅", "3,120円"]),
    ("ru", "Заказ 70025 до аэропорта за 1 260 ₽", ["70025", "аэропорта", "1 260 ₽"]),
    ("ar", "رحلة رقم ٩١٨٢٧ إلى مطار القاهرة ٤٧ ريال", ["٩١٨٢٧", "مطار القاهرة", "٤٧ ريال"]),
    ("ko", "주문번호 #33107 강남역 17,000원", ["#33107", "강남역", "17,000원"]),
]


@pytest.mark.parametrize(("kind", "language", "text", "value"), IDENTIFYING_CASES)
def test_what_identifies_is_replaced_by_its_kind(kind: str, language: str, text: str, value: str) -> None:
    entity = next(e for e in find(text, language) if e.kind == kind and e.value == value)
    out = masked(text, language)
    assert PLACEHOLDERS[kind] in out
    assert text[entity.start : entity.end] not in out.replace(PLACEHOLDERS[kind], "")


@pytest.mark.parametrize(("language", "text", "canaries"), CANARIES)
def test_canaries_are_found_nowhere(language: str, text: str, canaries: list[str]) -> None:
    out = masked(text, language)
    assert [canary for canary in canaries if canary.lower() in out.lower()] == []


@pytest.mark.parametrize(("language", "text", "canaries"), [case for case in CANARIES if case[0] != "en"])
def test_nearly_all_canaries_are_found_where_the_language_was_mistaken(language: str, text: str, canaries: list[str]) -> None:
    out = masked(text, "en")
    assert sum(canary.lower() in out.lower() for canary in canaries) <= 1


@pytest.mark.parametrize(("language", "text", "kept"), KEPT)
def test_orders_amounts_times_services_and_public_places_stay(language: str, text: str, kept: list[str]) -> None:
    out = masked(text, language)
    assert [part for part in kept if part not in out] == []


def test_a_name_is_masked_wherever_it_stands() -> None:
    assert masked("My name is Quagmire. quagmire! Is QUAGMIRE's bag there? Quagmires no", "en").lower().count("quagmire") == 1


def test_a_bank_account_is_masked_whole_as_one() -> None:
    for text in ("to GB29 NWBK 6016 1331 9268 19 please", "to DE89370400440532013000 please", "to NO93 8601 1117 947 please"):
        assert masked(text, "en") == "to [account] please"
    assert "[account]" not in masked("card 4111 1111 1111 1111 and DE12 is all", "en")


def test_a_mask_of_given_entities_takes_them_as_they_are() -> None:
    text = "driver Ahmed, 415 555 0199, order 48213"
    assert mask(text, find(text, "en")) == "driver [person], [phone], order 48213"
    assert mask("nothing here", []) == "nothing here"
    assert mask("but 415 555 0199", []) == "but [number]"


@pytest.mark.parametrize("text", ["", " ", "🌷🌷", "[person] [phone]", "[person", "person] 12345", "[plate] AB12 CDE", "[card] 4242"])
def test_odd_texts_are_masked_once_and_for_all(text: str) -> None:
    once = masked(text, "en")
    assert masked(once, "en") == once


@unhurried
@given(entities.TEXTS, st.sampled_from(LANGUAGES))
def test_masking_again_changes_nothing(text: str, language: str) -> None:
    once = masked(text, language)
    assert masked(once, language) == once


@unhurried
@given(entities.TEXTS, st.sampled_from(LANGUAGES))
def test_nothing_found_that_identifies_is_left(text: str, language: str) -> None:
    out = masked(text, language)
    assert [entity for entity in find(out, language) if entity.kind in IDENTIFYING] == []


ADDRESSES = [
    "z dot quagmire at mail dot com", "quagmire (at) mail . com", "quagmire @ mail. com", "quagmire@mail.com", "quagmire@com.net",
    "quagmire@mail.de", "quagmire (at) mail dot fr", "quagmire@mail.co.uk", "quagmire@mail.info",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("end", [".", ". ", ", ", ".br. "])
def test_an_address_does_not_take_a_word_of_the_next_sentence(address: str, end: str) -> None:
    assert masked(f"{address}{end}Zephyrine Quagmire left her bag", "en") == f"[email]{end.removeprefix('.br')}[person] left her bag"


@pytest.mark.parametrize(
    ("language", "address"),
    [
        ("de", "jan.weber @ firma. de"), ("de", "jan.weber (at) firma. de"), ("fr", "jean.martin @ orange. fr"),
        ("pl", "kowalski (malpa) wp. pl"), ("es", "ana.ruiz @ empresa. es"), ("ru", "ivanov @ mail. ru"),
        ("nl", "jan.devries @ ziggo. nl"), ("en", "quagmire @ mail. co.uk"),
        ("en", "anna at it.firma.de"), ("en", "anna@it.firma.de"), ("en", "anna@mail.co.uk"),
    ],
)  # fmt: skip
def test_an_address_with_a_blank_or_many_parts_is_masked(language: str, address: str) -> None:
    assert masked(address, language) == "[email]"


@unhurried
@given(st.lists(st.sampled_from(CANARIES), min_size=1, max_size=3), st.sampled_from([" ", ". ", ", ", "! ", " – "]))
def test_canaries_are_found_nowhere_among_others(cases: list[tuple[str, str, list[str]]], between: str) -> None:
    for language in {language for language, _, _ in cases}:
        out = masked(between.join(text for own, text, _ in cases if own == language), language).lower()
        assert [canary for own, _, canaries in cases if own == language for canary in canaries if canary.lower() in out] == []


@pytest.mark.parametrize("text", entities.HOSTILE, ids=[text[:12] for text in entities.HOSTILE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_texts_are_masked_in_time(text: str, language: str) -> None:
    find("", language)
    began = time.process_time()
    once = masked(text[:4000], language)
    assert time.process_time() - began < 0.4 * MS
    assert masked(once, language) == once


def test_a_long_hostile_text_takes_time_in_proportion() -> None:
    find("", "en")
    began = time.process_time()
    masked("My name is Aa 12 " * 6000, "en")
    assert time.process_time() - began < 5 * MS


def test_a_usual_message_takes_a_fraction_of_a_millisecond() -> None:
    text = "My driver was 20 minutes late and I was charged $18 instead of $16, order #48213."

    def once_ms() -> float:
        began = time.process_time()
        for _ in range(20):
            find(text, "en")
            masked(text, "en")
        return (time.process_time() - began) / 20 * 1000

    assert min(once_ms() for _ in range(10)) < 0.3 * MS
