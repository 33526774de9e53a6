# ruff: noqa: RUF001
"""Who asks for a person, in fifteen languages, and who only speaks of one."""

from __future__ import annotations

from itertools import permutations
from time import perf_counter

import pytest

from agents.support.asking import _elsewhere, asks_for_person, chosen, folded, offered
from agents.support.asking_scripts import WORDS
from agents.support.phrase_lists import INTENT_NAMES, NUMBERS, ORDINALS
from agents.support.policy import INTENTS, LANGUAGES
from agents.support.reply import not_known, which_of
from agents.support.text import cleaned
from ops.support.corpus import corpus

ASK = {
    "en": [
        "can i talk to a human please", "I want to speak to a manager about this £120 bill", "agent", "Representative!!", "HUMAN. Now.",
        "operator pls",
        "put me through to a real person", "Please connect me with a live agent", "I don't want to talk to a bot", "speak to someone",
        "can someone call me please", "Let me chat with one of your agents", "give me a human", "is there a real person there?",
        "customer service",
        "I’d like to speak to your supervisor, not a machine", "how do i get hold of a human",
    ],
    "es": [
        "quiero hablar con una persona", "pásenme con un HUMANO", "pasenme con un agente", "agente", "Necesito un asesor por favor",
        "¿puedo hablar con alguien?",
        "hablar con un operador", "no quiero hablar con un robot", "quiero un supervisor", "un humano por favor",
        "comuníqueme con un representante",
    ],
    "fr": [
        "un humain svp, pas une machine", "je veux parler à un conseiller", "puis-je parler à quelqu'un ?", "passez-moi un responsable",
        "conseiller",
        "Je souhaite être mis en relation avec un agent", "j'en ai marre des robots", "je voudrais un vrai conseiller",
        "parler a un humain",
    ],
    "de": [
        "kann ich mit einem echten Menschen sprechen bitte", "kann ich mit einem echten menshcen reden", "Ich will einen Menschen",
        "Mitarbeiter",
        "Verbinden Sie mich bitte mit einem Mitarbeiter", "ich möchte mit jemandem reden", "kein Bot bitte", "gib mir einen Berater",
        "einen Menschen bitte",
        "Ich möchte Ihren Vorgesetzten sprechen",
    ],
    "pt": [
        "quero falar com gente", "quero falar com um atendente", "atendente", "posso falar com alguém?", "me passa para um humano",
        "preciso de um atendente humano",
        "não quero falar com robô", "chama um supervisor", "falar com uma pessoa de verdade",
    ],
    "it": [
        "operatore", "Voglio parlare con una PERSONA", "Passatemi un operatore in carne ed ossa", "posso parlare con qualcuno?",
        "basta bot",
        "vorrei un operatore umano", "mi serve un operatore", "parlare con un responsabile", "non voglio parlare con un robot",
    ],
    "nl": [
        "iemand speken aub", "Ik wil geen chatbot", "Geef mij een mens", "MENS", "kan ik met een medewerker praten?",
        "verbind me door met een medewerker",
        "ik wil iemand spreken", "medewerker aub", "mag ik een echt mens spreken", "waar kan ik een mens te pakken krijgen",
    ],
    "pl": [
        "chcę rozmawiać z człowiekiem a nie z robotem!!", "konsultant", "proszę połączyć mnie z konsultantem", "poproszę konsultanta",
        "polacz mnie z czlowiekiem",
        "czy mogę porozmawiać z kimś?", "chcę żywego człowieka", "chce rozmawiac z kierownikiem", "dość botów",
    ],
    "sv": [
        "koppla mig till en handläggare tack", "kan jag prata med en människa?", "jag vill prata med någon", "människa",
        "jag vill ha en riktig människa",
        "kundtjänst tack", "inte en robot", "får jag tala med en chef", "prata med en agent",
    ],
    "no": [
        "kan jeg snakke med et menneske", "gi meg en ekte person", "kundebehandler", "jeg vil snakke med noen",
        "sett meg over til en kundebehandler",
        "ikke en robot", "kan jeg få et menneske", "jeg ønsker å snakke med en leder", "menneske takk",
    ],
    "ru": [
        "оператор", "дайте сотрудника!", "хочу поговорить с живым человеком", "соедините с оператором", "позовите человека",
        "переключите на оператора",
        "можно оператора?", "не хочу разговаривать с ботом", "переведите меня на специалиста", "Нужен живой человек",
        "хочу поговорить с кем-нибудь",
    ],
    "ar": [
        "ابي اكلم موظف", "عطوني بشري يسمع", "أريد التحدث مع موظف", "موظف", "عايز أكلم حد", "ممكن أتكلم مع إنسان؟",
        "حولني على موظف خدمة العملاء",
        "أريد شخص حقيقي", "ما أريد أتكلم مع روبوت", "أُرِيدُ التَّحَدُّثَ إلى مُوَظَّف",
    ],
    "zh": [
        "转人工", "轉人工", "我要真人!!!", "人工客服", "帮我转接到人工", "我要找你们经理", "能跟真人说话吗", "不要机器人", "请转客服",
        "想跟人聊", "可以帮我叫客服吗",
    ],
    "ja": [
        "オペレーターさんに変わってください", "人間おるん?", "オペレーター", "担当者につないでください", "人と話したい",
        "ロボットじゃなくて人にして", "人間と話せますか",
        "有人対応お願いします", "責任者に代わって", "オペレーターにつなげて", "スタッフと話したいです",
    ],
    "ko": [
        "상담원 연결", "사람하고 얘기 좀 합시다", "상담원 바꿔주세요", "상담원이랑 통화하고 싶어요", "챗봇 말고", "직원 연결해 주세요",
        "상담사 연결 부탁드려요",
        "상담원", "책임자 바꿔", "사람이랑 상담할 수 있나요",
    ],
}  # fmt: skip

