"""Norwegian."""

WORDS = """
absent: ikke hjemme, ingen hjemme, ingen åpner, nabo, borte, ingen svarer
accident: ulykke, kollisjon, kollider, påkjør, krasj, skadet, smell
address: adresse, destinasjon, bestemmelsessted, hentested, hente, levering, møtested, inngang, avlever
age: alder, år gammel, mindreårig, myndig, legitimasjon, leg$, id-kort, pass$
airport: flyplass, gardermoen, lufthavn, terminal, stasjon, ankomst, fly$
alcohol: alkohol, øl$, vin$, full$, beruset, sprit, brennevin, tobakk, sigarett, snus
allergy: allerg, peanøtt, nøtt, gluten, laktose, intoler, ingrediens
animal: hund, katt, kjæledyr, dyr$, valp
app: app, skjerm, krasj, henger, hang$, fryser, frøs, frosset, feil$, laster ikke, oppdater, lukker seg
bank: bank, kontoutskrift, iban, overfør, vipps
blocked: blokk, sperr, utesteng, deaktiver, suspender, begrens
book: bestill, bestille, reserver, trenger en, vil ha en, booke, book
cancel: avbestill, avbryt, kanseller, avlys, angre, ikke lenger, stopp, annuller
card: kort$, kortet, visa, mastercard, paypal, kontant, apple pay, google pay, betale med, betalingsmåte, kredittkort, vipps
change: endre, bytt, bytte, korriger, legge til, legg til, annen, annet, rette, flytte tid
charge: belast, trukket, trakk, betalt, gebyr, faktur, avgift
child: barn, baby, sønn, datter, tenåring, mindreårig, barnesete, beltestol, bilstol, skole
city: by$, byer, byen, land$, utland, grense, region, område, finnes dere i
code: kode, sms, pin$, verifis, bekreft
cold: kald, sølt, bedervet, mugg, utgått, råtten, smelt, tint, rå$, lekk
company: bedrift, firma, jobb, arbeidsgiver, ansatt, kollega, kontor, selskap
courier: bud$, budet, levering, lever, kurer
damaged: skad, ødelagt, knust, sprukket, ripe, bulk, revet, biter
danger: fare$, hjelp, redd, politi, nød, innelåst, låst, slipper meg ikke, utrygg, følger etter, truer
data: opplysning, personvern, personlig, algoritme, profil, data$
declined: avvist, avslått, avslag, godtas ikke, funker ikke, virker ikke, fungerer ikke, mislyk, ugyldig, går ikke gjennom, nekt
delete: slett, fjern, avslutte kontoen, stenge kontoen, gdpr
delivered: levert, ikke fått, ikke mottatt, aldri kom, kom aldri, merket
disability: blind, døv, hørselshem, synshem, voiceover, talkback, skjermleser, funksjons, stor tekst, tegnspråk
discrimination: diskrimin, rase$, rasis, svart, homo, gay, religion, hud, fordi jeg er, muslim, hijab, opprinnelse
driver: sjåfør, fører, drosjesjåfør
driving: kjører, kjørte, for fort, fart$, hastighet, hensynsløs, rødt lys, farlig, bak rattet, mobilen
email: e-post, epost, mail
expensive: dyr$, dyrere, dyrt, for mye, mer enn, påslag, dobbelt, høyere, økt
fare: pris, kost, takst, beløp, anslag, tilbud, sum$, total, hvor mye
food: mat$, maten, måltid, pizza, burger, sushi, middag, lunsj, restaurant, rett$, retten, suppe, pommes, kjøkken
forbidden: forbudt, tillatt, batteri, fyrverkeri, eksplosiv, våpen, narkotika, får jeg sende, lov å sende, ulovlig
found: funnet, noen andres, ikke min, tilhører, fant
friend: venn$, venner, kompis, inviter, verve, bror, søster
gps: gps, plassering, posisjon, kart$, sted$
grocery: dagligvare, matvare, butikk, melk, brød, egg, yoghurt, frukt, grønnsak, handlekurv, handling
hacked: hacket, hack, kapret, stjålet kontoen, noen andre bruker, svindel, uvedkommende
harassment: trakass, tok på meg, berør, seksuel, beføl, flørt, stalk, skriver til meg, kommentarer, upassende
hours: åpningstid, åpent, om natten, døgnet rundt, helg, nå dere, helligdag
ill: syk, kast opp, kastet opp, spy, forgift, diaré, mage, kvalm, dårlig
insurance: forsikr, dekk, ansvar, hvem betaler, erstat
invoice: faktura, kvittering, mva$, moms, regnskap, måned
job: bli sjåfør, bli bud, jobb, tjene, krav$, søk$, søke, kjøre for
language: språk, snakk, norsk, polsk, engelsk, overset
late: sen$, sent, forsink, treg, fortsatt ikke, fremdeles ikke, ikke kommet, ikke her, en time siden, burde vært, ikke ennå, tar så lang
login: logge inn, logg inn, innlogg, login, passord, komme inn, bankid
lost: mist, glem, glemt, gjenglemt, tapt, lå igjen, ligger igjen, falt
luggage: koffert, bagasje, sete, hvor mange, passasjer, plass til
message: varsel, varsl, push, melding
missing: mangl, ufullstendig, ikke i posen, glemt
moto: motorsykkel, moto, mc$, scooter, moped, hjelm
move: flytt, lastebil, varebil, møbel, møbler, flyttehjelp
parcel: pakke, eske, forsendelse, sende, sending, frakt, gods, kartong
person: menneske, person, ekte, kundebehandler, medarbeider, snakke med, bot$, robot, agent
phone: telefon, mobil, iphone, android, sim$, nummer
plate: skilt, registreringsnummer, regnummer, annen bil, annen sjåfør, stemmer ikke, ikke samme
points: poeng, lojal, belønn, bonus
promo: rabatt, kupong, kampanje, kode, tilbud, voucher, gavekort, verdikode
property: nøkk, paraply, jakke, veske, briller, sekk, laptop, pc$, lommebok, noe, ting$, gjenstand, saker
refund: refusjon, refunder, pengene tilbake, penger tilbake, få tilbake, tilbakebetal, erstat, kompens, pengene mine
review: ny vurdering, klage, anke, uenig, urettferdig, avgjørelse, vurder, se på igjen, omgjør
ride: tur$, turen, taxi, drosje, bil$, bilen, kjøretøy, reise, skyss
rude: frekk, uhøflig, ubehagelig, skrek, kjeft, fornærm, klage, oppførs, oppfør, aggressiv, sur$
scam: svindel, phishing, falsk, mistenkelig, er det ekte, utgir seg, lure$
schedule: planlegg, forhåndsbestill, i morgen, senere, tidligere, utsette, på forhånd, neste uke, neste måned, dato, tid$
shared: hvem ser, kan se, følge, dele, familie
soiled: skitten, møkk, lukt, stinker, rengjør, vask, flekk, spy, grise
steps: trapp, trinn, heis, bakkeplan, første etasje, fortau
subscription: abonnement, medlemskap, fornye
tier: gull, gold, sølv, silver, bronse, bronze, platin, premium, nivå, klasse
tip: tips$, driks, ros$, skryt, takk, hyggelig, snill
twice: to ganger, dobbel, dobbelt, to trekk, to bestillinger
violence: vold, angrep, angrepet, overfall, trus, ran$, ranet, kniv, våpen, pistol, slo$, slått
wait: vent, minutt
wallet: lommebok, saldo, fyll på, fylle på, wallet, sette inn, ta ut
wheelchair: rullestol, rampe, tilgjengelig, rullator, krykker, bevegelse
where: hvor er, hvor blir, spor, status, eta$, hvor lenge, på vei, ankomst, hvor langt, beveger seg ikke, står stille
wrong: feil$, gal$, galt, feilaktig, forveks, ikke det jeg, annerledes
"""
