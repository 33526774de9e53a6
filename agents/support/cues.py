# ruff: noqa: RUF001
"""Word lists of the fifteen languages that entities are told by: cue words, currencies, days, services, places, streets.

Nothing flows in. Out: tables of words without case; a list is one string, its entries are parted by blanks, and ``_`` stands for a blank
within an entry. Lists of Latin and Cyrillic stems match with up to four more letters where their use says so.
"""

from __future__ import annotations


def listed(words: str) -> tuple[str, ...]:
    """The entries of a list."""
    return tuple(word.replace("_", " ") for word in words.split())


def _marked(table: dict[str, str]) -> dict[str, str]:
    """``{value: list}`` turned around: value by entry."""
    return {word: value for value, words in table.items() for word in listed(words)}


# What an order, a trip or a parcel is called before its number: stems.
ORDERS = listed(
    "order booking trip ride parcel package shipment consignment deliver reserv receipt invoice reference ref ticket case request job "
    "tracking confirmation pedido viaje reserva orden encomienda paquete envío envio factura recibo servicio flete commande course "
    "trajet colis livraison réservation reservation facture suivi bestell auftrag fahrt sendung lieferung liefrung liferung buchung "
    "beleg rechnung reservierung paket vorgang corrida viagem encomenda entrega fatura recolha frete ordine corsa prenotazione consegna "
    "spedizione pacco ricevuta fattura viaggio bestelling rit zending levering boeking reservering pakket factuur ordernummer zamówieni "
    "zamowieni zamwoieni zlecen przejazd kurs paczk przesyłk przesylk rezerwacj dostaw faktur umow beställning ordernr resa resan "
    "leverans bokning försändelse faktura kvitto ordre bestilling tur turen sending pakke levering booking bud vare заказ поездк заявк "
    "доставк посылк накладн трек чек брон отправлени рейс накладная"
)
ORDERS_ARABIC = "(?:ال)?(?:طلب|رحلة|رحله|مشوار|حجز|شحنة|شحنه|طرد|فاتورة|بوليصة)(?:ي|تي|ية|ها)?|رقمها|رقمه"
ORDERS_CJK = "订单|訂單|单号|單號|运单|運單|行程|编号|快递|注文|伝票|受付|予約|送り状|問い合わせ|주문|운송장|예약|접수|배송|운행|송장"
NUMBERED = listed(
    "number no nr num n n° nº № # id code is : . numero número numéro nummer номер nomor numer nro رقم 番号 号码 號碼 号 번호 은 는 は"
)
PREFIXES = frozenset(
    listed("ord trp tp tg tr tv gr gd gds fd inv px qx cr pu rt fr ev ref bk rd mt tkt pkg shp del order trip ride pt txn")
)

# Countries with how many letters and digits their bank accounts' numbers have: ISO 13616.
IBANS = listed(
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 "
    "GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 "
    "MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 "
    "XK20"
)

