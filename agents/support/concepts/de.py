"""German."""

WORDS = """
absent: nicht zuhause, nicht zu hause, niemand da, niemand öffnet, keiner da, nicht daheim, nachbar, abwesend, macht keiner auf
accident: unfall, zusammensto, zusammengesto, angefahren, aufgefahren, verletz, gekracht, crash
address: adresse, ziel, abhol, ausstieg, treffpunkt, anschrift, eingang, abgeholt
age: alter, jahre alt, volljähr, ausweis, personalausweis, altersnachweis
airport: flughafen, terminal, bahnhof, ankunft, flug$, gate$, airport
alcohol: alkohol, bier, wein, betrunken, besoffen, schnaps, tabak, zigarette, fahne
allergy: allerg, erdnuss, nuss, nüsse, gluten, laktose, unverträg, zutat, inhaltsstoff
animal: hund, katze, haustier, tier, welpe
app: app, bildschirm, stürzt ab, abgestürzt, hängt, eingefroren, absturz, fehler, lädt nicht, update
bank: bank, kontoauszug, iban, überweis, konto
blocked: gesperrt, sperr, blockier, deaktiv, eingeschränk, suspendier, verbann
book: buch, reservier, bestell, brauche ein, möchte ein, will ein
cancel: storn, abbrech, abbest, absag, abblas, rückgängig, nicht mehr, stopp, cancel, widerruf
card: karte, visa, mastercard, paypal, bar$, bargeld, apple pay, google pay, kreditkart, bezahlen mit, zahlungsart, zahlungsmittel
change: änder, ander, wechsel, umbuch, korrigier, ergänz, hinzufüg, anpass, tausch
charge: abgebucht, abbuch, berechnet, belast, bezahlt, gezahlt, eingezogen, kassiert, in rechnung
child: kind, baby, sohn, tochter, teenager, minderjähr, kindersitz, sitzerhöhung, schule, säugling
city: stadt, städte, ort$, land$, ausland, grenze, region, gebiet, verfügbar in
code: code, sms, pin$, verifizier, bestätigungscode, kennwort
cold: kalt, ausgelaufen, verschütt, verdorben, schimmel, abgelaufen, faul, aufgetaut, geschmolzen, roh
company: firma, firmen, unternehmen, geschäft, arbeitgeber, mitarbeiter, kolleg, büro, angestellt, dienst
courier: kurier, liefer, bote, zusteller, fahrrad
damaged: beschädig, kaputt, zerbroch, zerkratz, kratzer, delle, bruch, zerriss, schaden, schäden, scherben
danger: gefahr, hilfe, angst, polizei, notruf, notfall, eingesperrt, lässt mich nicht, unsicher, verfolgt, bedroh
data: daten, privat, persönlich, algorithm, profil, dsgvo
declined: abgelehnt, ablehn, nicht akzept, geht nicht, funktioniert nicht, fehlgeschlag, ungültig, verweiger, nimmt nicht, klappt nicht
delete: lösch, kündigen, abmelden, entfern, konto schließen
delivered: zugestellt, geliefert, nicht erhalten, nicht bekommen, nie angekommen, nichts da, als geliefert
disability: blind, taub, gehörlos, schwerhörig, sehbehind, voiceover, talkback, screenreader, vorlese, behinder, große schrift, gebärden
discrimination: diskriminier, rasse, rassis, schwarz, schwul, religion, hautfarbe, weil ich, muslim, kopftuch, herkunft
driver: fahrer, chauffeur, taxifahrer
driving: fährt, gefahren, gerast, rast, zu schnell, raser, rote ampel, rücksichtslos, gefährlich, am steuer, handy am
email: email, e-mail, mail
expensive: teuer, teurer, zu viel, zuviel, mehr als, überhöht, aufschlag, doppelt, höher, mehr bezahlt, wucher
fare: preis, kosten, kostet, tarif, betrag, fahrpreis, schätzung, angebot, summe, wie viel
food: essen, pizza, burger, sushi, abendessen, mittagessen, restaurant, gericht, suppe, pommes, küche, speise, döner, mahlzeit
forbidden: verboten, erlaubt, batterie, akku, feuerwerk, böller, spreng, waffe, droge, nicht versenden, darf ich, illegal
found: gefunden, fund, gehört jemand, nicht mir, nicht meins, fremde, von jemand anderem
friend: freund, einlad, geworben, werben, empfehl, bruder, schwester
gps: gps, standort, position, karte, ortung, pin$
grocery: lebensmittel, supermarkt, einkauf, milch, brot, eier$, joghurt, obst, gemüse, warenkorb
hacked: gehackt, hack, konto gestohlen, jemand anders, jemand anderes, fremd, missbrauch, betrug, übernommen
harassment: belästig, angefasst, anfass, begrapsch, sexuell, anzüglich, angemacht, stalk, schreibt mir, unangemessen
hours: öffnungszeit, erreichbar, geöffnet, nachts, rund um die uhr, wochenende, feiertag, wann kann ich
ill: krank, übel, erbroch, kotz, vergift, durchfall, magen, bauchschmerz
insurance: versicher, haft, deckt, abgedeckt, wer zahlt
invoice: rechnung, beleg, quittung, mwst, steuer, buchhaltung, monatlich, mehrwertsteuer
job: fahrer werden, bewerb, verdien, job, arbeiten für, voraussetzung, anmelden als, fahren für
language: sprach, sprech, spricht, deutsch, polnisch, englisch, übersetz
late: spät, verspät, dauert, langsam, immer noch nicht, noch nicht da, noch nicht, seit einer stunde, sollte schon, überfällig
login: anmeld, einlogg, login, passwort, zugang, reinkomm
lost: verloren, vergess, liegen gelassen, liegenlass, liegengeblieb, verlor, dagelassen, fundbüro
luggage: koffer, gepäck, sitzplätze, wie viele, passagiere, platz$, passen, personen
message: benachricht, push, mitteilung, hinweis
missing: fehl, unvollständig, nicht dabei, nicht in der tüte, vergessen
moto: motorrad, moto, roller, helm, mofa
move: umzug, umzieh, transporter, lkw$, laster, möbel, lieferwagen, umzugs
parcel: paket, päckchen, karton, sendung, verschick, versend, ware, schick
person: mensch, mitarbeiter, person, berater, jemand echt, sprechen, bot$, roboter, agent
phone: telefon, handy, smartphone, iphone, android, sim$, nummer
plate: kennzeichen, nummernschild, anderes auto, anderer fahrer, nicht derselbe, stimmt nicht überein
points: punkte, treue, prämie, bonus
promo: gutschein, rabatt, aktionscode, code, angebot, coupon, promo, guthaben
property: schlüssel, schirm, jacke, tasche, brille, rucksack, laptop, portemonnaie, geldbeutel, geldbörse, etwas, gegenstand, sachen
refund: erstatt, geld zurück, rückerstatt, zurückzahl, rückzahl, zurückbekomm, entschädig, mein geld, wiederbekomm
review: überprüf, einspruch, widerspruch, nicht einverstanden, unfair, ungerecht, entscheidung, nochmal, beschwerde, abgelehnt
ride: fahrt, taxi, auto, wagen, tour$, fahrzeug
rude: unhöflich, unfreundlich, geschrien, schrie, angebrüllt, beleidig, beschwer, benehm, verhalten, aggressiv, frech
scam: betrug, phishing, gefälscht, fake, verdächtig, ist das echt, gibt sich aus, betrüger, masche
schedule: plan, vorbestell, morgen, später, früher, verschieb, im voraus, nächste woche, nächsten monat, termin, uhr$
shared: wer sieht, sehen kann, verfolgen, teilen, familie, angehörig
soiled: dreck, schmutz, stink, geruch, verschmutz, reinig, sauber, erbroch, fleck
steps: stufe, treppe, aufzug, fahrstuhl, lift$, ebenerdig, erdgeschoss, bordstein, barrierefrei
subscription: abo$, abonn, mitgliedschaft, monatlich, verlänger
tier: gold, silber, silver, bronze, platin, premium, klasse, stufe
tip: trinkgeld, lob, danke, nett, kompliment, super fahrer
twice: zweimal, doppelt, zwei mal, zwei abbuchungen, zwei bestellungen
violence: gewalt, angegriffen, überfall, bedroh, droh, messer, waffe, pistole, geschlagen, schlag, raub, ausgeraubt
wait: wart, minuten
wallet: guthaben, wallet, auflad, aufgeladen, geldbörse, einzahl, auszahl
wheelchair: rollstuhl, rampe, barrierefrei, rollator, mobilität, krücken, gehbehindert
where: wo ist, wo bleib, status, verfolg, eta$, wie lange, unterwegs, ankunft, wann komm, bewegt sich nicht, steht seit, rührt sich nicht
wrong: falsch, verkehrt, verwechsel, irrtüm, stimmt nicht, nicht das, anders als
"""
