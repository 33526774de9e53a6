"""Polish."""

TABLE = """
_he: kierowca, kierowcy, kierowcą, kierowcę, kierowco, szofer, taksówkarz, dostawca, dostawcy, dostawcą, kurier, kuriera, kurierem, pan$, pana$, facet, gość$, gościu, typ$, on$, ona$, mężczyzn, chłopak, człowiek, pracownik, tragarz, pasażer, współpasażer, motocyklist, nieznajom, obcy
_me: mnie, mi$, mną, nas$, nam$, nami, moj, mój, moją, mego, nasz, córk, syn$, syna, żon, mąż, męż, matk, mam$, mama, mamę, ojciec, ojca, tat$, tata, babci, dziadk, dziecko, dziecka, siostr, brat$, brata, koleżank, koleg, przyjaciół, dziewczyn, narzeczon, chłopak, sąsiad, ciotk
_weak: dzieck, dzieci, niemowl, córk, synek, synka, syn$, maluch, nieletni, nastolat, dwunastolet, siostrzenic, bratan, wnucz, wnuk, babci, babcia, dziadek, dziadk, starusz, demencj, alzheimer, autyz, autysty, niepełnospr, niewidom, wózku, chor, ciąż, roczn, letni, latk, lat$, latek, laty
_body: kolan, udo$, udzie, uda$, nog, nóg, pierś, piersi, biust, tyłek, tyłk, pośladk, włos, ramion, ramię, ręk, ręc, rąk, dłon, palc, szyj, twarz, policz, usta$, głow, bluzk, spódnic, sukienk, plec, brzuch, krocz, biodr
_car: samoch, auto$, auta$, autem, aucie, wóz, wozu, bus$, busa, busie, busem, furgon, ciężarów, taks, skuter, motor, moto$, pojazd, tir$, bagażnik
_home: dom$, domu, domem, drzwi, blok, blokiem, klatk, mieszka, okn, furtk, bram, pracy, szkoł, uczeln, siłown, balkon, przystank, osiedl, podwór
_no: nie chce, nie chcia, nie chciał, odmówił, odmawia, nie zatrzym, nie wypuś, nie puścił, nie pozwol, nie reag, milczy, ignor
afraid: boję się, boje sie, bałam się, bałem się, boimy się, bała się, strach, strasznie się ba, przeraż, niebezpiecz, nie czuję się bezpiecz, nie czułam się bezpiecz, nie czułem się bezpiecz, trzęsę, trzęsą, trzęsłam, w panice, panikuj, ratuj, pomocy + samoch|auto|kierow|szybko|natych, modliłam, modliłem, nie czułam się komfort, niekomfortow + _he
alone: zostawi|zostawił|zostawiono|wysadz|wysadził|porzuc|pozostawi|został|została + _weak, sam$|sama$|samo$ + _weak, dziecko samo, czeka sam$, czeka sama
allergy: anafila, alergi + szpital|dusi|puchn|reakcj|orzech|karetk, opuchn + gard|język|twarz, wstrząs
asleep: zasnął, zasnela, zasypia, śpi za, spał za, przysyp, przysnął, drzem + kierow|jazd, oczy + zamyka + jazd|kierow
beaten: uderzył, uderzyl, uderzyła, uderza + mnie|nas, walnął, walną, spoliczk, szarpn, szarpa, pobi, pobił, bił mnie, bije mnie, kopną, kopnął, kopie, oplu, opluł, naplu, popchn, wypchn, wyciągnął + siłą|auta|samoch, rzucił się, rzucił + mnie|we mnie|głow|twarz, cisnął, agresywn, za szyję, dusi, dusił, za ramię, pięści, w twarz, z główki, zaatakow, napadł, atak + _he, wykręc + ręk, przytrzasn, docisn, wcisn + ręk|palc, sin$, sine$, siniak, limo, bójk, wrzątk, poparz, oblał + _me
bite: pogryz, ugryz, gryz, dziabn, pies + ręk|nog|łydk|rzucił|zaatak|dostaw|kurier, użar
blackmail: szantaż, wymusz, okup, zapłać albo, jak nie zapłac, łapówk
choking: padaczk, zasłab, zemdl, mdlej, drgawk, zawał, udar$, nie oddycha, nie może oddycha, dusi się, za serce, ból w klatce, klatk + ból|trzym, nieprzytom, traci przytom, stracił przytom, atak serca, osun, nie reaguje
collision: wypadek, wypadk, wypadkow, kolizj, stłuczk, potrąc, potrąci, dachowa, zderzy, zderzen, wjechał w, wjechał + rów|słup|drzewo|auto|nas, wjechała w, uderzyliśmy, uderzył w + auto|słup|barier|drzewo, wylądowa + rowie, w rowie, przewróci + _car, wywróci, spadł z, spadłam z, spadłem z, hamowa + głow|czoł|nos, najechał, przejechał + stop|człow|pies|nog
detour: las$, lasu, lesie, w lesie, pustkow, polna drog, nie tą drog, nie ta droga, nie jest droga, zła droga, w złą stronę, inną stronę, w drugą stronę, wywozi, wywió, dokąd mnie, nie wiem gdzie jest, skręcił w, zjechał z tras, opuszczon, magazyn + wiez|zawió
drugs: naćpan, ćpa, narkotyk, trawk, zioł + pali, jara, amfetamin, kokain, pod wpływem
drunk: pijan, pijak, pijny, pijana, wstawion, wódk, promil, alkohol + czu|śmierdz|wali|zion|pił|kierow|jech, piwo + kierow|jazd|pił|za kół, pił za, chla, nietrzeźw, na gazie, butelk + pił|kierow|wód, czuć + alkoh|wód
fire: się pali, pali się, pożar, płon, ogień, ognia, dymi, dym$, dymu, zapali się, zapalił się, zajęł, wybuch, eksplo, spłon, iskr, bateri + pali|dym|wybuch
followed: śledzi, śledził, chodzi za, jeździ za, jedzie za, idzie za, szedł za, poszedł za, nachodzi, prześladuj, stalk, pod moim, pod oknem, wie gdzie mieszkam, wie gdzie mieszk, zna mój adres, wrócił pod, kręci się, czeka|czekał|stał|stoi|wystaje|przyjeżdża|przychodzi|pojawi + _home, pisze do mnie, pisze + nocach|codzien|ciągle|prywat, wydzwania, dzwoni + nocy|ciągle|codzien, mój numer, mojego numer, instagram, facebook + _he, wysłał mi zdjęc, przysłał zdjęc, pytał + gdzie mieszk|wychodz|sąsiad|dozorc, wypytuje, adres + nie podaw|usun|skasow|boj, nie podaw
gas: wyciek, ulatnia, gaz$ + czu|śmierdz|wyciek, chemikal, żrąc, kwas$
hate: rasist, rasiz, brudas, ciapat, czarnuch, pedał$, pedale, cwel, homofob, żyd$ + wyzyw|jeb|krzycz, ukrain + wyzyw|kopn|wracaj|opluł|pobi, wracaj + kraju, wyzyw, wyzwał, hidżab, chust + zerwał|ściągn
help: ratunku, ratunek, 112, 997, 999, natychmiast pomoc, proszę o pomoc + niebezp|szybko
hospital: karetk, pogotowi, szpital, sor$, sorze, sorem, kroplówk, salmonel, ostry dyżur, ostrym dyżurze, szyci, szwy$, szwów, szwami, zszy, lekarz + wypad|pobi|zatru|po jedz, oddział + zakaź|leż, zakaźn, chirurg, ambulans, operac + po
injured: krwaw, krew, krwi, złaman, złama, zwichn, skręci + kostk|nog|ręk, ranny, ranna, rannych, obraż, wstrząśn, uraz, spuchn, boli + kark|głow|noga|ręka|żebr|kręgosł, rozcię, pocię, leży + chodnik|ziemi|ulic|jezd, nie może wstać, nie mogę wstać, rusz|ruszył|odjechał + wysiad|wysiada|nie wsiad|jedną nog|drzwi, przytrza, wypadł|wypadła|wyskoczy + auta|samoch|drzwi|jazd
locked: nie chce mnie wypuścić, nie chce wypuś, nie wypuścił, nie wypuszcz, zamknął mnie, zamknął nas, zamknęli, zamkni + środk|bagażnik|aucie|pace, zablokował, zaryglow, zatrzasn, uwięzi, porw, porywa, wyskoczyć, wyskoczył, _no + zatrzym|wypuś|wysią|drzwi|stanąć, prosiłam + zatrzym, kazałam + zatrzym, krzycz + zatrzym, drzwi + nie otwier|nie da|zablok, zabrał|zabiera|wyrwał + telefon
missing: zaginą, zaginę, zaginion, nie możemy go znale, nie możemy jej znale, nie możemy znale + _weak, szukamy + _weak, nie wrócił, nie wróciła, nie dotar + _weak, nie odbiera + córk|syn|mam|babci|dziadk|żon, kontakt + utracon|brak|stracił
not_again: nie chcę + spotk|widzie|trafi|jecha + _he, nie wysyłajcie go, żeby nie przyjeżdżał, już nigdy + nim, zablokujcie + kierow
phone: telefon + jazd|kierow|jech|pisał|film|gra|patrz|oglą, esemes + jazd|kierow, film + oglą|kierow|jazd, tiktok, gra + telefon + jazd, wideo + jazd
poisoning: zatru, zatrucie, wymiot + jedz|zup|pizz|sushi|kurcz|zamów|po, rzyga, biegunk, zepsut + lekarz|szpital|chor, salmonell, tatar + szpital|sor|oddział
police: policj, policjan, komisariat, komend, zgłoszę na pol, prokurat, zeznan
pregnant: ciąż, ciąży, rodzi$, porodow, rodzić, skurcz, wody + odesz
reckless: pędzi, pędził, za szybko, szalej, szaleń, jak wariat, jak szalony, wariat, na czerwon, czerwonym, pod prąd, na trzeciego, wyprzedz + podwójn|ciągł|zakręt, zygzak, slalom, ściga, ścigał, prawie + zabi|wypad|zderz|rozjech|potrąc, o mało + wypad|nie zgin|nie zab|nas, ręce + kierownic, bez trzyman, hamulce, hamulec + nie dział|piszcz|słab, drzwi + otwart|otwiera + jazd|jech, bez pas, pas + nie dział|urwan|zepsut|brak, bez kask, kask + nie ma|brak|bez
robbery: okrad, okradł, okradzi, ukradł, ukradli, ukradzion + siłą|noż|groż|kierow, napad, rabun, obrabow, wyrwał, zabrał + siłą|portfel|telefon|torebk|pieniądz, kieszonk, złodziej
self_harm: samobó, zabić się, zabije się, zabiję się, odebrać sobie, nie chce żyć, nie chce już żyć, nie chcę żyć, ze sobą skończ, skończyć ze sobą, tnie się, podcią, tabletk + połkn|wzią|opakow, skoczyć z most, żegnaj + most|słup|tabl, wjadę w
sexual: dotyka, dotknął, dotykał, obmacyw, macał, maca, molest, gwał, zgwałc, na kolanie, na udzie, za pierś, za kolan, za pup, za tyłek, pocałow, całowa, całować, przytul + _he|na siłę|chciał, obejm, objął, głaska, gładz, seks, porno, masturb, rozpin, rozpiął, rozebra, zboczen, obleśn, napalon, komplement + ciał|nog|ubr, ręk|dłoń|łap|palc + _body|pod, podrywa, nagabyw, propozycj + seks|niemor|nieprzy, gołe zdj, nagie, umów się + mną, sypia, do łóżk, ładne nogi, seksown, mini + skoment, komentow + ciał|nog|biust|strój|wygląd
spying: nagryw + _me, filmuj + _me, robi|robił|zrobił|robi mi + zdjęc, kamer + ukryt|łazien|aucie|kier, lusterk + patrz|gapi|obserw, gapi, podgląd
stranded: w środku nocy + wysadz|zostaw|wyrzu, wysadził|wyrzucił|zostawił|kazał wysiąść + noc|ciemn|autostr|las|drodz|tras|mróz|pustk|ekspres, autostrad + pieszo|idę|zostawi|wysadz, na poboczu, sama w nocy
threat: groził, grozi$, grozi mi, grożą, groźb, zagroził, odgraż, zabije, zabiję, zabić, zajeb, rozwal + łeb|głow, połam + nogi|ręce|kości, pożałujesz, wie gdzie mnie, znajdę cię, znajdzie mnie, dopadn, załatwi + mnie|cię, skrzywdz, szkoda by było, zna mój, ostrzeg + pożał
weapon: nóż, nożem, noża, nożyk, pistolet, broń$, broni$ + wyc|wyj|przystaw|groz|ma$|miał, gaz pieprz, maczet, siekier, kij$ + basebol|groz|machał|uderz, pałk, łom$, kastet, gnat$, strzel, wiatrówk
wrong_driver: inny kierowc, inna osoba, kto inny, ktoś inny, nie ten sam, nie ten kierow, nie zgadza się + kierow|zdjęc|tablic|osob, zdjęci + inn|nie pasu|nie zgadz|kto|łys, za kółkiem + ktoś|inny|inna|kolega|syn|dziecko|nastol, identyfikator + zaklei|zasłoni|brak|cudz, nie zgadz + rejestr|tablic, podszyw, nie jest kierow, bez prawa jazdy, prawo jazdy + nie ma|brak, kolega prowadz, zamienił się + kierow|miejsc
self_harm: mnie już nie będzie, to moja ostatnia wiadomość, nie chcę żyć, nie chce mi się żyć, połknęłam wszystkie, połknąłem wszystkie, żegnajcie, nie mam już siły + żyć
threat: naśle na mnie, nasłać, wiem kim jesteś, uważaj na siebie, połamie mi, nogi + połam, że mnie znajdzie, znajdę cię, dorwę, dorwie, jeszcze cię, pożałuję, pożałujesz, do jakiego przedszkola, do której szkoły, uważać z opinią
beaten: przywalił, przyłożył mi, przyfasolił, sprzedał mi + pięść|liść|kopa, złapał mnie za kurtkę, rzucił mną, rzucił o, popchnął, poszczuł, bejsbol
followed: pisze do mnie codziennie, pisze codziennie, stał pod moimi, patrzy w moje okno, szedł za mną, idzie za mną
alone: odjechał z moim, odjechał z moją, złego auta + latek|syn|córk|dziec, samego na stacji, samą na stacji
locked_in: nie wypuszcza, nie wypuści, otworzy dopiero, nikt mnie nie usłyszy, blokada drzwi
collision: potrącił + kobiet|rower|dzieck|piesz|człowiek|pan, potrąciliśmy
allergy: puchnie + twarz|buzia|gardło|usta|język, spuchła|spuchł + twarz|gardło|buzia
"""
IDIOMS = """
zemdleję z głodu, padam z głodu, umieram z głodu, zestaw noży, noże kuchenne, noży kuchennych, młotek i nożyczki, odbierz mnie spod komisariatu, odbiór pod komendą, odbierz mnie spod komendy, pistolet na wodę, pistolet zabawka, szesnastolatek może, ani razu się nie bałam, nie bała, nikomu nic się nie stało, bez wypadku, niekaraln, zabójcze ceny, umarłam ze śmiechu, śmiertelnie nudna,
strasznie dobr, umieram z głod, umrę z głod, umieram z ciekaw, zabójczo dobr, zabójcz, ceny zabijaj, bomba$, wypadło mi, wypadl mi, padła aplikac, aplikacja pada, pali się do, spalił mi się, rozbój w biały, rozboj w bialy,
złodziejska cen, okradacie, okradają mnie na, napad głodu, atak śmiechu, ogień jedzenie, palce lizać, krew mnie zalewa, krew zalewa, szlag mnie, do szału, wypadek przy pracy, w żadnym wypadku, na wypadek, w takim wypadku, w wypadku gdy,
strach się bać, boję się że się spóźni, boję się ze sie spozn, palce lizac
"""
FRIENDS = "on, to, do, ten, pan, moto, jest, man$, men$, me$, as, brat, most, taxi, bus$, pod, data, stale, my$, no$, by$, car$, her$, she$, he$, us$, kid$, mom$, son$, die$, ran$, hit$, rat, sor"
