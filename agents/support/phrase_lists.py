# ruff: noqa: RUF001
"""How services and intents are called, and how replies end, in fifteen languages. Nothing flows in; out: lists by language."""

from __future__ import annotations

OR: dict[str, tuple[str, str]] = {  # between choices, before the last one
    "en": (", ", " or "), "es": (", ", " o "), "fr": (", ", " ou "), "de": (", ", " oder "), "pt": (", ", " ou "),
    "it": (", ", " o "), "nl": (", ", " of "), "pl": (", ", " czy "), "sv": (", ", " eller "), "no": (", ", " eller "),
    "ru": (", ", " или "), "ar": ("، ", " أو "), "zh": ("、", "，还是"), "ja": ("、", "、または"), "ko": (", ", ", "),
}  # fmt: skip

SERVICE_NAMES: dict[str, tuple[str, ...]] = {  # RIDE, MOTO, FOOD, GROCERY, GOODS, TRUCK_VAN: as headings
    "en": ("Ride", "Motorcycle taxi", "Food delivery", "Grocery delivery", "Parcel delivery", "Move by van or truck"),
    "es": ("Viaje", "Mototaxi", "Pedido de comida", "Pedido de supermercado", "Envío de paquete", "Mudanza con furgoneta o camión"),
    "fr": ("Course", "Moto-taxi", "Livraison de repas", "Livraison de courses", "Livraison de colis", "Déménagement en utilitaire"),
    "de": ("Fahrt", "Motorradtaxi", "Essenslieferung", "Lebensmittellieferung", "Paketlieferung", "Umzug mit Transporter"),
    "pt": ("Viagem", "Mototáxi", "Pedido de comida", "Pedido de supermercado", "Entrega de encomenda", "Mudança com carrinha ou camião"),
    "it": ("Corsa", "Moto taxi", "Consegna di cibo", "Consegna della spesa", "Consegna di pacchi", "Trasloco con furgone"),
    "nl": ("Rit", "Motortaxi", "Maaltijdbezorging", "Boodschappenbezorging", "Pakketbezorging", "Verhuizing met bus of vrachtwagen"),
    "pl": ("Przejazd", "Mototaxi", "Dostawa jedzenia", "Dostawa zakupów", "Przesyłka", "Przeprowadzka"),
    "sv": ("Resa", "Motorcykeltaxi", "Matleverans", "Matvaruleverans", "Paketleverans", "Flytt med skåpbil eller lastbil"),
    "no": ("Tur", "Motorsykkeltaxi", "Matlevering", "Dagligvarelevering", "Pakkelevering", "Flytting med varebil eller lastebil"),
    "ru": ("Поездка", "Мототакси", "Доставка еды", "Доставка продуктов", "Доставка посылки", "Переезд на грузовой машине"),
    "ar": ("رحلة", "تاكسي دراجة نارية", "توصيل طعام", "توصيل بقالة", "توصيل طرد", "نقل بشاحنة"),
    "zh": ("行程", "摩的", "外卖", "超市配送", "包裹配送", "货车搬家"),
    "ja": ("乗車", "バイクタクシー", "フードデリバリー", "食料品の配達", "荷物の配達", "引っ越し"),
    "ko": ("차량 호출", "오토바이 택시", "음식 배달", "장보기 배달", "소포 배송", "이사·화물"),
}

OWN_NAMES = {  # of the languages, as their speakers call them
    "en": "English", "es": "español", "fr": "français", "de": "Deutsch", "pt": "português", "it": "italiano", "nl": "Nederlands",
    "pl": "polski", "sv": "svenska", "no": "norsk", "ru": "русский", "ar": "العربية", "zh": "中文", "ja": "日本語", "ko": "한국어",
}  # fmt: skip

OTHER_LANGUAGE = "I do not know the language of your message. I can answer in {names}. To reach a colleague, write: person."

