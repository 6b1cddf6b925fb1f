"""The second half of the forty pages: by layout and kind of story rather than by outlet."""

# ruff: noqa: E501  (HTML broken into short lines cannot be read)
from __future__ import annotations

from collections.abc import Callable

from tests.page_texts import (
    ADVERTS,
    BIO,
    CAPTIONS,
    COMMENTS,
    CONSENT,
    LETTERS,
    OFFERS,
    RELATED,
    SHARES,
    TEASERS,
    Page,
    element,
)


def cut_by_adverts(page: Page) -> Page:
    """Regional papers: the body in several blocks of one class, an advertisement after each."""
    block = '<div class="article__body">{}</div>'
    advert = '<div class="ad-slot"><p>Advertisement</p><p>{}</p></div>'
    return page.close(
        f'<header>{page.nav()}</header><div class="page"><h1>{page.title}</h1>'
        f"{block.format(page.p(2))}{advert.format(page.other(ADVERTS))}{block.format(page.p(3))}"
        f"{advert.format(page.other(ADVERTS, 1))}{block.format(page.p(2))}</div><footer>About us</footer>"
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


def interview(page: Page) -> Page:
    """Questions in bold, answers below, a box with the person's life."""
    ask = page.own("When did you hear of it?", "And what did you do?", "Would you do it again?")
    talk = "".join(f"<p><strong>{question}</strong></p>{page.p(1)}" for question in ask)
    return page.close(
        f'{page.nav()}<main><article class="interview"><h1>{page.title}</h1><p class="lead">'
        f'{page.say()[0]}</p><div class="content">{talk}</div><div class="author-bio"><p>'
        f"{page.other((BIO,))}</p></div></article></main>"
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


def live_list(page: Page) -> Page:
    """A live blog as a list, the oldest post first, with times in spans."""
    posts = ""
    for hour, text in zip((9, 12, 15), page.say(3), strict=True):
        moment = f"2025-03-14T{hour:02}:30:00+01:00"
        posts += (
            f'<li class="lx-stream__post-container"><time datetime="{moment}"><span>{hour:02}:30</span>'
            f"</time><div><p>{text}</p></div><button>Share</button></li>"
        )
    return page.close(
        f'{page.nav()}<main><h1>{page.title}</h1><ol class="lx-stream">{posts}</ol></main>',
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


def print_view(page: Page) -> Page:
    """A print view: bare paragraphs, the address and the rights at the end."""
    return page.close(
        f'<body class="print"><p>The Lantern</p><hr><h2>{page.title}</h2><p>By Ada Quill</p>{page.p(6)}'
        '<hr><p class="rights">© 2025 The Lantern. All rights reserved.</p>'
        f"<p><a href='javascript:print()'>{page.other(SHARES, 1)}</a></p>"
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


def web_forms(page: Page) -> Page:
    """ASP.NET: the whole page is a form."""
    return page.close(
        f'<form id="aspnetForm" method="post"><input type="hidden" value="x"><div id="ctl00_menu">'
        f'{page.nav()}</div><div id="ctl00_main"><h1>{page.title}</h1><span id="ctl00_body">{page.p(4)}'
        f'</span></div><div id="ctl00_right"><a href="/x">{page.other(RELATED)}</a></div></form>'
    )


def word_press(page: Page) -> Page:
    """TechCrunch and thousands more: WordPress with widgets, sharing and related posts inside."""
    quoted = f'<blockquote class="wp-block-quote"><p>{page.say()[0]}</p></blockquote>'
    inside = f'<div class="jp-relatedposts"><h3>Related</h3><ul>{page.related(3)}</ul></div>'
    return page.close(
        f'<div id="page">{page.nav()}<div id="primary"><article class="post type-post"><h1 class='
        f'"entry-title">{page.title}</h1><div class="entry-content wp-block-post-content">'
        f"{page.p(2, 'class=wp-block-paragraph')}{quoted}<h3>{page.own('The money')[0]}</h3>{page.p(2)}"
        f'<div class="sharedaddy"><ul><li>{page.other(SHARES)}</li></ul></div>{inside}</div></article>'
        f'<div id="comments"><ol class="comment-list"><li>{page.other(COMMENTS)}</li></ol></div></div>'
        f'<div id="secondary" class="widget-area"><p>{page.other(LETTERS)}</p></div></div>'
    )


def news_letter_box(page: Page) -> Page:
    """Vox, Politico: a form to sign up in the middle of the text."""
    box = (
        f'<div class="c-newsletter_signup_box"><form><p>{page.other(LETTERS)}</p><input type=email>'
        "<button>Subscribe</button></form></div>"
    )
    block = '<div class="duet--article--article-body-component">{}</div>'
    return page.close(
        f'{page.nav()}<main id="content"><article><h1>{page.title}</h1><div id="zephr-anchor">'
        f"{block.format(page.p())}{block.format(page.p())}{box}{block.format(page.p())}"
        f'{block.format(page.p())}</div></article><div class="promo"><h2>Most popular</h2><ol>'
        f"{page.related(4)}</ol></div></main>"
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


def correction_below(page: Page) -> Page:
    """A correction at the end, apart from the text, and a fact box in the middle."""
    note = page.own("Correction: An earlier version of this article gave the wrong year.")[0]
    facts = page.own("Built in 1702", "Length 84 metres")
    box = "".join(f"<dt>Fact</dt><dd>{fact}</dd>" for fact in facts)
    return page.close(
        f'{page.nav()}<main><h1>{page.title}</h1><div class="story-body">{page.p(2)}<div class="factbox">'
        f'<h4>{page.own("In figures")[0]}</h4><dl>{box}</dl></div>{page.p(2)}</div><div class="story-notes">'
        f"<p><em>{note}</em></p></div><div class='tags'><a href='/t'>{page.other(RELATED)}</a></div></main>"
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


LAYOUTS: tuple[Callable[[Page], Page], ...] = (
    cut_by_adverts, list_story, table_story, layout_tables, interview, opinion, gallery, live_blog,
    live_list, amp_page, print_view, div_soup, web_forms, word_press, news_letter_box, endless,
    teaser_grid, correction_below, member_letter, short_item,
)  # fmt: skip
