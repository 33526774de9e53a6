"""Polish."""

WORDS = """
absent: nie ma mnie, nikogo nie ma, nikt nie otwiera, nie będzie mnie, nieobecn, sąsiad, nie zastał
accident: wypad, kolizj, stłuczk, zderz, potrąc, rann, obraże, uderzy
address: adres, cel$, miejsce docelowe, odbi, punkt spotkania, wejści, klatk
age: wiek, lat$, niepełnoletn, pełnoletn, dowód, dowod, dokument, tożsamo, paszport
airport: lotnisk, terminal, dworzec, dworc, przylot, lot$
alcohol: alkohol, piw, wino$, wina$, pijan, wódk, tyto, papieros
allergy: alerg, uczulen, orzech, orzesz, gluten, laktoz, nietoleranc, składnik
animal: pies, psa$, psem, kot$, kota, kotem, zwierz, szczeni
app: aplikacj, apka, apk, ekran, zawiesz, zawiesi, crash, zacina, błąd, nie ładuje, aktualiz, wyłącza się
bank: bank, wyciąg, iban, przelew
blocked: blok, zablok, zawiesz, dezaktyw, ogranicz, ban$
book: zamów, zamaw, rezerw, potrzebuj, chcę zam, zarezerw
cancel: anul, odwoł, rezygn, cofn, zatrzym, nie chcę już, już nie potrzeb, odwołać
card: kart, visa, mastercard, paypal, gotówk, blik, apple pay, google pay, płacić, metod płatno, metody płatno
change: zmian, zmien, popraw, edyt, inn, doda, zamien
charge: obciąż, pobra, pobral, zapłac, naliczon, płatno, ściąg, zabral
child: dzieck, dzieci, syn$, syna, córk, niemowl, nastolat, nieletn, fotelik, podstawk, szkoł
city: miast, kraj, zagranic, granic, region, okolic, dostępn w
code: kod, sms, pin$, weryfik
cold: zimn, rozla, wylan, zepsut, pleśn, przetermin, zgni, rozmroż, surow
company: firm, służbow, biznes, pracodawc, pracowni, koleg, koleż, biur, przedsiębior
courier: kurier, dostaw, dostarcz, doręcz
damaged: uszkod, zniszcz, rozbit, pęk, porys, zarys, wgnie, podart, kawałk, szkod, stłucz
danger: niebezpiecz, pomocy, ratunku, boję, policj, zamkn, nie chce mnie wypu, nie wypuszcza, zagroż, śledzi, alarmow
data: dane$, danych, prywatn, osobow, algorytm, profil
declined: odrzuc, odmow, odmów, nie przyjmuje, nie działa, nie przechodzi, nieważn, nieprawidł, niepowodz
delete: usun, usuń, skasow, zamkn konto, zamknąć konto, rodo
delivered: dostarczon, nie dostał, nie otrzym, nie dotar, doręczon, nic nie ma
disability: niewidom, głuch, niesłysz, słabosłysz, niedowidz, voiceover, talkback, czytnik ekranu, niepełnospr, duża czcionka, język migowy
discrimination: dyskrymin, ras$, rasow, rasis, czarn, gej, religi, skór, dlatego że jestem, bo jestem, muzułm, pochodzen
driver: kierowc, taksówkarz, szofer
driving: jedzie, jechał, jeździ, za szybko, prędko, szarż, czerwonym, niebezpieczn, kierownic, piracko
email: email, e-mail, mail
expensive: drog, za dużo, więcej niż, zawyż, dopłat, podwój, wyższ, podwyż, przepłac
fare: cen$, cena, cenę, ceny, koszt, stawk, taryf, kwot, wycen, szacun, suma, ile
food: jedzen, posił, pizz, burger, sushi, kolacj, obiad, restaurac, dani, zupa, frytk, kuchni, kebab
forbidden: zabron, zakaz, dozwol, bateri, akumulator, fajerwerk, petard, wybuch, broń, narkotyk, czy mogę wysłać, nielegaln
found: znalaz, znalez, cudz, kogoś innego, nie moje, należy do
friend: znajom, przyjaci, zaprosz, zapros, polec, brat, siostr
gps: gps, lokalizac, pozycj, map, pinez
grocery: zakup, supermarket, sklep, mleko, chleb, jaj, jogurt, owoc, warzyw, koszyk, spożyw
hacked: zhakow, włam, przejęt, przejął, ukradł konto, ktoś inny, ktoś używa, oszust, bez mojej zgody
harassment: molest, dotyk, dotkn, seksual, podryw, obmac, nęka, wypisuje, nieprzyzwoit, zaczepia
hours: godzin, czynn, w nocy, całodob, weekend, świę, kiedy mogę
ill: chor, wymiot, zatru, biegunk, żołąd, mdłości, nudności, niedobrze, źle się czuj
insurance: ubezpiecz, pokrywa, odpowiedzial, kto płaci, odszkod
invoice: faktur, rachun, paragon, vat$, księgow, miesięczn
job: zostać, prac, zarab, zarob, wymagan, zgłos, rejestr, jeździć dla
language: język, mówi, polsk, angielsk, tłumacz
late: spóź, opóź, późn, wciąż nie, nadal nie, jeszcze nie, nie przyjecha, nie przysz, godzinę temu, powinien już, długo, wlecze
login: zalogow, logow, login, hasł, dostęp
lost: zgub, zapom, zostaw, wypad, utrac
luggage: waliz, bagaż, miejsc, ile osób, pasażer, zmieści
message: powiadom, push, alert
missing: brak, niekomplet, nie było w, zapomniel
moto: moto, skuter, kask
move: przeprowadz, ciężarów, furgon, dostawcz, mebl, busa, bus$
parcel: paczk, przesył, pudł, karton, wysła, wysył, nada, towar
person: człowiek, konsultant, osob, żyw, agent, rozmaw, porozmawia, bot$, robot, pracownik
phone: telefon, komórk, smartfon, iphone, android, sim$, numer
plate: tablic, rejestrac, inny samochód, inny kierowca, nie zgadza, nie ten, inne auto
points: punkt, lojaln, nagrod, bonus
promo: promo, kupon, bon$, zniżk, rabat, kod$, ofert, voucher
property: klucz, parasol, kurtk, toreb, okular, plecak, laptop, portfel, coś, przedmiot, rzecz
refund: zwrot, zwróc, oddac, oddaj, pieniądze, rekompens, moje pieniądze, odzyska
review: odwoła, ponown, nie zgadzam, niesprawied, decyzj, rozpatrz, reklamac, sprawdz
ride: przejazd, kurs$, kursu, taksów, samoch, auto$, podróż, pojazd
rude: niegrzecz, niemił, chamsk, krzycz, obraż, wyzywa, skarg, zachow, agresyw, burak
scam: oszust, phishing, fałszyw, podejrzan, czy to prawda, podaje się, wyłudz
schedule: zaplan, jutro, później, wcześniej, przełoż, z wyprzedz, przyszły tydzień, przyszłym tygodni, data, termin
shared: kto widzi, może widzieć, śledz, udostęp, rodzin
soiled: brud, śmierdz, zapach, plam, sprząt, czyszcz, zwymiot, syf
steps: schod, stopn, wind, parter, krawężnik, bez barier
subscription: subskryp, abonament, członko, odnow
tier: złot, gold, srebr, silver, brąz, bronze, platyn, premium, klas, poziom
tip: napiwek, napiwk, pochwa, dzięk, miły, uprzejm, świetn
twice: dwa razy, podwój, dwukrot, podwoj, dwa obciąż, dwa zamów
violence: przemoc, napad, zaatak, grozi, groźb, okrad, nóż, nożem, broń, pistolet, pobi, uderzy, rabun
wait: czek, minut
wallet: portfel, saldo, doład, wallet, środki, wypłac, zasil
wheelchair: wózk, wózek, ramp, podjazd, dostępno, chodzik, balkonik, kule
where: gdzie, śledz, eta$, status, ile jeszcze, jak długo, w drodze, kiedy, nie rusza, stoi
wrong: zły, złe, źle, błędn, pomył, nie to, inne niż, niewłaściw
"""