INTENT_NAMES: dict[str, tuple[str, ...]] = {  # in the order of policy.INTENTS, as they stand in phrases["which"]
    "en": (
        "booking or changing an order", "where an order or driver is", "cancelling or a refund", "an amount you do not agree with",
        "a way to pay", "access to your account", "a safety matter", "a lost item",
        "how somebody behaved or what was wrong with an order", "a general question",
    ),
    "es": (
        "reservar o cambiar un pedido", "saber dónde está un pedido o un conductor", "cancelar o un reembolso", "un importe incorrecto",
        "una forma de pago", "el acceso a la cuenta", "un asunto de seguridad", "un objeto perdido",
        "el trato recibido o un problema con el pedido", "una pregunta general",
    ),
    "fr": (
        "réserver ou modifier une commande", "savoir où est une commande ou un chauffeur", "une annulation ou un remboursement",
        "un montant contesté", "un moyen de paiement", "l'accès au compte", "une question de sécurité", "un objet perdu",
        "un comportement ou un problème avec la commande", "une question générale",
    ),
    "de": (
        "das Bestellen oder Ändern", "den Stand einer Bestellung oder Fahrt", "Stornieren oder Erstattung", "einen strittigen Betrag",
        "eine Zahlungsart", "den Zugang zum Konto", "eine Frage der Sicherheit", "einen verlorenen Gegenstand",
        "das Verhalten von jemandem oder Mängel einer Bestellung", "eine allgemeine Frage",
    ),
    "pt": (
        "pedir ou alterar um pedido", "saber onde está um pedido ou motorista", "um cancelamento ou reembolso", "um valor contestado",
        "uma forma de pagamento", "o acesso à conta", "uma questão de segurança", "um objeto perdido",
        "o comportamento de alguém ou um problema com o pedido", "uma pergunta geral",
    ),
    "it": (
        "prenotare o modificare un ordine", "sapere dove si trova un ordine o un autista", "un annullamento o un rimborso",
        "un importo contestato", "un metodo di pagamento", "l'accesso all'account", "una questione di sicurezza", "un oggetto smarrito",
        "il comportamento di qualcuno o un problema con l'ordine", "una domanda generale",
    ),
    "nl": (
        "bestellen of wijzigen", "waar een bestelling of chauffeur is", "annuleren of terugbetaling", "een bedrag dat niet klopt",
        "een betaalwijze", "toegang tot het account", "een kwestie van veiligheid", "een verloren voorwerp",
        "het gedrag van iemand of een probleem met de bestelling", "een algemene vraag",
    ),
    "pl": (
        "złożenie lub zmiana zamówienia", "gdzie jest zamówienie lub kierowca", "anulowanie lub zwrot pieniędzy", "sporna kwota",
        "metoda płatności", "dostęp do konta", "sprawa bezpieczeństwa", "zgubiona rzecz",
        "czyjeś zachowanie lub problem z zamówieniem", "pytanie ogólne",
    ),
    "sv": (
        "att beställa eller ändra", "var en beställning eller förare är", "avbokning eller återbetalning", "ett belopp som inte stämmer",
        "ett betalsätt", "åtkomst till kontot", "en säkerhetsfråga", "ett borttappat föremål",
        "någons uppförande eller fel i en beställning", "en allmän fråga",
    ),
    "no": (
        "å bestille eller endre", "hvor en bestilling eller sjåfør er", "avbestilling eller refusjon", "et beløp som ikke stemmer",
        "en betalingsmåte", "tilgang til kontoen", "en sikkerhetssak", "en mistet gjenstand",
        "noens oppførsel eller feil ved en bestilling", "et generelt spørsmål",
    ),
    "ru": (
        "оформление или изменение заказа", "где заказ или водитель", "отмена или возврат денег", "спорная сумма",
        "способ оплаты", "доступ к аккаунту", "вопрос безопасности", "потерянная вещь",
        "чьё-то поведение или проблема с заказом", "общий вопрос",
    ),
    "ar": (
        "الحجز أو تعديل طلب", "مكان الطلب أو السائق", "الإلغاء أو استرداد المبلغ", "مبلغ غير صحيح",
        "طريقة الدفع", "الدخول إلى الحساب", "مسألة سلامة", "غرض مفقود",
        "سلوك شخص أو مشكلة في الطلب", "سؤال عام",
    ),
    "zh": (
        "下单或修改订单", "订单或司机到哪里了", "取消或退款", "对收费有异议", "支付方式", "账户登录", "安全问题", "遗失物品",
        "服务态度或订单质量", "一般咨询",
    ),
    "ja": (
        "ご注文・ご予約やその変更", "ご注文やドライバーの現在地", "キャンセルまたは返金", "請求額について", "お支払い方法",
        "アカウントへのアクセス", "安全に関すること", "お忘れ物", "対応や品質の問題", "一般的なご質問",
    ),
    "ko": (
        "예약·주문 또는 변경", "주문이나 기사 위치", "취소 또는 환불", "청구 금액 문의", "결제 수단", "계정 이용", "안전 문제", "분실물",
        "응대 태도나 주문 품질", "일반 문의",
    ),
}  # fmt: skip

