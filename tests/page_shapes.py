"""Pages built as the article templates of well-known outlets are, with made-up texts.

Each function is named after what is peculiar to its markup; the outlets in the docstrings
are those whose pages have that habit. No word of theirs is in it. `shapes` makes the
pages; `share` says how much of one was kept, and what was let in that is not its story.
"""

# ruff: noqa: E501  (HTML broken into short lines cannot be read)
import re
from collections.abc import Callable, Iterator

from tests.page_texts import (
    ADVERTS,
    BIO,
    CAPTIONS,
    COMMENTS,
    CONSENT,
    OFFERS,
    RELATED,
    SHARES,
    TEASERS,
    Page,
    element,
)  # fmt: skip

PAID = {"isAccessibleForFree": False}


def rich_links(page: Page) -> Page:
    """The Guardian: rich links in asides within the body, a standfirst, and an appeal for money."""
    aside = f'<aside class="rich-link"><a href="/x">{page.other(RELATED, 1)}</a> Read more</aside>'
    appeal = f'<div id="slot-body-end"><section><h2>Before you go</h2><p>{page.other(OFFERS)}</p>'
    standfirst = element("div", page.p(), 'data-gu-name="standfirst"')
    return page.close(
        f'{page.nav()}<main id="maincontent"><div data-gu-name="headline"><h1>{page.title}</h1></div>'
        f"{standfirst}"
        f'<div data-gu-name="media"><figure><img src="a.jpg"><figcaption>{page.other(CAPTIONS)}'
        '</figcaption></figure></div><div id="maincontent" class="article-body-commercial-selector '
        f'article-body-viewer-selector dcr-1g5o3j6">{page.p(2, "class=dcr-16w5gq9")}'
        f'<figure data-spacefinder-role="richLink">{aside}</figure>{page.p(2)}'
        f"<gu-island name=SignInGate>{page.p(2)}</gu-island></div>{appeal}</section></div>"
        f'<aside class="dcr-most-viewed"><h2>Most viewed</h2><ol>{page.related(3)}</ol></aside></main>'
    )


def companion_columns(page: Page) -> Page:
    """The New York Times: companion columns, cut by wrappers of advertisements."""
    column = (
        '<div class="css-s99gbd StoryBodyCompanionColumn"><div class="css-53u6y8">{}</div></div>'
    )
    cut = '<div><div id="story-ad-{0}-wrapper" class="css-a"><p>Advertisement</p><div>{1}</div></div></div>'
    parts = [column.format(page.p(2, 'class="css-at9mc1 evys1bk0"')) for _ in range(3)]
    adverts = [cut.format(at, page.other(ADVERTS, at)) for at in range(2)]
    body = parts[0] + adverts[0] + parts[1] + adverts[1] + parts[2]
    return page.close(
        f'<div id="app"><header>{page.nav()}</header><main id="site-content"><article id="story">'
        f'<header><h1 data-testid="headline">{page.title}</h1><p class="byline">By <a href="/by/q">Ada '
        f'Quill</a></p></header><section name="articleBody" class="meteredContent css-1r7ky0e">{body}'
        f'</section><div class="bottom-of-article"><p>{page.other((BIO,))}</p></div></article></main>'
        f'<div id="dock-container"><p>{page.other(OFFERS)}</p></div></div>'
    )


def bullets_on_top(page: Page) -> Page:
    """Daily Mail: bullets before the text, 'Advertisement' between its paragraphs."""
    bullets = "".join(
        f"<li><strong>{text}</strong></li>" for text in page.own("It was not foreseen")
    )
    advert = "<div class='adHolder'><p>Advertisement</p></div>"
    share = "".join(f"<li>{page.other(SHARES, at)}</li>" for at in range(2))
    return page.close(
        f'<div id="content">{page.nav()}<div id="js-article-text" class="article-text wide">'
        f"<h2>{page.title}</h2><ul class='mol-bullets-with-font'>{bullets}</ul>"
        f'<div class="share-buttons"><ul>{share}</ul></div><div itemprop="articleBody">'
        f"{page.p(2, 'class=mol-para-with-font')}{advert}"
        f'<p class="imageCaption">{page.other(CAPTIONS)}</p>{page.p(4, "class=mol-para-with-font")}'
        f'</div></div><div id="reader-comments"><p>{page.other(COMMENTS)}</p></div></div>'
    )


