"""A text, and how surely the model takes it to be about access to the account, in; the suspicion that somebody else is in it, out.

The rule, in every language: a takeover is suspected

- at 0.9 where the words name the *account* (profile, password), *somebody* who is not the customer, and what that one *did* (logged in,
  took, ordered), all three; or the account and that it was not the customer; or the account and a theft (the matter ``hacked`` of
  agents.support.concepts);
- where the words speak of a theft but of no account, as surely as the model takes the message to be about access to it;
- at 0 elsewhere, whatever the model says: a forgotten password is no takeover.

Which suspicion hands over is for the rule of condition ACCOUNT_TAKEOVER: 0.5 by default, and that rule is off until it is switched on,
since an entry answers what to do at once.
"""

from __future__ import annotations

from functools import cache

from agents.support.concepts import UNBROKEN, folded
from agents.support.matters import speaks_of
from agents.support.text import plain

SURE = 0.9
THEFT = "hacked"
ACCOUNT, SOMEBODY, DID, NOT_ME = range(4)

# beginnings of words, by language: the account | somebody | did | it was not me
_WORDS = {
    "en": (
        "account, profile, password, login, my tripo, my details",
        "someone, somebody, some guy, some one, stranger, another person, other person, a person i, unknown",
        (
            "logged, logging, signed in, using, uses, used, took, taken, stole, got into, got in, broke, order, booked, "
            "booking, changed, is in my, spending, spent, bought"
        ),
        ("wasnt me, wasn t me, was not me, not me, not by me, i never placed, i did not place, i didn t place, i didnt place, without me"),
    ),
    "es": (
        "cuenta, perfil, contrasena, clave, usuario",
        "alguien, otra persona, un tipo, desconocid, extran, un tercero",
        (
            "metio, metieron, entro, entraron, usa, usando, pide, pidio, pidiendo, robo, robaron, cambio, cambiaron, tomo, "
            "inicio sesion, compra, comprando, viaja, viajando"
        ),
        "no fui yo, no he sido yo, no soy yo, yo no fui, sin mi permiso",
    ),
    "fr": (
        "compte, profil, mot de passe, identifiant",
        "quelqu un, quelqu, un inconnu, des inconnus, une autre personne, on m a, on a",
        "pris, prend, utilise, commande, connecte, vole, pirat, change, entre dans, rentre, depense, reserve",
        "pas moi, ce n est pas moi, sans mon accord, a mon insu",
    ),
    "de": (
        "konto, account, profil, passwort, kennwort, zugang, login",
        "jemand, irgendjemand, irgendwer, wer anders, fremde, ein anderer, eine andere, unbekannte",
        (
            "eingeloggt, angemeldet, benutzt, nutzt, bestellt, ubernommen, geknackt, gestohlen, geklaut, geandert, gemacht, "
            "ist in, ist drin, gebucht, fahrt, gekauft"
        ),
        "nicht ich, ich nicht, war ich nicht, ich wars nicht, nicht von mir, ohne mein wissen",
    ),
    "pt": (
        "conta, perfil, senha, palavra passe, palavra-passe, cadastro, usuario",
        "alguem, outra pessoa, um estranho, desconhecid, um tipo, um cara",
        ("entrou, entraram, usa, usou, pedir, pede, pediu, pedindo, roub, mudou, mudaram, invad, acess, tomou, gasta, gastou, compra"),
        "nao fui eu, nao sou eu, sem minha autorizacao, sem eu saber",
    ),
    "it": (
        "account, profilo, password, credenziali, conto",
        "qualcuno, un altro, un altra persona, uno sconosciuto, sconosciut, mi hanno, m hanno",
        ("preso, entrato, entrata, usa, usando, usato, ordina, ordinato, rubato, cambiato, acced, fatto, spende, speso, prenot"),
        "non sono io, non sono stato io, non ero io, non sono stata io, a mia insaputa",
    ),
    "nl": (
        "account, profiel, wachtwoord, inlog, mijn tripo",
        "iemand, een ander, een vreemde, vreemden, onbekende",
        ("zit in, zit er, gebruikt, bestelt, besteld, ingelogd, overgenomen, gestolen, gejat, veranderd, gewijzigd, gekocht, geboekt"),
        "ik niet, niet van mij, was ik niet, niet door mij",
    ),
    "pl": (
        "konto, kontem, konta, koncie, profil, haslo, hasla, logowan",
        "ktos, ktos inny, obcy, nieznajom, inna osoba, jakis typ",
        "zalogow, wlamal, przejal, ukradl, uzywa, zamawia, zamowil, zmienil, korzysta, wszedl, placi, kupuje, jezdzi",
        "to nie ja, nie ja, nie moje zamowien, bez mojej",
    ),
    "sv": (
        "konto, profil, losenord, inlogg, min tripo",
        "nagon, nan, en frammande, frammande, okand, annan person",
        "tagit over, loggat, anvand, bestall, stulit, snott, andrat, bytt, kapat, ar inne, handlat, kort, bokat",
        "inte jag, inte mina, inte mitt, inte min, utan att jag",
    ),
    "no": (
        "konto, kontoen, bruker, profil, passord, innlogg",
        "noen, en fremmed, fremmede, ukjent, en annen, andre",
        ("tatt over, logget, bruker kontoen, brukt, bestill, bestilt, stjal, stjalet, endret, byttet, kapret, er inne, handlet, kjort"),
        "ikke meg, ikke mine, ikke min, var ikke jeg, uten at jeg",
    ),
    "ru": (
        "аккаунт, акк, профил, парол, учетн, кабинет",
        "кто то, кто-то, ктото, чужой, чужие, посторонн, неизвестн, незнаком, мошенник, какой то",
        (
            "зашел, вошел, завладел, взлом, укра, угнал, использу, пользу, заказыва, заказал, сменил, поменял, залез, сидит, "
            "катает, ездит, захват"
        ),
        "не я, это не я, не мои заказ, без моего ведома",
    ),
    "ar": (
        "حساب, ملفي, كلمه السر, كلمه المرور, باسوورد, الباسوورد",
        "احد, حدا, شخص, واحد, ناس, غريب, مجهول",
        "دخل, اخذ, سرق, يستخدم, يستعمل, استخدم, يطلب, طلب, غير, سيطر, فتح, اخترق, هكر",
        "مو انا, مش انا, لست انا, ليس انا, بدون علمي",
    ),
    "zh": (
        "账号, 账户, 帐号, 帐户, 賬號, 帳號, 密码, 密碼, 我的号",
        "有人, 别人, 別人, 陌生人, 他人, 不知道谁, 不认识的人",
        "登录, 登陆, 登入, 盗, 占了, 用我, 下单, 乱下, 改了, 点外卖, 叫车, 使用, 偷, 拿去",
        "不是我, 不是本人, 非本人, 我没下",
    ),
    "ja": (
        "アカウント, プロフィール, パスワード, ログイン, 垢",
        "誰か, だれか, 知らない人, 他人, 別の人, 第三者, 見知らぬ",
        "使, ログイン, 乗っ取, 取られ, 注文, 配車, 変え, 変更, 盗, 入られ, 入って, 不正",
        "私じゃ, 私では, 自分では, 自分じゃ, 身に覚え, 僕じゃ",
    ),
    "ko": (
        "계정, 아이디, 비밀번호, 비번, 프로필, 로그인",
        "누가, 누군가, 다른 사람, 남이, 모르는 사람, 타인, 낯선",
        "로그인, 사용, 쓰고, 썼, 주문, 도용, 훔, 바꿨, 변경, 들어, 해킹, 탈취, 결제, 뺏",
        "제가 아니, 내가 아니, 저 아니, 제가 안, 내가 안",
    ),
}


def suspicion(text: str, language: str, account: float) -> float:
    """In [0, 1], of a cleaned text; ``account``: the model's probability that it is about access to the account."""
    seen, theft = folded(plain(text)), speaks_of(text, language, THEFT)
    if _says(seen, language, ACCOUNT):
        somebody = _says(seen, language, SOMEBODY) and _says(seen, language, DID)
        if theft or somebody or _says(seen, language, NOT_ME):
            return SURE
    return account if theft else 0.0


def _says(text: str, language: str, what: int) -> bool:
    """Whether any of the words is in a folded text; where words have blanks between them, at the beginning of one."""
    seen = text.replace(" ", "") if language in UNBROKEN else f" {text}"
    return any(word in seen for word in _words(language)[what])


@cache
def _words(language: str) -> tuple[tuple[str, ...], ...]:
    """The words of a language, folded as texts are, with a blank before each or without any; English for one that has no table."""
    listed = [[folded(plain(word)) for word in words.split(",")] for words in _WORDS.get(language, _WORDS["en"])]
    unbroken = language in UNBROKEN
    return tuple(tuple(word.replace(" ", "") if unbroken else f" {word}" for word in words) for words in listed)
