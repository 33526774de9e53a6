"""The words by which people ask for a person, in the ten languages written in Latin: regular expressions for asking.py. Nothing flows.

Written as people write, with case and accents where they belong: both sides are folded alike. No upper-case escapes (``\\S``, ``\\W``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Alternatives of one language, each a regular expression; see asking.py for what they are for."""

    bare: str
    polite: str
    phrases: str
    never: str = ""
    strong: str = ""
    weak: str = ""
    talk: str = ""
    after: str = ""
    want: str = ""
    ask: str = ""


LATIN = {
    "en": Words(
        strong=r"human(?: being)?s?(?! (?:error|rights|resources|hair|remains|waste|trafficking|body))|agents?|representatives?|reps?"
        r"|operators?"
        r"|advis[oe]rs?|supervisors?|managers?|(?:real|live|living|actual|proper|human|physical) (?:person|people|somebody|someone"
        r"|support|voice|man)",
        weak=r"someone|somebody|anyone|anybody|person|customer (?:service|care|support)|support(?! in)|help ?desk",
        talk=r"(?:talk|speak|spk|chat|connect|transfer|put|pass|patch|hand|forward|switch|escalate)(?: (?:me|us|this|it))?"
        r"(?: (?:through|over|on|direct|directly|straight|now|please|pls))* (?:to|with)",
        want=r"want|wanna|need|give me|gimme|get(?: me| hold of)?|find me|prefer|request|demand|would like|i'd like|id like|reach|(?:is"
        r"|are) there",
        ask=r"want|wanna|need|like|prefer|wish|can|could|may|let|lemme|please|pls|plz|must|gotta|able|possible|how|trying|demand|can't"
        r"|cant|way",
        bare=r"(?:(?:real|live|actual|human) )?(?:human(?: being)?|agent|representative|rep|operator|advis[oe]r|supervisor|manager)s?"
        r"|(?:real|live|actual) person|person|customer (?:service|care|support)(?: agent| rep| representative)?|human support"
        r"|live (?:chat|support)",
        polite=r"please|pls|plz|now|asap|hi|hello|hey|ok|okay|yes|yeah|uh|um|just|only|the|a|an|your|immediately|again|i said|thanks"
        r"|thank you",
        phrases=r"(?:don't|dont|do not|not) (?:want|wanna|wish)(?: to)?(?: (?:talk|speak|chat|deal)(?:ing)? (?:to|with))?(?: (?:a|an|the"
        r"|this|your))?"
        r"(?: (?:stupid|dumb|damn|bloody|fucking|useless))*(?: chat)? ?(?:bots?|robots?|machines?|ai)"
        r"|(?<!i'm )(?<!i am )(?<!im )not (?:a|this|the|your|some) (?:chat ?)?(?:bot|robot|machine)|nobody human"
        r"|(?:can|could|have|need|want|like|let|please|ask)(?: \w+)? (?:someone|somebody|an? (?:agent|human|person|manager|supervisor))"
        r"(?: \w+){0,5} (?:call|ring|phone|contact) me",
        never=r"(?:don't|dont|do not|no need|didn't|not|rather not|never) (?:want |need |wish |have )?(?:to )?(?:talk|speak|chat|human"
        r"|agent|an agent"
        r"|a human)|become|to be an?|work as|apply|fired|sacked",
    ),
    "es": Words(
        strong=r"(?:persona|gente|agente|alguien) (?:real(?:es)?|de verdad|human[oa]|en vivo|de carne y hueso)|agentes?|(?:ser )?humanos?"
        r"|asesor(?:a|es)?|representante|ejecutiv[oa]|operador(?:a)?|supervisor(?:a)?|encargad[oa]|gerente|teleoperador(?:a)?",
        weak=r"alguien|persona|gente|atención al cliente|soporte|servicio al cliente",
        talk=r"(?:hablar|chatear|platicar|conversar|comunicar(?:me)?|contactar(?:me)?|pás[ae](?:n)?me|pasar(?:me)?|comun[ií](?:ca|que"
        r"|quen)(?:me)?"
        r"|transf\w+|con[eé]ct\w+|der[ií]v\w+)(?: (?:ya|por favor|porfa|directamente|directo|urgente))* (?:con|a|al)",
        want=r"quiero|quisiera|necesito|deseo|dame|denme|deme|solicito|exijo|ponme|pónganme|prefiero|requiero|pido|hay algún",
        ask=r"quiero|quisiera|necesito|puedo|podría|podrían|pueden|deseo|gustaría|cómo|déjenme|déjame|favor|porfa|prefiero|exijo|dónde",
        bare=r"agente(?: humano)?|(?:ser )?humano|asesor(?:a)?|operador(?:a)?|representante|ejecutiv[oa]|persona real|una persona"
        r"|supervisor(?:a)?"
        r"|atención al cliente",
        polite=r"por favor|porfavor|porfa|pls|ya|ahora|un|una|el|la|con|hola|sí|solo|urgente|gracias|de verdad",
        phrases=r"(?:no (?:quiero|con)|basta de|hart[oa] de|nada de|y no)(?: más)?(?: (?:hablar|chatear))?(?: con)?(?: (?:un|el|este|una"
        r"|la|esta|su))?"
        r" (?:robots?|chatbots?|bots?|máquinas?)",
        never=r"(?:después de|tras|luego de|acabo de|al|antes de|no (?:quiero|necesito|hace falta|tengo que)) (?:hablar|chatear"
        r"|comunicar(?:me)?)"
        r"|ser (?:agente|representante|operador|asesor)|trabajar",
    ),
    "fr": Words(
        strong=r"(?:être )?humaine?s?|agents?|conseill(?:er|ère|ers)|(?:télé)?opérat(?:eur|rice)|téléconseill(?:er|ère)|responsable"
        r"|superviseur"
        r"|(?:vraie?|réelle) (?:personne|humain)|personne (?:réelle|humaine|physique)|interlocuteur",
        weak=r"quelqu'un|quelqun|qqn|qqun|une personne|personne|service client|sav|support",
        talk=r"(?:parler|discuter|échanger|tchatter|chatter|joindre|contacter|passer|passez(?:[- ]moi)?|me passer|transf[eé]r\w+"
        r"|rediriger|redirigez"
        r"|(?:mettre|mettez|mis|mise)(?:[- ]moi)? en (?:relation|contact|ligne))(?: (?:moi|directement|svp|vite|enfin))* (?:à|au|avec"
        r"|vers|un|une|le|la)",
        want=r"veux|voudrais|voudrai|souhaite|souhaiterais|besoin|donnez[- ]moi|il me faut|préfère|exige|y a[- ]t[- ]il|avoir|demande",
        ask=r"veux|voudrais|voudrai|souhaite|souhaiterais|besoin|peux|puis(?:-je)?|pourrais(?:-je)?|peut(?:-on)?|pouvez(?:-vous)?|comment|laissez|svp|possible|aimerais"
        r"|faut|moyen|où",
        bare=r"(?:un |une |l'|le |la )?(?:(?:être )?humain|conseill(?:er|ère)|agent|opérat(?:eur|rice)|vraie personne|service client"
        r"|téléconseiller)",
        polite=r"svp|s'il vous plaît|s'il te plaît|sil vous plait|stp|maintenant|vite|bonjour|oui|juste|merci|avec|un vrai",
        phrases=r"(?<!suis )(?:pas|plus|non)(?: à| avec| de)?(?: (?:un|une|le|la|ce|cette|votre|vos))? (?:chat ?bots?|robots?|machines?"
        r"|bots?)"
        r"|marre (?:des|du|de ce|de votre|de vos|de cette) (?:robot|bot|chatbot|machine)s?",
        never=r"j'ai (?:déjà |encore )?parler|avoir (?:eu|parlé)|(?:veux|voudrais|besoin de) (?:pas|plus) parler|sans parler|devenir"
        r"|pas (?:besoin|envie) (?:de parler|d'un)",
    ),
    "de": Words(
        strong=r"men(?:sch|shc|hsc)(?:en)?|mitarbeiter(?:in|n|s)?|(?:kunden)?berater(?:in)?|ansprechpartner(?:in)?|sachbearbeiter(?:in)?"
        r"|vorgesetzte[nr]?"
        r"|agent(?:en)?|(?:support|service)mitarbeiter(?:in)?|chef(?:in)?|(?:echte|richtige|reale|menschliche)[nrms]? (?:person|hilfe"
        r"|support)",
        weak=r"jemande[nm]|jemand|(?:einer )?person|kundenservice|kundendienst|support",
        talk=r"(?:verbind\w+|weiterverbind\w+|sprechen|reden|spreche|rede|weiterleiten|chatten)(?: sie)?(?: (?:mich|uns|bitte|sofort"
        r"|jetzt|mal|direkt))*"
        r" (?:mit|zu|an)",
        after=r"sprechen|reden|telefonieren|chatten|schreiben|verbinden|verbunden|weiterverbinden|weiterverbunden|weitergeleitet"
        r"|durchstellen|dran",
        want=r"will|möchte|möcht|brauche|brauch|hätte gerne?|gib mir|gebt mir|geben sie mir|verlange|wünsche|gibt es|erreiche(?:n)?"
        r"|her mit",
        ask=r"will|möchte|möcht|kann|könnte|darf|muss|würde|lass|lasst|bitte|wie|wo|brauche",
        bare=r"(?:ein(?:en)?|echte[rn]?|richtige[rn]?) menschen?|menschen? bitte|bitte menschen?|mitarbeiter(?:in)?"
        r"|(?:kunden)?berater(?:in)?|agent"
        r"|operator|kundendienst|kundenservice|ansprechpartner",
        polite=r"bitte|jetzt|sofort|hallo|ein|einen|eine|einem|echten|echter|den|ja|endlich|nur|mal|dringend|danke|mit",
        phrases=r"(?<!bin )kein(?:en|e|em|er)? (?:chat ?)?(?:bots?|robotern?|roboters|maschinen?|ki)"
        r"|(?<!bin )nicht (?:mit )?(?:einem|einer|nem|dem|der|diesem|so einem|ein)? ?(?:chat ?)?(?:bot|roboter|maschine)",
        never=r"(?:nicht|keine[nmr]?|ohne|nachdem|bevor)(?: \w+){0,4} (?:menschen|mitarbeiter(?:in)?|berater(?:in)?|agenten) (?:sprechen"
        r"|reden)"
        r"|(?:mitarbeiter|berater|agent)(?:in)? werden|bewerb\w*",
    ),
    "pt": Words(
        strong=r"(?:pessoa|gente|alguém|agente) (?:real|de verdade|de carne e osso|human[oa]|ao vivo)|(?:ser )?humanos?|atendentes?"
        r"|agentes?"
        r"|operador(?:a)?|representante|supervisor(?:a)?|gerente|consultor(?:a)?|funcionári[oa]|assistente humano",
        weak=r"alguém|pessoa|gente|suporte|atendimento|apoio ao cliente|sac",
        talk=r"(?:falar|conversar|falo|contactar|contatar|passa|passar|passem|passe|transfere|transferir|transfira|transfiram"
        r"|encaminh\w+|chama|chamar"
        r"|chamem|chame|conect\w+)(?: (?:me|já|agora|logo|direto|diretamente))* (?:com|a|ao|pra|para|pro|um|uma|o)",
        want=r"quero|queria|preciso|gostaria|exijo|prefiro|me (?:dá|dê|deem|vê)|cadê|tem algum|há algum|solicito|desejo",
        ask=r"quero|queria|preciso|gostaria|posso|podia|poderia|pode|como|deixa|favor|consigo|tem como|onde|exijo|prefiro",
        bare=r"atendente(?: humano)?|(?:ser )?humano|agente(?: humano)?|pessoa real|operador(?:a)?|representante|apoio ao cliente"
        r"|supervisor(?:a)?",
        polite=r"por favor|pfvr|pfv|pf|agora|já|um|uma|o|a|oi|olá|sim|só|com|urgente|obrigad[oa]",
        phrases=r"(?:não (?:quero|com)|chega de|cansad[oa] de|nada de|e não|em vez de)(?: mais)?(?: (?:falar|conversar))?(?: com)?"
        r"(?: (?:um|o|esse|este|uma|a|essa))? (?:robôs?|robots?|chat ?bots?|bots?|máquinas?)",
        never=r"(?:depois de|após|acabei de|ao|antes de|não (?:quero|preciso)) (?:falar|conversar)|ser (?:atendente|agente"
        r"|representante)|trabalhar",
    ),
    "it": Words(
        strong=r"(?:persona|qualcuno) (?:reale|vera|vero|uman[oa]|in carne ed? ossa)|(?:essere )?uman[oa]|operator[ei]|operatrice|agente"
        r"|addett[oa]"
        r"|consulente|responsabile|supervisore|rappresentante",
        weak=r"qualcuno|(?:una )?persona|servizio clienti|assistenza(?: clienti)?|supporto",
        talk=r"(?:parlare|parlo|chattare|comunicare|contattare|passatemi|passami|passarmi|passate|collegatemi|collegami|trasferi\w+"
        r"|inoltra\w+"
        r"|(?:mettetemi|mettermi|mettimi) in contatto)(?: (?:subito|direttamente|ora|pure))* (?:con|a|ad|al|un|una|uno|il|la)",
        want=r"voglio|vorrei|bisogno|mi serve|datemi|dammi|esigo|pretendo|preferisco|richiedo|chiedo",
        ask=r"voglio|vorrei|posso|potrei|potete|può|bisogno|come|fatemi|fammi|favore|possibile|devo|preferisco|esigo|dove|riesco",
        bare=r"operatore(?: umano)?|operatrice|(?:essere )?umano|persona (?:reale|vera)|agente|assistenza clienti|servizio clienti"
        r"|consulente",
        polite=r"per favore|perfavore|per piacere|grazie|subito|ora|adesso|un|una|sì|ciao|salve|buongiorno|con|solo|urgente",
        phrases=r"(?:non (?:voglio|con)|basta(?: con)?|niente|stuf[oa] di|e non)(?: più)?(?: (?:parlare|chattare))?(?: con)?"
        r"(?: (?:un|una|il|la|i|questo|questa|sto))? (?:robot|chat ?bot|bot|macchin[ae])",
        never=r"(?:dopo|appena|prima di|non (?:voglio|devo|serve|occorre)) (?:di |aver )?parla\w+|diventare|lavorare",
    ),
    "nl": Words(
        strong=r"(?:echte?|levende?|menselijke?) (?:mens(?:en)?|persoon|iemand|hulp)|mens|medewerk(?:er|ster)s?|agent|operator"
        r"|leidinggevende|manager"
        r"|klantenservicemedewerker|supervisor",
        weak=r"iemand|(?:een )?persoon|klantenservice|klantendienst|support",
        talk=r"(?:praten|spreken|speken|chatten|verbind|verbinden|doorverbinden|doorverbonden|verbonden|zet)(?: (?:me|mij|ons|worden"
        r"|even|door|graag))*"
        r" (?:met|naar|aan)",
        after=r"spreken|speken|praten|chatten|te spreken|te pakken|aan de lijn|doorverbonden|verbonden",
        want=r"wil|geef(?: me| mij)?|graag|nodig|is er|mag ik|krijg ik",
        ask=r"wil|kan|kunnen|mag|zou|graag|laat|moet|hoe|waar|aub",
        bare=r"(?:echt |levend )?mens|medewerker|agent|operator|klantenservice|klantendienst",
        polite=r"aub|alsjeblieft|alstublieft|graag|nu|een|n|hallo|hoi|ja|gewoon|echte?|svp|snel|direct|even|de",
        phrases=r"(?<!ben )geen (?:chat ?)?(?:bots?|robots?|computer|machine)"
        r"|(?<!ben )niet (?:met )?(?:een |n |deze |die |de |dit )?(?:chat ?)?(?:bot|robot|machine)",
        never=r"(?:medewerker|agent|operator) worden|sollicit\w*|(?:hoef|wil|hoeft) (?:geen|niet)(?: met)?(?: een)? (?:mens|medewerker"
        r"|agent)|nadat"
        r"|geen medewerker",
    ),
    "pl": Words(
        strong=r"(?:żyw|prawdziw)(?:ym|ego|y|ą|ej|a) (?:osob\w+|człowiek\w*)|człowiek(?:iem|a)?|konsultant(?:em|ka|kę|ką|a)?"
        r"|pracownik(?:iem|a)?"
        r"|agent(?:em|a)?|operator(?:em|a)?|przełożon(?:ym|ego)|kierownik(?:iem|a)?|doradc[aęą]|menedżer(?:em|a)?|przedstawiciel(?:em"
        r"|a)?",
        weak=r"kimś|kogoś|osobą|obsługą(?: klienta)?",
        talk=r"(?:rozmawiać|porozmawiać|pogadać|gadać|połącz|połączcie|połączyć|połączenie|przełącz|przełączcie|przełączyć|skontaktować"
        r"|rozmowę"
        r"|o kontakt)(?: (?:się|mnie|nas|proszę|szybko))* (?:z|ze|do|na)",
        want=r"chcę|chciałbym|chciałabym|potrzebuję|poproszę|proszę o|dajcie(?: mi)?|czy jest|żądam|wolę",
        ask=r"chcę|chciałbym|chciałabym|mogę|można|proszę|jak|muszę|da się|dajcie|potrzebuję|czy|wolę",
        bare=r"(?:żywy |z )?(?:konsultant(?:em|a)?|człowiek(?:iem|a)?|operator(?:em|a)?|agent(?:em)?|pracownik(?:iem)?)|obsługa klienta"
        r"|doradca",
        polite=r"proszę o|proszę|poproszę|teraz|natychmiast|halo|dzień dobry|tak|tylko|już|pilne|żywego",
        phrases=r"(?:nie (?:chcę|z)|dość|bez|żadnych|a nie)(?: (?:rozmawiać|gadać|pisać|rozmowy))?(?: z)?(?: (?:tym|tego|tych|tymi"
        r"|waszym))?"
        r" (?:robot|chat ?bot|bot|automat|maszyn)\w*",
        never=r"nie (?:chcę|muszę|potrzebuję|trzeba) (?:rozmawiać|gadać|konsultanta|z)(?: z)? ?(?:człowiek\w*|konsultant\w*)?|zostać"
        r"|po rozmowie",
    ),
    "sv": Words(
        strong=r"(?:riktig|verklig|levande|mänsklig|äkta) (?:person|kontakt|support|kundtjänst)|människa|människor|medarbetare"
        r"|handläggare|agent|operatör"
        r"|kundtjänstmedarbetare|rådgivare|chef|supervisor|representant",
        weak=r"någon|(?:en )?person|kundtjänst|supporten?",
        talk=r"(?:prata|snacka|tala|chatta|kopplas?|slussa|kopplad|komma i kontakt|få kontakt)(?: (?:mig|oss|direkt|bara|vidare|fram|nu"
        r"|över))*"
        r" (?:med|till)",
        want=r"vill ha|behöver|ge mig|kan jag få|får jag|finns det|önskar|kräver|vill",
        ask=r"vill|kan|får|skulle|behöver|låt|måste|hur|snälla|går det|var",
        bare=r"(?:(?:riktig|levande) )?(?:människa|person)|agent|operatör|kundtjänst|handläggare|medarbetare",
        polite=r"tack|snälla|nu|en|hej|ja|bara|genast|med|till|riktig",
        phrases=r"(?<!är )(?:inte|ingen|slippa|trött på|nog med)(?: (?:en|med|prata|ha|den|denna|till|här))* (?:robot|chat ?bot|bott?"
        r"|maskin)\w*",
        never=r"(?:inte|ingen) (?:prata|tala|snacka|kopplas|ha|vill|behöver)|bli (?:en )?(?:agent|medarbetare|handläggare)|(?:vill"
        r"|behöver) inte|jobba|har pratat",
    ),
    "no": Words(
        strong=r"(?:ekte|virkelig|levende|menneskelig|ordentlig) (?:person|kontakt|hjelp)|mennesker?|kundebehandler|medarbeider"
        r"|saksbehandler|agent|operatør"
        r"|rådgiver|sjef(?:en)?|leder(?:en)?|kundekonsulent|representant",
        weak=r"noen|(?:en )?person|kundeservice|kundesenteret?|supporten?",
        talk=r"(?:snakke|prate|chatte|snakk|sett|sette|koble|kobles|komme i kontakt|få kontakt|overfør\w*)(?: (?:meg|oss|direkte|bare"
        r"|videre|over|nå))*"
        r" (?:med|til)",
        want=r"vil ha|ønsker|trenger|gi meg|kan jeg få|finnes det|krever|vil",
        ask=r"vil|kan|får|skulle|trenger|la|må|hvordan|vennligst|ønsker|går det|hvor",
        bare=r"(?:(?:ekte|levende) )?menneske|agent|kundebehandler|operatør|kundeservice|medarbeider|saksbehandler",
        polite=r"takk|vær så snill|vennligst|nå|et|en|hei|ja|bare|med|til|ekte",
        phrases=r"(?<!er )(?:ikke|ingen|slippe|lei av|nok)(?: (?:en|med|snakke|prate|ha|denne|til|av))* (?:robot|chat ?bot|bot"
        r"|maskin)\w*",
        never=r"(?:ikke|ingen) (?:snakke|prate|ha)|(?:vil|trenger) ikke|bli (?:en )?(?:agent|medarbeider|kundebehandler)|jobbe"
        r"|har snakket",
    ),
}
