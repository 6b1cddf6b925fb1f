"""Feeds, and messages of news agencies."""

import datetime as dt

import pytest

from index.records import Article
from tests.reading import one, read, reasons, texts
from tests.samples import (
    BODY,
    FIRST,
    SECOND,
    TITLE,
    URL,
    atom,
    newsml,
    newsml_item,
    nitf,
    rss,
    rss_item,
    sitemap,
)  # fmt: skip

DAY = dt.date(2024, 12, 7)


def test_an_rss_feed():
    item = rss_item(
        title="Three ministers ask &lt;i&gt;again&lt;/i&gt;",
        link=URL,
        guid="1",
        pubDate="Sat, 07 Dec 2024 23:30:00 -0500",
        **{"dc:creator": "Ola Berg"},
    )
    article = one("a.rss", rss(item))
    assert (article.title, article.text) == ("Three ministers ask again", BODY)
    assert (article.published, article.url, article.authors) == (DAY, URL, ("Ola Berg",))
    assert (article.publisher, article.provenance["publisher"]) == ("Meridian Daily", "feed title")
    assert article.source == f"a.rss#{article.id}"


def test_the_day_of_a_change_is_no_day_of_publication():
    changed = f"<title>x</title><id>1</id><updated>2024-12-07T00:00:00Z</updated><content>{FIRST}"
    article = one("a.atom", atom(f"{changed}</content>"))
    assert (article.published, article.text) == (None, FIRST)
    dated = atom(f"{changed}</content><published>2024-12-07T00:00:00Z</published>")
    assert one("b.atom", dated).published == DAY


def test_entries_keep_their_ids_and_summaries_are_named():
    items = [
        rss_item(title="A", guid="1"),
        f"<item><title>B</title><guid>2</guid><description>{FIRST}</description></item>",
        "<item><title>C</title><guid>3</guid></item>",
    ]
    first, again = read("a.rss", rss(*items)), read("a.rss", rss(*reversed(items)))
    assert texts(first) == [BODY, FIRST]
    ids = [{item.id for item in found if isinstance(item, Article)} for found in (first, again)]
    assert ids[0] == ids[1] and len(ids[0]) == 2
    assert reasons(first) == [
        'a.rss: "C" holds no text. Ingest its address.',
        "a.rss holds no more than a summary of 2 of 3 articles. For the whole ones, ingest their "
        "addresses.",
    ]


@pytest.mark.parametrize(
    "written",
    [
        f"<![CDATA[<p>{FIRST}</p><p>&ldquo;Yes.&rdquo;</p>]]>",
        f"<![CDATA[<p>{FIRST}</p><p>&amp;ldquo;Yes.&amp;rdquo;</p>]]>",
        f"&lt;p&gt;{FIRST}&lt;/p&gt;&lt;p&gt;&amp;ldquo;Yes.&amp;rdquo;&lt;/p&gt;",
        f"&lt;![CDATA[&lt;p&gt;{FIRST}&lt;/p&gt;&lt;p&gt;&amp;ldquo;Yes.&amp;rdquo;&lt;/p&gt;]]&gt;",
        f"&amp;lt;p&amp;gt;{FIRST}&amp;lt;/p&amp;gt;&amp;lt;p&amp;gt;&amp;amp;ldquo;Yes.&amp;amp;rdquo;"
        "&amp;lt;/p&amp;gt;",
    ],
)
def test_escaped_entries_of_a_feed(written):
    title = "<title>&amp;amp;ldquo;Yes&amp;amp;rdquo; &amp;amp; no</title>"
    article, *_ = read("a.rss", rss(f"<item>{title}<description>{written}</description></item>"))
    assert (article.text, article.title) == (f"{FIRST}\n\n“Yes.”", "“Yes” & no")


def test_a_story_as_nitf():
    article = one("a.xml", nitf())
    assert article.text == f"{FIRST}\n\nWhat comes next\n\n{SECOND}"
    assert (article.title, article.published) == (TITLE, DAY)
    assert (article.publisher, article.authors) == ("Harbour Wire", ("Ola Berg",))
    assert article.as_of == dt.datetime(2024, 12, 7, 17, 30, tzinfo=dt.UTC)


def test_a_message_of_newsml():
    items = (
        newsml_item(1),
        newsml_item(2, status="canceled"),
        newsml_item(3, content="<remoteContent href='a.jpg'/>"),
        newsml_item(4, content=f"<inlineData>{FIRST}</inlineData>"),
        newsml_item(5, content=f"<inlineXML>{nitf(title='Another')}</inlineXML>"),
    )
    found = read("a.xml", newsml(*items))
    assert texts(found) == [
        f"{FIRST}\n\n{SECOND}", FIRST, f"{FIRST}\n\nWhat comes next\n\n{SECOND}"
    ]  # fmt: skip
    assert reasons(found) == ["a.xml: urn:wire:2 was withdrawn by its agency."]
    first = found[0]
    assert isinstance(first, Article)
    assert (first.title, first.published, first.publisher) == (f"{TITLE} 1", DAY, "Harbour Wire")
    assert first.as_of == dt.datetime(2024, 12, 8, 16, 30, tzinfo=dt.UTC)


def test_a_sitemap_is_named_as_one_and_an_undeclared_prefix_is_no_crash():
    assert reasons(read("a.xml", sitemap(URL, f"{URL}-2"))) == [
        "a.xml is a sitemap: a list of 2 addresses, no articles. Ingest those of its addresses "
        "that you want."
    ]
    assert reasons(read("a.xml", b"<ni:f><\xff8head><title>The bridge</title>"))
