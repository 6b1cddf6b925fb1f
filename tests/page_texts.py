"""What made-up pages are filled with: paragraphs of stories, and lines that belong to none.

A `Page` hands them out and notes which of them it handed out, so that a test knows
what of a page has to be kept and what has not.
"""

# ruff: noqa: E501  (HTML broken into short lines cannot be read)
from __future__ import annotations

import json
from dataclasses import dataclass, field

STORIES = (
    ("Harrowmere shuts its old bridge for the winter", (
        "The stone bridge of Harrowmere was shut to cars on Monday after divers found a crack in "
        "its third pier, and the town expects it to stay shut until April.",
        "About 4,300 cars crossed it on a weekday, according to a count that the county made in "
        "the spring. They now have to drive round by Selwick, which takes eighteen minutes more.",
        "“We knew that she was old, but nobody told us that she was tired,” said Maud Penrose, who "
        "sells fish at the eastern end and has lost half of her customers.",
        "The crack is two metres long and as wide as a thumb. It was found by chance, when divers "
        "looked for a bicycle.",
        "Engineers will pump the pier dry in January. The county has put aside 2.6 million crowns, "
        "a third of what a new bridge would cost.",
        "Children from the eastern bank are rowed to school by the fire brigade, which has asked "
        "for a second boat and for blankets.",
        "The council wanted to widen the bridge in 1998 and found that it could not be done without "
        "taking it down.",
        "A ferry might run from February, said the county's engineer, Otto Lindqvist, but only if "
        "the ice is thinner than a hand.",
    )),
    ("Orchard growers turn down a merger at Tallow Vale", (
        "The fruit growers of Tallow Vale voted by 212 to 190 on Thursday against joining the larger "
        "association of Brennick, after a debate that lasted until midnight.",
        "The board had argued that one cold store instead of three would save 700,000 crowns a "
        "year. Its chair, Ingrid Vass, said that she would not stand again.",
        "Opponents feared that small growers would have to bring their pears forty miles. “A pear "
        "does not travel, it suffers,” said Aldous Reeve, whose family has grown them since 1871.",
        "Brennick's association said that its offer would stand until the end of June.",
        "The vale lost a fifth of its trees in the frost of two years ago, and the new ones bear no "
        "fruit before next autumn.",
        "A bank in the county town has offered a loan at three per cent, on condition that the oldest "
        "of the cold stores is closed.",
        "Six growers said on Friday that they would leave all the same and sell to Brennick on their "
        "own account.",
        "The next meeting is on 9 March in the parish hall of Upper Tallow, which holds 300 people "
        "and was too small this time.",
    )),
    ("Night trains return to the Sorrel line", (
        "Night trains will run again between Port Sorrel and Veldane from 14 June, eleven years after "
        "the last one was taken off, the railway said on Tuesday.",
        "There will be one train each way, with six sleeping cars that were bought from abroad and "
        "painted green. A berth costs 49 crowns, a seat 19.",
        "The railway expects 90,000 travellers in the first year and says that it needs 70,000 to "
        "cover its costs.",
        "Travellers' groups welcomed the plan, but asked why the train does not stop at Ashby, a town "
        "of 40,000. The platform there is too short by two cars, the railway said.",
        "“I proposed to my wife on the old train, and I mean to apologise to her on the new one,” said "
        "Ferdinand Oke, a retired guard.",
        "Works on the tunnel at Grimsel may delay the start, and in the first weeks buses will run "
        "between Kelm and Ostrand.",
        "The union of train crews has not agreed to the hours of the night shift; talks go on next "
        "week under a mediator, Hedda Corvin.",
        "Bicycles are carried free of charge, dogs for the price of a child.",
    )),
)  # fmt: skip

NAVIGATION = ("Home", "World", "Business", "Sport", "Culture", "Opinion", "Weather")
CONSENT = (
    "We and our 187 partners use cookies and similar means to store information on your device and "
    "to process personal data, such as your address on the network. You may agree, refuse, or change "
    "your choice at any time under Settings.",
    "This site uses cookies to remember what you like, to measure how it is read and to show you "
    "advertising that fits. By clicking Accept you agree to our privacy policy and to the use of all "
    "cookies. You can withdraw your consent whenever you like.",
    "Your privacy matters to us. To go on with advertising and cookies, give your consent; or take "
    "out a subscription and read without advertising for 2.99 a month.",
)
OFFERS = (
    "Subscribe now and read on without limits. The first month costs 1 crown, then 12 crowns a month; "
    "cancel whenever you like. Already a subscriber? Log in.",
    "This article is for subscribers only. To continue reading, start your free trial today and get "
    "unlimited access to all our journalism on every device.",
    "You have read your last free article this month. Create an account or sign in to keep reading, "
    "and support independent journalism from as little as 2 crowns a week.",
)
LETTERS = (
    "Sign up for our morning newsletter: five stories before breakfast, free, in your inbox every day.",
    "Get the week's best reading by email. Enter your address to subscribe to The Lantern letter.",
)
ADVERTS = (
    "Spring tyres from 99 crowns at Wheelhouse. Book your fitting online and save a tenth.",
    "Sleep better on a Cloudrest mattress. Order this week and the pillows come free of charge.",
    "Fly to the sun with Halcyon Air, seven nights from 2,490 crowns, breakfast included.",
)
RELATED = (
    "Mayor of Selwick resigns over parking tickets",
    "Why the herring came back to the sound",
    "Ten walks for the last warm weekend",
    "Central bank leaves its rate at three per cent",
    "Choir of 900 sings in a disused mine",
    "Goalkeeper sold for a record sum and a goat",
    "The baker who bakes only on full moons",
)
TEASERS = (
    "A court has ordered the brewery of Dunmar to pay for the well that it emptied last summer.",
    "Scientists count seals from the air for the first time and find twice as many as they had thought.",
    "Parents in Ostrand take turns to teach, since the village has found no teacher for a year.",
)
COMMENTS = (
    "First they take the trains, then they take the stations. I said so in 2009 and nobody listened.",
    "Lovely piece, but my grandmother would have told it in half the words and with a better ending.",
)
CAPTIONS = (
    "The scene on Monday. Photo: Runa Falk / Lantern Pictures",
    "File photo: Jonas Ek/Nordfoto",
)
BIO = "Ada Quill has written about the county for nine years and keeps two goats."
SHARES = ("Share on Facebook", "Copy link", "Save for later", "Print this page")


