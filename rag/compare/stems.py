"""What words mean the same to a newsroom: the stems by which statements are aligned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rag.text.words import STOPWORDS, stem, words

PERSONS = frozenset("peopl person individu victim".split())
"""Counted nouns that say nothing of who is counted, by stem."""
_FORMS = """
kill killing dead died die dies death deaths fatality fatalities toll tolls;
injured injure injury
injuries wounded wounds hurt; cost costs costing spend spent price; sink sank sunk; sell sold
selling; meet met; win won; hold held; leave left; give gave given; fall fell fallen; rise rose
risen; begin began begun; become became becomes; break broke broken; choose chose chosen;
fly flew flown; lose lost; pay paid; send sent; shoot shot; steal stole stolen; strike struck;
seize seized; build built;
buy bought; bring brought; fight fought; find found; flee fled; freeze froze frozen;
speak spoke spoken; drive drove driven; withdraw withdrew withdrawn; write wrote written;
job jobs redundancy redundancies layoff layoffs;
takeover takeovers acquisition acquire acquired merger merge mergers purchase deal buyout;
completed complete completion conclude finalise finalised finalize finalized;
talks talk negotiation negotiations negotiate negotiated;
turnout participation participate participants participant participated;
trial trials study studies test tests tested;
arrest arrested arrests detain detained detention detentions; evacuate evacuated evacuation;
protester protesters demonstrator demonstrators marcher marchers; rebel rebels insurgent insurgents;
soldier soldiers troops serviceman servicemen; doctor doctors physician physicians;
pupil pupils student students; police officers policeman policemen; firm company companies business;
blast explosion explosions exploded explode blasts; fire blaze fires; quake earthquake earthquakes;
crash crashed collision collided; aircraft plane planes airliner jet; ship vessel boat;
firefighters firefighter firemen; damaged damage damages;
halt halted stop stopped stuck standstill; reopen reopened reopening; launch launched;
resign resigned resignation; appoint appointed appointment; approve approved approval;
"""
_UNMEANING = frozenset(
    "said say told tell add state warn announc claim argu insist admit acknowledg confirm "
    "declar note "
    "stress suggest explain repli respond ask wrote write report estim peopl person "
    "number figur total "
    "across mani monday tuesday wednesday thursday friday saturday sunday one two new per cent "
    "percent accord "
    "least near almost around put set come came go went take took make made mr mrs ms "
    "latest recent "
    "current also still now hundr thousand million billion trillion euro dollar pound yen "
    "rupe".split()
)
"""Stems that align nothing: who speaks, when, how much, and that there is a figure at all."""
_PERIOD = re.compile(
    r"\b(?P<rank>first|second|third|fourth|1st|2nd|3rd|4th)[\s-](?P<of>quarter|half|round|phase|day"
    r"|test|season)\b|\bQ(?P<quarter>[1-4])\b",
    re.IGNORECASE,
)
RANKS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_PERSON = re.compile(
    r"(?:ants|(?<!cid)(?<!m)(?<!v)(?<!\bt)(?<!\bc)ents|ers|ors|ees|ians|ists|people|men|women"
    r"|children|adults|troops|lives|dead)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _kept() -> Mapping[str, str]:
    """The stem that stands for each stem of `_FORMS`."""
    rows = [[stem(word) for word in row.split()] for row in _FORMS.split(";")]
    return {form: row[0] for row in rows for form in row}


def alike(form: str) -> str:
    """The stem that stands for a stem: "kill" for "dead"."""
    return _kept().get(form, form)


_TAKING_PART = re.compile(
    r"\b(?:(?:take|takes|took|taken|taking) part|turned out|turn out"
    r"|cast (?:a |their )?(?:votes?|ballots?)|went to the polls)\b",
    re.IGNORECASE,
)

_LIVES = re.compile(
    r"\b(?:los[et]|losing|claim(?:s|ed)?|cost|takes?|took|taken)\s+"
    r"(?:(?:their|the|many|at|least|most|about|over|some|around|nearly|almost|more|fewer|than|up|to"
    r"|as|dozens|hundreds|thousands|of|[\d,]+|[a-z]+(?:teen|ty|een)|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve)\s+){0,5}lives\b"
    r"|\blives (?:(?:were|was|have been|had been) )?(?:lost|claimed|taken)\b",
    re.IGNORECASE,
)
"""Lives that were lost; whoever lives somewhere is alive."""


def common_stems(text: str) -> frozenset[str]:
    """The stems of a text's meaningful words, the common ones for deaths and injuries made one."""
    text = _TAKING_PART.sub(" participation ", text)
    text = _LIVES.sub(lambda match: match.group().lower().replace("lives", "deaths"), text)
    found = (stem(word) for word in words(text) if word not in STOPWORDS and word.isalpha())
    kept = frozenset(alike(one) for one in found if one not in _UNMEANING)
    if {"takeov", "close"} <= kept:  # a deal is closed when it is completed, but no road is
        kept = kept - {"close"} | {"complet"}
    return kept


def periods(text: str) -> frozenset[str]:
    """Quarters, halves and rounds named in a text, as "quarter 2"."""
    found = set()
    for match in _PERIOD.finditer(text):
        if match["quarter"]:
            found.add(f"quarter {match['quarter']}")
        else:
            rank = match["rank"].lower()
            found.add(f"{match['of'].lower()} {RANKS.get(rank) or rank[0]}")
    return frozenset(found)


def is_person(value: str) -> bool:
    """True where a value's noun looks like one for persons: "264 participants"."""
    return bool(_PERSON.search(value))


def is_generic(thing: frozenset[str]) -> bool:
    """True for "people": a counted noun that fits whoever is counted."""
    return thing <= PERSONS
