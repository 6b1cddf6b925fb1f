"""Forty pages built as the article templates of well-known outlets are, with made-up texts.

Each function is named after what is peculiar to its markup; the outlets in the docstrings
are those whose pages have that habit. No word of theirs is in it. `shapes` makes the
pages; `share` says how much of one was kept, and what was let in that is not its story.
"""

# ruff: noqa: E501  (HTML broken into short lines cannot be read)
from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.page_layouts import LAYOUTS
from tests.page_texts import (
    ADVERTS,
    BIO,
    CAPTIONS,
    COMMENTS,
    CONSENT,
    LETTERS,
    NAVIGATION,
    OFFERS,
    RELATED,
    SHARES,
    TEASERS,
    Page,
    element,
)

PAID = {"isAccessibleForFree": False}


def text_blocks(page: Page) -> Page:
    """BBC: each paragraph in a div of its own with a data-component and hashed classes."""
    block = '<div data-component="text-block" class="sc-18fde0d6-0 dlWCEZ">{}</div>'
    body = "".join(block.format(page.p(1, 'class="sc-eb7bd5f6-0 fYAfXe"')) for _ in range(5))
    more = '<div data-component="subheadline-block"><h2>What happens now</h2></div>'
    page.own("What happens now")
    links = element("ul", page.related(3), 'class="ssrc-list"')
    return page.close(
        f'{page.nav()}<main><article class="sc-3b6b161a-0"><div data-component="headline-block">'
        f"<h1>{page.title}</h1></div>"
        f'<div data-component="byline-block"><span>Ada Quill</span></div>{body}{more}'
        f"{block.format(page.p())}"
        f'<div data-component="links-block"><h2>More on this story</h2>{links}</div>'
        f'<div data-component="tags"><a href="/t/1">{page.other(RELATED, 5)}</a></div>'
        "</article></main><footer>Copyright 2025 The Lantern</footer>"
    )


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


def test_ids(page: Page) -> Page:
    """Reuters: paragraphs are divs with a data-testid, told to open links in a new tab."""
    paragraphs = [
        f'<div class="text__text__1FZLe article-body__paragraph" data-testid="paragraph-{at}">'
        f"{text}</div>"
        for at, text in enumerate(page.say(7))
    ]
    trust = "<p>Our Standards: The Lantern Trust Principles.</p>"
    page.foreign.append("Our Standards: The Lantern Trust Principles.")
    return page.close(
        f'<div id="fusion-app">{page.nav()}<main><article data-testid="Article"><div><h1>{page.title}'
        f"</h1></div><div class=article-body__content__17Yit>{''.join(paragraphs)}"
        f'<div data-testid="promo-box"><a href="/x">{page.other(LETTERS)}</a></div>{trust}'
        f'<button>Purchase Licensing Rights</button></div></article><div data-testid="Recirculation">'
        f"<h3>Read Next</h3><ul>{page.related(3)}</ul></div></main></div>"
    )


def rules_between(page: Page) -> Page:
    """AP: underscores before the note on who contributed, and a list module within the text."""
    module = (
        f'<div class="HTMLListEnhancement"><ul class="HtmlModule-list">{page.related(2)}</ul></div>'
    )
    return page.close(
        f'{page.nav()}<div class="Page-content"><bsp-story-page><h1 class="Page-headline">{page.title}'
        '</h1><div class="Page-byline">By ADA QUILL</div><div class="Page-storyBody"><div class='
        f'"RichTextStoryBody RichTextBody">{page.p(3)}{module}{page.p(4)}</div></div></bsp-story-page>'
        f'<div class="PageListStandardE"><h2>Most read</h2>{page.related(3, "div")}</div></div>'
    )


def inline_placeholders(page: Page) -> Page:
    """CNN: odd attributes on paragraphs and boxes of related content between them."""
    box = (
        '<div class="related-content related-content--article" data-component-name="related-content">'
        f'<p class="related-content__headline">Related article<a href="/x"> {page.other(RELATED)}</a></p>'
        "</div>"
    )
    attributes = 'class="paragraph inline-placeholder vossi-paragraph" data-editable="text"'
    return page.close(
        f'<header>{page.nav()}</header><section class="layout__wrapper"><h1 class="headline__text '
        f'inline-placeholder">{page.title}</h1><div class="article__content-container"><div class='
        f'"article__content" itemprop="articleBody">{page.p(2, attributes)}{box}'
        f'<h2 class="subheader">{page.own("The price of it")[0]}</h2>{page.p(4, attributes)}'
        f'<div class="ad-slot"><div class="ad-feedback__modal"><h2>CNN values your feedback</h2><p>'
        f"{page.other(('How relevant is this ad to you? Thank you for your feedback.',))}</p></div></div>"
        f'</div></div></section><div class="zone__items">{page.related(4, "div")}</div>'
    )