CLOSINGS: dict[str, tuple[str, ...]] = {  # of which a conversation gets one after another
    "en": (
        "If this does not answer it, write to me here.",
        "If something is still open, tell me, or ask for a colleague.",
        "Was that it? If not, say so and I look further.",
    ),
    "es": (
        "Si esto no lo resuelve, escríbame aquí.",
        "Si queda algo pendiente, dígamelo o pida que le atienda una persona.",
        "¿Era esto? Si no, dígamelo y sigo buscando.",
    ),
    "fr": (
        "Si cela ne répond pas à la question, écrivez-moi ici.",
        "S'il reste un point ouvert, dites-le-moi ou demandez une personne de l'équipe.",
        "Était-ce bien cela ? Sinon, dites-le et je cherche encore.",
    ),
    "de": (
        "Falls das die Frage nicht beantwortet, bitte hier schreiben.",
        "Ist noch etwas offen, bitte Bescheid geben oder nach einem Menschen fragen.",
        "War es das? Wenn nicht, suche ich gern weiter.",
    ),
    "pt": (
        "Se isto não resolver, escreva-me aqui.",
        "Se algo ficou em aberto, diga-me ou peça para falar com uma pessoa.",
        "Era isto? Se não, diga-me e continuo a procurar.",
    ),
    "it": (
        "Se questo non risponde alla domanda, mi si può scrivere qui.",
        "Se resta qualcosa in sospeso, basta dirlo o chiedere di una persona.",
        "Era questo? Se no, cerco ancora.",
    ),
    "nl": (
        "Als dit de vraag niet beantwoordt, schrijf me dan hier.",
        "Is er nog iets open, zeg het dan, of vraag om een collega.",
        "Was dit het? Zo niet, dan zoek ik verder.",
    ),
    "pl": (
        "Jeśli to nie jest odpowiedź na pytanie, proszę napisać tutaj.",
        "Jeśli coś jest jeszcze niejasne, proszę napisać lub poprosić o kontakt z człowiekiem.",
        "Czy o to chodziło? Jeśli nie, poszukam dalej.",
    ),
    "sv": (
        "Om detta inte besvarar frågan, skriv till mig här.",
        "Är något fortfarande oklart, säg till eller be om en kollega.",
        "Var det rätt? Om inte letar jag vidare.",
    ),
    "no": (
        "Hvis dette ikke svarer på spørsmålet, skriv til meg her.",
        "Er noe fortsatt uklart, si fra eller be om en kollega.",
        "Var det riktig? Hvis ikke, leter jeg videre.",
    ),
    "ru": (
        "Если это не отвечает на вопрос, напишите мне здесь.",
        "Если что-то осталось неясным, напишите или попросите соединить с сотрудником.",
        "Это то, что нужно? Если нет, я поищу ещё.",
    ),
    "ar": (
        "إذا لم يُجب هذا عن السؤال، فاكتبوا لي هنا.",
        "إذا بقي شيء غير واضح، فأخبروني أو اطلبوا التحدث إلى موظف.",
        "هل هذا هو المطلوب؟ إن لم يكن، سأواصل البحث.",
    ),
    "zh": (
        "如果没有解决您的问题，请在这里告诉我。",
        "如果还有不清楚的地方，请告诉我，或要求转人工。",
        "这是您需要的吗？如果不是，我再帮您查找。",
    ),
    "ja": (
        "解決しない場合は、こちらにお書きください。",
        "ご不明な点が残る場合は、お知らせいただくか、担当者をご希望とお伝えください。",
        "お探しの内容でしたか？違う場合は、さらにお調べします。",
    ),
    "ko": (
        "해결되지 않으면 여기에 적어 주세요.",
        "아직 궁금한 점이 있으면 말씀해 주시거나 상담원 연결을 요청해 주세요.",
        "찾으시던 내용인가요? 아니라면 더 찾아보겠습니다.",
    ),
}

