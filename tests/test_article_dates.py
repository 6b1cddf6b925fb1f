"""Days and times as articles and their formats write them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.dates import find_date, parse_date, parse_date_line, parse_moment

repeatable = settings(deadline=None, derandomize=True)
DAY = dt.date(2024, 12, 7)
CHANGED = dt.datetime(2024, 12, 8, 16, 30, tzinfo=dt.UTC)

WHOLE = """
December 7, 2024
7 December 2024
7th of December 2024
07-Dec-2024
Saturday, 7 December 2024, 14:05 GMT
Sat, 07 Dec 2024 14:05:00 +0300
December 7, 2024 at 2:05 p.m. Moscow time
14:05, 7 December 2024
2024-12-07T23:30:00.123-05:00
2024/12/07
"""
PARTIAL_AMBIGUOUS_OR_MORE = """

December 2024
December 7
7 December 24
7–8 December 2024
Sunday, 7 December 2024
30 February 2024
07/12/2024
2024-13-07
2024-12-071
on 7 December 2024 the city fell
7 December 2024 and 8 December 2024
"""


@pytest.mark.parametrize("text", WHOLE.strip().split("\n"))
def test_a_whole_date_is_read(text):
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    "text", [*PARTIAL_AMBIGUOUS_OR_MORE.split("\n"), f"7 December 2024{' ' * 200}x"]
)
def test_what_is_partial_ambiguous_or_more_than_a_date_is_none(text):
    assert parse_date(text) is None


def test_a_numeric_date_is_read_where_it_can_be_one_day_only():
    assert parse_date("25.12.2024") == parse_date("12/25/2024") == dt.date(2024, 12, 25)
    assert parse_date("7/7/2024") == dt.date(2024, 7, 7)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("7 December 2024", (DAY, False)),
        ("Published: 7 December 2024", (DAY, True)),
        ("Published on December 7, 2024 | Updated: December 8, 2024", (DAY, True)),
        ("December 7, 2024 (updated December 8, 2024)", (DAY, False)),
        ("Updated: 8 December 2024", None),
        ("Published 7 December 2024 by the ministry", None),
    ],
)
def test_a_date_line(line, found):
    assert parse_date_line(line) == found


def test_a_date_among_other_words():
    assert find_date("DOHA, Dec. 7, 2024") == DAY
    assert find_date("DOHA, Dec. 7") is None
    assert find_date("from 7 December 2024 to 9 December 2024") is None


@repeatable
@given(st.text())
def test_no_text_is_too_strange_for_a_date(text):
    assert parse_date(text) is None or isinstance(parse_date(text), dt.date)


@repeatable
@given(st.dates(dt.date(1600, 1, 1), dt.date(2199, 12, 31)))
def test_every_day_can_be_written_and_read(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%A}, {day.day} {day:%B %Y}") == day
    assert parse_date(f"{day:%b}. {day.day}, {day.year}") == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-12-08T18:30:00+02:00", CHANGED),
        ("2024-12-08 16:30", CHANGED),
        ("2024-12-08T16:30:00.123Z", CHANGED),
        ("Sun, 08 Dec 2024 16:30:00 GMT", CHANGED),
        ("8 December 2024", CHANGED.replace(hour=0, minute=0)),
        ("2024-12-08", CHANGED.replace(hour=0, minute=0)),
        ("2024-02-30T10:00", None),
        ("0001-01-01T00:00+14:00", None),
        ("9999-12-31T23:59-14:00", None),
        ("32 Dec 2024 16:30:00", None),
        ("", None),
        ("9" * 500, None),
    ],
)
def test_moments(text, moment):
    assert parse_moment(text) == moment