def shouted_links(page: Page) -> Page:
    """Fox News: links in capitals between paragraphs, and a video's caption."""
    shouts = ("CLICK HERE TO GET THE LANTERN APP", "HERRING RETURN TO THE SOUND AFTER NINE YEARS")
    page.foreign += shouts
    link = '<p><a href="/x"><strong>{}</strong></a></p>'
    return page.close(
        f'{page.nav()}<main class="main-content"><article class="article-wrap"><header><h1 class='
        f'"headline">{page.title}</h1></header><div class="article-content"><div class="article-body">'
        f'<p class="speakable">{page.say()[0]}</p>{page.p(2)}{link.format(shouts[1])}'
        f'<div class="image-ct inline"><div class="caption"><p>{page.other(CAPTIONS)}</p></div></div>'
        f"{page.p(4)}{link.format(shouts[0])}</div></div></article>"
        f'<aside class="sidebar"><ul>{page.related(4)}</ul></aside></main>'
    )


def key_points(page: Page) -> Page:
    """CNBC: a list of key points before the text, which comes in groups."""
    points = page.own("The old state of things is over.", "It will cost more than was thought.")
    items = "".join(f"<li>{point}</li>" for point in points)
    return page.close(
        f'<div id="MainContent">{page.nav()}<h1 class="ArticleHeader-headline">{page.title}</h1>'
        f'<div class="RenderKeyPoints-list"><div class="group"><ul>{items}</ul></div></div>'
        f'<div data-module="ArticleBody" class="ArticleBody-articleBody"><div class="group">{page.p(3)}'
        f'</div><div class="InlineVideo"><p>{page.other(CAPTIONS)}</p></div><div class="group">'
        f'{page.p(3)}</div></div><div class="RelatedContent-container"><h2>Related</h2>'
        f"<ul>{page.related(3)}</ul></div></div>"
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


def also_read(page: Page) -> Page:
    """The Hindu, NDTV: 'Also read' lines among the paragraphs."""
    also = f'<p class="also-read">Also read: <a href="/x">{page.other(RELATED)}</a></p>'
    return page.close(
        f'{page.nav()}<section class="article-section"><div class="article"><h1 class="title">'
        f'{page.title}</h1><div class="articlebodycontent schemaDiv" itemprop="articleBody" id="content-'
        f'body-689">{page.p(2)}{also}{page.p(2)}<p><b>Also read |</b> <a href="/y">'
        f"{page.other(RELATED, 3)}</a></p>{page.p(2)}</div></div>"
        f'<div class="comments-shares"><p>{page.other(COMMENTS)}</p></div></section>'
    )


def continue_button(page: Page) -> Page:
    """Yahoo: the rest of the story stands behind a button, in a second block."""
    return page.close(
        f'<div id="app">{page.nav()}<article class="caas-container"><header><h1 class="caas-title">'
        f'{page.title}</h1></header><div class="caas-content-wrapper"><div class="caas-body">'
        f'<div class="caas-content-preview">{page.p(2)}</div><button class="link caas-button">Story '
        f'continues</button><div class="caas-readmore-content caas-more">{page.p(4)}</div></div></div>'
        f'</article><div class="trending-now"><ul>{page.related(5)}</ul></div></div>'
    )


def smart_brevity(page: Page) -> Page:
    """Axios: short lines that begin in bold, and lists that carry half of the story."""
    bold, *items = page.own(
        "Why it matters: The town has no other way over.",
        "The county pays a third.",
        "The town pays a third, from its forest.",
        "Nobody knows who pays the rest.",
    )
    start, rest = bold.split(": ")
    listed = "".join(f"<li><p><span>{item}</span></p></li>" for item in items)
    return page.close(
        f'<div id="__next">{page.nav()}<main><div class="grid"><h1 data-cy="story-headline">{page.title}'
        f'</h1><div class="DraftjsBlocks_draftjs__fm3S2 story-text">{page.p(1)}<p><strong>{start}:'
        f"</strong> {rest}</p><ul>{listed}</ul>{page.p(4)}</div></div>"
        f'<div class="newsletter-signup"><p>{page.other(LETTERS)}</p></div></main></div>'
    )


def drop_caps(page: Page) -> Page:
    """The Economist: a first letter in a span, small capitals, links that are part of sentences."""
    first, second = page.say(2)
    initial = f'<span data-caps="initial">{first[0]}</span><small>{first[1:9]}</small>{first[9:]}'
    words = second.split(" ")
    linked = f'{" ".join(words[:3])} <a href="/x">{" ".join(words[3:7])}</a> {" ".join(words[7:])}'
    return page.close(
        f'{page.nav()}<main id="content"><article data-test-id="Article"><h1 class="css-1tik00t">'
        f'{page.title}</h1><section class="css-m1aqwp"><p data-component="paragraph" class="css-1l5am'
        f'xf">{initial}</p><p data-component="paragraph">{linked}</p>'
        f'{page.p(3, "data-component=paragraph")}<p data-component="paragraph">{page.say()[0]} '
        f'<span class="ufinish">■</span></p><p><em>For more, sign up to <a href="/n">'
        f"{page.other(LETTERS)}</a></em></p></section></article></main>"
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


def gateway(page: Page) -> Page:
    """Washington Post, Bloomberg: the article marked as paid, its offer inside the body."""
    offer = f"<div class='paywall-inline-tout'><h3>Keep reading</h3><p>{page.other(OFFERS, 1)}</p></div>"
    return page.close(
        f'<div id="__next">{page.nav()}<main><h1 data-qa="headline">{page.title}</h1>'
        f'<div data-qa="article-body" class="meteredContent">{page.p(1, "data-el=text")}'
        f'<div class="hide-for-print" data-qa="subscribe-promo">{page.other(ADVERTS)}</div>'
        f"{page.p(1, 'data-el=text')}{offer}</div></main></div>",
        hasPart={"@type": "WebPageElement", "cssSelector": ".meteredContent", **PAID},
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


def consent_unnamed(page: Page) -> Page:
    """The same, in a layer whose classes say nothing: only its words tell what it is."""
    layer = (
        f'<div class="css-1x2y"><div><p>{page.other(CONSENT, 1)}</p><p>{page.other(CONSENT, 2)}</p>'
    )
    return page.close(
        f'{layer}</div></div><div id="root"><div class="css-9z"><h1>{page.title}</h1>{page.p(3)}</div></div>'
    )


def in_an_aside(page: Page) -> Page:
    """Pages whose columns are asides: the story's column too."""
    return page.close(
        f'<main><aside class="col-left"><ul>{page.related(4)}</ul></aside><aside class="col-main">'
        f"<h1>{page.title}</h1>{page.p(5)}</aside><aside class='col-right'><p>{page.other(ADVERTS)}</p>"
        f"<p>{page.other(TEASERS)}</p></aside></main>"
    )


OUTLETS: tuple[Callable[[Page], Page], ...] = (
    text_blocks, rich_links, companion_columns, test_ids, rules_between, inline_placeholders,
    shouted_links, key_points, bullets_on_top, broken_lines, also_read, continue_button,
    smart_brevity, drop_caps, barrier, gateway, teased_subscriber, consent_first, consent_unnamed,
    in_an_aside,
)  # fmt: skip


def shapes() -> Iterator[tuple[str, Page]]:
    """Each page with the name of its shape."""
    for number, shape in enumerate((*OUTLETS, *LAYOUTS)):
        yield shape.__name__, shape(Page(number))


def share(page: Page, title: str, text: str) -> tuple[list[str], list[str]]:
    """The paragraphs of a page that are not in `text`, and the foreign lines that are."""
    read = plain(f"{title}\n{text}")
    lost = [line for line in page.kept if plain(line) not in read]
    return lost, [line for line in page.foreign if plain(line) in read]


def plain(text: str) -> str:
    """The words of a text alone."""
    return " ".join(re.findall(r"\w+", text.casefold()))


__all__ = ["NAVIGATION", "plain", "shapes", "share"]
