# ruff: noqa: RUF001
"""What replies say besides the entries' answers, in fifteen languages. Nothing flows in; out: ``PHRASES`` by name and language.

The names in braces are slots of ``reply``: {order} an order's id, {choices} what may have been meant. No phrase promises a time or an
outcome.
"""

from __future__ import annotations

PHRASES: dict[str, dict[str, str]] = {
    "sorry": {
        "en": "I am sorry about this.",
        "es": "Lamento lo ocurrido.",
        "fr": "Je suis désolé de ce désagrément.",
        "de": "Das tut mir leid.",
        "pt": "Lamento pelo ocorrido.",
        "it": "Mi dispiace per l'accaduto.",
        "nl": "Het spijt me dat dit is gebeurd.",
        "pl": "Przykro mi z tego powodu.",
        "sv": "Jag beklagar det som har hänt.",
        "no": "Jeg beklager det som har skjedd.",
        "ru": "Мне жаль, что так вышло.",
        "ar": "نأسف لما حدث.",
        "zh": "很抱歉给您带来不便。",
        "ja": "ご不便をおかけして申し訳ございません。",
        "ko": "불편을 드려 죄송합니다.",
    },
    "glad": {
        "en": "Thank you for your kind message.",
        "es": "Gracias por su amable mensaje.",
        "fr": "Merci pour votre aimable message.",
        "de": "Vielen Dank für die freundliche Nachricht.",
        "pt": "Obrigado pela mensagem simpática.",
        "it": "Grazie per il gentile messaggio.",
        "nl": "Bedankt voor het vriendelijke bericht.",
        "pl": "Dziękuję za miłą wiadomość.",
        "sv": "Tack för det vänliga meddelandet.",
        "no": "Takk for den hyggelige meldingen.",
        "ru": "Спасибо за тёплое сообщение.",
        "ar": "شكرًا على رسالتكم اللطيفة.",
        "zh": "感谢您的友好留言。",
        "ja": "温かいメッセージをありがとうございます。",
        "ko": "따뜻한 메시지 감사합니다.",
    },
    "about_order": {
        "en": "About order {order}:",
        "es": "Sobre el pedido {order}:",
        "fr": "Au sujet de la commande {order} :",
        "de": "Zur Bestellung {order}:",
        "pt": "Sobre o pedido {order}:",
        "it": "Riguardo all'ordine {order}:",
        "nl": "Over bestelling {order}:",
        "pl": "W sprawie zamówienia {order}:",
        "sv": "Om beställning {order}:",
        "no": "Om bestilling {order}:",
        "ru": "По заказу {order}:",
        "ar": "بخصوص الطلب {order}:",
        "zh": "关于订单 {order}：",
        "ja": "ご注文 {order} について：",
        "ko": "주문 {order} 관련 안내입니다.",
    },
    "status": {
        "en": "I cannot see from here how it stands at this moment, so I will not guess; this is where the app shows it.",
        "es": "Desde aquí no puedo ver el estado en este momento y no quiero suponerlo; la app lo muestra así.",
        "fr": "D'ici, je ne vois pas l'état actuel et je ne veux pas le deviner ; voici où l'application l'affiche.",
        "de": "Den aktuellen Stand sehe ich von hier aus nicht und möchte nicht raten; so zeigt ihn die App.",
        "pt": "Daqui não consigo ver a situação neste momento e não quero adivinhar; é assim que a aplicação a mostra.",
        "it": "Da qui non posso vedere lo stato in questo momento e non voglio indovinare; ecco dove lo mostra l'app.",
        "nl": "Ik kan hier de actuele status niet zien en wil er niet naar raden; zo toont de app die.",
        "pl": "Nie widzę stąd bieżącego stanu i nie chcę zgadywać; oto gdzie pokazuje go aplikacja.",
        "sv": "Härifrån kan jag inte se läget just nu och vill inte gissa; så här visas det i appen.",
        "no": "Herfra kan jeg ikke se statusen akkurat nå og vil ikke gjette; slik vises den i appen.",
        "ru": "Отсюда я не вижу, что происходит с заказом прямо сейчас, и не хочу гадать; вот где это показывает приложение.",
        "ar": "لا أستطيع أن أرى الحالة الآن من هنا ولا أريد التخمين؛ هكذا يعرضها التطبيق.",
        "zh": "我在这里看不到此刻的状态，也不想猜测；可以在应用中这样查看。",
        "ja": "こちらでは現在の状況を確認できないため、推測ではお答えしません。アプリでは次のように確認できます。",
        "ko": "여기에서는 현재 상태를 볼 수 없어 추측해서 말씀드리지 않습니다. 앱에서 이렇게 확인할 수 있습니다.",
    },
    "no_status": {
        "en": "I cannot see from here how it stands at this moment, and I will not guess. The order in the app shows it.",
        "es": "Desde aquí no puedo ver el estado en este momento y no quiero suponerlo. El pedido en la app lo muestra.",
        "fr": "D'ici, je ne vois pas l'état actuel et je ne veux pas le deviner. La commande dans l'application l'affiche.",
        "de": "Den aktuellen Stand sehe ich von hier aus nicht und möchte nicht raten. Die Bestellung in der App zeigt ihn.",
        "pt": "Daqui não consigo ver a situação neste momento e não quero adivinhar. O pedido na aplicação mostra-a.",
        "it": "Da qui non posso vedere lo stato in questo momento e non voglio indovinare. L'ordine nell'app lo mostra.",
        "nl": "Ik kan hier de actuele status niet zien en wil er niet naar raden. De bestelling in de app toont die.",
        "pl": "Nie widzę stąd bieżącego stanu i nie chcę zgadywać. Pokazuje go zamówienie w aplikacji.",
        "sv": "Härifrån kan jag inte se läget just nu och vill inte gissa. Beställningen i appen visar det.",
        "no": "Herfra kan jeg ikke se statusen akkurat nå og vil ikke gjette. Bestillingen i appen viser den.",
        "ru": "Отсюда я не вижу, что происходит с заказом прямо сейчас, и не хочу гадать. Это показывает заказ в приложении.",
        "ar": "لا أستطيع أن أرى الحالة الآن من هنا ولا أريد التخمين. يعرضها الطلب في التطبيق.",
        "zh": "我在这里看不到此刻的状态，也不想猜测。应用中的订单会显示。",
        "ja": "こちらでは現在の状況を確認できないため、推測ではお答えしません。アプリのご注文画面に表示されます。",
        "ko": "여기에서는 현재 상태를 볼 수 없어 추측해서 말씀드리지 않습니다. 앱의 주문 화면에 표시됩니다.",
    },
    "in_english": {
        "en": "I have this in English only:",
        "es": "Esto solo lo tengo en inglés:",
        "fr": "Je n'ai cette réponse qu'en anglais :",
        "de": "Das habe ich nur auf Englisch:",
        "pt": "Só tenho esta resposta em inglês:",
        "it": "Ho questa risposta solo in inglese:",
        "nl": "Dit heb ik alleen in het Engels:",
        "pl": "Mam tę odpowiedź tylko po angielsku:",
        "sv": "Det här har jag bara på engelska:",
        "no": "Dette har jeg bare på engelsk:",
        "ru": "Этот ответ есть только на английском:",
        "ar": "هذه الإجابة متوفرة لدي بالإنجليزية فقط:",
        "zh": "这条内容目前只有英文：",
        "ja": "こちらの回答は英語のみとなります：",
        "ko": "이 답변은 영어로만 제공됩니다:",
    },
    "which": {
        "en": "So that I answer the right thing, did you mean {choices}?",
        "es": "Para responder a lo correcto: ¿se refiere a {choices}?",
        "fr": "Pour répondre à la bonne question, de quoi s'agit-il : {choices} ?",
        "de": "Damit ich auf das Richtige antworte: Geht es um {choices}?",
        "pt": "Para responder à questão certa: trata-se de {choices}?",
        "it": "Per rispondere alla domanda giusta: si tratta di {choices}?",
        "nl": "Om op het juiste te antwoorden: gaat het om {choices}?",
        "pl": "Aby odpowiedzieć na właściwe pytanie: czy chodzi o to: {choices}?",
        "sv": "För att svara på rätt sak: gäller det {choices}?",
        "no": "For å svare på det riktige: gjelder det {choices}?",
        "ru": "Чтобы ответить по существу: речь об этом — {choices}?",
        "ar": "لكي أجيب عن السؤال الصحيح: هل المقصود {choices}؟",
        "zh": "为了准确回答，请问您指的是{choices}？",
        "ja": "正しくお答えするために確認させてください。{choices}のどれについてでしょうか？",
        "ko": "정확히 답변드리기 위해 여쭙습니다. {choices} 중 어느 것인가요?",
    },
    "handing_over": {
        "en": "I am handing this over to a colleague, who can see our conversation, so you do not have to repeat anything.",
        "es": "Paso el caso a una persona del equipo, que puede ver esta conversación; no hace falta repetir nada.",
        "fr": "Je transmets à une personne de l'équipe, qui peut voir cette conversation ; inutile de tout répéter.",
        "de": "Ich gebe das an jemanden aus dem Team weiter, der unser Gespräch sehen kann; es muss nichts wiederholt werden.",
        "pt": "Passo o caso a uma pessoa da equipa, que pode ver esta conversa; não é preciso repetir nada.",
        "it": "Passo il caso a una persona del team, che può vedere questa conversazione; non serve ripetere nulla.",
        "nl": "Ik geef dit door aan een collega, die dit gesprek kan zien; niets hoeft herhaald te worden.",
        "pl": "Przekazuję sprawę osobie z zespołu, która widzi tę rozmowę; nie trzeba niczego powtarzać.",
        "sv": "Jag lämnar över till en kollega som kan se vår konversation, så inget behöver upprepas.",
        "no": "Jeg gir dette videre til en kollega som kan se samtalen vår, så ingenting må gjentas.",
        "ru": "Передаю обращение сотруднику, который видит нашу переписку; повторять ничего не нужно.",
        "ar": "أحيل الأمر إلى أحد أفراد الفريق، ويمكنه رؤية هذه المحادثة، فلا حاجة إلى تكرار أي شيء.",
        "zh": "我正在为您转接人工同事，对方可以看到我们的对话，无需重复说明。",
        "ja": "担当者に引き継ぎます。これまでのやり取りは担当者が確認できますので、繰り返しのご説明は不要です。",
        "ko": "담당자에게 전달하겠습니다. 담당자가 이 대화를 볼 수 있으므로 다시 설명하지 않으셔도 됩니다.",
    },
    "urgent": {
        "en": (
            "I am handing this to our safety team now, ahead of everything else. If anybody is in danger or hurt, call the "
            "local emergency number first."
        ),
        "es": (
            "Paso esto ahora mismo a nuestro equipo de seguridad, antes que nada. Si alguien está en peligro o herido, "
            "llame primero al número local de emergencias."
        ),
        "fr": (
            "Je transmets ceci immédiatement à notre équipe de sécurité, en priorité. Si quelqu'un est en danger ou "
            "blessé, appelez d'abord le numéro d'urgence local."
        ),
        "de": (
            "Ich gebe das sofort und vor allem anderen an unser Sicherheitsteam weiter. Ist jemand in Gefahr oder "
            "verletzt, bitte zuerst den örtlichen Notruf anrufen."
        ),
        "pt": (
            "Passo isto agora mesmo à nossa equipa de segurança, antes de tudo. Se alguém estiver em perigo ou ferido, "
            "ligue primeiro para o número local de emergência."
        ),
        "it": (
            "Passo subito la segnalazione al nostro team sicurezza, prima di tutto il resto. Se qualcuno è in pericolo o "
            "ferito, chiamare prima il numero di emergenza locale."
        ),
        "nl": (
            "Ik geef dit nu meteen door aan ons veiligheidsteam, vóór al het andere. Is iemand in gevaar of gewond, bel "
            "dan eerst het lokale alarmnummer."
        ),
        "pl": (
            "Przekazuję to teraz naszemu zespołowi bezpieczeństwa, przed wszystkim innym. Jeśli ktoś jest w "
            "niebezpieczeństwie lub ranny, najpierw proszę zadzwonić pod lokalny numer alarmowy."
        ),
        "sv": (
            "Jag lämnar detta till vårt säkerhetsteam nu, före allt annat. Om någon är i fara eller skadad, ring först det "
            "lokala nödnumret."
        ),
        "no": (
            "Jeg gir dette til sikkerhetsteamet vårt nå, foran alt annet. Hvis noen er i fare eller skadet, ring først det "
            "lokale nødnummeret."
        ),
        "ru": (
            "Передаю это нашей службе безопасности прямо сейчас, вне очереди. Если кто-то в опасности или ранен, сначала "
            "позвоните по местному номеру экстренных служб."
        ),
        "ar": "أحيل هذا الآن إلى فريق السلامة لدينا قبل أي شيء آخر. إذا كان أحد في خطر أو مصابًا، فاتصلوا أولًا برقم الطوارئ المحلي.",
        "zh": "我现在立即优先转交我们的安全团队。如果有人处于危险或受伤，请先拨打当地紧急电话。",
        "ja": (
            "ただちに最優先で安全対策チームへ引き継ぎます。危険にさらされている方やけがをされた方がいる場合は、まず現地の緊"
            "急通報番号にお電話ください。"
        ),
        "ko": "지금 바로 최우선으로 안전팀에 전달하겠습니다. 위험에 처했거나 다친 사람이 있다면 먼저 현지 긴급 전화번호로 전화해 주세요.",
    },
    "not_known": {
        "en": "I do not have an answer to this. Please say it in other words, or ask for a colleague.",
        "es": "No tengo una respuesta para esto. Puede decirlo con otras palabras o pedir que le atienda una persona.",
        "fr": "Je n'ai pas de réponse à cela. Vous pouvez le dire autrement ou demander à parler à une personne.",
        "de": "Darauf habe ich keine Antwort. Bitte mit anderen Worten schreiben oder nach einem Menschen fragen.",
        "pt": "Não tenho resposta para isto. Pode escrever com outras palavras ou pedir para falar com uma pessoa.",
        "it": "Non ho una risposta a questo. Si può scriverlo con altre parole o chiedere di parlare con una persona.",
        "nl": "Hierop heb ik geen antwoord. Zeg het graag met andere woorden, of vraag om een collega.",
        "pl": "Nie mam na to odpowiedzi. Proszę napisać to innymi słowami albo poprosić o kontakt z człowiekiem.",
        "sv": "Det har jag inget svar på. Skriv det gärna med andra ord, eller be om en kollega.",
        "no": "Det har jeg ikke noe svar på. Skriv det gjerne med andre ord, eller be om en kollega.",
        "ru": "На это у меня нет ответа. Напишите, пожалуйста, другими словами или попросите соединить с сотрудником.",
        "ar": "ليست لدي إجابة عن هذا. يمكن كتابته بكلمات أخرى أو طلب التحدث إلى موظف.",
        "zh": "这个问题我没有答案。您可以换种说法，或要求转人工。",
        "ja": "こちらについてはお答えできる情報がありません。別の言い方でお書きいただくか、担当者をご希望とお伝えください。",
        "ko": "이 질문에는 드릴 수 있는 답변이 없습니다. 다른 말로 적어 주시거나 상담원 연결을 요청해 주세요.",
    },
    "not_readable": {
        "en": "I found no words in your message. Please write what it is about.",
        "es": "No he encontrado palabras en el mensaje. Por favor, escriba de qué se trata.",
        "fr": "Je n'ai trouvé aucun mot dans le message. Merci d'écrire de quoi il s'agit.",
        "de": "In der Nachricht habe ich keine Wörter gefunden. Bitte schreiben, worum es geht.",
        "pt": "Não encontrei palavras na mensagem. Por favor, escreva de que se trata.",
        "it": "Non ho trovato parole nel messaggio. Per favore, scrivere di cosa si tratta.",
        "nl": "Ik vond geen woorden in het bericht. Schrijf alsjeblieft waar het over gaat.",
        "pl": "Nie ma w wiadomości żadnych słów. Proszę napisać, o co chodzi.",
        "sv": "Jag hittade inga ord i meddelandet. Skriv gärna vad det gäller.",
        "no": "Jeg fant ingen ord i meldingen. Skriv gjerne hva det gjelder.",
        "ru": "В сообщении нет слов. Напишите, пожалуйста, о чём речь.",
        "ar": "لم أجد كلمات في الرسالة. يرجى كتابة موضوعها.",
        "zh": "消息里没有文字。请写下您要咨询的内容。",
        "ja": "メッセージに文字が見つかりませんでした。ご用件をお書きください。",
        "ko": "메시지에 글자가 없습니다. 어떤 내용인지 적어 주세요.",
    },
}
