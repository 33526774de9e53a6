# ruff: noqa: RUF001
"""The words of courtesies in fifteen languages, for courtesies.py. Nothing flows.

Phrases are written as people write them, with a bar between them; case, accents and signs do not matter, nor do letters drawn out. In
languages without blanks they need none. ``FILLERS`` say nothing by themselves. What also answers a question (*yes*, *no*) is not here.
"""

from __future__ import annotations

GREETING, THANKS, AGREED, GOODBYE = KINDS = ("GREETING", "THANKS", "AGREED", "GOODBYE")
FILLER = "FILLER"

SIGNS = {
    GREETING: "👋🙋",
    THANKS: "🙏❤💙💚💛🧡💜🖤🤍💖💕🥰😘🌹💐🤗😍",
    AGREED: "👍👌✅✔🆗😊🙂😀😃😄😁😆☺🎉👏💯🤝😎🙌😉✨",
    GOODBYE: "👋",
}  # fmt: skip

WORDS = {
    "en": {
        GREETING: (
            "hi|hello|hey|hiya|heya|howdy|greetings|yo|good morning|good afternoon|good evening|good day|morning|evening"
            "|hello there|hi there|hey there|how are you|how are you doing|hows it going|how is it going|whats up|sup"
            "|nice to meet you|dear sir or madam|dear support|is anyone there|anyone there|are you there|anybody there"
        ),
        THANKS: (
            "thanks|thank you|thank u|thankyou|thx|thnx|thnks|tnx|tx|ty|tysm|tyvm|cheers|much appreciated|appreciated"
            "|appreciate it|i appreciate it|i appreciate your help|thanks a lot|thanks a million|thanks so much|many thanks"
            "|that was very helpful|very helpful|that was helpful|you are a star|youre a star|you are the best|youre the best"
            "|youre great|you rock|god bless you"
        ),
        AGREED: (
            "ok|okay|k|kk|okey|okie|oki|okay then|alright|all right|fine|great|perfect|super|cool|nice|awesome|excellent"
            "|brilliant|wonderful|good|very good|sounds good|got it|gotcha|i got it|i see|understood|i understand|makes sense"
            "|will do|noted|all good|all clear|clear|thats clear|that helps|that helped|it helped|that works|it works now"
            "|it works|works now|solved|problem solved|its solved|sorted|all sorted|never mind|nevermind|nvm|no problem"
            "|no worries|np|thats all|that is all|that will be all|thats it|nothing else|no more questions|done|good to know"
            "|lovely|right|right then|roger|fair enough"
        ),
        GOODBYE: (
            "bye|bye bye|goodbye|good bye|bb|cya|see you|see ya|see you later|see you soon|talk to you later|ttyl|take care"
            "|have a nice day|have a good day|have a great day|have a good one|have a nice evening|have a nice weekend"
            "|have a good weekend|good night|goodnight|farewell|best regards|kind regards|regards|best wishes|until next time"
        ),
        FILLER: (
            "sure|so much|very much|a lot|again|team|everyone|everybody|all|there|you too|to you|for your help|for the help"
            "|for your time|for your quick reply|for the quick reply|for your answer|for the answer|for the info"
            "|for the information|for everything|for letting me know|for your support|for helping|for helping me|and|then|now|so"
            "|well|very|really|too|support|tripo|sir|madam|mate|buddy|guys|folks|friend|please|oh|ah|haha|hehe|lol|today"
            "|yes thats it|that|much|indeed|for now|kindly|have"
        ),
    },
    "es": {
        GREETING: (
            "hola|holi|hola que tal|buenas|muy buenas|buenos dias|buen dia|buenas tardes|buenas noches|que tal|como esta"
            "|como estas|como están|saludos|estimados|hay alguien|hay alguien ahí|ey|hey|hi|hello"
        ),
        THANKS: (
            "gracias|muchas gracias|mil gracias|muchisimas gracias|grax|grcs|grs|gracia|muy amable|muy amables|se agradece"
            "|te lo agradezco|se lo agradezco|os lo agradezco|agradecido|agradecida|eres un sol|thanks|genial gracias"
        ),
        AGREED: (
            "ok|okay|okey|oki|vale|valee|bien|muy bien|está bien|esta bien|bueno|perfecto|genial|estupendo|excelente|fenomenal"
            "|super|entendido|entiendo|comprendo|comprendido|de acuerdo|listo|ya está|ya esta|solucionado|resuelto|todo bien"
            "|todo claro|todo en orden|me queda claro|ya entendí|ya entiendo|eso es todo|nada más|no hay problema|dale|guay"
            "|buenísimo|enterado|enterada|me ha servido|me sirvió"
        ),
        GOODBYE: (
            "adios|chao|chau|hasta luego|hasta pronto|hasta la vista|hasta mañana|nos vemos|que tenga un buen día"
            "|que tengas un buen día|buen fin de semana|buenas noches|cuídense|cuídate|un saludo|saludos|saludos cordiales"
            "|un abrazo|bye|feliz día|que le vaya bien"
        ),
        FILLER: (
            "claro|por todo|por la ayuda|por su ayuda|por tu ayuda|por la información|por la info|por responder|por la respuesta"
            "|por su tiempo|a todos|equipo|otra vez|de nuevo|de verdad|muy|mucho|y|pues|entonces|ya|a usted|a ti|a ustedes|señor"
            "|señora|amigo|jaja|jeje|igualmente|por favor|hoy"
        ),
    },
    "fr": {
        GREETING: (
            "bonjour|bonsoir|salut|coucou|hello|hey|hi|bjr|bsr|slt|cc|bonjour à tous|ça va|comment ça va|comment allez vous"
            "|il y a quelqu'un|y a quelqu'un|madame monsieur|enchanté"
        ),
        THANKS: (
            "merci|merci beaucoup|merci bien|mille mercis|mille merci|un grand merci|grand merci|mrc|mci|merki|c'est gentil"
            "|très aimable|c'est très gentil|je vous remercie|je te remercie|avec mes remerciements|thanks|vous êtes super"
            "|au top merci"
        ),
        AGREED: (
            "ok|okay|oki|okey|d'accord|dac|dacc|dak|bien|très bien|c'est bon|c bon|parfait|super|génial|excellent|nickel|top"
            "|impeccable|entendu|compris|j'ai compris|je comprends|je vois|bien reçu|bien compris|c'est clair|tout est clair"
            "|c'est noté|noté|ça marche|résolu|c'est résolu|problème résolu|réglé|c'est réglé|tant mieux|c'est tout|rien d'autre"
            "|pas de problème|pas de souci|ça va mieux|cool|ça fonctionne|bon"
        ),
        GOODBYE: (
            "au revoir|aurevoir|à bientôt|à plus|a plus tard|à plus tard|à tout à l'heure|à demain|bonne journée|bonne soirée"
            "|bonne nuit|bon week end|bon weekend|adieu|ciao|tchao|salut|bye|cordialement|bien à vous|bonne continuation"
            "|bonne fin de journée|prenez soin de vous"
        ),
        FILLER: (
            "pour tout|pour votre aide|pour ton aide|pour l'aide|pour l'info|pour les infos|pour l'information|pour la réponse"
            "|pour votre réponse|pour votre temps|encore|à vous|à toi|à vous aussi|vous aussi|de même|également|à tous|l'équipe"
            "|et|alors|bien|beaucoup|madame|monsieur|s'il vous plaît|svp|ah|oh|haha|donc|vraiment|très"
        ),
    },
    "de": {
        GREETING: (
            "hallo|hallöchen|halloo|hi|hey|heyho|moin|moin moin|servus|grüß gott|gruess gott|grüezi|guten morgen|guten tag"
            "|guten abend|tag|tach|liebes team|sehr geehrte damen und herren|wie geht's|wie geht es ihnen|ist da jemand|jemand da"
            "|gude|grüß dich|hallo zusammen"
        ),
        THANKS: (
            "danke|dankeschön|danke schön|danke sehr|vielen dank|herzlichen dank|besten dank|lieben dank|tausend dank"
            "|danke vielmals|merci|dank|thx|thanks|dankee|dankö|dankeee|ich danke ihnen|ich danke dir|sehr nett"
            "|das war sehr hilfreich|sehr hilfreich|super danke|vielen lieben dank|1000 dank"
        ),
        AGREED: (
            "ok|okay|okey|oki|okidoki|alles klar|klar|gut|sehr gut|na gut|prima|super|perfekt|toll|klasse|spitze|wunderbar"
            "|ausgezeichnet|verstanden|ich verstehe|verstehe|habe verstanden|hab ich verstanden|passt|passt so|in ordnung"
            "|geht klar|erledigt|hat sich erledigt|gelöst|problem gelöst|hat geklappt|klappt|funktioniert|funktioniert jetzt"
            "|alles gut|das war's|das wars|das ist alles|nichts weiter|kein problem|einverstanden|cool|top|schön|freut mich"
            "|na dann|stimmt|ah ja|ach so|achso|aha"
        ),
        GOODBYE: (
            "tschüss|tschüß|tschüs|tschau|ciao|auf wiedersehen|wiedersehen|auf wiederhören|bis bald|bis dann|bis später"
            "|bis morgen|schönen tag|schönen tag noch|einen schönen tag|einen schönen tag noch|schönen abend|schönen abend noch"
            "|schönes wochenende|gute nacht|mach's gut|machs gut|machen sie es gut|servus|baba|mfg|mit freundlichen grüßen"
            "|viele grüße|liebe grüße|lg|vg|bye|mach gut|pfiat di"
        ),
        FILLER: (
            "für alles|für die hilfe|für ihre hilfe|für deine hilfe|für die info|für die auskunft|für die antwort"
            "|für die schnelle antwort|für die informationen|für die schnelle hilfe|ihnen|euch|dir|auch|ihnen auch|gleichfalls"
            "|ebenfalls|nochmal|nochmals|noch mal|noch|team|alle|zusammen|und|dann|ja|sehr|so|mal|also|das|bitte|haha|ach|oh|na"
            "|wirklich|für heute|jetzt"
        ),
    },
    "pt": {
        GREETING: (
            "olá|ola|oi|oie|oii|oi tudo bem|tudo bem|tudo bom|td bem|bom dia|boa tarde|boa noite|boas|e aí|alô|alo|hey|hello|hi"
            "|como vai|como está|como estás|viva|saudações|prezados|tem alguém aí|está aí alguém|está alguém aí"
        ),
        THANKS: (
            "obrigado|obrigada|muito obrigado|muito obrigada|obrigadão|obrigadinho|obrigadinha|obg|obgd|brigado|brigada|vlw|valeu"
            "|valeu mesmo|agradeço|agradecido|agradecida|agradeço a ajuda|agradeço muito|mil obrigados|grato|grata|muito grato"
            "|muito grata|foi muito útil|thanks"
        ),
        AGREED: (
            "ok|okay|okey|oki|está bem|ta bem|tá bem|tá bom|está bom|tá|tá ok|certo|certinho|certo então|beleza|blz|perfeito"
            "|ótimo|óptimo|excelente|maravilha|fixe|legal|bom|muito bom|entendi|entendido|percebi|percebido|compreendi|compreendo"
            "|combinado|de acordo|resolvido|já está resolvido|problema resolvido|tudo certo|tudo claro|tudo resolvido|é tudo"
            "|é só isso|só isso|nada mais|sem problema|show|top|massa|ajudou|já percebi|já entendi|super|jóia"
        ),
        GOODBYE: (
            "adeus|tchau|tchauzinho|xau|até logo|até já|até breve|até mais|até amanhã|até à próxima|até a próxima|fui"
            "|tenha um bom dia|bom fim de semana|boa noite|boa continuação|cumprimentos|com os melhores cumprimentos"
            "|atenciosamente|abraço|um abraço|abraços|beijos|fique bem|bye|bom resto de dia"
        ),
        FILLER: (
            "claro|por tudo|pela ajuda|pela sua ajuda|pela tua ajuda|pela informação|pela info|pela resposta|pela atenção"
            "|pelo apoio|pelo seu tempo|a todos|equipa|equipe|de novo|mais uma vez|muito|mesmo|e|então|já|a você|a si|para você"
            "|para si|senhor|senhora|amigo|kkk|kk|rsrs|haha|igualmente|por favor|hoje|pessoal|gente"
        ),
    },
    "it": {
        GREETING: (
            "ciao|salve|buongiorno|buon giorno|buonasera|buona sera|buon pomeriggio|buondì|hey|ehi|hello|hi|come va|come sta"
            "|come stai|c'è qualcuno|c'è nessuno|gentili signori|spettabile assistenza|saluti a tutti|pronto|ciao a tutti"
        ),
        THANKS: (
            "grazie|grazie mille|mille grazie|tante grazie|molte grazie|grazie tante|grazie infinite|grz|grazie di cuore"
            "|la ringrazio|vi ringrazio|ti ringrazio|gentilissimo|gentilissima|gentilissimi|molto gentile|sei gentilissimo"
            "|è stato molto utile|thanks"
        ),
        AGREED: (
            "ok|okay|okey|oki|va bene|vabene|vabbè|va benissimo|bene|benissimo|molto bene|perfetto|ottimo|eccellente|fantastico"
            "|super|grande|capito|ho capito|capisco|chiaro|tutto chiaro|è chiaro|d'accordo|ricevuto|inteso|risolto"
            "|problema risolto|tutto a posto|tutto ok|a posto|funziona|adesso funziona|ora funziona|è tutto|nient'altro"
            "|nulla di più|nessun problema|bello|top|ci sta|mi è stato utile|bravi|bravo"
        ),
        GOODBYE: (
            "ciao|ciao ciao|arrivederci|arrivederla|addio|a presto|a dopo|a domani|alla prossima|ci sentiamo|ci vediamo"
            "|buona giornata|buona serata|buonanotte|buona notte|buon weekend|buon fine settimana|buon lavoro|saluti"
            "|cordiali saluti|distinti saluti|un saluto|stia bene|bye"
        ),
        FILLER: (
            "certo|di tutto|per tutto|per l'aiuto|dell'aiuto|per il suo aiuto|per le informazioni|per l'informazione|per le info"
            "|per la risposta|della risposta|per la disponibilità|per il tempo|a tutti|ancora|di nuovo|anche a lei|anche a te"
            "|a lei|a voi|a te|altrettanto|e|allora|molto|davvero|già|signore|signora|haha|ahah|per favore|oggi|team"
        ),
    },
    "nl": {
        GREETING: (
            "hallo|hoi|hey|hi|hé|goedemorgen|goeiemorgen|goedemiddag|goeiemiddag|goedenavond|goedendag|goeiedag|dag|dag allemaal"
            "|hallo daar|hoe gaat het|hoe gaat het ermee|hoest|is daar iemand|is er iemand|iemand aanwezig|beste"
            "|geachte heer mevrouw|moi|hallootjes"
        ),
        THANKS: (
            "bedankt|dank|dank je|dankje|dank je wel|dankjewel|dank u|dank u wel|dankuwel|danku|hartelijk dank|hartelijk bedankt"
            "|heel erg bedankt|heel hartelijk dank|veel dank|super bedankt|thanks|thx|merci|mercikes|bdnkt|ik waardeer het"
            "|fijn bedankt|heel vriendelijk"
        ),
        AGREED: (
            "ok|oke|oké|okay|okee|okidoki|prima|goed|heel goed|zeer goed|perfect|super|top|mooi|fijn|uitstekend|duidelijk|helder"
            "|begrepen|ik begrijp het|ik snap het|snap ik|snap het|akkoord|in orde|komt goed|opgelost|probleem opgelost|het werkt"
            "|het werkt nu|gelukt|alles goed|alles duidelijk|dat was het|dat is alles|verder niets|niets meer|geen probleem"
            "|goed om te weten|tof|cool|leuk|is goed|dat helpt|doe ik|yes top"
        ),
        GOODBYE: (
            "doei|doeg|doeii|dag|dag hoor|tot ziens|tot straks|tot later|tot gauw|tot morgen|tot dan|fijne dag|fijne dag nog"
            "|fijne avond|prettige dag|prettig weekend|fijn weekend|goedenacht|welterusten|slaap lekker|groetjes|groeten"
            "|met vriendelijke groet|mvg|houdoe|de mazzel|bye|ciao"
        ),
        FILLER: (
            "voor alles|voor de hulp|voor je hulp|voor uw hulp|voor de info|voor de informatie|voor het antwoord|voor uw antwoord"
            "|voor de snelle reactie|voor de moeite|voor je tijd|hoor|nogmaals|nog|team|allemaal|ook|jullie|u ook|jij ook"
            "|insgelijks|en|dan|zo|heel|erg|even|meneer|mevrouw|haha|dus|daar|alvast|alstublieft|vandaag|echt"
        ),
    },
    "pl": {
        GREETING: (
            "cześć|czesc|hej|hejka|hejo|siema|siemka|siemanko|witam|witajcie|witaj|dzień dobry|dobry wieczór|dobry|halo|hello|hi"
            "|jak się masz|jak leci|co słychać|jest tam ktoś|jest ktoś|szanowni państwo|dobrego dnia witam|elo"
        ),
        THANKS: (
            "dziękuję|dziekuje|dzięki|dzieki|dziękuje|dziękuję bardzo|bardzo dziękuję|dziękuję ślicznie|dzięki wielkie"
            "|wielkie dzięki|dziena|dzięks|dzieks|dzk|dziękuję uprzejmie|serdecznie dziękuję|podziękował|bardzo mi pomogłeś"
            "|bardzo pomocne|thx|thanks|miło z państwa strony|serdeczne dzięki"
        ),
        AGREED: (
            "ok|okej|okey|oki|okay|dobrze|dobra|dobrze dobrze|w porządku|w porzadku|spoko|jasne|super|świetnie|swietnie|idealnie"
            "|doskonale|rewelacja|ekstra|rozumiem|zrozumiałem|zrozumiałam|zrozumiano|wszystko jasne|jasna sprawa|zgoda|rozwiązane"
            "|problem rozwiązany|sprawa załatwiona|załatwione|działa|już działa|udało się|to wszystko|to już wszystko|nic więcej"
            "|nie ma problemu|nie ma sprawy|fajnie|dobrze wiedzieć|przyjąłem|przyjęłam|git|pomogło"
        ),
        GOODBYE: (
            "do widzenia|dowidzenia|pa|pa pa|papa|na razie|nara|do zobaczenia|do usłyszenia|do jutra|do następnego razu"
            "|miłego dnia|dobrego dnia|miłego wieczoru|miłego weekendu|dobranoc|cześć|czesc|żegnam|trzymaj się|trzymajcie się"
            "|pozdrawiam|serdecznie pozdrawiam|z poważaniem|bywaj|bye"
        ),
        FILLER: (
            "za wszystko|za pomoc|za waszą pomoc|za państwa pomoc|za informację|za info|za informacje|za odpowiedź"
            "|za szybką odpowiedź|za poświęcony czas|jeszcze raz|bardzo|serdecznie|zespół|wszystkim|wam|państwu|panu|pani"
            "|nawzajem|wzajemnie|i|a|to|no|tak|więc|już|proszę|haha|hehe|dzisiaj|naprawdę|wielkie"
        ),
    },
    "sv": {
        GREETING: (
            "hej|hejsan|hejhej|hej hej|hallå|halloj|tjena|tja|tjenare|tjabba|god morgon|godmorgon|god dag|goddag|god kväll"
            "|god eftermiddag|hallå där|hej på er|hej där|hur mår du|hur är läget|är det någon där|finns det någon där|morrn|hi"
            "|hello|hey|bästa support"
        ),
        THANKS: (
            "tack|tackar|tack så mycket|tack så jättemycket|tusen tack|stort tack|tack snälla|många tack|hjärtligt tack"
            "|tackar så mycket|tackar tackar|jättetack|tackis|uppskattar det|det uppskattas|jag uppskattar hjälpen"
            "|det var till stor hjälp|thx|thanks|tack tack|tack ska du ha|tack ska ni ha"
        ),
        AGREED: (
            "ok|okej|okey|oki|okay|okidoki|bra|jättebra|mycket bra|toppen|perfekt|super|suveränt|utmärkt|kanon|fint|härligt|grymt"
            "|förstår|jag förstår|förstått|uppfattat|då förstår jag|då vet jag|klart|allt klart|det är klart|solklart|låter bra"
            "|löst|det är löst|problemet löst|det löste sig|det fungerar|nu fungerar det|det funkar|nu funkar det|det var allt"
            "|inget mer|inga problem|ingen fara|bra att veta|skönt|kul|nice|strålande|då så"
        ),
        GOODBYE: (
            "hej då|hejdå|hejdo|adjö|vi ses|vi hörs|ses|hörs|ha det bra|ha det|ha det gott|ha en bra dag|ha en fin dag"
            "|ha en trevlig dag|ha en bra kväll|trevlig helg|god natt|godnatt|sov gott|tills vidare|på återseende|mvh"
            "|med vänlig hälsning|hälsningar|bye|tjingeling|hej hej|hej så länge"
        ),
        FILLER: (
            "visst|absolut|för allt|för hjälpen|för din hjälp|för er hjälp|för informationen|för info|för infon|för svaret"
            "|för snabbt svar|för snabb hjälp|för din tid|igen|än en gång|detsamma|du med|ni med|allihopa|alla|teamet|och|så|då"
            "|mycket|jätte|också|ja|nu|haha|verkligen|för idag|snälla|er|dig"
        ),
    },
    "no": {
        GREETING: (
            "hei|heisann|hei hei|heihei|hallo|halla|hallais|god morgen|god dag|goddag|god kveld|god ettermiddag|morn|hei på dere"
            "|hei der|hallo der|hvordan går det|hvordan har du det|er det noen der|er noen der|hi|hello|hey|kjære support|heia"
            "|tjenare"
        ),
        THANKS: (
            "takk|tusen takk|takk skal du ha|takk skal dere ha|mange takk|takk så mye|takker|takker så mye|hjertelig takk"
            "|tusen hjertelig takk|takk takk|setter pris på det|jeg setter pris på hjelpen|det var til stor hjelp"
            "|veldig hjelpsomt|veldig snilt|thx|thanks|tusen millioner takk|stor takk"
        ),
        AGREED: (
            "ok|okei|okey|oki|okay|greit|den er grei|helt greit|bra|veldig bra|kjempebra|flott|fint|perfekt|supert|super|topp"
            "|utmerket|strålende|konge|herlig|forstår|jeg forstår|forstått|skjønner|jeg skjønner|da skjønner jeg|da vet jeg|klart"
            "|alt klart|høres bra ut|løst|det er løst|problemet er løst|det ordnet seg|ordnet|det virker|nå virker det"
            "|det fungerer|nå fungerer det|det var alt|ikke noe mer|ingen problem|ikke noe problem|alt i orden|i orden"
            "|godt å vite|fett|kult|nice|så bra|mottatt|javel|ja vel"
        ),
        GOODBYE: (
            "ha det|hadet|ha det bra|hadebra|ha det godt|ha det fint|adjø|vi sees|vi snakkes|vi ses|snakkes|sees|på gjensyn"
            "|ha en fin dag|ha en god dag|ha en fin kveld|god helg|god natt|natta|sov godt|hilsen|mvh|med vennlig hilsen"
            "|vennlig hilsen|farvel|bye|hei så lenge|hei hei"
        ),
        FILLER: (
            "for alt|for hjelpen|for hjelpa|for din hjelp|for informasjonen|for info|for svaret|for svar|for raskt svar"
            "|for rask hjelp|for tiden|igjen|enda en gang|i like måte|deg også|dere også|alle sammen|alle|teamet|og|så|da|mye"
            "|veldig|også|ja|nå|haha|virkelig|for i dag|dere|deg"
        ),
    },
    "ru": {
        GREETING: (
            "привет|приветик|приветствую|здравствуйте|здравствуй|здрасьте|здрасте|добрый день|доброе утро|добрый вечер"
            "|доброго дня|доброго времени суток|доброй ночи|хай|хелло|алло|салют|дд|как дела|как вы|есть кто|есть кто нибудь"
            "|кто нибудь есть|есть кто живой|вы тут|вы здесь|уважаемая поддержка|всем привет"
        ),
        THANKS: (
            "спасибо|спасибочки|спс|спасиб|пасиб|пасибо|благодарю|благодарю вас|спасибо большое|большое спасибо|огромное спасибо"
            "|спасибо огромное|очень благодарен|очень благодарна|благодарен|благодарна|премного благодарен|сенкс|вы очень помогли"
            "|очень помогли|вы супер|вы лучшие|выручили|спасибо вам"
        ),
        AGREED: (
            "ок|окей|окей хорошо|ok|окк|хорошо|хор|ладно|ладненько|понятно|понял|поняла|поняли|всё понятно|все понятно|ясно"
            "|всё ясно|все ясно|ясненько|отлично|прекрасно|супер|класс|здорово|замечательно|идеально|круто|принято|договорились"
            "|согласен|согласна|решено|вопрос решён|вопрос решен|проблема решена|заработало|работает|всё работает|все работает"
            "|получилось|разобрался|разобралась|это всё|это все|больше ничего|без проблем|не проблема|помогло|буду знать|учту"
            "|норм|хорошо хорошо|ну хорошо|ну ладно|добро"
        ),
        GOODBYE: (
            "пока|пока пока|до свидания|досвидания|до встречи|до связи|до завтра|всего доброго|всего хорошего|всего наилучшего"
            "|хорошего дня|хорошего вечера|хороших выходных|удачи|удачного дня|спокойной ночи|доброй ночи|прощайте|бывай|чао"
            "|с уважением|на связи|увидимся|бай"
        ),
        FILLER: (
            "угу|ага|за всё|за все|за помощь|за вашу помощь|за ответ|за быстрый ответ|за информацию|за инфу|за поддержку"
            "|за разъяснение|вам|вам тоже|вам большое|и вам|взаимно|ещё раз|еще раз|большое|огромное|очень|и|ну|тогда|да|всем"
            "|команда|друзья|пожалуйста|ой|ах|ахах|хаха|сегодня|теперь|уже|же|вас"
        ),
    },
    "ar": {
        GREETING: (
            "مرحبا|مرحباً|مرحبتين|أهلا|اهلا|أهلاً وسهلاً|اهلا وسهلا|هلا|هلا والله|هاي|هلو|ألو|السلام عليكم|سلام عليكم"
            "|السلام عليكم ورحمة الله|السلام عليكم ورحمة الله وبركاته|سلام|صباح الخير|صباح النور|مساء الخير|مساء النور|كيف حالك"
            "|كيف الحال|كيفك|كيفكم|شلونك|شلونكم|هل من أحد|في أحد|حد هنا|يا هلا|ازيك|تحية طيبة"
        ),
        THANKS: (
            "شكرا|شكراً|شكرا جزيلا|شكرا جزيلاً|شكرا لك|شكرا لكم|شكرا كثيرا|شكرا كتير|ألف شكر|الف شكر|مشكور|مشكورين|مشكورة|متشكر"
            "|متشكرة|متشكرين|تسلم|تسلمون|تسلموا|يعطيك العافية|يعطيكم العافية|الله يعطيك العافية|بارك الله فيك|بارك الله فيكم"
            "|جزاك الله خيرا|جزاكم الله خيرا|ممتن|ممتنة|أشكرك|أشكركم|اشكركم|كل الشكر|ميرسي|الله يسلمك|يسلمو|كتر خيرك|ما قصرت"
            "|ما قصرتوا"
        ),
        AGREED: (
            "حسنا|حسناً|طيب|تمام|تماماً|اوكي|أوكي|اوك|أوك|ok|ماشي|مفهوم|فهمت|فهمت عليك|واضح|كل شيء واضح|ممتاز|رائع|جيد|جيد جدا"
            "|عظيم|جميل|موافق|اتفقنا|تم|تم الحل|انحلت|انحلت المشكلة|حلت المشكلة|اشتغل|اشتغلت|زبط|زبطت|هذا كل شيء|هذا كل شي"
            "|لا شيء آخر|لا مشكلة|مو مشكلة|مش مشكلة|خلاص|زين|حلو|كويس|وصلت|علم|تمام التمام|عال"
        ),
        GOODBYE: (
            "مع السلامة|وداعا|وداعاً|إلى اللقاء|الى اللقاء|باي|باي باي|تصبح على خير|تصبحون على خير|في أمان الله|بأمان الله"
            "|أراكم لاحقا|نراكم|سلام|يوم سعيد|نهارك سعيد|نهاركم سعيد|أتمنى لكم يوما سعيدا|دمتم بخير|تحياتي|مع تحياتي"
            "|مع خالص التحية|إلى الغد|يلا سلام|يلا باي"
        ),
        FILLER: (
            "أكيد|على المساعدة|على مساعدتكم|على مساعدتك|للمساعدة|على الرد|على الرد السريع|على ردكم|على المعلومات|على المعلومة"
            "|على كل شيء|على وقتكم|لتعاونكم|على تعاونكم|لك|لكم|ولكم|ولك|جزيلا|جزيلاً|جدا|جداً|كثيرا|مرة أخرى|مره ثانيه|يا|أخي|اخي"
            "|أختي|سيدي|فريق|الفريق|جميعا|للجميع|و|إذن|والله|ههه|هه|من فضلك|اليوم|حقا|الله|عليكم|وعليكم السلام"
        ),
    },
    "zh": {
        GREETING: (
            "你好|您好|你们好|大家好|嗨|哈喽|哈啰|哈罗|hello|hi|hey|早|早上好|早安|上午好|中午好|下午好|晚上好|晚好|在吗|在么"
            "|在不在|有人吗|有人在吗|有人么|请问在吗|请问有人吗|喂|亲|亲在吗|嗨喽|久仰|初次见面"
        ),
        THANKS: (
            "谢谢|谢谢你|谢谢您|谢谢你们|谢谢啦|谢谢了|谢了|谢啦|多谢|多谢了|多谢啦|感谢|非常感谢|十分感谢|万分感谢|太感谢了"
            "|感谢你|感谢您|感谢你们|辛苦了|辛苦啦|麻烦了|麻烦你了|麻烦您了|谢谢哈|谢谢哦|3q|thanks|thankyou|thx|帮大忙了"
            "|太好了谢谢|你真好|您真好|你太好了|有心了|劳烦了|谢过"
        ),
        AGREED: (
            "好|好的|好滴|好哒|好吧|好啊|好呀|好嘞|好了|行|行吧|行的|可以|可以了|没问题|没事|没事了|哦|哦哦|噢|喔|ok|okay|okk"
            "|明白|明白了|我明白了|知道了|我知道了|懂了|我懂了|了解|了解了|收到|清楚了|都清楚了|搞定|搞定了|解决了|已解决"
            "|问题解决了|已经解决了|好用了|能用了|太好了|太棒了|棒|真棒|完美|不错|很好|非常好|赞|就这样|就这些|没有了|没别的了"
            "|没其他问题了|不用了|算了|有帮助|厉害|晓得了"
        ),
        GOODBYE: (
            "再见|拜拜|拜|拜拜了|回见|回头见|下次见|明天见|晚安|祝您愉快|祝你愉快|祝好|祝您生活愉快|祝你生活愉快|一路顺风"
            "|周末愉快|先这样|那先这样|先走了|我先走了|告辞|bye|byebye|保重|慢走|有缘再见"
        ),
        FILLER: (
            "嗯|啊|呀|呢|哈|哈哈|呵呵|嘿嘿|吧|了|啦|哦|噢|那|那就|您|你|你们|大家|请|请问|客服|亲|帮忙|帮助|的帮助|的回复|的解答"
            "|解答|回复|耐心解答|的耐心|今天|非常|真的|很|先|一切|也|对您|小姐姐|小哥哥|朋友"
        ),
    },
    "ja": {
        GREETING: (
            "こんにちは|こんにちわ|こんばんは|こんばんわ|おはよう|おはようございます|おはよ|はじめまして|初めまして|どうも|やあ"
            "|もしもし|お世話になっております|お世話になります|お世話様です|お疲れ様です|おつかれさまです|失礼します"
            "|失礼いたします|ハロー|ハイ|hello|hi|誰かいますか|どなたかいますか|どなたかいらっしゃいますか|すみません|すいません"
            "|お元気ですか|ごめんください|よろしくお願いします|よろしくお願いいたします|よろしくおねがいします"
        ),
        THANKS: (
            "ありがとう|ありがと|有難う|有り難う|ありがとうございます|有難うございます|ありがとうございました|有難うございました"
            "|どうもありがとう|どうもありがとうございます|どうもありがとうございました|感謝します|感謝いたします|感謝|感謝です"
            "|感謝しています|サンキュー|さんきゅー|thanks|thankyou|助かります|助かりました|大変助かりました|とても助かりました"
            "|お世話になりました|お手数をおかけしました|恐れ入ります|恐縮です|ご丁寧に"
        ),
        AGREED: (
            "ok|okです|オッケー|オーケー|おk|おけ|おっけー|了解|了解です|了解しました|了解いたしました|りょ|りょうかい"
            "|承知しました|承知いたしました|わかりました|分かりました|わかった|分かった|判りました|なるほど|そうですか"
            "|そうなんですね|理解しました|納得しました|大丈夫です|大丈夫|解決しました|解決です|できました|出来ました|直りました"
            "|動きました|問題ありません|問題ないです|いいです|いいですね|良かったです|よかった|よかったです|良かった|最高"
            "|最高です|完璧|完璧です|素晴らしい|以上です|特にありません|特にないです|もう大丈夫です|結構です|へえ|おお|すごい"
            "|役に立ちました|参考になりました"
        ),
        GOODBYE: (
            "さようなら|さよなら|またね|また今度|またあとで|また後で|また明日|ではまた|それではまた|じゃあね|じゃあまた|じゃまた"
            "|バイバイ|ばいばい|bye|失礼します|失礼いたします|失礼しました|失礼いたしました|おやすみ|おやすみなさい"
            "|お疲れ様でした|良い一日を|よい一日を|良い週末を|ごきげんよう|お元気で|それでは失礼します|では失礼します"
        ),
        FILLER: (
            "はい|うん|では|それでは|じゃあ|じゃ|本当に|ほんとに|ほんとうに|とても|大変|誠に|どうも|です|でした|ね|よ|わ|な|さん"
            "|皆さん|皆様|みなさん|みんな|ご対応|ご回答|ご返信|ご返事|ご連絡|ご案内|お返事|早速の|早速|迅速な|丁寧な|を|に"
            "|いただき|いただいて|くださり|してくれて|してくださって|教えてくれて|教えていただき|助けてくれて|お忙しいところ|笑|w"
            "|また|いろいろ|いろいろと|色々|色々と|今日は|あ|ああ|え|まあ|ー|サポートの"
        ),
    },
    "ko": {
        GREETING: (
            "안녕하세요|안녕하십니까|안녕|안뇽|하이|하이요|헬로|hello|hi|여보세요|반갑습니다|반가워요|좋은 아침입니다"
            "|좋은 아침이에요|좋은 아침|좋은 하루입니다|계신가요|계세요|누구 계세요|아무도 없나요|거기 누구 있나요|누구 있나요"
            "|처음 뵙겠습니다|수고하십니다|수고 많으십니다|저기요|실례합니다|안녕하셔요|안녕하세용"
        ),
        THANKS: (
            "감사합니다|감사해요|감사드립니다|감사드려요|감사|고맙습니다|고마워요|고마워|고맙네요|감사했습니다|고마웠어요"
            "|정말 감사합니다|대단히 감사합니다|ㄱㅅ|감사감사|땡큐|쌩유|thanks|thankyou|thx|감삼다|도움이 됐어요|도움이 되었어요"
            "|도움이 되었습니다|도움 많이 됐어요|큰 도움이 되었습니다|덕분에 해결됐어요|덕분이에요|친절하시네요|수고하셨습니다"
            "|수고하셨어요|수고 많으셨습니다|감사용|고맙슴다"
        ),
        AGREED: (
            "ok|okay|오케이|오키|ㅇㅋ|알겠습니다|알겠어요|알겠어|알았어요|알았어|알았습니다|이해했습니다|이해했어요|이해됐어요"
            "|이해가 됐어요|그렇군요|그렇구나|좋아요|좋습니다|좋네요|좋아|괜찮아요|괜찮습니다|확인했습니다|확인했어요|확인"
            "|해결됐어요|해결되었습니다|해결했어요|해결됐습니다|해결|잘 되네요|이제 돼요|됐어요|됐습니다|되네요|완벽해요"
            "|완벽합니다|최고예요|최고|굿|굳|대박|다행이네요|이상입니다|그게 다예요|없습니다|더 없어요|문제없어요|문제 없습니다"
            "|아하|음"
        ),
        GOODBYE: (
            "안녕히 계세요|안녕히 가세요|잘 가요|잘 있어요|안녕|바이|바이바이|빠이|빠이빠이|bye|다음에 봐요|다음에 또 봐요"
            "|또 봐요|나중에 봐요|내일 봐요|좋은 하루 되세요|좋은 하루 보내세요|좋은 저녁 되세요|좋은 밤 되세요|좋은 주말 되세요"
            "|좋은 주말 보내세요|수고하세요|고생하세요|안녕히 주무세요|잘 자요|들어가세요|이만 가볼게요|이만|그럼 이만"
        ),
        FILLER: (
            "넵|넹|넴|예|ㅇㅇ|정말|진짜|너무|매우|대단히|많이|아주|그럼|네|아|아아|오|와|우와|ㅎ|ㅋ|ㅠ|도와주셔서|도와줘서"
            "|알려주셔서|알려줘서|답변|답변해 주셔서|답변 주셔서|빠른 답변|친절한 답변|친절하게|빠르게|설명해 주셔서"
            "|안내해 주셔서|상담사님|상담원님|고객님|담당자님|선생님|여러분|모두|다시 한번|다시|항상|오늘|요|도|또|다들|이제"
        ),
    },
}
