"""Short invented texts in many languages, and the encodings that old files of each have."""
# ruff: noqa: RUF001 - the texts are in their own alphabets

from __future__ import annotations

from collections.abc import Iterator

TEXTS = {
    "en": "“We’ll mend the weir before the spring floods,” said Captain O’Dara – who has "
    "kept it for thirty years – after the meeting. The café on the quay will stay "
    "open, and the naïve plan to charge £4 or 5 € a day was dropped. Nobody on the "
    "council’s benches spoke against it on Tuesday, though two members left the room.",
    "de": "Die Bürgermeisterin von Grünwede erklärte am Dienstag, dass die große Brücke über "
    "den Fluss bis zum Frühjahr gesperrt bleibt. Für die Anwohner ändert sich zunächst "
    "wenig, denn die Fähre fährt häufiger. „Wir müssen die Pfähle prüfen“, sagte sie. "
    "Die Kosten dürften bei über drei Millionen Euro liegen, hieß es später.",
    "fr": "Le maire a déclaré mardi que l’école du quartier fermerait à la fin de l’été, "
    "faute d’élèves. Les parents, réunis devant la grille, s’étonnent : « On nous a "
    "promis le contraire il y a à peine six mois. » Le préfet, lui, répète que la "
    "décision n’est pas encore arrêtée et qu’un bâtiment plus récent sera proposé dès "
    "septembre.",
    "es": "El ayuntamiento aprobó el martes el cierre del puente durante el próximo año, "
    "según informó la alcaldesa en una rueda de prensa. «No había otra opción», "
    "señaló. ¿Quién pagará los autobuses? La compañía todavía no lo sabe. Los niños "
    "que cruzan el río cada mañana tendrán que caminar veinte minutos más, también en "
    "invierno.",
    "it": "La giunta ha deciso martedì che la biblioteca resterà chiusa fino a primavera "
    "perché il tetto è pericolante. «Non c’è più tempo», ha detto l’assessore, che "
    "però non sa ancora quanto costerà. I libri saranno portati nella palestra della "
    "scuola: lì potranno essere presi in prestito, ma solo di lunedì e di giovedì, "
    "dalle nove a mezzogiorno.",
    "pt": "A câmara decidiu na terça-feira que a estação ficará fechada até ao próximo "
    "verão, porque as fundações não são seguras. «Não há outra solução», afirmou a "
    "presidente. Os comboios param a três quilómetros e haverá autocarros grátis, mas "
    "só de manhã. A população, que já esperava há anos pela reparação, não ficou "
    "satisfeita.",
    "sv": "Kommunen meddelade på tisdagen att den gamla bron över ån stängs för biltrafik "
    "från och med oktober. Färjan går i stället var tjugonde minut, också på lördagar. "
    "”Vi hade inget annat val”, säger ingenjören Åsa Lövgren, som har mätt sprickorna "
    "i två år. För skolbarnen på den södra sidan blir vägen längre än förut.",
    "da": "Kommunen oplyste tirsdag, at den gamle bro over åen bliver lukket for biler fra "
    "oktober. Færgen sejler i stedet hvert tyvende minut, også om lørdagen. »Vi havde "
    "ikke noget valg,« siger ingeniør Søren Bækgård, som har målt revnerne i to år. "
    "For børnene på den søndre side bliver vejen til skole længere end før.",
    "fi": "Kaupunki ilmoitti tiistaina, että joen yli kulkeva vanha silta suljetaan autoilta "
    "lokakuussa. Lossi kulkee sen sijaan kahdenkymmenen minuutin välein, myös "
    "lauantaisin. ”Meillä ei ollut muuta mahdollisuutta”, sanoo insinööri Väinö "
    "Hämäläinen, joka on mitannut halkeamia kaksi vuotta. Koululaisten matka pitenee "
    "selvästi.",
    "nl": "De gemeente maakte dinsdag bekend dat de oude brug over de rivier vanaf oktober "
    "dicht is voor auto’s. De veerpont vaart dan om de twintig minuten, ook op "
    "zaterdag. „We hadden geen keus”, zegt ingenieur Zoë Reünis, die er één keer per "
    "week de scheuren meet. De reparatie kost 3 miljoen € en duurt tot in de zomer van "
    "volgend jaar.",
    "pl": "Wójt gminy poinformował we wtorek, że stary most na rzece zostanie zamknięty dla "
    "samochodów od października. Prom będzie kursował co dwadzieścia minut, także w "
    "soboty. „Nie mieliśmy innego wyjścia” – mówi inżynier Łukasz Źrebiec, który od "
    "dwóch lat mierzy pęknięcia. Dzieci z drugiego brzegu będą miały dłuższą drogę do "
    "szkoły.",
    "cs": "Obec v úterý oznámila, že starý most přes řeku bude od října uzavřen pro auta. "
    "Převoz bude jezdit každých dvacet minut, také v sobotu. „Neměli jsme jinou "
    "možnost,“ říká inženýr Žďárský, který už dva roky měří trhliny. Pro děti z "
    "druhého břehu bude cesta do školy delší než dřív. Opravy skončí příští léto a "
    "přijdou na tři miliony.",
    "sk": "Obec v utorok oznámila, že starý most cez rieku bude od októbra uzavretý pre "
    "autá. Kompa bude premávať každých dvadsať minút, aj v sobotu. „Nemali sme inú "
    "možnosť,“ hovorí inžinier Ľubomír Žiak, ktorý už dva roky meria trhliny. Deti z "
    "druhého brehu budú mať dlhšiu cestu do školy ako predtým. Oprava sa skončí budúce "
    "leto.",
    "hu": "A község kedden közölte, hogy a folyón átívelő régi hidat októbertől lezárják az "
    "autók elől. A komp húszpercenként jár majd, szombaton is. „Nem volt más "
    "választásunk” – mondta Győző mérnök, aki két éve méri a repedéseket. A túlparti "
    "gyerekeknek hosszabb lesz az út az iskolába. A felújítás jövő nyáron fejeződik "
    "be, és hárommillióba kerül.",
    "hr": "Općina je u utorak objavila da će stari most preko rijeke od listopada biti "
    "zatvoren za automobile. Skela će ploviti svakih dvadeset minuta, također subotom. "
    "„Nismo imali drugog izbora”, kaže inženjer Živko Đurić, koji već dvije godine "
    "mjeri pukotine. Djeci s druge obale put do škole bit će duži nego što je bio "
    "prije.",
    "sl": "Občina je v torek sporočila, da bo stari most čez reko od oktobra zaprt za "
    "avtomobile. Brod bo vozil vsakih dvajset minut, tudi ob sobotah. »Nismo imeli "
    "druge možnosti,« pravi inženir Žiga Črnič, ki že dve leti meri razpoke. Otroci z "
    "drugega brega bodo imeli daljšo pot v šolo kot prej. Popravilo bo končano "
    "prihodnje poletje.",
    "ru": "Глава посёлка сообщил во вторник, что старый мост через реку с октября закроют "
    "для машин. Паром будет ходить каждые двадцать минут, в том числе по субботам. «У "
    "нас не было другого выхода», – говорит инженер Щукин, который два года измеряет "
    "трещины. Детям с другого берега придётся идти в школу дольше, чем раньше.",
    "uk": "Голова громади повідомив у вівторок, що старий міст через річку з жовтня закриють "
    "для машин. Паром ходитиме кожні двадцять хвилин, також у суботу. «Ми не мали "
    "іншого виходу», – каже інженер Їжакевич, який уже два роки вимірює тріщини. Дітям "
    "з іншого берега доведеться йти до школи довше, ніж раніше, а взимку ще й у "
    "темряві.",
    "bg": "Кметът на общината съобщи във вторник, че старият мост над реката ще бъде "
    "затворен за автомобили от октомври. Фериботът ще се движи на всеки двадесет "
    "минути, също и в събота. „Нямахме друг избор“, казва инженер Щерев, който от две "
    "години измерва пукнатините. За децата от другия бряг пътят до училището ще бъде "
    "по-дълъг.",
    "sr": "Општина је у уторак објавила да ће стари мост преко реке од октобра бити затворен "
    "за аутомобиле. Скела ће пловити сваких двадесет минута, такође суботом. „Нисмо "
    "имали другог избора“, каже инжењер Љубиша Ђурић, који већ две године мери "
    "пукотине. Деци са друге обале пут до школе биће дужи него што је био раније.",
    "el": "Ο δήμος ανακοίνωσε την Τρίτη ότι η παλιά γέφυρα πάνω από το ποτάμι θα κλείσει για "
    "τα αυτοκίνητα από τον Οκτώβριο. Το πορθμείο θα περνά κάθε είκοσι λεπτά, και το "
    "Σάββατο. «Δεν είχαμε άλλη επιλογή», λέει ο μηχανικός, που μετρά τις ρωγμές εδώ "
    "και δύο χρόνια. Για τα παιδιά ο δρόμος προς το σχολείο θα είναι μακρύτερος.",
    "tr": "Belediye salı günü yaptığı açıklamada, nehrin üzerindeki eski köprünün ekim "
    "ayından itibaren araçlara kapatılacağını bildirdi. Feribot cumartesi günleri de "
    "dahil her yirmi dakikada bir çalışacak. “Başka çaremiz yoktu” diyen mühendis "
    "Işık, çatlakları iki yıldır ölçüyor. Çocukların okula giden yolu eskisinden daha "
    "uzun olacak.",
    "ja": "町は火曜日、川にかかる古い橋を十月から車の通行止めにすると発表した。渡し船は土"
    "曜日も含めて二十分おきに運航する。二年前からひび割れを測ってきた技師の森田さん"
    "は「ほかに方法がなかった」と話している。対岸の子どもたちは学校までの道のりが今"
    "までより長くなる。修理は来年の夏までかかり、費用は三億円になる見込みだ。",
    "zh": "镇政府星期二宣布，河上的旧桥从十月起禁止汽车通行。渡船每二十分钟一班，星期六也"
    "照常运行。两年来一直测量裂缝的工程师说：“我们没有别的办法。”对岸的孩子们上学的"
    "路会比以前更长。维修工程将持续到明年夏天，费用大约为三百万元，居民对此并不满意"
    "。",
    "ko": "군은 화요일 강 위의 오래된 다리를 시월부터 자동차가 다닐 수 없게 한다고 발표했"
    "다. 나룻배는 토요일에도 이십 분마다 다닌다. 이 년 동안 금을 재 온 기술자는 “다"
    "른 방법이 없었다”고 말했다. 건너편 아이들은 학교까지 가는 길이 전보다 길어진다. "
    "수리는 내년 여름까지 걸린다.",
    # English stories about other places: a few names are all that tells.
    "en-pl": "Mayor Łukasz Żeglarz of Brzeźnica said on Friday that the ferry would run until "
    "the new bridge is open. His deputy, Małgorzata Śliwińska, had asked for buses "
    "instead. The council of Brzeźnica voted nine to four for the ferry, and the first "
    "boat will leave the quay at six in the morning on the third of May, she said.",
    "en-cs": "The engineer Jiří Dvořáček said on Friday that the ferry of Řečany would run "
    "until the new bridge is open. His colleague, Věra Šťastná, had asked for buses "
    "instead. The council voted nine to four for the ferry, and the first boat will "
    "leave the quay at six in the morning on the third of May, Dvořáček said.",
    "en-fr": "The captain of the ferry, Zoë Lefèvre, said “nobody was hurt” after the boat "
    "touched the quay at Saint-Noël. The café beside it was closed for an hour, its "
    "owner, François Hébert, said – and he wants 40 € for the broken cups. The ferry "
    "company’s insurer has not answered him yet, he told the paper on Tuesday.",
    "en-de": "The mayor of Grünwede, Jürgen Groß, said on Friday that the ferry would run until "
    "the new bridge is open. His deputy, Käthe Möller, had asked for buses instead. "
    "The council voted nine to four for the ferry, and the first boat will leave the "
    "quay at six in the morning on the third of May, Groß said later.",
}  # fmt: skip
"""Texts of about 300 characters; half as many signs tell as much in Asian scripts."""

