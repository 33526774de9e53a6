# ruff: noqa: RUF001
"""How people are named in the fifteen languages: cue words before a name, common given names and surnames, words that are none.

Nothing flows in. Out: patterns on text without case (for Latin and Cyrillic to be followed by a name), and sets of words without case.
Names are common ones; those that are everyday words too are left out. Lists are read by ``cues.listed``.
"""

from __future__ import annotations

from agents.support.cues import listed

# After SURE any word is a name, after NAMED one with a capital; by a person's ROLE, TITLE, what they SAY, GREETINGS and CLOSINGS:
# names with a capital that are no everyday words. Those of English and of the text's language are looked for.
SURE = (
    r"(?:my|full|his|her|their|whose|driver's|passenger's|rider's|courier's|driver|passenger|account) (?:full |last |first )?name(?: is|"
    r"'s| was|:)|the name(?: is|'s|:)|name's|name:|nombre:|nom:|prénom:|nome:|naam:|nazwisko:|namn:|navn:|имя:|фамилия:|name ist|"
    r"(?:driver|courier|rider|man|woman|guy|person|agent|someone|somebody|passenger) (?:was |is )?(?:named|called)|(?:was|is) called|i "
    r"am called|i'm called|surname is|goes by(?: the name)?|me llamo|mi nombre(?: completo)? es|se llama(?:ba)?|je m'appelle|mon nom est|"
    r"s'appel(?:le|ait)|ich hei(?:ß|ss)e|mein name ist|mein name:|meu nome é|o meu nome é|me chamo|chamo-me|chama-se|se chama(?:va)?|mi "
    r"chiamo|il mio nome è|si chiama(?:va)?|mijn naam is|ik heet|nazywam się|nazywam sie|mam na imię|mam na imie|(?:ma|miał|miala|miała) "
    r"na imię|jag heter|mitt namn är|jeg heter|eg heiter|mitt navn er|namnet mitt er|меня зовут|мо[её] имя|его зовут|её зовут|водителя "
    r"зовут"
)
NAMED = (
    r"names?|surname|in the name of|under the name(?: of)?|hello my name|nombre|llamad[oa]|a nombre de|apellidos?(?: es)?|nom|au nom de|"
    r"nommée?|prénom|hei(?:ß|ss)t|hei(?:ß|ss)en|hie(?:ß|ss)|auf den namen|namens|name|em nome d[eoa]|nome|sobrenome|apelido|a nome(?: "
    r"di)?|cognome|heette?|op naam van|genaamd|naam|achternaam(?: is)?|imię i nazwisko|nazwisko|o nazwisku|na nazwisko|o imieniu|imię|"
    r"heter|hette|vid namn|i namnet|namnet|namn|ved navn|som heter|etternavn|navnet|navn|зовут|по имени|на имя|фамили[яию]|имя"
)
ROLES = {
    "en": "driver|courier|rider|captain|chauffeur|cabbie|recipient|receiver|passenger|guest|contact|wife|husband|brother|sister|son|"
    "daughter|mother|father|mum|mom|dad|boss|colleague|friend|cousin|uncle|aunt|auntie|neighbour|neighbor|agent|assistant|roommate|"
    "girlfriend|boyfriend|customer|client|partner|nephew|niece|grandmother|grandfather|granny|gran|nanny|employee|operator|kid|child|"
    "boy|baby|teammate|flatmate|carer|nurse|teacher|manager|supervisor|mover|helper|helpers",
    "es": "conductora?|chófer|chofer|repartidora?|mensajer[oa]|pasajer[oa]|esposa|esposo|marido|mujer|herman[oa]|hij[oa]|madre|padre|"
    "mamá|papá|jef[ea]|amig[oa]|novi[oa]|prim[oa]|vecin[oa]|client[ea]|agente|compañer[oa]|motorista",
    "fr": "conducteur|conductrice|chauffeure?|livreur|livreuse|coursier|femme|mari|frère|sœur|soeur|fils|fille|mère|père|collègue|amie?|"
    "copine?|voisine?|cliente?|passag[eè]re?",
    "de": "fahrer(?:in|s)?|kurier|frau|mann|bruder|schwester|sohn|tochter|mutter|vater|chef|chefin|kolleg(?:e|in)|freund(?:in)?|"
    "nachbar(?:in)?|kund(?:e|in)|fahrgast|empfänger(?:in)?|oma|opa|onkel|tante",
    "pt": "motoristas?|condutora?|entregadora?|motoboy|estafeta|mulher|esposa|marido|irmão|irmã|filh[oa]|mãe|pai|namorad[oa]|amig[oa]|"
    "colega|vizinh[oa]|pilot[oa]|passageir[oa]",
    "it": "autista|conducente|fattorino|corriere|rider|moglie|marito|fratello|sorella|figli[oa]|amic[oa]|collega|mamma|papà|nonn[oa]|"
    "zi[oa]|tassista",
    "nl": "chauffeur|bezorger|koerier|vrouw|man|broer|zus|zoon|dochter|moeder|vader|vriend(?:in)?|collega|buurvrouw|buurman|oma|opa|"
    "tante|oom",
    "pl": r"kierow\w{2,4}|kurier\w{0,4}|żon[aąęy]|mąż|męża|mężem|brat\w{0,2}|siostr[aęyą]|syn\w{0,2}|córk[aęią]|córki|mam[aęąy]|"
    r"tat[aęąy]|kole(?:ga|żanka)|przyjaci\w{2,4}|odbiorc\w{1,2}|babci\w|dziad\w{2,3}",
    "sv": "förare[ns]?|chauffören?|budet|kuriren|fru|man|bror|syster|dotter|son|mamma|pappa|vän|kompis|kollega|mormor|farmor|morfar|farfar",
    "no": "sjåfør(?:en)?|budet|kureren|kona|kone|mannen|mann|bror|søster|sønn|datter|venn|venninne|mor|far|mamma|pappa|kollega|bestemor|"
    "bestefar",
    "ru": r"водител\w{1,3}|курьер\w{0,2}|пассажир\w{0,2}|жен[ауы]|муж\w{0,2}|брат\w{0,2}|сестр\w{1,2}|сын\w{0,2}|доч(?:ь|ери)|мам[ауы]|"
    r"отец|отца|друг\w{0,2}|подруг\w|коллег\w|получатель|таксист\w{0,2}|бабушк\w|дедушк\w|внук\w{0,2}",
}
SAYING = {
    "en": "this is|it's|i'm|i am|speaking with|spoke (?:to|with)|(?:talked|chatted) (?:to|with)|ask(?:ed)? for|helped by|thanks to|"
    "sincerely|(?:calls?|called|messages?|texts?|sms|e-?mails?|mail|letter|note|gift|shout ?out|congrats|congratulations|love|greetings|"
    "complaint|money) (?:from|to|by|for)",
    "es": "soy|habla|le habla|aquí|hablé con|habló con|gracias a|(?:llamada|mensaje|correo|carta|regalo) (?:de|para|a)|conocí a",
    "fr": "je suis|c'est|ici|merci à|parlé (?:à|avec)|(?:appel|message|mail|lettre|cadeau) (?:de|pour|à)",
    "de": "ich bin|hier ist|hier spricht|hier schreibt|dank an|gesprochen mit|(?:anruf|nachricht|mail|brief|geschenk) (?:von|an|für)",
    "pt": "sou|sou a|sou o|aqui é|fala|aqui fala|falei com|(?:chamada|ligação|mensagem|email|carta|presente) (?:de|da|do|para)",
    "it": "sono|parla|qui è|parlato con|grazie a|(?:chiamata|messaggio|mail|lettera|regalo) (?:di|da|per)",
    "nl": "ik ben|u spreekt met|dank aan|gesproken met|(?:telefoontje|bericht|mail|brief|cadeau) (?:van|aan|voor)",
    "pl": r"jestem|mówi|z tej strony|tutaj|rozmawiał\w{1,2} z|(?:wiadomość|telefon|mail|list|prezent) (?:od|dla|do)",
    "sv": "jag är|det är|det här är|pratade med|tack till|(?:samtal|meddelande|mejl|brev|present) (?:från|till)",
    "no": "jeg er|eg er|dette er|det er|snakket med|takk til|(?:samtale|melding|mail|brev|gave) (?:fra|til)|gratulerer til",
    "ru": "я|это|с вами|говорит|спасибо|(?:звонок|сообщение|письмо|подарок) (?:от|для)",
}
TITLES = {
    "en": "miss|mister|madam|captain",
    "es": "señora?|don|doña|señorita|familia",
    "fr": r"m\.?|madame|monsieur|mademoiselle|famille",
    "de": "herrn?|frau|familie",
    "pt": "senhora?|dona|dom|seu|família",
    "it": "signora?|signor|don|famiglia",
    "nl": "meneer|mevrouw|familie|ene",
    "pl": "pan|pani|pana|panem|panu|panią|państwo|rodzina|ks",
    "sv": "fru|fröken|herr|familjen",
    "no": "fru|herr|familien",
    "ru": r"господин\w?|госпожа|г-н|г-жа|дядя|тётя|тетя|бабушка|товарищ",
}
SHORT_TITLES = (  # a point may follow
    "mr|mrs|ms|mx|dr|prof|sir|mme|mlle|sra?|srta|sig|sig\\.ra|dott|dott\\.ssa|ing|dhr|mevr|hr|oga|bp|messrs"
)
CLOSINGS = (
    r"(?:kind |best |warm |many )?regards|best wishes|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|yours|cheers|thanks(?: "
    r"again| a lot| so much)?|thank you|thx|ty|signed|saludos(?: cordiales)?|atentamente|un saludo|gracias|cordialement|bien à vous|"
    r"merci(?: d'avance)?|salutations(?: distinguées)?|mit freundlichen gr(?:ü|ue)(?:ß|ss)en|freundliche gr(?:ü|ue)(?:ß|ss)e|viele "
    r"gr(?:ü|ue)(?:ß|ss)e|liebe gr(?:ü|ue)(?:ß|ss)e|gruß|gruss|lg|vg|mfg|hochachtungsvoll|danke|atenciosamente|cumprimentos|(?:um "
    r")?abraços?|obrigad[oa]|att|cordiali saluti|distinti saluti(?:[.,] (?:rag|avv|geom|dott))?|saluti|grazie|met vriendelijke "
    r"groet(?:en)?|vriendelijke groet(?:en)?|groet(?:en|jes)?|mvg|bedankt|alvast bedankt|pozdrawiam|z poważaniem|z powazaniem|dziękuję|"
    r"dzięki|(?:med )?vänliga? hälsning(?:ar)?|hälsningar|vänligen|mvh|tack(?: på förhand)?|(?:med )?(?:vennlig )?hilsen|vennlig|takk|с "
    r"уважением|спасибо|заранее спасибо|с наилучшими"
)
GREETINGS = (
    r"hi|hello|hey|dear|hola|estimad[oa]|querid[oa]|hallo|liebe[rs]?|sehr geehrter?|guten (?:tag|morgen|abend)|bonjour|bonsoir|salut|"
    r"chère?|olá|oi|car[oa]|prezad[oa]|ciao|gentile|buongiorno|beste|hoi|goede(?:morgen|middag|navond)|cześć|szanown[yai]|drog[ia]|hej|"
    r"hejsan|kära|hei|kjære|привет|здравствуйте|уважаем\w{2}|дорог\w{2}"
)
IAM = (  # of what they say, that before which small letters may be a name: a common given one
    "this is|i'm|i am|soy|le habla|je suis|ich bin|hier ist|hier spricht|sou|aqui é|sono|ik ben|u spreekt met|jestem|jag är|det här är|"
    "jeg er|eg er|dette er|это|я"
)
WORDS_TOO = frozenset(
    listed(  # given names that are words too where they have no capital
        "hans elke frank dele isla franco amber liv finn musa bose света роман марк"
    )
)
AFTER_NAMES = (  # what may follow a name without capitals and is no surname
    "\\w{3,}(?:ing|ed)|drove|drives|cut|ran|hit|hung|threw|spoke|sent|gave|broke|stole|keeps|wants|needs|lives|again|please|habla|parle|aqui|qui"
)
PARTICLES = "(?:de|da|do|dos|das|del|della|di|la|le|van|von|der|den|ten|ter|bin|bint|ibn|al|el|abu|ben|y|e|zu|af|mac|st|d')"
NO_NAMES = frozenset(listed(  # capitalised or after a cue, and yet no name
    "wam was wami wasz wasza twoja ci cię jaka jaką dios deus dio gott god bogu allah natale navidad noël christmas xmas ostern "
    "weihnachten day days st nd rd th note urgent ride eta "
    "faq há hace desde depuis seit since ago alle alla dalle sonnenschein richtung fahrt termin bestellung lieferung frage problem "
    "шкода киа хендай тойота рено лада ауди бмв мерседес форд ниссан мазда opel renault peugeot seat fiat dacia volvo suzuki mazda "
    "subaru chevrolet jeep pizza hut uber-fahrer airpod ipad macbook i i'm i've i'd i'll you he she it we they my your his her its our "
    "their this that these those the a an is are was were be been am not no yes and or but if so as at by for from in into of off on "
    "onto out over to up with without what when where which who whose why how can could will would shall should may must do does did "
    "done has have had get got please pls sorry thanks thank hello hi hey dear sir madam all everyone team support guys there here "
    "again still just never always also then than too very wrong misspelled spelled incorrect correct changed different missing showing "
    "only already now today tomorrow yesterday tonight monday tuesday wednesday thursday friday saturday sunday january february april "
    "june july august september october november december ok okay urgent help call cancel order booking refund account app email phone "
    "number card driver courier customer service tripo uber ubereats lyft bolt grab visa mastercard amex paypal google apple pay "
    "android iphone samsung revolut whatsapp instagram facebook english spanish french german arabic name first last after before "
    "because while during about since until till both some any every each another one two three way time again. el la los las un una lo "
    "le les de del al y o e que no sí si se me te mi tu su en con por para pero es está son fue hay ya muy más menos buenos buenas días "
    "tardes noches señor señora señores gracias equipo soporte conductor chofer pedido viaje cliente usuario quiero necesito quisiera "
    "tengo puede podría favor il elle je tu nous vous ils on ce cette mon ma mes ton ta son sa ses notre votre leur du des au aux et ou "
    "où mais donc ni car ne pas plus est sont suis été avez avons j'ai monsieur madame messieurs bonjour merci équipe client ich du er "
    "sie es wir ihr mich mir dich dir uns euch mein meine meinen meiner dein deine sein seine ihre unser euer der die das den dem des "
    "ein eine einen einem einer und oder aber nicht kein keine ist sind war waren bin habe hat haben hatte wird wurde kann können "
    "konnte muss müssen soll will möchte bitte danke herren damen zusammen leute kunde kundin fahrer fahrerin auto app taxi hier da "
    "dort heute gestern morgen nach von zu zum zur mit ohne für gegen um bei beim vom im am auf aus an in bis schon noch nur auch sehr "
    "wie was wer wo wann warum weil dass wenn als ob nun also doch eu você vocês ele ela nós eles meu minha seu sua nosso o os as um "
    "uma uns da do dos das no na nos nas ao à em com sem mas não sim é são foi está tem bom boa dia tarde noite senhores obrigado "
    "obrigada equipe cliente io lui lei noi voi loro mio mia tuo suo sua nostro vostro i gli uno dello della dei degli delle ma non "
    "sono è ho ha hai abbiamo siamo era buon buona ciao grazie salve signori cliente ik jij hij zij wij jullie mijn jouw zijn haar ons "
    "onze het een en of maar niet geen is was waren ben heb heeft hebben had kan moet wil wordt graag dank goedendag klant chauffeur ja "
    "nej nein nee ok jeg du han hun vi dere de min mitt mine din sin vår det den en et og eller men ikke er var har hadde kan må vil "
    "skal blir takk hei sjåfør jag hon ni mina ditt sitt vårt ett och inte är hade måste vill ska blev tack hej kund ja ty on ona my wy "
    "oni mój moja moje twój jego jej nasz nie tak jest są był była było mam ma mają proszę dzień dobry witam państwo dziękuję kierowca "
    "klient się to ten ta w z na do od i a ale czy jak co kto gdzie kiedy я ты он она мы вы они мой моя моё мои твой его её наш ваш это "
    "эта этот тот и или но не нет да есть был была было были как что кто где когда почему потому если в на с со из от до по за у к о об "
    "для уже ещё еще только очень добрый день вечер утро здравствуйте спасибо пожалуйста водитель заказ поездка клиент просто почему "
    "сегодня вчера завтра прошу хочу нужно можно верните отмените car ride trip truck van bike moto food grocery parcel station airport "
    "hotel street toyota tesla skoda honda ford bmw audi mercedes volkswagen vw kia hyundai nissan camry corolla prius man guy woman "
    "lady girl boy person people someone nobody anyone who's that's what's it's don't didn't doesn't can't won't isn't wasn't haven't "
    "couldn't there's let's said says told asked went came took made kept left drove refused never accepted cancelled canceled didnt "
    "dont arrived assigned going coming waiting looking calling writing having trying being making getting sure happy glad afraid "
    "disappointed very really quite so back unable able also lost stuck new old good bad great nice best worst full empty mr mrs ms dr"
))  # fmt: skip
NAMES = frozenset(listed(  # given names, as good as never anything else; Cyrillic ones also stand for their cases
    "darren gary wayne craig ross carl barry derek trevor clive geoff leroy jamal tyrone marcus dwayne jake josh nick nathaniel elijah "
    "aiden caleb connor mason amelia harper kayla alyssa veronica lorraine maureen doreen beryl hilary deirdre niamh aoife "
    "timo soraya matilda phoebe imogen freya isla poppy esme harriet gregor angus hamish duncan fergus rory gavin neil kieran соня "
    "света стас гоша артур марк алсу гульнара динара айгуль нурлан ержан айдар дилшод азамат бахром фарход шерзод оганесян elke moni "
    "heidi trude sabrina vanessa nelson sonia igor wale musa bose farah ikenna obi siobhan debora carmine saverio ettore gilson iracema "
    "evaristo yesenia james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony steven "
    "paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob nicholas jonathan stephen larry "
    "justin scott brandon benjamin samuel gregory patrick alexander raymond dennis jerry tyler aaron nathan henry peter adam zachary "
    "walter kyle harold ethan jeremy keith roger noah gerald terry arthur sean dylan gareth nigel graham ian colin stuart malcolm "
    "alistair callum rhys declan liam oliver harry oscar leo theo archie mary patricia jennifer elizabeth barbara susan jessica sarah "
    "karen lisa nancy betty sandra margaret ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura "
    "sharon cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn "
    "janet catherine heather diane julie joyce kelly evelyn joan megan andrea cheryl hannah jacqueline martha gloria teresa ann sara "
    "madison jean abigail julia judy sophia olivia alice denise amber marilyn danielle beverly isabella theresa diana natalie brittany "
    "lucy chloe zoe ellie fiona gemma nadia priya rahul amit sanjay vijay rajesh suresh ramesh deepak anil sunil arjun rohan vikram "
    "ravi kiran anjali sunita pooja neha kavita lakshmi rajan balogun chinedu emeka ngozi chioma tunde femi ade adebayo olumide "
    "oluwaseun ifeoma obinna amaka uche kelechi funke yemi temitope kwame kofi akosua wanjiru kamau otieno achieng thabo sipho nomsa "
    "lukman dele okonkwo siti nurul kumar singh okafor adeyemi patel josé jose juan luis carlos javier miguel ángel angel francisco "
    "antonio manuel pedro jesús alejandro fernando jorge ricardo raúl raul sergio roberto eduardo andrés andres diego pablo alberto "
    "enrique rafael ramón ramon vicente ignacio gonzalo rodrigo mateo martín martin héctor hector iván óscar rubén ruben joaquín álvaro "
    "alvaro maría maria carmen josefa isabel ana dolores lucía lucia elena marta cristina pilar raquel beatriz paula rocío rocio silvia "
    "patricia mónica monica inés ines yolanda gabriela daniela valentina camila ximena guadalupe verónica adriana claudia lorena "
    "mariana ramiro esteban facundo jean pierre michel philippe alain nicolas christophe laurent frédéric stéphane sébastien julien "
    "mathieu guillaume antoine thierry olivier jérôme yves françois francois jacques gérard bernard étienne luc hugo lucas louis "
    "gabriel raphaël marc maxime clément benoît rémi marie nathalie isabelle sylvie catherine valérie céline aurélie émilie camille léa "
    "manon chloé inès sophie julie élodie delphine sandrine véronique brigitte monique jacqueline amélie margaux mamadou moussa ousmane "
    "fatou aminata aïssatou klaus hans peter wolfgang jürgen juergen uwe bernd dieter günter guenter horst heinz manfred andreas stefan "
    "thomas michael matthias sebastian florian tobias jan jens lars sven torsten thorsten ralf frank markus christian lukas leon finn "
    "jonas felix maximilian paul moritz helmut gerhard franz josef ursula monika petra sabine renate helga karin brigitte ingrid erika "
    "christa gisela heike birgit susanne stefanie katharina anke anja silke claudia julia lena leonie hanna johanna greta ionut ioan "
    "mihai andrei vlad radu elif mehmet ahmet mustafa ayşe fatma hüseyin emre murat zeynep joão joao paulo antónio manuel nuno tiago "
    "rui hugo bruno gonçalo filipe vasco duarte afonso anselmo marcos thiago gustavo vinícius leandro fábio márcio marcelo renato   "
    "wesley ana catarina inês mariana joana rita sofia beatriz leonor matilde carolina fernanda juliana larissa letícia leticia jéssica "
    "bruna tatiana aline camila francisca giuseppe giovanni antonio mario luigi angelo vincenzo pietro salvatore domenico franco paolo "
    "marco andrea stefano alessandro lorenzo matteo francesco riccardo davide simone federico giorgio massimo fabio roberto gianluca "
    "maurizio giulia chiara francesca elisa federica alessia giorgia martina sara silvia valentina ilaria paola giovanna lucia rosa "
    "teresa caterina jan johannes cornelis hendrik pieter willem jeroen sander thijs daan bram lars ruben niels maarten joost wouter "
    "koen stijn dirk geert anneke marieke saskia femke sanne lotte anouk eva iris marloes inge ilse wilma annelies katrien piotr "
    "krzysztof andrzej tomasz paweł pawel jan michał michal marcin jakub adam łukasz lukasz mateusz grzegorz wojciech mariusz dariusz "
    "zbigniew jerzy kamil rafał rafal bartosz maciej marek kasia katarzyna małgorzata malgorzata agnieszka barbara ewa krystyna "
    "magdalena elżbieta joanna aleksandra zofia monika teresa danuta natalia karolina marta beata dorota halina jadwiga iwona wiesław "
    "wieslaw stanisław józef zdzisław bożena wanda hania lars anders johan nils erik karl gustaf mats björn bjorn fredrik henrik magnus "
    "mikael jonas göran ulf leif bengt lennart oskar elsa astrid birgitta margareta kristina eva linnea ingrid lena kerstin marie emma "
    "ebba maja alva sigrid kari knut kjell arne svein terje trond geir øyvind oyvind håkon hakon espen stian kristian eirik sindre "
    "vegard ingeborg marit liv solveig ragnhild turid berit randi hilde silje ida maren nora thea mohamed mohammed muhammad ahmed ahmad "
    "mahmoud mustafa omar ali hassan hussein hussain youssef yusuf ibrahim khaled khalid abdullah abdul abdel karim tariq tarek samir "
    "rashid hamza bilal ismail salim nasser faisal saeed zaid fatima aisha khadija maryam mariam layla leila amina yasmin yasmine huda  "
    "rania noura nour salma zainab zahra ivan sergei sergey dmitri dmitry aleksandr alexei alexey andrey mikhail nikolai vladimir pavel "
    "igor oleg yuri boris anatoly viktor maxim denis artem natasha olga tatiana irina elena svetlana anastasia ekaterina ksenia yulia "
    "oksana galina ludmila wei ming xiaoming xiaoyu jing hiroshi takashi kenji yuki yuko haruto sakura naoko akira satoshi minjun jiwoo "
    "seojun minji jisoo amadou ibrahima abdoulaye souleymane boubacar aliou oumar mariama kadiatou mehdi rachid karima nabil soufiane "
    "guillermo arturo felipe rodolfo alfonso gerardo hernán nuria priyanka arvind manoj ashok sandeep vinod divya shreya aditya karthik "
    "thanh huong phuong dmytro oleksandr mykola andrii iryna olena "
    "иван сергей дмитрий александр алексей андрей михаил николай владимир павел игорь олег юрий борис анатолий "
    "виктор роман максим денис артём артем евгений константин антон илья кирилл никита егор тимур рустам руслан ильдар азат ахмед "
    "магомед мурат тигран армен георгий василий пётр петр степан фёдор федор григорий леонид валерий вячеслав станислав вадим виталий "
    "матвей наташа наталья ольга татьяна ирина елена светлана анастасия екатерина ксения юлия оксана галина людмила мария марина анна "
    "дарья виктория алина алёна валентина лариса тамара нина зинаида лилит саша маша паша коля вова петя серёжа серега дима лёша аня "
    "катя лена оля таня настя юля полина рима азиза محمد أحمد احمد محمود مصطفى حسين يوسف إبراهيم ابراهيم خالد عبدالله عبدالرحمن "
    "عبدالعزيز طارق سمير راشد حمزة بلال إسماعيل اسماعيل زيد ماجد وليد فاطمة عائشة خديجة مريم ليلى أمينة ياسمين هدى رانيا دينا نورة سلمى "
    "زينب زهراء فاطمه سارة شيماء جورج "
))  # fmt: skip
SURNAMES_ZH = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許邓鄧冯馮韩韓曹曾彭萧肖蔡潘田董袁于余叶葉蒋蔣杜苏蘇魏"
    "程吕呂丁沈任姚卢盧傅钟鐘姜崔谭譚廖范汪陆陸金石戴贾贾韦韋夏邱方侯邹鄒熊孟秦白江阎閻薛尹段雷黎史龙龍陶贺賀顾顧毛郝龚龔邵万萬钱錢严嚴"
    "武莫孔汤湯常温欧歐阳陽施洪柳倪"
)
DOUBLE_ZH = (  # of two characters
    "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|夏侯|皇甫|尉迟|尉遲|公孙|公孫|慕容|令狐|宇文|长孙|長孫|司徒|端木|轩辕|軒轅|南宫|南宮|独孤|獨孤|申屠|澹台"
)
SURNAMES_KO = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명"
    "기반왕금옥육인맹제모탁국어편용"
)
PEOPLE_ZH = (
    "我叫|我是|名字[是叫:]?|姓名[是:]?|叫做|名叫|司机(?:师傅)?+|骑手|师傅|快递员|配送员|外卖员|联系人[是:]?|收件人[是:]?|收货人[是:]?|"
    "乘客|客人|同事|朋友|我老公|我老婆|我先生|我太太|驾驶员|改成|敬上"
)
PEOPLE_JA = (
    "名前は|氏名は|氏名[::]|名義は|運転手の|運転手は|運転士の|ドライバーの|ドライバーは|ドライバー名は?|担当の|担当者は|配達員の|"
    "配達員は|受取人は|受取人の|個人名|乗客の|友人の|妻の|夫の|私は|こちらは"
)
PEOPLE_KO = (
    "이름은|이름이|성함은|기사|기사님은|기사님이|기사님|배달원|라이더|저는|제가|예금주|받는 ?사람은?|수령인은?|운전자|담당자|상담원|"
    "고객명은?|친구|남편|아내|동생|언니|오빠|형|누나"
)
PEOPLE_AR = (
    r"(?:ال|لل|بال|وال)?(?:سائق|سواق|سايق|كابتن|مندوب|شوفير|سيدة?|أستاذ|استاذ|دكتور|آنسة|حاج)|أنا|انا|معك|معاك|معكم|زوجتي|زوجي|أخي|اخوي|"
    r"أختي|اختي|ابني|بنتي|صديقي|المستلم|مع تحيات|تحياتي|أبو|ابو|أم|ام"
)
TITLES_AR = "(?:ال)?(?:سيدة?|أستاذة?|استاذة?|دكتورة?|مهندسة?|آنسة|كابتن)|مدام|(?:مع )?تحيات|تحياتي|مع التحية"
AFTER_CUES_AR = frozenset(
    listed(
        "علي عمر حسن سعيد منى سلطان كريم تركي فهد فيصل عبد دعاء أسماء هبة صالح عادل جميل نور أمل فرح ناصر ماهر "
        "سامي هاني رامي باسم وسام بشير رشيد مجدي"
    )
)
NO_NAMES_AR = frozenset(
    listed(
        "شركة شركتنا شركه مؤسسة مؤسستنا ظاهر الشخصي الكامل الجديد القديم بسرعة مو بابا ماما زوجي زوجتي ابني بنتي "
        "أخي اختي مستعار ثاني آخر ممكن من في على عن إلى الى أنا انا رقمي ورقمي وأريد اريد أريد عندي مش مو لا ما هل كيف مكتوب غلط خطأ "
        "غير هو هي "
        "كان لكن ولكن و أو بس يا اللي الذي"
    )
)
SURNAMES_JA = (
    "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|斎藤|斉藤|清水|山崎|池田|橋本|阿部|"
    "石川|前田|藤田|小川|後藤|岡田|長谷川|村上|近藤|石井|坂本|遠藤|青木|藤井|西村|福田|太田|三浦|藤原|岡本|松田|中島|中川|原田|小野|"
    "竹内|金子|和田|中山|石田|上田|森田|柴田|酒井|工藤|横山|宮崎|宮本|内田|高木|安藤|谷口|大野|丸山|今井|河野|藤本|村田|武田|上野|杉山|"
    "増田|平野|大塚|千葉|久保|松井|桜井|野口|菊地|菅原|新井|小島|岩崎|野村|松尾"
)
NO_NAMES_JA = frozenset(listed(
    "歯科 電話番号 オペ 大家 主 仕 先 持ち主 飼い主 受取 販売員 運転手 お客 客 皆 店員 配達員 担当 担当者 奥 娘 息子 神 業者 仲 王 姉 "
    "兄 母 父 婆 爺 子 貴社 御社 運転士 乗務員 引越し屋 屋 配達 店長 本人 ドライバー オペレーター スタッフ ユーザー タクシー 引っ越し屋 "
    "子供 赤 嫁 旦那 叔父 叔母 警察 警備員 看護師 作業員 同 模 職員 係員 駅員 受取人 送り主 隣 お隣 友人 配送員 宅配業者 作業員 運送屋 "
    "大家 管理人 ライダー サポート カスタマー 社長 皆 先方"
))  # fmt: skip
NO_NAMES_KO = frozenset(listed(
    "모르지 모르겠 뭔지 이름이 이름은 이거는 이번에 이상해 지금은 주소가 주소는 전화도 전화가 전화를 연락이 연락도 정말로 오늘은 도착이 "
    "배송이 안내가 한번에 문제가 여기서 여기가 저희는 고객이 신고가 진짜로 조금만 차량이 도대체 방금도 변경이 위치가 배정이 우리가 "
    "우리는 유턴을 기사가 기사는 이미 전혀 이사를 이사가 주문이 주문은 공항에 서울역 강남역 고객님 손님이 사장님 선생님 최소한 최고의 "
    "기사님 서비스 정비소 이사비 이용료 이동비 정기권 장난감 한국인 "
    "오전에 오후에 유료로 정확히 안전한 안전하 이용자 이용하 주차장 문앞에 방법은 방법이 한국어 신용카 현금으 현금이 여자친 남자친 "
    "이아저 저아저 배달원"
))  # fmt: skip