DOES_NOT_ASK = {
    "en": [
        "Honestly impressed, a human answered in one minute!", "the agent was patient with me, thank you",
        "been lied to by 4 different agents",
        "I am not a robot but the captcha fails", "the driver was talking to someone on the phone",
        "Can someone tell me where exactly he is?",
        "no need to talk to a human, thanks", "I want to become an agent", "I want to speak to the driver", "need a car for one person",
        "there was a human hair in my food", "someone from your company rang me", "he stopped to talk to somebody",
    ],
    "es": [
        "el agente fue muy amable", "después de hablar con un agente me cobraron igual", "2 personas, 10 horas",
        "alguien en Murcia usa mi tarjeta",
        "no soy un robot pero el captcha falla", "qué gente tan honrada", "no necesito hablar con un agente, gracias",
    ],
    "fr": [
        "Votre conseiller m'a bien aidé", "quelqu'un a signé pour moi", "je ne suis pas un robot", "j'ai parlé à un agent hier",
        "une personne de trop dans la voiture",
        "j'ai parler à un conseiller hier", "après avoir parlé à un conseiller",
    ],
    "de": [
        "Der Mitarbeiter war sehr nett", "ich habe mit einem Mitarbeiter gesprochen", "ich bin kein Roboter",
        "Mensch, wo bleibt mein Essen", "Jemand hat mein Konto",
        "Ich möchte Mitarbeiter werden", "nachdem ich mit einem Mitarbeiter sprechen konnte",
    ],
    "pt": [
        "Oi gente! Vocês são demais", "o atendente foi ótimo", "alguém mudou o telefone da minha conta",
        "depois de falar com o atendente nada mudou",
        "não sou um robô", "recebi o pedido de outra pessoa", "tem gente passando mal",
    ],
    "it": [
        "l'operatore è stato gentile", "qualcuno usa il mio conto", "non sono un robot", "ho parlato con un operatore ieri",
        "una macchina per una persona",
        "vorrei diventare operatore", "dopo aver parlato con un operatore",
    ],
    "nl": [
        "de medewerker was heel vriendelijk", "Iemand zit in mijn account", "ik ben geen robot",
        "Kan iemand me uitleggen wat Tripo Plus is", "alle mensen achter de schermen",
        "ik wil medewerker worden", "is er iemand gewond geraakt",
    ],
    "pl": [
        "konsultant był bardzo miły", "chcę płacić gotówką jak człowiek", "ktoś jeździ na moim koncie", "nie jestem robotem",
        "po rozmowie z konsultantem nic",
        "Pan Mirek złoty człowiek", "nie chcę rozmawiać z konsultantem",
    ],
    "sv": [
        "agenten var jättetrevlig", "jag är inte en robot", "någon har använt mitt kort", "jag har pratat med en agent",
        "en person till i bilen",
        "jag vill inte prata med någon", "bil för en person",
    ],
    "no": [
        "kundebehandleren var kjempehyggelig", "jeg er ikke en robot", "Noen har kommet seg inn på profilen min",
        "jeg snakket med en agent i går",
        "Kan noen følge med på turen min?", "bil til en person", "jeg vil ikke snakke med noen",
    ],
    "ru": [
        "оператор был очень вежлив", "нужна машина на 4 человека", "я не робот", "кто-то взломал аккаунт",
        "перевести деньги другому человеку",
        "говорил с оператором вчера", "не хочу говорить с оператором", "у меня есть человек в машине",
    ],
    "ar": [
        "الموظفة ساعدتني جدا", "ما عندي أحد أكلمه", "أنا مش روبوت", "أحد فاتح حسابي", "بعد التحدث مع موظف لم يتغير شيء",
        "هل سلم أحد بطاقة هوية",
        "تكلمت مع الموظف أمس",
    ],
    "zh": [
        "客服小姐姐态度真好", "已经跟三个客服讲过了", "司机真人和照片不符", "人工智能真厉害", "需要人工搬运", "客服几点下班",
        "我不是机器人", "有人在吗",
    ],
    "ja": [
        "担当者変更に伴い権限を移したい", "オペレーターと話しました", "ロボットではありません", "他の人と話していた運転手",
        "オペレーターさん親切でした", "人間関係", "運転手の人と話していた",
    ],
    "ko": [
        "상담원분 빠르게 봐주셔서 감사해요", "기사님이 다른 사람이랑 통화하면서 운전했어요", "저 베트남 사람입니다", "로봇이 아닙니다",
        "상담원 연결했는데 끊겼어요",
        "짐 옮길 사람이 필요해요", "직원이 몰래 했습니다",
    ],
}  # fmt: skip


