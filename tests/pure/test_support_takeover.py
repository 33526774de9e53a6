"""A takeover is suspected by the stated rule, in every language, and by nothing less."""

from __future__ import annotations

import pytest

from agents.support.policy import LANGUAGES
from agents.support.takeover import SURE, suspicion
from tests.pure.support_events import STATUS, Task, rule

SAID = {
    "en": ("A stranger logged into my account and ordered food", "I forgot the password of my account"),
    "es": ("Un desconocido entró en mi cuenta y está pidiendo comida", "He olvidado la contraseña de mi cuenta"),
    "fr": ("Un inconnu utilise mon compte pour commander", "J'ai oublié le mot de passe de mon compte"),
    "de": ("Ein Unbekannter hat sich in mein Konto eingeloggt", "Ich habe das Passwort für mein Konto vergessen"),
    "pt": ("Um estranho entrou na minha conta e fez pedidos", "Esqueci a senha da minha conta"),
    "it": ("Uno sconosciuto è entrato nel mio account e ha ordinato", "Ho dimenticato la password del mio account"),
    "nl": ("Een vreemde gebruikt mijn account en bestelt eten", "Ik ben het wachtwoord van mijn account vergeten"),
    "pl": ("Nieznajomy zalogował się na moje konto", "Nie pamiętam hasła do konta"),
    "sv": ("Någon har loggat in på mitt konto", "Jag har glömt lösenordet till mitt konto"),
    "no": ("En fremmed har logget inn på kontoen min", "Jeg har glemt passordet til kontoen min"),
    "ru": ("Незнакомый человек вошёл в мой аккаунт", "Я не помню пароль от аккаунта"),
    "ar": ("شخص غريب دخل إلى حسابي وطلب طعاما", "نسيت كلمة المرور"),
    "zh": ("有陌生人登录了我的账号", "我忘记账号密码了"),
    "ja": ("知らない人が私のアカウントで注文しています", "アカウントのパスワードを忘れました"),
    "ko": ("모르는 사람이 제 계정으로 주문했어요", "계정 비밀번호를 잊어버렸어요"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_who_did_something_in_the_account_is_suspected_and_a_forgotten_password_is_not(language: str) -> None:
    taken, forgotten = SAID[language]
    assert suspicion(taken, language, 0.0) == SURE
    assert suspicion(forgotten, language, 1.0) == 0.0


@pytest.mark.parametrize(
    ("text", "account", "expected"),
    [
        ("those orders on my profile, it was not me", 0.0, SURE),
        ("my account was hacked", 0.0, SURE),
        ("I have been hacked", 0.8, 0.8),  # as sure as the model is that it is about the account
        ("this fare is a fraud", 0.05, 0.05),
        ("somebody smoked in the car", 0.0, 0.0),
        ("somebody took my umbrella", 0.3, 0.0),
        ("how do I close my account", 1.0, 0.0),
        ("", 1.0, 0.0),
    ],
)
def test_the_rule(text: str, account: float, expected: float) -> None:
    assert suspicion(text, "en", account) == expected


def test_it_hands_over_once_its_rule_is_switched_on() -> None:
    task = Task()
    taken = {"threshold": 0.5, "priority": "HIGH"}
    others = [rule(name, condition, active=False) for name, condition in (("low confidence", "LOW_CONFIDENCE"), ("none", "NO_KNOWLEDGE"))]
    task.step(rules=[rule("account takeover", "ACCOUNT_TAKEOVER", **taken), *others])
    row = task.ask("a stranger logged into my account")
    assert (row["outcome"], row["priority"]) == ("ESCALATED", "HIGH")
    assert "account takeover" in [each["name"] for each in row["rules"]]
    row = task.ask(STATUS, "m2", 1000, conversation_id="c2")
    assert (row["outcome"], row["rules"]) == ("ANSWERED", [])
