"""Days as a reader of the page types them: a year, a month or a day, in digits or in words."""

import datetime as dt

import pytest

from index.errors import BadRequest
from rag.assistant import dates
from rag.page.archive import Filter
from rag.records import Dates


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("2024-12-05", "2024-12-05", "2024-12-05"),
        (" 5 December 2024 ", "2024-12-05", "2024-12-05"),
        ("December 5, 2024", "2024-12-05", "2024-12-05"),
        ("5th dec 2024", "2024-12-05", "2024-12-05"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("february 2024", "2024-02-01", "2024-02-29"),
        ("2019", "2019-01-01", "2019-12-31"),
    ],
)
def test_a_filter_begins_with_the_first_day_and_ends_with_the_last(
    given: str, first: str, last: str
) -> None:
    window = Dates(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert dates(given, given) == window
    assert Filter.of(since=given, until=given) == Filter(since=window.since, until=window.until)


@pytest.mark.parametrize(
    "given", ["soon", "5 December", "31 February 2024", "2024-13", "05/12/2024", "5 in 2019"]
)
def test_what_is_no_date_is_told_with_what_would_be_one(given: str) -> None:
    for asked in (lambda: dates(given, None), lambda: Filter.of(until=given)):
        with pytest.raises(BadRequest, match=f"{given}.*not a date. Write it as"):
            asked()


def test_dates_that_leave_nothing_are_told() -> None:
    assert dates("", None) == Dates()
    with pytest.raises(BadRequest, match="The dates leave nothing"):
        dates("2025", "2024-12")