def broken_lines(page: Page) -> Page:
    """Times of India: one div whose paragraphs are parted by breaks, with bold lines between."""
    first, second, third, fourth, fifth = page.say(5)
    page.own("The bill")
    return page.close(
        f'<div id="app">{page.nav()}<h1 class="HNMDR">{page.title}</h1><div class="_s30J clearfix" '
        f'data-articlebody="1">{first}<br><br>{second}<br><br><b>The bill</b><br>{third}'
        f'<div class="mgid_second_mrec_parent">{page.other(ADVERTS)}</div>{fourth}<br/><br/>'
        f"<i>{fifth.split(' ', 1)[0]}</i> {fifth.split(' ', 1)[1]}</div>"
        f'<div class="most_read"><ul>{page.related(5)}</ul></div></div>'
    )


def barrier(page: Page) -> Page:
    """Financial Times: two paragraphs, then a barrier with an offer."""
    return page.close(
        f'{page.nav()}<main id="site-content"><div class="article-content"><h1 class="o-topper__headline">'
        f'{page.title}</h1><article id="article-body" class="n-content-body">{page.p(2)}</article>'
        f'<div class="barrier" id="barrier-page"><h2>Subscribe to unlock this article</h2><p>'
        f"{page.other(OFFERS)}</p><ul><li>{page.other(('Trusted by 1.3 million readers',))}</li></ul>"
        "</div></div></main>",
        **PAID,
    )


def teased_subscriber(page: Page) -> Page:
    """Le Monde, Der Spiegel: the offer is told by its words, in plain divs."""
    return page.close(
        f'{page.nav()}<main><section class="zone"><h1 class="article__title">{page.title}</h1>'
        f'<p class="article__desc">{page.say()[0]}</p><section class="article__content">'
        f'{page.p(2, "class=article__paragraph")}</section><div class="bloc-rest"><h4>The rest of this '
        f"article is for subscribers.</h4><p>{page.other(OFFERS, 2)}</p></div></section></main>",
        **PAID,
    )


def consent_first(page: Page) -> Page:
    """Half of Europe: a consent dialogue longer than the story, before everything else."""
    notice = f"<p>{page.other(CONSENT)}</p>" * 5
    return page.close(
        f'<div id="qc-cmp2-container" role="dialog" aria-label="We value your privacy"><h2>Your privacy'
        f"</h2>{notice}<button>Agree</button></div>{page.nav()}"
        f'<div class="content-wrapper"><h1>{page.title}</h1>{page.p(4)}</div>'
    )


def in_an_aside(page: Page) -> Page:
    """Pages whose columns are asides: the story's column too."""
    return page.close(
        f'<main><aside class="col-left"><ul>{page.related(4)}</ul></aside><aside class="col-main">'
        f"<h1>{page.title}</h1>{page.p(5)}</aside><aside class='col-right'><p>{page.other(ADVERTS)}</p>"
        f"<p>{page.other(TEASERS)}</p></aside></main>"
    )


def list_story(page: Page) -> Page:
    """BuzzFeed and notices of unions: what matters is a numbered list."""
    items = page.own(
        "Two pilots on each ship at night.", "No sailing above force nine.", "A stove in the hut.",
        "The return of the dog to the station.", "Pay for waiting.",
    )  # fmt: skip
    listed = "".join(f"<li>{item}</li>" for item in items)
    return page.close(
        f"{page.nav()}<h1>{page.title}</h1>{page.p(2)}<ol>{listed}</ol>{page.p(2)}"
        f'<ul class="share-bar">{"".join(f"<li>{page.other(SHARES, at)}</li>" for at in range(3))}</ul>'
    )