@dataclass
class Page:
    """One made-up page: what was handed out for it, and its HTML."""

    number: int
    kept: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    html: str = ""
    published: str = ""
    """The day as in a file, or empty where the page does not say it."""
    author: str = ""
    _said: int = 0

    @property
    def title(self) -> str:
        """The headline of its story."""
        return STORIES[self.number % len(STORIES)][0]

    def say(self, count: int = 1) -> list[str]:
        """The next paragraphs of its story."""
        paragraphs = STORIES[self.number % len(STORIES)][1]
        part = list(paragraphs[self._said : self._said + count])
        assert len(part) == count, "the story is told"
        self._said += count
        self.kept += part
        return part

    def p(self, count: int = 1, attributes: str = "", tag: str = "p") -> str:
        """The next paragraphs, each in an element."""
        return "".join(element(tag, text, attributes) for text in self.say(count))

    def own(self, *texts: str) -> tuple[str, ...]:
        """Lines that belong to this story alone, such as the items of its list."""
        self.kept += texts
        return texts

    def other(self, texts: tuple[str, ...], at: int = 0) -> str:
        """A line that belongs to no story; which of `texts` depends on the page."""
        text = texts[(self.number + at) % len(texts)]
        self.foreign.append(text)
        return text

    def related(self, count: int = 3, tag: str = "li", attributes: str = "") -> str:
        """Headlines of other stories, each a link."""
        return "".join(
            element(tag, f'<a href="/story/{at}">{self.other(RELATED, at)}</a>', attributes)
            for at in range(count)
        )

    def nav(self) -> str:
        """The bar with the sections."""
        links = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in NAVIGATION)
        return f"<nav><ul>{links}</ul></nav>"

    def close(self, body: str, **data: object) -> Page:
        """Set the HTML: `body`, and in one of eight ways what the page says of itself.

        `data` is added to what its JSON-LD says.
        """
        way = HEADS[self.number % len(HEADS)]
        if way.below and "</h1>" not in body:
            way = HEADS[0]
        self.published, self.author = (DAY if way.dated else ""), AUTHOR
        story = {"@type": "NewsArticle", "headline": self.title, **way.data, **data}
        linked = {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, story]}
        script = element("script", json.dumps(linked), 'type="application/ld+json"')
        body = body.replace("</h1>", f"</h1>{way.below}", 1)
        self.html = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{self.title} | '
            f"{OUTLET}</title>{way.metas}{script if way.data or data else ''}</head>"
            f"<body>{body}</body></html>"
        )
        return self


@dataclass(frozen=True)
class Head:
    """One way to say when a story was published and who wrote it; all were changed in June."""

    data: dict[str, object] = field(default_factory=dict)
    metas: str = ""
    below: str = ""
    """What stands below the headline."""
    dated: bool = True


OUTLET, AUTHOR, DAY = "The Lantern", "Ada Quill", "2025-03-13"
_CHANGED = "2025-06-01T09:00:00+02:00"
_PERSON = {"@type": "Person", "name": AUTHOR}
_PUBLISHER = {"@type": "Organization", "name": OUTLET}
HEADS = (
    Head({"datePublished": f"{DAY}T06:30:00+02:00", "dateModified": _CHANGED, "author": _PERSON,
          "publisher": _PUBLISHER}),
    Head(metas=f'<meta property="article:published_time" content="{DAY}T05:00:00Z"><meta property='
         f'"article:modified_time" content="{_CHANGED}"><meta name="author" content="{AUTHOR}">'
         f'<meta property="og:site_name" content="{OUTLET}">'),
    Head({"datePublished": DAY, "author": [_PERSON], "publisher": _PUBLISHER}),
    Head(below=f'<p class="dates"><time itemprop="datePublished" datetime="{DAY}T06:30">13 March</time>'
         f' <time itemprop="dateModified" datetime="{_CHANGED}">1 June</time></p><p>By {AUTHOR}</p>'),
    Head(below=f"<p>By {AUTHOR}</p><p>Published 13 March 2025. Updated 1 June 2025.</p>"),
    Head(metas=f'<meta name="parsely-pub-date" content="{DAY}T05:00:00Z"><meta name="parsely-author" '
         f'content="{AUTHOR}"><meta property="og:updated_time" content="{_CHANGED}">'),
    Head({"dateModified": _CHANGED, "author": _PERSON}, dated=False),
    Head({"datePublished": f"{DAY}T23:40:00-05:00", "dateModified": _CHANGED, "author": _PERSON}),
)  # fmt: skip
"""The last but one says only when it was changed; the last was written late, far in the west."""


def element(tag: str, inside: str, attributes: str = "") -> str:
    """An element of HTML."""
    return f"<{tag}{' ' * bool(attributes)}{attributes}>{inside}</{tag}>"
