"""Days in prose, resolved against the day of writing."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import mentions

SUNDAY = dt.date(2024, 12, 8)


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
        ("7–8 December 2024", "2024-12-07", "2024-12-08"),
        ("March 12-14, 2023", "2023-03-12", "2023-03-14"),
        ("the 2015 agreement", "2015-01-01", "2015-12-31"),
        ("since 2011", "2011-01-01", "2011-12-31"),
        ("late November", "2024-11-20", "2024-11-30"),
        ("in May", "2024-05-01", "2024-05-31"),
        ("in January", "2025-01-01", "2025-01-31"),
        ("last week", "2024-11-25", "2024-12-01"),
        ("last month", "2024-11-01", "2024-11-30"),
        ("two days ago", "2024-12-06", "2024-12-06"),
        ("three months earlier", "2024-09-01", "2024-09-30"),
        ("yesterday", "2024-12-07", "2024-12-07"),
        ("last year", "2023-01-01", "2023-12-31"),
        ("the 1st of March 2020", "2020-03-01", "2020-03-01"),
    ],
)
def test_a_mention_is_the_days_it_means(text: str, first: str, last: str) -> None:
    (found,) = mentions(text, SUNDAY)
    assert (str(found.first), str(found.last)) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["Resolution 2254", "they may 3 times go", "to march 5 miles", "2,500 men"],
)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert mentions(text, SUNDAY) == []


def test_without_a_day_of_writing_relative_days_stay_unresolved() -> None:
    (found,) = mentions("on Saturday", None)
    assert found.first is None
    assert found.weekday == 5


def test_the_same_day_in_other_words_agrees() -> None:
    (ours,) = mentions("Saturday", SUNDAY)
    (same,) = mentions("December 7, 2024", SUNDAY)
    (other,) = mentions("6 December 2024", SUNDAY)
    assert ours.overlaps(same)
    assert not ours.overlaps(other)


@given(st.text(max_size=80), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)))
def test_no_text_breaks_it(text: str, written: dt.date) -> None:
    for one in mentions(text, written):
        assert 0 <= one.start < one.end <= len(text)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)))
def test_every_day_written_out_is_itself(day: dt.date) -> None:
    year = day.year
    for text in (day.isoformat(), f"{day.day} {day:%B} {year}", f"{day:%B} {day.day}, {year}"):
        (found,) = mentions(text, None)
        assert found.first == found.last == day