def table_story(page: Page) -> Page:
    """Election and sports pages: a table within the text."""
    rows = (("Ward", "For", "Against"), ("Eastbank", "1,204", "977"), ("Millhouse", "803", "1,156"))
    page.own("Eastbank 1,204 977", "Millhouse 803 1,156")
    table = "".join(
        f"<tr>{''.join(element('td', cell) for cell in row)}</tr>" for row in rows
    )  # fmt: skip
    return page.close(
        f'{page.nav()}<main><article><h1>{page.title}</h1>{page.p(2)}<figure class="wp-block-table">'
        f"<table><tbody>{table}</tbody></table></figure>{page.p(3)}</article>"
        f"<section class='more'><h2>More news</h2>{page.related(4, 'h3')}</section></main>"
    )


def layout_tables(page: Page) -> Page:
    """Pages of 2001: tables in tables, paragraphs without ends, breaks and fonts."""
    first, second, third, fourth = page.say(4)
    words = second.split(" ")
    return page.close(
        '<table width="100%"><tr><td width=150 class="left"><a href="/">Home</a><br><a href="/old">Older '
        f"notes</a><br><a href=/x>{page.other(RELATED)}</a></td><td><table><tr><td><font size=5><b>"
        f"{page.title}</b></font></td></tr><tr><td><font face=Arial>{first}<p>{words[0]} <i>{words[1]}</i> "
        f"{' '.join(words[2:])}<p>{third}<br><br>{fourth}</font></td></tr></table></td></tr></table>"
    )


def opinion(page: Page) -> Page:
    """Opinion: a pull quote that repeats the text, and the author's life at the end."""
    pulled = '<blockquote class="pullquote"><p>Nobody asked the river</p></blockquote>'
    return page.close(
        f'{page.nav()}<main><article class="opinion"><header><span class="kicker">Opinion</span><h1>'
        f'{page.title}</h1></header><div class="entry-content">{page.p(3)}{pulled}'
        f"<p>Nobody asked the river, and it will not be asked. {page.own('It has time.')[0]}</p>"
        f'{page.p(2)}</div><aside class="author-box"><p>{page.other((BIO,))}</p></aside></article></main>'
    )


def gallery(page: Page) -> Page:
    """A gallery: each slide has a heading and a text, which are the story."""
    slides = ""
    for at, text in enumerate(page.say(5), 1):
        credit = page.other(CAPTIONS, at)
        slides += (
            f'<div class="slide-layout clearfix"><h2 class="slide-title-text">{at}. In the picture</h2>'
            f'<figure><img src="{at}.jpg"><figcaption>{credit}</figcaption></figure><p>{text}</p></div>'
        )
    return page.close(
        f'{page.nav()}<article><h1>{page.title}</h1>{page.p(1)}<div class="slideshow">{slides}</div>'
        f'</article><div class="outbrain"><ul>{page.related(4)}</ul></div>'
    )


def live_blog(page: Page) -> Page:
    """A live blog, newest post first, each with its time and heading."""
    posts = ""
    for hour, text in zip((18, 15, 12, 9), page.say(4), strict=True):
        moment = f"2025-03-14T{hour:02}:05:00+01:00"
        posts += (
            f'<article class="block" id="b{hour}"><header><time datetime="{moment}">{hour:02}:05</time>'
            f'<h2>State at {hour}</h2></header><div class="block-elements"><p>{text}</p></div></article>'
        )
        page.own(f"State at {hour}")
    return page.close(
        f'{page.nav()}<main><h1>{page.title}</h1><div class="live-blog">{posts}</div>'
        f'<div class="related"><ul>{page.related(3)}</ul></div></main>',
        **{"@type": "LiveBlogPosting"},
    )


def amp_page(page: Page) -> Page:
    """AMP: custom elements, a sidebar, a consent element."""
    return page.close(
        f'<amp-consent id="c"><div id="ui"><p>{page.other(CONSENT)}</p><button>OK</button></div>'
        f'</amp-consent><amp-sidebar id="s"><ul>{page.related(3)}</ul></amp-sidebar><header>Lantern'
        f'</header><article class="amp-wp-article"><header><h1 class="amp-wp-title">{page.title}</h1>'
        f'<ul class="amp-wp-meta"><li>Ada Quill</li></ul></header><div class="amp-wp-article-content">'
        f"{page.p(2)}<amp-ad width=300 height=250><div>{page.other(ADVERTS)}</div></amp-ad>{page.p(3)}"
        f'<amp-embed type="taboola"><p>{page.other(TEASERS)}</p></amp-embed></div></article>'
    )


