# ruff: noqa: RUF001
"""The words by which people ask for a person in languages that are not served: regular expressions for asking.py. Nothing flows.

Plain phrases only, of two words or more, so that none says something else in a language that is served; what they mean is not known
otherwise. Both sides are folded alike: without case and accents.
"""

from __future__ import annotations

PHRASES = {
    "cs": r"(?:chci|chtel bych|chtela bych|potrebuji|muzu|mohu|prosim)(?: \w+)? (?:mluvit|prepojit)(?: \w+)? (?:clovekem|operatorem|zivym)"
    r"|(?:mluvit|spojte me|prepojte me|prepojit) (?:s|se|na) (?:zivym |skutecnym )?(?:clovekem|operator\w*|nekym|cloveka)",
    "da": r"(?:tale|snakke|chatte|i kontakt) med (?:et |en )?(?:rigtigt? |levende )?(?:menneske|medarbejder|person|nogen)",
    "el": r"(?:να )?μιλησω (?:με|σε) (?:εναν? )?(?:πραγματικο )?(?:ανθρωπο|εκπροσωπο|υπαλληλο|καποιον)|συνδεστε με με",
    "fi": r"(?:puhua|jutella|keskustella) (?:oikean |elavan )?(?:ihmisen|asiakaspalvelijan|henkilon|jonkun)(?: \w+)? (?:kanssa|kaa)"
    r"|haluan ihmisen",
    "he": r"לדבר עם (?:בן ?אדם|נציג\w*|אדם|מישהו|אנוש\w*)|נציג אנושי|תעבירו אותי לנציג",
    "hi": r"(?:इसान|व्यक्ति|आदमी|एजेट|किसी) से बात|insaan se baat|insan se baat|(?:kisi |asli )(?:agent|aadmi|insaan|insan|bande) se baat",
    "hu": r"(?:elo |igazi |valodi )?(?:emberrel|ugyintezovel|operatorral|munkatarssal) (?:szeretnek|akarok|szeretnem|beszel\w*)"
    r"|beszelni (?:szeretnek |akarok |szeretnem )?(?:egy )?(?:elo |igazi )?(?:emberrel|ugyintezovel|valakivel)",
    "id": r"(?:bicara|ngomong|berbicara|bercakap|cakap|ngobrol|hubungkan|sambungkan)(?: \w+)? (?:dengan|sama|ke|dgn|dengn) "
    r"(?:seorang )?(?:manusia|orang|petugas|agen|cs|operator|admin)",
    "ro": r"(?:vorbesc|vorbi|discut|conectati ma|legatura)(?: \w+)? cu (?:un |o |cineva )?(?:om|operator\w*|persoana|agent|uman"
    r"|real\w*|cineva)",
    "sk": r"(?:hovorit|rozpravat|spojte ma|prepojte ma|prepojit) (?:s|so|na) (?:zivym |skutocnym )?(?:clovekom|operator\w*|niekym|cloveka)",
    "sw": r"(?:nataka |naomba )?(?:kuongea|kuzungumza) na (?:mtu|binadamu|wakala|mhudumu)",
    "th": r"(?:ขอ|อยาก|ตองการ|อยากจะ)*(?:คุย|พูด|ติดตอ|สนทนา)(?:สาย)?กับ(?:คน|เจาหนาที|พนักงาน|มนุษย)|ขอสาย(?:คน|เจาหนาที|พนักงาน)",
    "tl": r"(?:kausapin|makausap|makipag ?-?usap)(?: \w+){0,3} (?:tao|ahente|agent|operator)",
    "tr": r"(?:gercek |canli )?(?:bir )?(?:insan(?:la|a)|insan ile|temsilci(?:yle|ye|si)?|temsilci ile|yetkili(?:yle|ye)?"
    r"|operator(?:le|e)?|birisiyle|biriyle)"
    r"(?: \w+)? (?:gorusmek|konusmak|gorusebilir|konusabilir|bagla\w*|gorusmem|konusmam|aktar\w*)|musteri temsilcisi(?:ne|yle)",
    "uk": r"(?:поговорити|говорити|розмовляти|зв.яжіть|зв.язатися|зєднаите|з.єднаите|з.єднати|зєднати)(?: \w+)? (?:з|із|зі)"
    r" (?:живою |реальною )?(?:людиною|оператор\w*|кимось|людьми)"
    r"|(?:покличте|дайте)(?: \w+)? (?:людину|оператора)",
    "vi": r"(?:noi chuyen|gap|chat|tro chuyen|lien he)(?: truc tiep)? (?:voi )?(?:nguoi that|nhan vien|tong dai vien|con nguoi"
    r"|mot nguoi|nguoi thuc)",
}
