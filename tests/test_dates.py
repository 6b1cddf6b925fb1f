"""Days in prose, resolved against the day of writing."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.request.periods import Period, periods
from rag.request.question import Question
from rag.request.timing import standing
from rag.text.dates import mentions

SUNDAY = dt.date(2024, 12, 8)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("They met on Saturday.", "2024-12-07", "2024-12-07"),
        ("They meet next Monday.", "2024-12-09", "2024-12-09"),
        ("on Sunday itself", "2024-12-08", "2024-12-08"),
        ("last Sunday", "2024-12-01", "2024-12-01"),
        ("on 7 December", "2024-12-07", "2024-12-07"),
        ("on Dec. 7, 2024", "2024-12-07", "2024-12-07"),
        ("2024-12-07", "2024-12-07", "2024-12-07"),
        ("the 1st of March 2020", "2020-03-01", "2020-03-01"),
        ("7–8 December 2024", "2024-12-07", "2024-12-08"),
        ("March 12-14, 2023", "2023-03-12", "2023-03-14"),
        ("between 3 and 5 December", "2024-12-03", "2024-12-05"),
        ("from 3 to 5 December", "2024-12-03", "2024-12-05"),
        ("between 2019 and 2021", "2019-01-01", "2021-12-31"),
        ("the 2015 agreement", "2015-01-01", "2015-12-31"),
        ("in the 1990s", "1990-01-01", "1999-12-31"),
        ("late November", "2024-11-20", "2024-11-30"),
        ("the last week of November", "2024-11-01", "2024-11-30"),
        ("in January", "2025-01-01", "2025-01-31"),
        ("last year", "2023-01-01", "2023-12-31"),
        ("last month", "2024-11-01", "2024-11-30"),
        ("last week", "2024-11-25", "2024-12-01"),
        ("last weekend", "2024-11-30", "2024-12-01"),
        ("in recent weeks", "2024-10-20", "2024-12-08"),
        ("three months earlier", "2024-09-01", "2024-09-30"),
        ("the past three days", "2024-12-05", "2024-12-08"),
        ("two days ago", "2024-12-06", "2024-12-06"),
        ("yesterday", "2024-12-07", "2024-12-07"),
        ("last night", "2024-12-07", "2024-12-08"),
        ("this morning", "2024-12-08", "2024-12-08"),
    ],
)
def test_a_mention_is_the_days_it_means(text, first, last):
    (found,) = mentions(text, SUNDAY)
    assert (str(found.first), str(found.last)) == (first, last)


@pytest.mark.parametrize(
    "text", ["Resolution 2254", "they may 3 times go", "to march 5 miles", "2,500 men"]
)
def test_what_is_no_date_is_left_alone(text):
    assert mentions(text, SUNDAY) == []


def test_without_a_day_of_writing_relative_days_stay_unresolved():
    (found,) = mentions("on Saturday", None)
    assert (found.first, found.weekday) == (None, 5)


def test_the_same_day_in_other_words_agrees():
    (ours,) = mentions("Saturday", SUNDAY)
    (same,) = mentions("December 7, 2024", SUNDAY)
    (other,) = mentions("6 December 2024", SUNDAY)
    assert ours.overlaps(same) and not ours.overlaps(other)


@settings(deadline=None)
@given(st.text(max_size=80), DAYS)
def test_no_text_breaks_it(text, written):
    for one in mentions(text, written):
        assert 0 <= one.start < one.end <= len(text)


@settings(deadline=None)
@given(st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)))
def test_every_day_written_out_is_itself(day):
    year = day.year
    for text in (day.isoformat(), f"{day.day} {day:%B} {year}", f"{day:%B} {day.day}, {year}"):
        (found,) = mentions(text, None)
        assert found.first == found.last == day


TODAY = dt.date(2026, 11, 20)
"""A Friday, long after the archive below."""
NEWEST = dt.date(2024, 12, 9)


@pytest.mark.parametrize(
    ("question", "relation", "first", "last"),
    [
        # Reckoned from the day of asking.
        ("What happened last week?", "on", "2026-11-09", "2026-11-15"),
        ("Who spoke yesterday?", "on", "2026-11-19", "2026-11-19"),
        ("Who resigned last Saturday?", "on", "2026-11-14", "2026-11-14"),
        ("What changed in the past three days?", "on", "2026-11-17", "2026-11-20"),
        # Without a year: the archive's own.
        ("what happened in early december", "on", "2024-12-01", "2024-12-10"),
        ("Who spoke on Saturday, 7 December?", "on", "2024-12-07", "2024-12-07"),
        ("What happened at the end of November?", "on", "2024-11-20", "2024-11-30"),
        ("Who has resigned since Monday?", "since", "2024-12-09", "2024-12-09"),
        # Relations.
        ("Who resigned before 5 December 2024?", "before", "2024-12-05", "2024-12-05"),
        ("Who resigned prior to 5 December 2024?", "before", "2024-12-05", "2024-12-05"),
        ("Who resigned after 5 December 2024?", "after", "2024-12-05", "2024-12-05"),
        ("Who resigned until 5 December 2024?", "until", "2024-12-05", "2024-12-05"),
        ("How many had fled by 5 December 2024?", "until", "2024-12-05", "2024-12-05"),
        ("How many have fled since 27 November?", "since", "2024-11-27", "2024-11-27"),
        ("Who met between 30 November and 2 December?", "on", "2024-11-30", "2024-12-02"),
        ("What was built between March and May 2023?", "on", "2023-03-01", "2023-05-31"),
        ("Who won in 2023?", "on", "2023-01-01", "2023-12-31"),
        # Counted from a day.
        ("Who spoke two days before 7 December?", "on", "2024-12-05", "2024-12-05"),
        ("Who spoke the day after 7 December?", "on", "2024-12-08", "2024-12-08"),
        # Lists.
        ("What did Dahl say on 3 May and on 5 May 2024?", "on", "2024-05-03", "2024-05-05"),
        ("How much was dug in May 2024, in July 2024 and in March 2025?", "on", "2024-05-01",
         "2025-03-31"),
        ("Did it happen in March or April 2024?", "on", "2024-03-01", "2024-04-30"),
        ("Who fled after the vote on 3 December?", "after", "2024-12-03", "2024-12-03"),
    ],
)  # fmt: skip
def test_a_question_speaks_of_a_period(question, relation, first, last):
    (found,) = periods(question, TODAY, NEWEST)
    assert (found.relation, str(found.first), str(found.last)) == (relation, first, last)
    assert found.decided


def test_may_before_a_year_is_a_month_in_small_letters():
    (found,) = periods("articles from may 2020", TODAY)
    assert found.first == dt.date(2020, 5, 1)
    assert not periods("they may march on", TODAY)


def test_a_named_day_is_a_name():
    assert not periods("Who won the vote on Super Tuesday?", TODAY)
    (found,) = periods("Who met in Baghdad Friday?", TODAY)
    assert found.weekday == 4


def test_a_weekday_alone_is_any_such_day():
    (found,) = periods("Who spoke in Doha on Saturday?", TODAY, NEWEST)
    assert (found.weekday, found.first, found.decided) == (5, None, True)
    assert Question.read("Who spoke in Doha on Saturday?", TODAY, NEWEST).prefers_newest


@pytest.mark.parametrize(
    "question",
    [
        "What is the bridge named after?",
        "What did Lavrov say about Resolution 2254?",
        "What did Lavrov say before the talks?",
        "Is the road shut since the bridge is closed?",
        "The price was stable until when?",
    ],
)
def test_what_names_no_day_is_no_period(question):
    assert periods(question, TODAY, NEWEST) == []


@pytest.mark.parametrize(
    ("asked", "today", "first", "last"),
    [
        ("last November", "2026-11-30", "2025-11-01", "2025-11-30"),
        ("last november", "2026-11-01", "2025-11-01", "2025-11-30"),
        ("last November", "2026-12-01", "2026-11-01", "2026-11-30"),
        ("last February", "2028-03-01", "2028-02-01", "2028-02-29"),
        ("this May", "2026-11-30", "2026-05-01", "2026-05-31"),
        ("next May", "2026-05-02", "2027-05-01", "2027-05-31"),
        ("next December", "2026-11-30", "2026-12-01", "2026-12-31"),
        ("last Monday", "2026-11-30", "2026-11-23", "2026-11-23"),
        ("this Monday", "2026-11-30", "2026-11-30", "2026-11-30"),
        ("this friday", "2026-11-30", "2026-12-04", "2026-12-04"),
        ("next Monday", "2026-11-30", "2026-12-07", "2026-12-07"),
        ("last weekend", "2026-11-30", "2026-11-28", "2026-11-29"),
        ("last November 2024", "2026-11-30", "2024-11-01", "2024-11-30"),
    ],
)
def test_what_is_told_by_today_is_not_today(asked, today, first, last):
    (found,) = periods(f"Who spoke in Doha {asked}?", dt.date.fromisoformat(today), NEWEST)
    assert (str(found.first), str(found.last)) == (first, last)


def test_a_day_told_by_today_keeps_its_relation():
    (found,) = periods("Who has left since last November?", dt.date(2026, 11, 30), NEWEST)
    assert (found.relation, found.window) == ("since", (dt.date(2025, 11, 1), None))
    (unknown,) = periods("Who left last November?", None)
    assert not unknown.decided


def of(question: str) -> Period:
    (found,) = periods(question, TODAY, NEWEST)
    return found


@pytest.mark.parametrize(
    ("question", "text", "published", "expected"),
    [
        # The text's own days come first.
        ("on 7 December 2024", "They met on Saturday.", "2024-12-08", "inside"),
        ("on 7 December 2024", "They met on Friday.", "2024-12-07", "outside"),
        ("on 7 December 2024", "The 2015 accord was read out.", "2024-12-07", "inside"),
        ("on 7 December 2024", "The 2015 accord was read out.", "2024-06-01", "outside"),
        ("in 2023", "The 2015 accord was read out.", "2023-06-01", "outside"),
        ("in 2023", "The accord of 2023 was read out.", "2025-06-01", "inside"),
        ("in December 2024", "Since 2011 and in 2024 they fought.", "2024-07-01", "outside"),
        # Then the day of publication.
        ("on 7 December 2024", "They met.", "2024-12-08", "inside"),
        ("on 7 December 2024", "They met.", "2024-12-06", "outside"),
        ("on 7 December 2024", "They met.", "2024-12-20", "outside"),
        ("on 7 December 2024", "They met.", None, "unknown"),
        ("on 7 December 2024", "They met on Saturday.", None, "unknown"),
        ("before 7 December 2024", "They met.", "2024-12-05", "inside"),
        ("before 7 December 2024", "They met.", "2024-12-09", "unknown"),
        ("before 7 December 2024", "They met on Sunday.", "2024-12-09", "outside"),
        ("before 7 December 2024", "They met on 2 December.", "2024-12-09", "inside"),
        ("after 7 December 2024", "They met.", "2024-12-05", "outside"),
        ("after 7 December 2024", "They met.", "2024-12-09", "inside"),
        ("since 7 December 2024", "They met.", "2024-12-07", "inside"),
        ("until 7 December 2024", "They met.", "2024-12-07", "inside"),
        ("until 7 December 2024", "They met.", "2024-12-30", "unknown"),
        ("between 3 and 5 December 2024", "They met on 4 December.", "2024-12-30", "inside"),
        ("last week", "They met.", "2024-12-08", "outside"),
        # Weekdays.
        ("on Saturday", "They met on Saturday.", "2024-12-08", "inside"),
        ("on Saturday", "They met on 7 December.", "2024-12-08", "inside"),
        ("on Saturday", "They met.", "2024-12-07", "inside"),
        ("on Saturday", "They met.", "2024-12-08", "unknown"),
        ("on Saturday", "They met.", "2024-12-12", "outside"),
    ],
)
def test_how_a_sentence_stands_to_a_period(question, text, published, expected):
    day = dt.date.fromisoformat(published) if published else None
    assert standing(of(f"Who met {question}?"), text, day) == expected


def test_what_stands_around_a_sentence_can_put_it_inside_only():
    period, day = of("Who met on 7 December 2024?"), dt.date(2024, 12, 20)
    assert standing(period, "They met.", day, near="It was 7 December.") == "inside"
    assert standing(period, "They met.", dt.date(2024, 12, 7), near="On 3 May.") == "inside"


@pytest.mark.parametrize(
    ("question", "latest"),
    [
        ("What is the latest toll?", True),
        ("How many are missing so far?", True),
        ("What was the final death toll?", True),
        ("What became of the plan?", True),
        ("Who won the final?", False),
        ("Who won the final match?", False),
    ],
)
def test_the_newest_state_is_asked_for(question, latest):
    assert Question.read(question).latest is latest


def test_words_of_time_are_no_numbers_and_no_names():
    asked = Question.read("Who fled two days before Saturday, 7 December?", TODAY, NEWEST)
    assert (asked.numbers, asked.names) == ((), ())


def test_a_time_that_only_says_what_is_meant_is_not_asked_for():
    asked = Question.read("What became of that [the ministry did propose in June 2024]?", TODAY)
    assert (asked.periods, asked.days, asked.asks) == ((), (), "other")


@settings(deadline=None)
@given(st.text(max_size=80), DAYS)
def test_no_question_breaks_the_periods(text, today):
    for one in periods(f"{text} two days before the {text} since Monday {text}", today, NEWEST):
        assert 0 <= one.start < one.end
        assert standing(one, text, today) in {"inside", "outside", "unknown"}
