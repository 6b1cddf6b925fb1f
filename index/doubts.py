"""What an ingest warns of in an article that is read all the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from index import dates, languages
from index.embedding import Encoder, languages_of
from index.prompt_injection import find_orders
from index.records import Article

TAKEN = (
    "has the id {id}, which belongs to another article, from {owner}. It is kept as {kept}; "
    "give each article an id of its own"
)
_TO_COME = (
    "is dated {day}, which has not come yet. The date is not believed and was left unknown; "
    "mend it in the source"
)
_ADDRESSED = (
    "gives orders to the program that reads it (“{words}”). It is kept and can be read, "
    "but no answer takes anything from it"
)
_UNKNOWN_LANGUAGE = (
    "is in {language}{where}, which the encoder {encoder} does not know. It was read, but a search "
    "may not find it. One with a multilingual model would, in an index of its own: "
    "byline ingest --encoder MODEL --index ANOTHER PATH"
)


def dated(article: Article) -> Article:
    """The article without a date that has not come yet: it would be the latest of all.

    What was wrong is added to its doubts.
    """
    today = dates.latest_day()
    days = [day for day in (article.published, article.as_of and article.as_of.date()) if day]
    if all(day <= today for day in days):
        return article
    return dataclasses.replace(
        article,
        published=article.published if article.published and article.published <= today else None,
        as_of=None,
        doubts=(*article.doubts, _TO_COME.format(day=max(days))),
    )


def doubts(article: Article, encoder: Encoder) -> Iterator[str]:
    """Warnings of a text that the encoder was not made for, and of one written for a program."""
    known = languages_of(encoder)
    if article.language and known is not None and article.language not in known:
        where = article.provenance.get("language", "")
        yield _UNKNOWN_LANGUAGE.format(
            language=languages.name(article.language),
            where=f" ({where})" if where else "",
            encoder=encoder.name,
        )
    words = find_orders(f"{article.title}\n{article.text}")
    if words:
        yield _ADDRESSED.format(words=words)