def each(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, text) for language in LANGUAGES for text in table[language]]


@pytest.mark.parametrize(("language", "text"), each(ASK))
def test_asks_for_a_person(language: str, text: str) -> None:
    assert asks_for_person(cleaned(text, 4000).text, language)
    assert asks_for_person(cleaned(text, 4000).text)
    assert asks_for_person(cleaned(f"{text.upper()} !!!", 4000).text, language)


@pytest.mark.parametrize(("language", "text"), each(DOES_NOT_ASK))
def test_does_not_ask_for_a_person(language: str, text: str) -> None:
    assert not asks_for_person(cleaned(text, 4000).text, language)
    assert not asks_for_person(cleaned(text, 4000).text)


def test_english_is_understood_in_every_language_and_everything_where_none_is_known() -> None:
    assert all(asks_for_person("agent please", language) for language in LANGUAGES)
    assert asks_for_person("quiero hablar con una persona", "tlh")
    assert not asks_for_person("")
    assert not asks_for_person("🙂🙂")


@pytest.mark.parametrize(
    "text",
    [
        "Chci mluvit s člověkem", "prosím spojte mě s operátorem", "Jeg vil gerne tale med et menneske", "Θέλω να μιλήσω με άνθρωπο",
        "Haluan puhua ihmisen kanssa", "אני רוצה לדבר עם נציג אנושי", "मुझे इंसान से बात करनी है", "beszélni szeretnék egy ügyintézővel",
        "saya mau bicara dengan manusia", "Vreau să vorbesc cu un om", "Chcem hovoriť s človekom", "nataka kuongea na mtu",
        "ขอคุยกับเจ้าหน้าที่", "gusto kong makausap ang isang tao", "Bir insanla konuşmak istiyorum", "Хочу поговорити з людиною",
        "tôi muốn nói chuyện với người thật",
    ],
)  # fmt: skip
def test_a_person_is_asked_for_in_languages_that_are_not_served_whatever_they_are_taken_for(text: str) -> None:
    for language in (None, "tlh", *LANGUAGES):
        assert asks_for_person(cleaned(text, 4000).text, language)