ENCODINGS = {
    "cp1250": "pl cs sk hu hr sl en-pl en-cs",
    "iso8859-2": "pl cs sk hu hr sl en-pl en-cs",
    "cp1251": "ru uk bg sr",
    "koi8-r": "ru",
    "koi8-u": "uk",
    "iso8859-5": "ru bg sr",
    "cp866": "ru",
    "cp1252": "en de fr es it pt sv da fi nl en-fr en-de",
    "iso8859-1": "de fr es it pt sv da fi en-de",
    "iso8859-15": "fr fi nl en-fr",
    "mac-roman": "en de fr es it pt sv da fi nl en-fr en-de",
    "cp1253": "el",
    "iso8859-7": "el",
    "cp1254": "tr",
    "shift_jis": "ja",
    "euc_jp": "ja",
    "gb18030": "zh",
    "euc_kr": "ko",
}
"""The languages whose texts come in an encoding."""
_TYPEWRITER = str.maketrans("“”„»«‘’–", '"""""\'\'-')


def encoded() -> Iterator[tuple[str, str, str, bytes]]:
    """An encoding, a language, a text as that encoding can hold it, and its bytes."""
    for encoding, languages in ENCODINGS.items():
        for language in languages.split():
            text = TEXTS[language]
            if not _fits(text, encoding):
                text = text.translate(_TYPEWRITER)
            if not _fits(text, encoding):
                text = text.replace("€", "EUR")
            yield encoding, language, text, text.encode(encoding)


def _fits(text: str, encoding: str) -> bool:
    return text.encode(encoding, "replace").decode(encoding) == text