# Currencies: ISO 4217, or a word in capitals where a word names several. What kr, $ and ¥ mean may depend on the language.
SIGNS = {
    "$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₽": "RUB", "₹": "INR", "₩": "KRW", "₺": "TRY", "₫": "VND", "₱": "PHP",
    "฿": "THB", "₴": "UAH", "₸": "KZT", "₪": "ILS", "₦": "NGN", "r$": "BRL", "a$": "AUD", "au$": "AUD", "s$": "SGD", "c$": "CAD",
    "ca$": "CAD", "hk$": "HKD", "nt$": "TWD", "nz$": "NZD", "mx$": "MXN", "kr": "KR", "rs": "INR", "zł": "PLN", "fr": "CHF",
    "sfr": "CHF", "ksh": "KES",
}  # fmt: skip
CODES = listed(
    "usd eur gbp jpy cny rmb rub inr krw try vnd php thb uah kzt ils ngn brl aud sgd cad hkd twd nzd mxn chf sek nok dkk pln czk huf "
    "ron bgn ars clp cop pen uyu egp sar aed qar kwd bhd omr jod lbp iqd mad dzd tnd zar kes ghs idr myr byn uzs gel amd azn"
)
MONEY = SIGNS | {code: "CNY" if code == "rmb" else code.upper() for code in CODES} | _marked({
    "USD": "dollar dollars buck bucks dólar dólares dolar dolares dollari dollaro dolary dolarów доллар доллара долларов دولار دولارات "
    "美元 美金 달러 ドル",
    "EUR": "euro euros euroa euroja eur. eurot евро يورو 欧元 歐元 유로 ユーロ",
    "GBP": "pound pounds quid libra libras livres_sterling pfund sterline ponden funtów фунтов استرليني 英镑",
    "INR": "rupee rupees rupias rupien roupies рупий روبية 卢比",
    "RUB": "р руб руб. рубль рубля рублей рублями rubles rublos rubel rubli",
    "PLN": "zl zlote zlotych złoty złote złotych zlotys zloty",
    "NGN": "naira nairas", "BRL": "real reais conto contos", "CHF": "franken franchi stutz", "FRANC": "francs franc", "KZT": "тенге",
    "UAH": "гривен гривны гривна", "BYN": "белрублей", "KGS": "сом сомов", "UZS": "сум сумов", "AMD": "драм драмов", "ZAR": "rand",
    "KES": "shillings bob", "TRY": "lira liras", "PESO": "peso pesos pe", "PEN": "soles",
    "KR": "kroner krone kronor krona spenn kr. riksdaler",
    "DINAR": "dinar dinars دينار دنانير ديناراً دينارا",
    "DIRHAM": "dirham dirhams درهم دراهم درهماً درهما",
    "RIYAL": "riyal riyals ريال ريالات ريالاً ريالا ر.س",
    "EGP": "جنيه جنيهات جنيهاً جنيها ج.م",
    "LBP": "ليرة ليرات",
    "CNY": "yuan kuai 元 块 块钱 塊 块人民币 人民币 元人民币",
    "HKD": "蚊 港币 港元",
    "JPY": "yen yenes 円 えん 日元",
    "KRW": "won 원 韩元",
})  # fmt: skip
THOUSANDS = {"k": 1000, "mil": 1000, "mila": 1000, "tys": 1000, "тыс": 1000, "тысяч": 1000, "тысячи": 1000, "tusen": 1000, "ألف": 1000,
             "الف": 1000, "万": 10000, "萬": 10000, "千": 1000, "만": 10000, "천": 1000}  # fmt: skip
KRONER = {"no": "NOK", "sv": "SEK"}

