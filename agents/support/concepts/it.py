"""Italian."""

WORDS = """
absent: nessuno in casa, non sono in casa, non c'e nessuno, nessuno apre, nessuno risponde, vicin, assente, portin
accident: incident, tampon, scontr, urtat, ferit, investit, botta
address: indirizzo, destinazione, partenza, ritiro, punto d'incontro, prendermi, ingresso, portone
age: eta$, anni, minorenne, maggiorenne, documento, carta d'identita, identita
airport: aeroporto, terminal, stazione, arrivi, volo
alcohol: alcol, alcool, birra, vino, ubriac, liquor, bevand, tabacco, sigarett
allergy: allerg, arachid, nocciol, noci$, glutine, lattosio, intolleran, ingredient, celiac
animal: cane, cani, gatto, gatti, cucciol, animal
app: app, applicazione, schermo, si blocca, bloccat, si chiude, crash, congel, errore, non carica, aggiorn
bank: banca, estratto conto, iban, bonifico
blocked: blocc, sospes, disattiv, limitat, bannat
book: prenot, ordinare un, chiamare un, mi serve un, ho bisogno di un, voglio un, richiedere
cancel: annull, disdi, cancell, ferma, interromp, non voglio piu, non mi serve piu, stop
card: carta, visa, mastercard, paypal, contanti, apple pay, google pay, bancomat, pagare con, metodo di pagamento
change: cambi, modific, corregg, spost, altro, altra, aggiung, sostitu
charge: addebit, preleva, prelev, pagat, pagament, scalat, fattur
child: bambin, figli, neonat, minor, adolescent, seggiolino, rialzo, scuola, bimb
city: citta, paese, estero, confine, zona, regione, disponibil
code: codice, sms, pin$, verific
cold: fredd, rovesciat, versat, scadut, marci, muffa, avariat, sciolt, crud
company: azienda, ditta, aziendal, impresa, datore, dipendent, collegh, collega, ufficio, lavoro
courier: corriere, fattorin, rider, consegn
damaged: dannegg, rott, graffi, ammacc, strapp, pezzi, danni, danno, spacc
danger: pericol, aiuto, paura, polizia, emergenza, chius dentro, non mi fa scendere, insicur, mi segue, minacc
data: dati$, privacy, personal, algoritmo, profilo
declined: rifiut, respint, non accett, non funziona, non passa, fallit, non valid, negat
delete: elimin, cancellare il mio account, cancellare account, chiudere il mio account, rimuov, gdpr
delivered: consegnat, non ricevut, non ho ricevut, mai arrivat, non e arrivato, risulta
disability: ciec, sord, sentire, voiceover, talkback, lettore di schermo, disab, ipovedent, caratteri grandi, lingua dei segni
discrimination: discrimin, razza, razzi, ner$, nero, nera, gay, religion, pelle, perche sono, musulman, etnia
driver: autist, conducent, tassist
driving: guid, corre$, correva, troppo veloce, velocita, semaforo rosso, imprud, spericolat, volante
email: email, e-mail, mail, posta elettronica
expensive: caro, cara, piu caro, di piu, troppo, maggiorazione, doppio, supplemento, aument, rincar
fare: tariffa, prezzo, cost, importo, preventivo, stima, totale, quanto
food: cibo, pizza, hamburger, panino, sushi, cena, pranzo, ristorante, piatto, zuppa, patatine, pasto, cucina
forbidden: vietat, proibit, permess, batteri, fuochi d'artificio, petard, esplosiv, arma, armi, droga, illegal, non posso spedire
found: trovat, ritrov, di qualcun altro, non e mio, non e mia, appartien
friend: amic, invit, presenta, fratello, sorella
gps: gps, posizione, mappa, localizz
grocery: spesa, supermercato, latte, pane$, uova, yogurt, frutta, verdura, carrello
hacked: hacker, violat, rubato l'account, rubato il mio account, qualcun altro, qualcuno usa, frod, non autorizz
harassment: molest, toccat, sessual, avances, palpat, volgar, mi scrive, commenti, mi segue
hours: orari, apert, di notte, fine settimana, weekend, festiv, a che ora
ill: malat, vomit, intossic, diarrea, stomaco, nausea, star male, sto male, stata male, stato male
insurance: assicur, copr, copert, chi paga, responsabil
invoice: fattura, ricevuta, iva$, contabil, mensil, scontrino
job: diventare, lavor, guadagn, requisit, candid, iscriver, guidare per
language: lingua, lingue, parla, italiano, polacco, inglese, traduc
late: ritard, tardi, lent, non ancora, ancora non, non e arrivat, non arriva, da un'ora, doveva, ci mette
login: acced, login, password, entrare, accesso, loggar
lost: pers$, perso, persa, smarrit, dimentic, lasciat, cadut
luggage: valigi, bagagl, posti, quante persone, passegger, ci stiamo, entra
message: notific, avvis, push
missing: manca, incomplet, mancant, non c'era
moto: moto, scooter, casco
move: trasloc, furgon, camion, mobili, mobilio
parcel: pacco, pacchi, pacchetto, scatola, spedi, mandare, merce, invi
person: persona, uman, operator, agente, parlare con, bot$, robot, qualcuno di vero
phone: telefon, cellulare, smartphone, iphone, android, sim$, numero
plate: targa, altra auto, altra macchina, altro autista, non corrisponde, non e la stessa, diversa
points: punti, fedelta, premi, bonus
promo: promo, coupon, buono, buoni, sconto, codice, offert, voucher
property: chiavi, ombrello, giacca, borsa, occhiali, zaino, portatile, portafogli, qualcosa, oggetto, cosa
refund: rimbors, soldi indietro, restitu, ridare, riavere, i miei soldi, risarc, indenn
review: riesam, ricorso, contest, non sono d'accordo, riconsider, ingiust, decisione, rivedere, reclam
ride: corsa, viaggio, taxi, auto, macchina, tragitto, veicolo, passaggio
rude: maleducat, scortes, urlat, urla, insult, lament, comport, aggressiv, sgarbat
scam: truff, phishing, fals, sospett, e vero, si spaccia, dice di essere, raggir
schedule: programm, domani, piu tardi, prima, rimand, anticipo, settimana prossima, prossimo mese, data, ora$, orario
shared: chi vede, puo vedere, seguire, condivid, famiglia
soiled: sporc, puzz, odore, macchi, puli, vomit, schifo, lurid
steps: scale, scala, scalin, gradin, ascensore, piano terra, marciapiede, salire
subscription: abbonament, iscrizione, piano mensile, rinnov
tier: oro$, gold, silver, argento, bronzo, bronze, platin, premium, categoria, livello
tip: mancia, complimenti, lodare, grazie, gentil, bravo, bravissim
twice: due volte, doppio, doppi, duplicat, due addebiti, due ordini
violence: violen, aggred, aggress, attacc, minacc, rapin, rubat, coltello, pistola, arma, picchi, colpit
wait: aspett, attes, minuti
wallet: portafoglio, saldo, ricaric, wallet, credito, prelevare, aggiungere denaro
wheelchair: sedia a rotelle, carrozzina, rampa, pedana, accessib, mobilita, deambulatore, stampelle
where: dove, tracc, eta$, stato, quanto manca, in arrivo, per strada, non si muove, fermo
wrong: sbagliat, errat, scorrett, error, non era, non e quello, divers
"""
