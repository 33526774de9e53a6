"""A search finds what answers, whatever the words; shows what spoke for each; and sees each change at once."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.bm25 import postings, together
from agents.support.concepts import NAMES, WORDS_BY_LANGUAGE, beginnings, concepts, folded
from agents.support.courtesies import cites_courtesy
from agents.support.entries import Entries
from agents.support.features import Grams
from agents.support.policy import CATEGORIES, LANGUAGES
from agents.support.ranking import Ranking
from agents.support.retrieval import KINDS, NAMED_BY, Index, sure
from agents.support.text import cleaned
from ops.support.knowledge import entries as knowledge
from tests.pure.matching_events import unhurried
from tests.pure.test_support_entries import gone, record


def holding(*records: dict[str, Any]) -> Entries:
    entries = Entries()
    for each in records:
        entries.take(each)
    return entries


@pytest.fixture(scope="module")
def known() -> Entries:
    return holding(*(each for each in knowledge() if not cites_courtesy(each["entry_id"])))


@pytest.fixture(scope="module")
def index(known: Entries) -> Index:
    return Index(known)


REFUND = record(
    "payment.refund-time", question="When will my refund arrive?", keywords=["money back"], intents=["cancel_refund"], services=[]
)
DOG = record("vehicles.animals", question="Can I bring my dog?", keywords=["pet"], intents=["general_support"])
PARCEL = record("goods.track", question="Where is my parcel?", keywords=["package"], intents=["status_eta"], services=["GOODS"])


def found(index: Index, text: str, language: str = "en", **told: Any) -> list[str]:
    return [hit.entry_id for hit in index.search(text, language, **told)]


def test_every_question_of_every_language_finds_its_own_entry_first(known: Entries, index: Index) -> None:
    missed = [entry.entry_id for entry in known if found(index, entry.question, entry.language, k=1) != [entry.entry_id]]
    assert missed == []


def test_every_two_keywords_find_their_entry_among_the_first_five(known: Entries, index: Index) -> None:
    pairs = [(entry, " ".join(entry.keywords[at : at + 2])) for entry in known for at in (0, 2, 4)]
    missed = [entry.entry_id for entry, words in pairs if entry.entry_id not in found(index, words, entry.language)]
    assert len(missed) <= 0.03 * len(pairs), missed


@pytest.mark.parametrize(
    ("text", "language", "topic"),
    [
        ("how long until i get reimbursed", "en", "payment.refund-time"),
        ("my puppy has to come along", "en", "vehicles.animals"),
        ("Mein Schirm liegt noch im Wagen", "de", "rides.lost-item"),
        ("combien de valises dans le coffre, on est cinq", "fr", "vehicles.seats-and-luggage"),
        ("me han cobrado dos veces lo mismo", "es", "payment.charged-twice"),
    ],
)
def test_other_words_for_the_same_find_it(index: Index, text: str, language: str, topic: str) -> None:
    assert f"{topic}.{language}" in found(index, text, language)


def test_accents_and_case_do_not_matter(index: Index) -> None:
    assert found(index, "¿CÓMO CANCELO UN VIAJE?", "es") == found(index, "como cancelo un viaje", "es")


def test_a_hit_says_what_spoke_for_it(known: Entries) -> None:
    index = Index(holding(REFUND, DOG))
    (hit,) = index.search("where is my refund", "en", "RIDE", {"cancel_refund": 0.9}, k=1)
    assert hit.entry_id == "payment.refund-time.en"
    assert list(hit.parts) == ["words", "chars", "concepts", "intent", "category", "other", "unnamed", "service", "success"]
    assert hit.score == pytest.approx(sum(hit.parts.values()), abs=1e-5)
    assert hit.parts["intent"] == pytest.approx(0.9 * index.ranking.intent)


def test_the_intent_and_the_service_decide_between_entries_that_are_equally_near() -> None:
    same: dict[str, Any] = {"question": "How do I cancel?", "keywords": ["stop"]}
    entries = holding(
        record("rides.cancel", **same),
        record("food.cancel", **same, services=["FOOD"]),
        record("goods.stop", **same, intents=["lost_item"], services=["GOODS"]),
    )
    index = Index(entries)
    assert found(index, "cancel it", service="FOOD")[0] == "food.cancel.en"
    assert found(index, "cancel it", service="MOTO")[0] == "rides.cancel.en"
    assert found(index, "cancel it", intents={"lost_item": 0.8, "cancel_refund": 0.1})[0] == "goods.stop.en"
    # by name, where nothing speaks for one; those of special services after what is meant without naming any
    assert found(index, "cancel it") == ["rides.cancel.en", "food.cancel.en", "goods.stop.en"]


SURE = [  # what is written, understood so, and what answers it
    ("en", "when will my driver arrive?", "status_eta", "rides.where-is-driver"),
    ("fr", "quand arrive mon chauffeur", "status_eta", "rides.where-is-driver"),
    ("ja", "ドライバーはいつ来ますか", "status_eta", "rides.where-is-driver"),
    ("zh", "司机什么时候到", "status_eta", "rides.where-is-driver"),
    ("zh", "我要取消订单", "cancel_refund", "rides.cancel-free"),
    ("en", "card charged, how to change it", "payment_method", "payment.methods"),
    ("en", "where is my truck", "status_eta", "truck_van.where-is-truck"),
    ("en", "cancel my subscription", "cancel_refund", "promotions.end-subscription"),
    ("en", "add my company card", "payment_method", "corporate.business-trip"),
    *((language, text, "account_access", "account.sign-in-code") for language, text in {
        "en": "forgot password", "es": "olvidé mi contraseña", "fr": "mot de passe oublié", "de": "Passwort vergessen",
        "pt": "esqueci a senha", "it": "password dimenticata", "nl": "wachtwoord vergeten", "pl": "zapomniałem hasła",
        "sv": "glömt lösenordet", "no": "glemt passordet", "ru": "забыл пароль", "ar": "نسيت كلمة المرور", "zh": "忘记密码",
        "ja": "パスワードを忘れた", "ko": "비밀번호를 잊어버렸어요",
    }.items()),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "intent", "topic"), SURE)
def test_what_is_surely_understood_is_answered_with_what_was_asked(index: Index, language: str, text: str, intent: str, topic: str) -> None:
    assert found(index, text, language, intents={intent: 0.95})[0] == f"{topic}.{language}"


def test_an_entry_loses_where_another_intent_is_certain_or_its_special_service_is_not_named() -> None:
    same: dict[str, Any] = {"question": "Where is it?", "keywords": ["where"], "services": []}
    entries = holding(
        record("rides.other", **same, intents=["cancel_refund"]),
        record("truck_van.where", **same, intents=["status_eta"]),
        record("vehicles.where", **same, intents=["status_eta"]),
    )
    index = Index(entries)
    (first, *others) = index.search("where is it", "en", intents={"status_eta": 1.0})
    near = sum(first.parts[kind] for kind in KINDS)
    lost = {hit.entry_id: (hit.parts["other"] / near, hit.parts["unnamed"] / near) for hit in others}
    assert first.entry_id == "vehicles.where.en"
    assert lost["rides.other.en"] == pytest.approx((-Ranking().other, 0.0))
    assert lost["truck_van.where.en"] == pytest.approx((0.0, -Ranking().unnamed))
    for told in ({"text": "where is it, i move house"}, {"text": "where is it", "service": "TRUCK_VAN"}):
        hits = index.search(language="en", intents={"status_eta": 1.0}, **told)
        assert all(hit.parts["unnamed"] == 0 for hit in hits)
    unsure = index.search("where is it", "en", intents={"status_eta": 0.8})
    assert all(hit.parts["other"] == 0 for hit in unsure)


def test_an_answer_is_sure_where_no_other_is_nearly_as_good() -> None:
    same: dict[str, Any] = {"question": "How do I cancel?", "keywords": ["stop"]}
    alike = Index(holding(record("rides.a", **same), record("rides.b", **same)))
    assert not sure(alike.search("cancel it", "en"))
    assert not sure([])
    assert sure(alike.search("cancel it", "en", k=1))
    assert sure(Index(holding(REFUND, DOG, PARCEL)).search("where is my refund", "en"))


def test_every_special_category_is_named_by_matters_that_there_are() -> None:
    assert set(NAMED_BY) <= set(CATEGORIES)
    assert all(set(names) <= set(NAMES) for names in NAMED_BY.values())


def test_what_helped_customers_more_comes_first() -> None:
    same: dict[str, Any] = {"question": "How do I cancel?", "keywords": ["stop"]}
    entries = holding(record("rides.a", **same), record("rides.b", **same))
    index = Index(entries)
    assert found(index, "cancel it") == ["rides.a.en", "rides.b.en"]
    entries.judged("rides.a.en", False)
    assert found(index, "cancel it") == ["rides.b.en", "rides.a.en"]


@pytest.mark.parametrize("text", ["", " ", "🙂🙂", "?!", "zzqx vvkw", "...", "7"])
def test_nothing_is_found_where_nothing_is_said(index: Index, text: str) -> None:
    assert index.search(cleaned(text, 4000).text, "en", "RIDE", {"cancel_refund": 1.0}) == []


def test_nothing_is_found_where_nothing_is_known() -> None:
    assert Index(Entries()).search("refund", "de", "RIDE", {"cancel_refund": 1.0}) == []


def test_a_message_of_any_length_is_searched(index: Index) -> None:
    assert found(index, "my dog " * 570, k=3)[0] == "vehicles.animals.en"


def test_entries_in_english_are_found_where_the_language_has_none() -> None:
    index = Index(holding(REFUND, DOG, PARCEL))
    for text, language in (("Wann bekomme ich mein Geld zurück?", "de"), ("环境退款什么时候到", "zh"), ("когда вернут деньги", "ru")):
        (hit, *_) = index.search(text, language, None, {"cancel_refund": 0.9})
        assert (hit.entry_id, hit.language) == ("payment.refund-time.en", "en")
    index.entries.take(record("payment.refund-time", "de", question="Wann kommt meine Erstattung?", keywords=["Geld zurück"]))
    (hit, *_) = index.search("Wann bekomme ich mein Geld zurück?", "de")
    assert (hit.entry_id, hit.language) == ("payment.refund-time.de", "de")


def test_a_language_that_is_not_served_is_searched_in_english(index: Index) -> None:
    assert found(index, "refund", "fi")[0].endswith(".en")


def test_a_change_is_found_at_once_and_no_other_language_is_made_anew() -> None:
    entries = holding(REFUND, DOG, record("rides.book", "de", question="Wie buche ich?"))
    index = Index(entries)
    assert found(index, "zebra crossing") == []
    german = index._part("de")
    entries.take(record("rides.zebra", question="What about a zebra crossing?"))
    assert found(index, "zebra crossing") == ["rides.zebra.en"]
    entries.take(gone("rides.zebra"))
    assert found(index, "zebra crossing") == []
    assert index._part("de") is german


texts = st.lists(st.sampled_from(["my", "dog", "refund", "parcel", "where", "is", "the", "money", "back", "zebra"]), max_size=6).map(
    " ".join
)


@given(st.permutations([REFUND, DOG, PARCEL, record("rides.book", question="How do I book?")]), texts)
@unhurried
def test_what_is_found_does_not_depend_on_the_order_in_which_entries_came(order: list[dict[str, Any]], text: str) -> None:
    here, there = Index(holding(*order)), Index(holding(REFUND, DOG, PARCEL, record("rides.book", question="How do I book?")))
    assert here.search(text, "en", "RIDE", {"status_eta": 0.5}) == there.search(text, "en", "RIDE", {"status_eta": 0.5})


@given(st.text(max_size=200), st.sampled_from([*LANGUAGES, "fi"]))
@unhurried
def test_no_text_breaks_the_search_and_scores_fall(text: str, language: str) -> None:
    hits = Index(holding(REFUND, DOG, PARCEL)).search(text, language, "RIDE", {"cancel_refund": 0.5, "nonsense": 1.0})
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_knowledge_whole_is_searched_in_less_than_a_millisecond(index: Index) -> None:
    text = "i was charged twice for the ride to the airport yesterday, when do i get my money back?"
    took = []
    for _ in range(50):
        began = time.perf_counter()
        index.search(text, "en", "RIDE", {"fare_dispute": 0.6, "cancel_refund": 0.3})
        took.append(time.perf_counter() - began)
    assert min(took) < 0.001


words = st.lists(st.integers(0, 5), min_size=0, max_size=6)


documents = st.lists(words, min_size=1, max_size=5)
queries_by_kind = st.lists(
    st.tuples(st.sets(st.integers(0, 7), max_size=5), st.sets(st.integers(0, 7), max_size=5)), min_size=1, max_size=3
)


@given(documents, documents, documents, queries_by_kind)
@unhurried
def test_scores_are_those_of_the_formula(
    questions: list[list[int]], answers: list[list[int]], others: list[list[int]], wanted: list[tuple[set[int], set[int]]]
) -> None:
    """Of each query and kind of key by itself, whatever else is asked."""
    count = min(map(len, (questions, answers, others)))
    kinds = [[(3.0, questions[:count]), (1.0, answers[:count])], [(2.0, [[key + 100 for key in doc] for doc in others[:count]])]]
    known = together([postings([(weight, as_grams(docs)) for weight, docs in fields], count) for fields in kinds])
    asked = [[np.array(sorted(first), np.uint64), np.array(sorted(second), np.uint64) + np.uint64(100)] for first, second in wanted]
    scores = known.scores(asked, (1.0, 1.0))
    for query, keys in enumerate(asked):
        for kind, fields in enumerate(kinds):
            expected = [by_hand(fields, doc, count, keys[kind].tolist()) for doc in range(count)]
            assert scores[query, kind].tolist() == pytest.approx(expected)
        assert known.scores([keys], (1.0, 1.0)).tolist() == scores[query : query + 1].tolist()  # to the bit
    assert ((scores >= 0) & (scores < 1)).all()


def as_grams(docs: list[list[int]]) -> Grams:
    owner = [i for i, keys in enumerate(docs) for _ in keys]
    return Grams(np.array(owner, np.int64), np.array([key for keys in docs for key in keys], np.uint64))


def by_hand(fields: list[tuple[float, list[list[int]]]], doc: int, count: int, wanted: list[int]) -> float:
    """BM25F of one document as the textbook has it, as a share of the most there could be."""
    total = most = 0.0
    everywhere = [{key for _, docs in fields for key in docs[i]} for i in range(count)]
    if not any(everywhere):
        return 0.0
    for key in wanted:
        frequency = sum(key in keys for keys in everywhere)
        idf = np.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
        often = 0.0
        for weight, docs in fields:
            mean = max(1.0, sum(map(len, docs)) / count)
            often += weight * docs[doc].count(key) / (0.5 + 0.5 * len(docs[doc]) / mean)
        total += idf * often * 2.2 / (often + 1.2)
        most += idf
    return total / ((most + np.log(1 + (count + 0.5) / 0.5)) * 2.2) if wanted else 0.0


def test_every_language_has_words_for_every_matter_and_none_is_only_a_letter() -> None:
    for language in LANGUAGES:
        names = [line.partition(":")[0] for line in WORDS_BY_LANGUAGE[language].split("\n") if line]
        assert names == list(NAMES), language
        starts = beginnings(language)
        assert all(start == folded(start) + " " * start.endswith(" ") for start in starts), language
        short = 1 if language in ("zh", "ja", "ko", "ar") else 2
        assert all(len(start.strip()) >= short for start in starts), language


@pytest.mark.parametrize(
    ("text", "language", "matters"),
    [
        ("my cats in the category", "en", ["animal"]),
        ("i want to be reimbursed", "en", ["refund"]),
        ("Rückerstattung bitte", "de", ["refund"]),
        ("退款", "zh", ["refund"]),
        ("", "en", []),
    ],
)
def test_matters_are_told_by_the_beginnings_of_words(text: str, language: str, matters: list[str]) -> None:
    named = [NAMES[key] for key in concepts([folded(text.casefold())], language).key.tolist()]
    assert [name for name in named if name in ("animal", "refund")] == matters


def test_a_ranking_has_a_place_in_the_policy() -> None:
    assert Ranking() == Ranking()
    assert Ranking().floor < sum(Ranking().kinds)