ORDINALS: dict[str, tuple[str, str, str, str]] = {  # how customers choose from what was offered: the first, second, third, last of it
    "en": ("first 1st former", "second 2nd", "third 3rd", "last latter"),
    "es": ("primer primero primera 1o 1a", "segundo segunda 2o 2a", "tercer tercero tercera 3o 3a", "ultimo ultima"),
    "fr": ("premier premiere 1er 1ere", "deuxieme second seconde 2e 2eme", "troisieme 3e 3eme", "dernier derniere"),
    "de": (
        "erste erster erstes ersten ersteres", "zweite zweiter zweites zweiten",
        "dritte dritter drittes dritten", "letzte letzter letztes letzten letzteres",
    ),
    "pt": ("primeiro primeira 1o 1a", "segundo segunda 2o 2a", "terceiro terceira 3o 3a", "ultimo ultima"),
    "it": ("primo prima 1o 1a", "secondo seconda 2o 2a", "terzo terza 3o 3a", "ultimo ultima"),
    "nl": ("eerste 1e 1ste", "tweede 2e 2de", "derde 3e 3de", "laatste"),
    "pl": (
        "pierwszy pierwsza pierwsze pierwszego pierwsza", "drugi druga drugie drugiego",
        "trzeci trzecia trzecie trzeciego", "ostatni ostatnia ostatnie",
    ),
    "sv": ("forsta forste 1a", "andra andre 2a", "tredje 3e", "sista siste"),
    "no": ("forste 1ste", "andre 2re", "tredje", "siste"),
    "ru": (
        "первый первая первое первую первого", "второй вторая второе вторую второго",
        "третий третья третье третью третьего", "последний последняя последнее последнюю",
    ),
    "ar": (
        "الاول الاولى الاولي اول اولى اولي", "الثاني الثانيه التاني التانيه ثاني",
        "الثالث الثالثه التالت التالته ثالث", "الاخير الاخيره",
    ),
    "zh": ("第一 第1 前者 前面", "第二 第2", "第三 第3", "后者 最后 後者 后面"),
    "ja": (
        "一番目 1番目 一つ目 1つ目 ひとつ目 最初 前者 1番 一番", "二番目 2番目 二つ目 2つ目 ふたつ目 2番 二番",
        "三番目 3番目 三つ目 3つ目 3番 三番", "最後 後者",
    ),
    "ko": ("첫번째 첫째 1번 일번 전자", "두번째 둘째 2번", "세번째 셋째 3번 삼번", "마지막 후자"),
}  # fmt: skip

NUMBERS: dict[str, tuple[str, str, str]] = {  # likewise, where no ordinal is said
    "en": ("1 one", "2 two", "3 three"), "es": ("1 uno una", "2 dos", "3 tres"), "fr": ("1 un une", "2 deux", "3 trois"),
    "de": ("1 eins", "2 zwei", "3 drei"), "pt": ("1 um uma", "2 dois duas", "3 tres"), "it": ("1 uno una", "2 due", "3 tre"),
    "nl": ("1 een", "2 twee", "3 drie"), "pl": ("1 jeden jedynka", "2 dwa dwojka", "3 trzy trojka"), "sv": ("1 ett en", "2 tva", "3 tre"),
    "no": ("1 en ett", "2 to", "3 tre"), "ru": ("1 один", "2 два", "3 три"), "ar": ("1 واحد", "2 اثنين اثنان", "3 ثلاثه"),
    "zh": ("1 一", "2 二", "3 三"), "ja": ("1 一", "2 二", "3 三"), "ko": ("1 하나 일", "2 둘 이", "3 셋 삼"),
}  # fmt: skip

AROUND: dict[str, str] = {  # what stands around a choice and says nothing of it
    "en": "the a an it is its s this that i im mean meant was am one option number no nr choice answer please about yes ok my want need",
    "es": "el la lo los las un una es por favor opcion numero me refiero a al si seria quiero mi de un",
    "fr": "le la les l c c'est est un une option numero svp plait s'il il te vous oui de du d mon ma pour je parle choix",
    "de": "der die das den dem ein eine einen es um geht ist bitte option nummer nr ja ich meine meinte mein meinen im zum punkt antwort",
    "pt": "o a os as um uma e por favor opcao numero sim refiro me ao quero meu minha de do da seria",
    "it": "il la lo l un una e per favore opzione numero si intendo mi riferisco al alla mio mia di del",
    "nl": "de het een is optie nummer graag alsjeblieft aub ja ik bedoel om gaat mijn dat keuze",
    "pl": "to ta ten te o chodzi opcja opcje numer nr prosze tak jest mi moje moja",
    "sv": "den det ar en ett alternativ nummer nr tack ja jag menar galler min mitt om",
    "no": "den det er en et alternativ nummer nr takk ja jeg mener gjelder min mitt om",
    "ru": "это вариант номер пожалуйста да я про о об мне имею в виду мой моя речь",
    "ar": "هو هي الخيار رقم من فضلك نعم اقصد عن لو سمحت",
    "zh": "个 個 项 項 种 種 是 的 我 要 选 選 请 請 那 这 這 指 吧 说 就",
    "ja": "です の ほう 方 を お願いします に します で は こちら が はい について",
    "ko": "이요 요 입니다 이에요 예요 거 것 으로 로 할게요 네 번 를 을 주세요",
}  # fmt: skip

NOT = (  # words that a choice is not told by
    "not nor neither none never ni ninguno ninguna nicht kein keine keins weder pas aucun aucune nao nenhum non nessuno niet geen nie "
    "zaden inte ingen ikke не нет ни ليس لا"
)
