"""Classes of English words that are closed, and the verbs that report what somebody said."""

from __future__ import annotations

DETERMINERS = frozenset(
    "the a an his her its their this that these those my our your every each some any all".split()
)
PREPOSITIONS = frozenset(
    "about after against among around as at before between by during for from in into near of off "
    "on over since through to toward towards under until upon with within without".split()
)
QUANTIFIERS = frozenset(
    "one two three four five both several many few another last next earlier nobody".split()
)
BE = frozenset("is are was were".split())
AUXILIARIES = BE | frozenset(
    "did does do has have had will would can could should might must".split()
)
ADVERBS = frozenset(
    "also later then again now earlier once still first only already never not yet just further"
    .split()
)  # fmt: skip
"""Words of time and degree that stand before a verb."""
PRONOUNS = frozenset("he she they it i we".split())
"""Words that stand for a speaker."""
CONJUNCTIONS = frozenset(
    "and but or because although though while whereas when where whether if unless since until "
    "so as than that who whom whose which after before".split()
)
"""Words that begin another clause."""
COMMANDS = frozenset("tell give name list show find describe explain say please".split())
"""Words by which somebody is asked to do what a question asks."""
OPENERS = frozenset[str]().union(
    PREPOSITIONS, CONJUNCTIONS, DETERMINERS, QUANTIFIERS, AUXILIARIES, COMMANDS,
    "according besides despite following like unlike".split(),
)  # fmt: skip
"""Words that have a capital letter only where they open a sentence."""
PARTICLES = frozenset("al el ul bin ibn de da di du van von der la le".split())
"""Words in small letters inside names."""
TITLES = frozenset(
    """
    mr mrs ms dr sir lady lord prof professor president premier minister prime foreign chief vice
    deputy general colonel captain major sergeant inspector judge justice governor mayor senator
    secretary chancellor sheikh king queen prince princess pope bishop archbishop cardinal rev
    reverend father sister his her excellency highness majesty ambassador commissioner councillor
    congressman congresswoman representative speaker chairman chairwoman director coach defence
    defense finance interior health transport former acting spokesman spokeswoman commander admiral
    lieutenant constable detective officer leader head founder
    """.split()
)
"""What stands before names and is shared by many people."""
SAYING = (
    "said|says|say|told|tells|added|adds|stated|states|warned|warns|announced|announces|claimed|"
    "claims|argued|argues|insisted|insists|denied|denies|admitted|admits|acknowledged|"
    "acknowledges|confirmed|confirms|declared|declares|noted|notes|stressed|stresses|suggested|"
    "suggests|called|calls|vowed|vows|pledged|pledges|promised|promises|urged|urges|demanded|"
    "demands|condemned|condemns|described|describes|explained|explains|replied|replies|"
    "responded|responds|asked|asks|wrote|writes|tweeted|testified|testifies|predicted|predicts|"
    "estimated|estimates|hoped|hopes|reported|reports|conceded|concedes|rejected|rejects|accused|"
    "accuses|remarked|commented|recalled|repeated|reiterated|maintained|maintains|proposed"
)
"""Verbs that report what somebody said, as alternatives of a regular expression."""
VERBS_OF_SAYING = frozenset(SAYING.split("|")) | frozenset(
    """
    thought thinks believed believes considered considers backed backs advised advises blamed
    blames cited cites concluded cautioned observed complained hinted indicated answered alleged
    alleges asserted asserts apologised apologized mentioned emphasised emphasized underlined
    dismissed dismisses welcomed welcomes criticised criticized praised refused refuses declined
    declines thanked appealed agreed put puts
    """.split()
)
"""These, and verbs of thinking, judging and consenting, whose subject has made a statement too."""
MEASURES = (
    "old young long short tall high low big large small deep wide fast slow heavy strong weak rich "
    "poor cheap dear bad good"
)
"""Adjectives that tell how much of something there is."""
