"""Swedish."""

WORDS = """
absent: inte hemma, ingen hemma, ingen öppnar, granne, grannen, borta, ingen svarar
accident: olyck, krock, påkörd, kolli, skada, skadad, smäll
address: adress, destination, mål$, upphämt, hämta, avlämn, mötesplats, entré, port$
age: ålder, år gammal, minderårig, myndig, legitim, leg$, id-kort, pass$
airport: flygplats, arlanda, terminal, station, ankomst, flyg
alcohol: alkohol, öl$, vin$, full$, berusad, sprit, tobak, cigarett, snus
allergy: allerg, jordnöt, nötter, nöt$, gluten, laktos, intoler, ingrediens
animal: hund, katt, husdjur, djur, valp
app: app, skärm, kras, hänger, hängde, fryser, frös, frusen, bugg, fel$, laddar inte, uppdater, stängs
bank: bank, kontoutdrag, iban, överför, swish
blocked: blocker, spärr, avstäng, inaktiver, begräns, stängts av
book: bok, beställ, reserv, behöver en, vill ha en, beställa en
cancel: avbok, avbest, avbryt, ställ in, ställa in, ångra, inte längre, stoppa, annuller, cancel
card: kort$, kortet, visa, mastercard, paypal, kontant, apple pay, google pay, betala med, betalsätt, kreditkort, swish
change: ändr, byt, korriger, lägga till, lägg till, annan, annat, rätta, flytta tiden
charge: debiter, dragit, drag, betalt, betalat, avgift, belast, fakturer, drogs
child: barn, bebis, son$, dotter, tonår, minderårig, barnstol, bälteskudde, bilbarnstol, skola
city: stad, städer, ort$, land$, utomlands, gräns, region, område, finns ni i
code: kod, sms, pin$, verifier, bekräft
cold: kall, utspill, spill, skämd, mög, utgång, rutt, smält, tinad, rå$, läck
company: företag, firma, jobbet, arbetsgivar, anställd, kollega, kontor, tjänst
courier: bud$, budet, leverans, lever, kurir
damaged: skad, trasig, sönder, krossad, spruck, rep$, repor, buckl, riv, bitar
danger: fara, hjälp, rädd, polis, nödläge, inlåst, släpper inte ut, otrygg, förföljer, hotar
data: uppgifter, integritet, personlig, personuppgift, algoritm, profil, data$
declined: neka, avvis, accepteras inte, funkar inte, fungerar inte, misslyck, ogiltig, går inte igenom, godkänns inte
delete: radera, ta bort, avsluta mitt konto, stänga mitt konto, avsluta konto, gdpr
delivered: levererad, levererat, inte fått, aldrig kom, kom aldrig, aldrig fått, markerad
disability: blind, döv, hörselskad, synskad, voiceover, talkback, skärmläsare, funktions, stor text, teckenspråk
discrimination: diskrimin, ras$, rasis, svart, gay, bög, religion, hud, för att jag är, muslim, slöja, ursprung
driver: förare, chaufför, taxichaufför
driving: kör$, körde, för fort, fort$, hastighet, vårdslös, rött ljus, farlig, vid ratten, mobilen
email: e-post, epost, mejl, mail
expensive: dyr, för mycket, mer än, påslag, dubbelt, högre, höjt, ocker
fare: pris, kosta, taxa, belopp, uppskatt, offert, summa, total, hur mycket
food: mat$, maten, måltid, pizza, burgare, hamburgare, sushi, middag, lunch, restaurang, rätt$, rätten, soppa, pommes, kök
forbidden: förbjud, tillåt, batteri, fyrverk, smällare, spräng, vapen, drog, får jag skicka, olaglig
found: hittat, hittad, någon annans, inte min, tillhör, upphittad
friend: vän$, vänner, kompis, bjud, värva, bror, syster
gps: gps, plats$, position, karta, läge
grocery: matvar, livsmedel, mataffär, matbutik, mjölk, bröd, ägg, yoghurt, frukt, grönsak, varukorg, affär
hacked: hackad, hack, kapad, stulit mitt konto, någon annan använder, bedräg, kapat, obehörig
harassment: trakass, äckliga medd, snusk, tog på mig, rörde, sexuell, ofreda, tafsa, flört, stalk, skriver till mig, kommentarer, opassande
hours: öppet, öppettid, på natten, dygnet runt, helg, nå er, röd dag
ill: sjuk, kräk, spy, förgift, diarré, mage, magen, illamående, mår illa, mår dåligt
insurance: försäkr, täck, ansvar, vem betalar, ersätt
invoice: faktura, kvitto, moms, bokför, månads
job: bli förare, bli bud, jobb, tjäna, krav$, ansök, söka, köra för
language: språk, prata, talar, svenska, polska, engelska, översätt
late: sen$, sent, försen, dröj, långsam, fortfarande inte, inte kommit, inte här, en timme sedan, borde ha, inte än, tar så lång
login: logga in, inlogg, login, lösenord, komma in, bankid
lost: tappa, glöm, förlor, kvar i, lämnade, borttappad, kvarglömd
luggage: väska, väskor, bagage, sittplats, hur många, passagerare, får plats
message: avisering, notis, push, meddelande
missing: saknas, fattas, ofullständig, fanns inte, glömt
moto: motorcykel, moto, mc$, skoter, moped, hjälm
move: flytt, lastbil, skåpbil, möbel, möbler, flytthjälp
parcel: paket, låda, försändelse, skicka, frakt, gods, kartong
person: människ, person, riktig, medarbetare, handläggare, prata med, bot$, robot, agent
phone: telefon, mobil, iphone, android, sim$, nummer
plate: registreringsnummer, regnummer, skylt, annan bil, annan förare, stämmer inte, inte samma
points: poäng, lojal, belön, bonus
promo: rabatt, kupong, kampanj, kod, erbjud, voucher, värdekod, presentkort
property: nyckl, paraply, jacka, handväska, glasögon, ryggsäck, dator, plånbok, något, sak$, grejer, föremål
refund: återbetal, pengar tillbaka, pengarna tillbaka, få tillbaka, ersätt, kompens, mina pengar
review: ompröv, överklag, håller inte med, orättvis, beslut, granska igen, titta igen, klag, reklam
ride: resa, åktur, taxi, bil$, bilen, körning, fordon, skjuts
rude: otrevlig, oförskämd, skrek, skrik, förolämp, klag, beteende, uppför, aggressiv, ohyfsad
scam: bluff, phishing, nätfiske, falsk, misstänkt, är det äkta, utger sig, bedräg, lura
schedule: schema, förboka, i morgon, imorgon, senare, tidigare, skjuta upp, i förväg, nästa vecka, nästa månad, datum, tid$
shared: vem ser, kan se, följa, dela, familj
soiled: smuts, äcklig, lukt, stank, luktar, städ, rengör, fläck, spy
steps: trapp, steg, hiss, markplan, bottenvåning, trottoar
subscription: prenumer, medlemskap, abonnemang, förny
tier: guld, gold, silver, brons, bronze, platin, premium, nivå, klass
tip: dricks, beröm, tack, trevlig, snäll, komplimang
twice: två gånger, dubbel, dubbelt, två dragningar, två beställningar
violence: våld, attack, överfall, hot, rån, kniv, vapen, pistol, slog, slagen, misshand
wait: vänt, minuter
wallet: plånbok, saldo, fyll på, ladda, wallet, sätta in, ta ut
wheelchair: rullstol, ramp, tillgänglig, rullator, rörelse, kryckor
where: var är, var blir, spåra, status, eta$, hur länge, på väg, ankomst, hur långt, rör sig inte, står still
wrong: fel$, felaktig, misstag, förväx, inte det jag, annorlunda
"""
