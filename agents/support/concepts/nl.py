"""Dutch."""

WORDS = """
absent: niet thuis, niemand thuis, niemand doet open, niemand opent, buren, buurman, buurvrouw, afwezig
accident: ongeluk, ongeval, aanrijding, aangereden, botsing, gewond, gebotst, letsel
address: adres, bestemming, ophaal, opgehaald, afzet, ontmoetingspunt, ingang, oppikken
age: leeftijd, jaar oud, minderjarig, meerderjarig, legitimatie, identiteit, paspoort, id-kaart
airport: luchthaven, vliegveld, schiphol, terminal, station, aankomst, vlucht
alcohol: alcohol, bier, wijn, dronken, bezopen, drank, tabak, sigaret
allergy: allerg, pinda, noten, gluten, lactose, intoleran, ingrediënt
animal: hond, kat$, katten, huisdier, dier, puppy
app: app, scherm, crash, loopt vast, vastgelopen, hangt, bevroren, bug, fout, laadt niet, update, sluit af
bank: bank, afschrift, iban, overschrij, overmak
blocked: geblokk, blokk, opgeschort, gedeactiveerd, geschorst, beperkt, verbannen
book: boek, reserv, bestel, nodig, wil een, aanvragen
cancel: annul, afzeg, stop, ongedaan, niet meer nodig, wil niet meer, intrekken, cancel
card: kaart, pas$, visa, mastercard, paypal, contant, apple pay, google pay, ideal, bancontact, betalen met, betaalmethode
change: wijzig, verander, aanpas, ander, wissel, toevoeg, correct
charge: afgeschreven, afschrijv, rekening gebracht, betaald, berekend, in rekening, geïnd, kosten
child: kind, baby, zoon, dochter, tiener, minderjarig, kinderzitje, zitverhoger, school, peuter
city: stad, steden, land$, buitenland, grens, regio, gebied, beschikbaar in
code: code, sms, pin$, verificat, bevestigingscode
cold: koud, gemorst, bedorven, schimmel, over datum, rot$, rotte, gesmolten, ontdooid, rauw, gelekt
company: bedrijf, bedrijv, zakelijk, zaak, werkgever, werknemer, medewerker, collega, kantoor, firma
courier: koerier, bezorg, lever
damaged: beschadig, kapot, gebroken, kras, deuk, gescheurd, schade, stuk$, barst
danger: gevaar, help, bang, politie, noodgeval, alarmnummer, opgesloten, laat me er niet uit, onveilig, achtervolgt, bedreig
data: gegevens, privacy, persoonlijk, algoritme, profiel
declined: geweiger, weiger, afgewezen, niet geaccepteerd, werkt niet, mislukt, ongeldig, pakt niet, lukt niet
delete: verwijder, wis$, wissen, opzeggen, account sluiten, avg$
delivered: bezorgd, geleverd, niet ontvangen, nooit aangekomen, niets gekregen, afgeleverd
disability: blind, doof, slechthorend, slechtziend, voiceover, talkback, schermlezer, beperking, gehandicapt, grote letters, gebarentaal
discrimination: discrimin, ras$, racis, zwart, homo, gay, religie, geloof, huid, omdat ik, moslim, hoofddoek, afkomst
driver: chauffeur, bestuurder, taxichauffeur
driving: rijdt, gereden, te hard, te snel, snelheid, rood licht, roekeloos, gevaarlijk, achter het stuur, scheur
email: email, e-mail, mail
expensive: duur, te veel, teveel, meer dan, toeslag, dubbel, hoger, verhoog, overdreven
fare: prijs, kost, tarief, bedrag, ritprijs, schatting, offerte, totaal, hoeveel
food: eten, maaltijd, pizza, burger, sushi, avondeten, lunch, restaurant, gerecht, soep, friet, patat, keuken
forbidden: verboden, toegestaan, batterij, accu, vuurwerk, explosie, wapen, drugs, mag ik, illegaal, niet versturen
found: gevonden, van iemand anders, niet van mij, vondst, hoort bij
friend: vriend, uitnodig, doorverw, aanbreng, broer, zus
gps: gps, locatie, positie, kaart
grocery: boodschap, supermarkt, melk, brood, eieren, yoghurt, fruit, groente, winkelmand
hacked: gehackt, hack, account gestolen, iemand anders gebruikt, overgenomen, fraude, misbruik, zonder mijn toestemming
harassment: lastig, aangeraakt, betast, seksue, intimid, geflirt, stalk, blijft appen, opmerkingen, ongepast
hours: openingstijd, bereikbaar, open$, 's nachts, weekend, feestdag, hoe laat
ill: ziek, overgegeven, braken, kots, vergift, diarree, maag, misselijk, buikpijn
insurance: verzeker, dekking, gedekt, aansprakelijk, wie betaalt, vergoed
invoice: factuur, facturen, bon$, bonnetje, btw, boekhouding, maandelijks
job: worden, verdien, werken voor, solliciteer, voorwaarden, aanmelden als, rijden voor
language: taal, talen, spreek, spreekt, nederlands, pools, engels, vertal
late: laat, vertraag, vertraging, traag, nog steeds niet, nog niet, duurt, een uur geleden, had er al, te laat
login: inlog, login, aanmeld, wachtwoord, toegang
lost: verloren, kwijt, vergeten, laten liggen, achtergelaten, liggen, gevallen
luggage: koffer, bagage, zitplaats, hoeveel personen, passagiers, past$, passen
message: melding, push, bericht, notific
missing: ontbre, onvolledig, mist$, niet in de zak, missen
moto: motor, moto, scooter, helm
move: verhuis, vrachtwagen, bestelbus, busje, meubel
parcel: pakket, pakje, doos, zending, verstur, verzend, goederen
person: mens$, medewerker, persoon, iemand echt, echt iemand, praten, spreken met, bot$, robot, agent
phone: telefoon, mobiel, smartphone, gsm, iphone, android, sim$, nummer
plate: kenteken, nummerplaat, andere auto, andere chauffeur, komt niet overeen, klopt niet, niet dezelfde
points: punten, loyaliteit, beloning, bonus
promo: promo, kortingscode, coupon, voucher, korting, waardebon, aanbieding, tegoedbon, actiecode
property: sleutel, paraplu, jas$, tas$, bril, rugzak, laptop, portemonnee, iets, voorwerp, spullen
refund: terugbeta, geld terug, terugkrijg, terugstort, vergoed, restitu, mijn geld, compens
review: herzien, bezwaar, beroep, niet eens, oneerlijk, beslissing, opnieuw, heroverweg, klacht
ride: rit$, ritje, ritten, taxi, auto, wagen, reis, voertuig
rude: onbeleefd, onvriendelijk, onbeschoft, schreeuw, uitgescholden, beledig, klacht, klagen, gedrag, agressief
scam: oplicht, phishing, nep, verdacht, is dit echt, doet zich voor, zegt dat hij, fraude
schedule: plan, morgen, later, vroeger, eerder, uitstel, verzet, van tevoren, volgende week, volgende maand, datum, tijdstip
shared: wie ziet, kan zien, volgen, delen, familie, meekijken
soiled: vies, smerig, stink, stonk, vuil, schoonma, vlek, overgegeven, reinig
steps: trap$, trappen, trede, lift$, gelijkvloers, begane grond, stoep, drempel
subscription: abonnement, lidmaatschap, maandelijks, verleng
tier: goud, gold, zilver, silver, brons, bronze, platin, premium, klasse, niveau
tip: fooi, compliment, bedankt, vriendelijk, geweldig, pluim
twice: twee keer, dubbel, tweemaal, twee afschrijvingen, twee bestellingen
violence: geweld, aangevallen, overval, bedreig, beroofd, mes$, wapen, pistool, geslagen, sloeg
wait: wacht, minuten
wallet: tegoed, wallet, saldo, opwaarder, opladen, storten, opnemen, portemonnee
wheelchair: rolstoel, oprijplaat, toegankelijk, rollator, mobiliteit, krukken
where: waar is, waar blijft, status, volgen, eta$, hoe lang, onderweg, aankomst, waar, beweegt niet, staat stil
wrong: verkeerd, fout, vergist, verwisseld, niet wat, anders dan, onjuist
"""