def div_soup(page: Page) -> Page:
    """A page drawn by a framework: divs and spans, no paragraph, no article, hashed classes."""
    body = "".join(
        f'<div class="r-1 r-{at}"><div class="r-9"><span class="t">{text}</span></div></div>'
        for at, text in enumerate(page.say(5))
    )
    links = "".join(
        f'<div class="r-4"><a href="/{at}"><span>{page.other(RELATED, at)}</span></a></div>'
        for at in range(5)
    )
    return page.close(
        f'<div id="__nuxt"><div class="r-0">{page.nav()}<div class="r-2"><div class="r-3"><span '
        f'role="heading" aria-level="1">{page.title}</span></div>{body}</div><div class="r-5">{links}'
        f"</div></div></div>"
    )


def teaser_grid(page: Page) -> Page:
    """A story above a grid of teasers that say, together, more than it does."""
    cards = "".join(
        f'<div class="card"><h3><a href="/{at}">{page.other(RELATED, at)}</a></h3><p>'
        f"{page.other(TEASERS, at)}</p></div>"
        for at in range(3)
    )
    return page.close(
        f'{page.nav()}<main><div class="story"><h1>{page.title}</h1><div class="text">{page.p(3)}</div>'
        f'</div><div class="grid">{cards}{cards}</div></main>'
    )


def endless(page: Page) -> Page:
    """A page that goes on with further articles, each with a heading of its own."""
    further = "".join(
        f'<article class="next-story"><h1>{page.other(RELATED, at)}</h1><p>{page.other(TEASERS, at)}</p>'
        f"<p>{page.other(TEASERS, at)}</p></article>"
        for at in range(2)
    )
    return page.close(
        f'{page.nav()}<div class="stream"><article class="story"><h1>{page.title}</h1><div '
        f'class="story__text">{page.p(4)}</div></article>{further}</div>'
    )


def member_letter(page: Page) -> Page:
    """Substack: a post with an offer in a box after its free part, buttons, and likes."""
    return page.close(
        f'<div id="entry"><div class="main-menu">{page.nav()}</div><article class="newsletter-post post">'
        f'<div class="post-header"><h1 class="post-title published">{page.title}</h1></div><div '
        f'class="available-content"><div class="body markup">{page.p(4)}</div></div><div class="paywall">'
        f"<h2>Keep reading with a 7-day free trial</h2><p>{page.other(OFFERS)}</p></div></article>"
        f'<div class="discussion"><h4>Discussion about this post</h4><p>{page.other(COMMENTS)}</p></div>'
        "</div>",
        **{"isAccessibleForFree": "False"},
    )


def short_item(page: Page) -> Page:
    """A short item of two sentences on a page with much around it."""
    around = "".join(f"<li><a href='/{at}'>{page.other(RELATED, at)}</a></li>" for at in range(7))
    return page.close(
        f'<div id="top">{page.nav()}</div><div class="teasers"><p>{page.other(TEASERS)}</p><p>'
        f'{page.other(TEASERS, 1)}</p></div><div class="item"><h1>{page.title}</h1>{page.p(1)}</div>'
        f"<div class='latest'><ul>{around}</ul></div><div class='cookie-bar'>{page.other(CONSENT)}</div>"
    )


SHAPES: tuple[Callable[[Page], Page], ...] = (
    rich_links, companion_columns, bullets_on_top, broken_lines,
    barrier, teased_subscriber, consent_first, in_an_aside,
    list_story, table_story, layout_tables, opinion, gallery, live_blog, amp_page, div_soup,
    teaser_grid, endless, member_letter, short_item,
)  # fmt: skip


def shapes() -> Iterator[tuple[str, Page]]:
    """Each page with the name of its shape."""
    for number, shape in enumerate(SHAPES):
        yield shape.__name__, shape(Page(number))


def share(page: Page, title: str, text: str) -> tuple[list[str], list[str]]:
    """The paragraphs of a page that are not in `text`, and the foreign lines that are."""
    read = _plain(f"{title}\n{text}")
    lost = [line for line in page.kept if _plain(line) not in read]
    return lost, [line for line in page.foreign if _plain(line) in read]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
