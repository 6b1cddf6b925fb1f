"""Which language a text is in."""
# ruff: noqa: RUF001 - the texts are in their own alphabets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.languages import agree, code, detect, name, of_question
from tests.samples import BODY


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BODY, "en"),
        (f"{BODY} “Nous sommes à la fin de la guerre et nous ne le savons pas.”", "en"),
        ("Les ministres des trois pays se sont réunis samedi et ont demandé une trêve, a dit le "
         "porte-parole, qui ne sera pas à la réunion du mois prochain.", "fr"),
        ("Die Minister der drei Länder haben sich am Samstag getroffen und um eine Waffenruhe "
         "gebeten, wie ein Sprecher sagte.", "de"),
        ("Los ministros de los tres países se reunieron el sábado y pidieron una tregua, según "
         "dijo un portavoz que no estará en la próxima reunión.", "es"),
        ("Os ministros dos três países reuniram-se no sábado e pediram uma trégua, disse um "
         "porta-voz que não estará na reunião do próximo mês, como se previa.", "pt"),
        ("I ministri dei tre paesi si sono incontrati sabato e hanno chiesto una tregua, ha detto "
         "il portavoce, che non sarà alla riunione del mese prossimo.", "it"),
        ("De ministers van de drie landen kwamen op zaterdag bijeen en vroegen om een bestand, "
         "zei een woordvoerder die er niet bij was.", "nl"),
        ("Ministrarna från de tre länderna träffades på lördagen och bad om en vapenvila, sade en "
         "talesman som inte var med på mötet.", "sv"),
        ("Ministrowie trzech krajów spotkali się w sobotę i poprosili o rozejm, jak powiedział "
         "rzecznik, który nie był na tym spotkaniu, ale o nim wie.", "pl"),
        ("Üç ülkenin bakanları cumartesi günü bir araya geldi ve hemen ateşkes için çağrı yaptı, "
         "ancak bu toplantı çok kısa ve sonra daha da kötü oldu.", "tr"),
        ("Министры трёх стран встретились в субботу и попросили о перемирии.", "ru"),
        ("Міністри трьох країн зустрілися в суботу і попросили про перемир'я.", "uk"),
        ("اجتمع وزراء الدول الثلاث يوم السبت وطالبوا بهدنة فورية في المدينة.", "ar"),
        ("وزیران سه کشور روز شنبه دیدار کردند و خواستار آتش‌بس فوری شدند.", "fa"),
        ("שרי שלוש המדינות נפגשו בשבת וביקשו הפסקת אש מיידית בעיר.", "he"),
        ("三国外长周六会面并呼吁立即停火他们将于下月再次会面。", "zh"),
        ("三か国の大臣は土曜日に会談し、即時停戦を求めた。来月も会う予定だ。", "ja"),
        ("세 나라 장관들이 토요일에 만나 즉각적인 휴전을 요청했다.", "ko"),
        ("", None),
        ("12,5 % 2024 – 18:00", None),
        ("Ola Berg Lena Dahl", None),
        ("Arsenal 2 Chelsea 1 Everton 0 Fulham 3 Leeds 1 Brentford 1 Wolves 2 Burnley 0", None),
        ("U.S. U.S. U.S. U.S. U.S. U.S. U.S. U.S.", None),
    ],
)  # fmt: skip
def test_languages(text, code):
    assert detect(text) == code


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "en"), ("en-GB", "en"), ("pt_BR", "pt"), ("EN", "en"), ("eng", "en"), ("ger", "de"),
        ("deu-AT", "de"), ("iw", "he"), (" fr ", "fr"), ("und", ""), ("xx", ""), ("english", ""),
        ("", ""), ("ckb", ""), ("e", ""), ("en;q=1", ""), ("zh-Hant-TW", "zh"),
    ],
)  # fmt: skip
def test_codes(tag, expected):
    assert code(tag) == expected


def test_languages_that_cannot_be_told_apart_agree():
    assert agree("nb", "no") and agree("bs", "hr") and not agree("de", "nl")
    assert [name(one) for one in ("de", "bs", "hr", "x")] == [
        "German", "Bosnian", "Croatian, Bosnian or Serbian", 'the language "x"',
    ]  # fmt: skip


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_no_text_is_too_strange_for_a_language(text):
    found = detect(text)
    assert found is None or code(found) == found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How old was Paweł Adamowicz?", None),
        ("how old was paweł adamowicz", None),
        ("which hospital did eddie van halen die in", None),
        ("Kim jest Paweł Adamowicz?", "pl"),
        ("Wer führt die Gewerkschaft?", "de"),
        ("Кто такой Лавров?", "ru"),
    ],
)
def test_a_question_is_of_its_own_language_and_not_of_its_names(question, expected):
    assert of_question(question) == expected