def test_no_language_that_is_served_reads_like_one_that_is_not() -> None:
    asked = [line for line in corpus() if _elsewhere().search(folded(line.text))]
    assert all(asks_for_person(line.text, line.language) and line.intent == "general_support" for line in asked)


def test_words_are_folded_and_known_in_all_languages() -> None:
    assert folded("Człowiek ÉTÉ Straße أُرِيدُ Ölfarbe") == "czlowiek ete strasse اريد olfarbe"
    assert tuple(sorted(WORDS)) == tuple(sorted(LANGUAGES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_takes_long(language: str) -> None:
    words = WORDS[language]
    parts = [part for part in "|".join((words.polite, words.ask, words.want, words.weak)).split("|") if part.isalpha()]
    texts = [(part + blank) * (4000 // len(part + blank)) for part in parts for blank in (" ", "")] + [" ".join(parts * 20)[:4000]]
    start = perf_counter()
    for text in texts:
        asks_for_person(text, language)
    assert (perf_counter() - start) / len(texts) < 0.25


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_offered_is_read_from_the_reply_and_each_name_chooses_its_intent(language: str) -> None:
    called = dict(zip(INTENTS, INTENT_NAMES[language], strict=True))
    for intents in permutations(INTENTS, 2):
        assert offered(which_of(intents, language), language) == offered(which_of(intents, language)) == intents
        for intent in intents:
            assert chosen(cleaned(f"{called[intent].upper()}!", 4000).text, intents, language) == intent
    three = INTENTS[3:6]
    assert offered(which_of(three, language), language) == three
    assert offered(not_known(language), language) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_place_chooses_in_every_language(language: str) -> None:
    three = ("lost_item", "cancel_refund", "status_eta")
    for place, words in enumerate((*ORDINALS[language], *NUMBERS[language])):
        for word in words.split():
            wanted = three[min(place, 2) if place < 4 else place - 4]
            assert chosen(cleaned(word, 4000).text, three, language) == wanted, word


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("en", "1", 0), ("en", "#2.", 1), ("en", "the first", 0), ("en", "First one, please!", 0), ("en", "i mean the second one", 1),
        ("en", "option 2", 1), ("en", "refund", 1), ("en", "I want a refund", 1), ("en", "lost item", 0), ("de", "erste", 0),
        ("de", "Das Zweite bitte", 1), ("de", "Erstattung", 1), ("es", "la primera", 0), ("es", "el último", 1), ("fr", "la première", 0),
        ("fr", "C'est la deuxième", 1), ("ru", "второе", 1), ("ru", "первый вариант", 0), ("ar", "الثانية", 1), ("ar", "٢", 1),
        ("zh", "第二个", 1), ("zh", "我要退款", 1), ("ja", "2番目です", 1), ("ja", "返金です", 1), ("ko", "첫 번째요", 0),
        ("ko", "환불이요", 1),
        ("fr", "the second", 1),
    ],
)  # fmt: skip
def test_a_few_words_choose(language: str, text: str, place: int) -> None:
    offers = ("lost_item", "cancel_refund")
    assert chosen(cleaned(text, 4000).text, offers, language) == offers[place]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "12",
        "both",
        "neither",
        "not the first",
        "not a refund",
        "hello",
        "where is my order",
        "my driver lost two hours",
        "x" * 101,
    ],
)
def test_other_words_choose_nothing(text: str) -> None:
    assert chosen(text, ("lost_item", "cancel_refund"), "en") is None
    assert chosen(text, (), "en") is None


def test_a_word_of_many_names_chooses_none() -> None:
    assert chosen("my order", ("book_or_change", "cancel_refund"), "en") is None