# Days, months, words for a time, words before a clock time; by language.
DAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri weekend weekends mondays "
    "tuesdays wednesdays thursdays fridays saturdays sundays",
    "es": "lunes martes miércoles miercoles jueves viernes sábado sabado domingo sábados domingos fin_de_semana finde",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche week-end weekend lundis mardis",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag wochenende montags dienstags mittwochs donnerstags "
    "freitags samstags",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda_feira terça sábado sabado domingo fim_de_semana "
    "quinta sexta",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica lunedi martedi mercoledi giovedi venerdi fine_settimana weekend",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag weekend maandagochtend vrijdagavond zaterdagochtend zondagavond",
    "pl": "poniedziałek poniedziałku wtorek wtorku środa środę środy czwartek czwartku piątek piątku sobota sobotę soboty niedziela "
    "niedzielę niedzieli poniedzialek piatek srode sobote niedziele weekend",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen helgen",
    "no": "mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tysdag laurdag sundag helga helgen",
    "ru": "понедельник понедельника вторник вторника среду среда среды четверг четверга пятницу пятница пятницы субботу суббота субботы "
    "воскресенье воскресенья выходные выходных",
    "ar": "السبت الأحد الاحد الاثنين الإثنين الاتنين الثلاثاء التلات الثلاثا الأربعاء الاربعاء الأربع الخميس الجمعة الجمعه",
}
MONTHS = {
    "en": "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept "
    "oct nov dec",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre",
    "fr": "janvier février fevrier mars avril mai juin juillet août aout septembre octobre novembre décembre decembre",
    "de": "januar jänner februar feber märz april mai juni juli august september oktober november dezember",
    "pt": "janeiro fevereiro março marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września wrzesnia października pazdziernika listopada grudnia",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "no": "januar februar mars april mai juni juli august september oktober november desember",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "ar": "يناير فبراير مارس أبريل ابريل مايو يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر اكتوبر نوفمبر ديسمبر آذار نيسان أيار حزيران تموز آب "
    "أيلول شباط",
}
TIMES = {
    "en": "today tonight tomorrow tmr tmrw tomorow tommorow 2moro 2day yesterday noon midnight midday last_night last_week last_month "
    "next_week next_month this_week this_morning this_afternoon this_evening morning afternoon evening day_after_tomorrow the_other_day "
    "an_hour_ago just_now nite",
    "es": "hoy ayer mañana manana anoche anteayer antier pasado_mañana esta_mañana esta_tarde esta_noche mediodía mediodia medianoche "
    "la_semana_pasada la_próxima_semana la_semana_que_viene el_mes_pasado por_la_mañana por_la_tarde por_la_noche de_la_mañana "
    "de_la_tarde de_la_noche ahorita",
    "fr": "aujourd'hui hier demain ce_soir ce_matin cet_après-midi cette_nuit avant-hier après-demain midi minuit hier_soir "
    "demain_matin demain_soir la_semaine_dernière la_semaine_prochaine le_mois_dernier du_matin du_soir tout_à_l'heure matin soir",
    "de": "heute gestern morgen vorgestern übermorgen heut vorhin mittag mitternacht heute_abend heute_morgen heute_früh gestern_abend "
    "morgen_früh vormittag nachmittag abend abends morgens nachts früh letzte_woche nächste_woche letzten_monat letzte_nacht neulich "
    "grad_eben",
    "pt": "hoje ontem amanhã amanha anteontem esta_noite hoje_à_noite ontem_à_noite meio-dia meia-noite da_manhã da_tarde da_noite "
    "semana_passada próxima_semana semana_que_vem mês_passado depois_de_amanhã de_manhã agora_pouco logo_à_noite",
    "it": "oggi ieri domani stasera stamattina stanotte stamani ieri_sera domani_mattina dopodomani mezzogiorno mezzanotte ieri_mattina "
    "la_settimana_scorsa la_settimana_prossima settimana_scorsa il_mese_scorso di_mattina di_sera pomeriggio mattina sera",
    "nl": "vandaag gisteren morgen vanavond vanmorgen vanochtend vanmiddag vannacht gisteravond gisterochtend morgenochtend morgenavond "
    "overmorgen eergisteren vorige_week volgende_week vorige_maand 's_avonds 's_ochtends 's_morgens middernacht voormiddag namiddag "
    "gister daarnet",
    "pl": "dziś dzis dzisiaj wczoraj jutro pojutrze przedwczoraj rano wieczorem po_południu w_nocy dziś_rano dzisiejszy "
    "wczoraj_wieczorem w_zeszłym_tygodniu w_przyszłym_tygodniu zeszły_tydzień północy południe jutra wczoraj_rano przed_chwilą",
    "sv": "idag i_dag igår i_går imorgon i_morgon ikväll i_kväll i_morse i_natt imorse förrgår i_övermorgon förra_veckan nästa_vecka "
    "på_kvällen på_morgonen förmiddag eftermiddag midnatt i_förrgår nyss",
    "no": "i_dag idag i_går igår i_morgen imorgen i_kveld ikveld i_natt i_morges i_ettermiddag i_overmorgen forrige_uke neste_uke "
    "formiddag føremiddag ettermiddag kveld midnatt i_morgon på_kvelden på_morgenen tidlig nettopp",
    "ru": "сегодня вчера завтра послезавтра позавчера утром вечером ночью днём днем утра вечера ночи полдень полночь вчера_вечером "
    "сегодня_утром завтра_утром на_прошлой_неделе на_следующей_неделе в_прошлом_месяце только_что сёдня щас",
    "ar": "اليوم أمس امس امبارح مبارح بكرة بكره بكرا غدا غداً غدًا الليلة الليله البارح البارحة الصبح صباحا صباحاً الفجر الظهر العصر "
    "المغرب المسا مساء مساءً العشا الأسبوع_الماضي الاسبوع_الماضي الأسبوع_القادم الأسبوع_اللي_فات أول_أمس بعد_بكرة العشية غدوة البارحه",
}
AT = {  # words before a clock time that has no sign of its own
    "en": "at around by before after until till from @",
    "es": "a_las a_la las sobre_las antes_de_las hacia_las desde_las",
    "fr": "à vers avant après dès",
    "de": "um gegen ab bis vor seit kurz_nach",
    "pt": "às as à pelas até_às antes_das das",
    "it": "alle dalle verso_le entro_le per_le prima_delle ore le",
    "nl": "om rond tegen voor vanaf tot kwart_over",
    "pl": "o po przed godzinie godz godz. o_godz na_godzinę do od",
    "sv": "kl kl. klockan vid runt före",
    "no": "kl kl. klokka klokken rundt før",
    "ru": "в к на около до после с",
    "ar": "الساعة الساعه ساعة عالساعة بالساعة",
}
AGO = {  # how long ago, or how soon: before, units, after
    "en": ("in within", "min mins minute minutes hour hours hr hrs day days week weeks month months year years", "ago later from_now"),
    "es": ("hace en dentro_de desde_hace", "min minuto minutos hora horas día dias días semana semanas mes meses", "atrás"),
    "fr": ("il_y_a dans depuis y_a", "min minute minutes heure heures jour jours semaine semaines mois", "plus_tôt"),
    "de": ("vor in seit binnen", "min minute minuten stunde stunden std tag tage tagen woche wochen monat monate monaten", "später"),
    "pt": ("há ha em daqui_a faz", "min minuto minutos hora horas dia dias semana semanas mês mes meses", "atrás"),
    "it": ("tra fra da entro", "min minuto minuti ora ore giorno giorni settimana settimane mese mesi", "fa"),
    "nl": ("over binnen sinds", "min minuten uur uren dag dagen week weken maand maanden", "geleden"),
    "pl": ("za od przed", "min minut minuty godz godzin godzinę godziny dzień dni tydzień tygodnie tygodni miesiące", "temu"),
    "sv": ("om för inom", "min minuter minut timme timmar dag dagar vecka veckor månad månader", "sedan"),
    "no": ("om for innen", "min minutt minutter time timer dag dager uke uker måned måneder", "siden"),
    "ru": ("через за", "мин минут минуты минуту час часа часов день дня дней неделю недели недель месяц месяца", "назад"),
    "ar": ("قبل بعد منذ من خلال", "دقيقة دقائق دقايق دقيقه ساعة ساعات ساعه يوم أيام ايام أسبوع أسابيع شهر", "مضت"),
}
UNITS = frozenset(word for _, units, _ in AGO.values() for word in listed(units)) | frozenset(listed(
    "m km kg g gr gram grams ml l litre liters mile miles meter meters metres metros mètres meter метров грамм кг км л шт % people "
    "persons person pax personas personnes personen pessoas persone osób osoby человек items bags boxes stops times x percent points "
    "stars star pcs pieces stk st uur uhr h hrs sek sec seconds am pm º ° th nd rd year-old km/h stück bultos cajas kartons pallets "
    "seats seat passengers floors rooms mal fois veces volte"
))  # fmt: skip

# Services: words, and stems with up to four more letters.
SERVICE_WORDS = _marked({
    "RIDE": "ride rides taxi taxis cab cabs rideshare minicab viaje viajes carrera taxista trajet trajets course vtc fahrt fahrten "
    "taxifahrt mitfahrt corrida corridas viagem viagens corsa corse tassì rit ritje ritten taxirit przejazd przejazdu przejazdy "
    "taksówka taksowka taksówkę taksówki resa resan taxiresa drosje drosja taxien turen skyss поездка поездку поездки поездке такси "
    "تاكسي تكسي مشوار رحلة الرحلة رحله مشواري",
    "MOTO": "moto motos motorbike motorbikes motorcycle motorcycles scooter mototaxi motorbike_taxi okada boda motocicleta motocicletas "
    "mototáxi motocycle motorrad motorradtaxi moped motorino motocicletta motor motorfiets brommer motocykl motocykle motocyklem "
    "motorcykel motorsykkel motorsykler mc мото мотик мотоцикл мотоцикла мототакси موتور موتوسيكل دراجة الدراجة موتسكل سكوتر دباب "
    "motoboy",
    "FOOD": "food meal meals restaurant takeaway takeout comida restaurante platillo repas plat essen mahlzeit gericht refeição jantar "
    "cibo pasto ristorante pizza burger eten maaltijd jedzenie jedzenia obiad restauracja restauracji posiłek mat maten måltid "
    "restaurang middag restauranten еда еду еды ресторан ресторана طعام أكل اكل الاكل وجبة الوجبة مطعم المطعم food_delivery pizzas",
    "GROCERY": "grocery groceries supermarket supermercado despensa víveres mandado épicerie courses supermarché einkauf lebensmittel "
    "supermarkt mercearia compras spesa supermercato alimentari boodschappen zakupy zakupów zakupami matvaror matkasse livsmedel "
    "dagligvarer matvarer handleliste handlelevering продукты продуктов супермаркет بقالة البقالة مقاضي المقاضي سوبرماركت خضار "
    "خضار_وفواكه grocerys",
    "GOODS": "parcel parcels package packages courier shipment consignment paquete paquetes encomienda encomiendas envío colis paquet "
    "coursier paket pakete sendung kurier encomenda encomendas pacote entregador pacco pacchi spedizione corriere pakket pakketje "
    "pakketten zending koerier paczka paczkę paczki przesyłka przesyłkę przesyłki paketet försändelse bud pakke pakken pakker budbil "
    "sending посылка посылку посылки курьер курьера طرد الطرد طرود شحنة الشحنة توصيل_طرد",
    "TRUCK_VAN": "truck trucks van vans lorry movers house_move moving_van freight flete camión camion camioneta furgoneta mudanza "
    "camionnette déménagement fourgon fret lkw transporter umzug lieferwagen umzugswagen fracht caminhão camião caminhao carrinha "
    "mudança frete furgão camioncino furgone trasloco vrachtwagen bestelwagen verhuizing verhuis bestelbus bus_z_paką ciężarówka "
    "ciężarówkę przeprowadzka przeprowadzki przeprowadzkę dostawczak lastbil skåpbil flytt flyttbil flytten flyttebil varebil flytting "
    "flyttebilen грузовик газель переезд переезда грузчики грузовое شاحنة الشاحنة نقل_عفش نقل_اثاث عفش الأثاث الاثاث فان دينا",
})  # fmt: skip
NO_SERVICES = {  # words of other languages that mean something else in this one
    "en": "course courses plat mat bud motor corse corsa turen sending resa essen transporter kurs skyss carrera fret comida mc camion",
    "nl": "van middag mat bud",
    "de": "van bud mat motor mc plat",
    "fr": "transporter van course_de mat",
    "es": "van mat bud plat",
    "pt": "mat plat",
    "it": "van mat plat bud",
    "sv": "van motor essen plat course",
    "no": "van motor essen plat course middag",
    "pl": "van mat bud motor",
}
SERVICE_CJK = _marked({
    "RIDE": "打车 出租车 网约车 专车 拼车 快车 叫车 計程車 的士 タクシー 配車 乗車 택시",
    "MOTO": "摩托车 摩托 摩的 電單車 バイク バイタク 오토바이 바이크",
    "FOOD": "外卖 外賣 订餐 点餐 餐厅 出前 料理 フード 弁当 レストラン 음식 식당",
    "GROCERY": "买菜 超市 生鲜 スーパー 食料品 買い物 장보기 마트 장바구니",
    "GOODS": "快递 包裹 寄件 跑腿 同城送 荷物 小包 宅配 택배 소포 퀵",
    "TRUCK_VAN": "搬家 货车 貨車 面包车 货运 货拉 引っ越し 引越し 引越 トラック 軽バン 이사 트럭 용달 화물",
})  # fmt: skip

# Places: words before a name of one, by language; nouns of places, alone and within a name; what an address's street is called.
TOWARDS = {
    "en": "to from at near towards toward via outside opposite reach in through ro destination_is destination_will_be visit see make_it "
    "take_me_to ride",
    "es": "a al de del desde hasta en hacia para por cerca_de",
    "fr": "à au de du depuis vers jusqu'à chez pour en",
    "de": "nach von ab bis in aus richtung",
    "pt": "a ao à de do da desde até em no na para pra pro",
    "it": "a al alla da dal dalla di in verso per fino_a presso",
    "nl": "naar van vanaf tot in bij te vanuit",
    "pl": "do z ze od na w we pod przy obok koło",
    "sv": "till från i på vid mot via hos",
    "no": "til fra i på ved mot via frå hos",
    "ru": "в во на из с со до от у около возле через к",
}
NO_PLACES = frozenset(listed(
    "italiaans nederlands engels frans duits deutsch englisch inglés español francés inglese italiano anglais français polsku norsk "
    "engelsk svenska engelska mail tripo uber english spanish french german arabic visa mastercard amex paypal paytm google apple "
    "wallet app support customer january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday christmas easter pool shared regular luxury enero bitte monat tag uhr euro minuten "
    "versehen hause ordnung absprache stornierung kunden montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar "
    "märz april mai juni juli august september oktober november dezember auto taxi wagen fahrer fahrt bestellung stadt app konto anfang "
    "ende gott dios deus herr frau iphone samsung android ios whatsapp facebook instagram telegram sms email gps pin otp pos erp vat "
    "gst bank revolut klarna swish vipps bizum pix blik ideal kyc qr"
))  # fmt: skip
PLACE_NOUNS = listed(
    "airport station terminal gate hotel hospital mall market museum school university college stadium theatre theater restaurant cafe "
    "clinic pharmacy library park plaza square bridge harbour harbor port pier depot hostel church temple mosque center centre tower "
    "hub junction aeropuerto aeroport estación terminal hospital clínica metro plaza centro_comercial universidad colegio aéroport gare "
    "hôtel hôpital métro école université mairie flughafen bahnhof hauptbahnhof krankenhaus hotel klinik universität schule messe markt "
    "aeroporto estação rodoviária shopping universidade escola stazione ospedale albergo università scuola fiera luchthaven station "
    "ziekenhuis centraal universiteit school lotnisko dworzec szpital galeria uczelnia szkoła dworca lotniska flygplats flygplatsen "
    "centralstationen sjukhus sjukhuset skola lufthavn stasjon sykehus sykehuset flyplassen jernbanetorget аэропорт аэропорта вокзал "
    "вокзала больница больницы гостиница метро рынок станция университет"
)
GENERIC = listed(
    "airport station mall hotel hospital office home school university gym clinic pharmacy work downtown terminal stadium "
    "supermarket church restaurant port"
)
NO_PLACES_AR = listed("من كل وحدة واحدة اليوم الى إلى قبل بعد عند في على عن مع و لو بكرة ولا كان السوداء اللي هذا هذه")
PLACE_AR = "مطار|محطة|مستشفى|فندق|شارع|حي|مول|جامعة|ميدان|كوبري|سوق|مدينة|برج|مدرسة|موقف|دوار|ميناء|عيادة|كلية"
ABODES_AR = "شارع|طريق|حي|عمارة|بناية|فيلا|شقة"
STREETS_EN = listed(
    "street st str road rd avenue ave lane ln drive dr boulevard blvd way court ct place pl close crescent cres terrace terr square sq "
    "parkway pkwy highway hwy row gardens gdns mews hill grove circle cir trail plaza alley quay walk broadway mall loop esplanade "
    "promenade turnpike expressway station center centre park real"
)
STREETS_FR = listed(
    "rue avenue av bd boulevard boul bld place chemin allée allee impasse quai cours route rte passage square faubourg sentier ruelle"
)
STREETS_FIRST = {  # before the name; those of "" in any language
    "": "calle c/ avenida avda rua alameda viale piazza ulica ulicy ulicę ul. улица улице улицы улицу ул ул. проспект проспекте пр-т "
    "пр-кт просп переулок пер. шоссе бульвар набережная наб. проезд мкр микрорайон rue avenue boulevard av. travessa carrer",
    "es": "av avd paseo plaza camino ronda carrera cra kra cl transversal diagonal pasaje jirón jr calzada travesía glorieta urbanización",
    "pt": "av r. praça pca largo estrada rodovia quadra",
    "it": "via v.le p.za corso c.so vicolo piazzale strada lungomare largo",
    "pl": "ul aleja aleje al. osiedle os. plac pl.",
    "ru": "пр пл. площадь пер наб тракт б-р",
    "fr": "av bd place chemin allée impasse quai cours",
}
STREETS_ENDING = {  # the end of a word; those of "" in any language
    "": "straße strasse straßen str gasse platz allee chaussee damm ufer straat laan gracht singel dreef kade gatan vägen gränd stigen "
    "gata gaten gade gaden sgate veien vegen vej vejen svei ова ева ина ская ской ского ego iej ska ską skiej",
    "de": "weg ring steig graben markt zeile hof berg",
    "nl": "weg plein dijk steeg baan lei hof markt",
    "sv": "torget allén plan backen leden torg",
    "no": "gate vei veg plass plassen torg torget allé bakken stien svingen kroken",
}
