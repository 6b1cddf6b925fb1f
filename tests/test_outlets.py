"""Articles that name no outlet are of the one that is at home on their site."""

import pytest

from index.records import Card
from rag.scope import with_outlets
from tests.building import archive_of


@pytest.mark.parametrize(
    ("articles", "outlets"),
    [
        # All that name an outlet name the same one; www. makes no other site.
        (["Bay Courier baycourier.example", "- baycourier.example", "- www.baycourier.example"],
         ["Bay Courier", "Bay Courier", "Bay Courier"]),
        # A wire's story on somebody else's site.
        (["Bay Courier bay.example", "Wire bay.example", "Wire wire.example", "Wire wire.example",
          "- bay.example"],
         ["Bay Courier", "Wire", "Wire", "Wire", "Bay Courier"]),
        # A wire that is at home nowhere names no site.
        (["Wire a.example", "Wire b.example", "- a.example"], ["Wire", "Wire", "-"]),
        # Two share a site.
        (["Bay Courier bay.example", "Bay Sports bay.example", "- bay.example"],
         ["Bay Courier", "Bay Sports", "-"]),
        # Whoever claims a site that is called otherwise.
        (["Ministry of Truth hill.example", "- hill.example"], ["Ministry of Truth", "-"]),
        (["The Hill Post hill-post.example", "- www.hill-post.example", "- hill.example"],
         ["The Hill Post", "The Hill Post", "-"]),
        (["Bay Courier ", "- ", "- http://[", "- hill.example"], ["Bay Courier", "-", "-", "-"]),
    ],
)  # fmt: skip
def test_a_site_goes_by_the_outlet_that_is_at_home_on_it(articles, outlets):
    cards = []
    for at, line in enumerate(articles):
        name, site = line.rsplit(" ", 1)
        url = f"https://{site}/{at}" if site else None
        cards.append(Card(str(at), "", None, None if name == "-" else name, url, str(at)))
    assert [card.publisher or "-" for card in with_outlets(cards)] == outlets


BRIDGE = """---
title: {title}
{outlet}url: https://baycourier.example/{title}
published: 2025-03-0{day}
---

The bridge of Ostrava Bay is closed to lorries, said engineer Iva Stone. {more}
"""


def test_an_outlet_is_one_in_counts_lists_and_filters(tmp_path):
    named = BRIDGE.format(title="one", outlet="publisher: Bay Courier\n", day=1, more="It is old.")
    other = BRIDGE.format(title="two", outlet="", day=2, more="A new one is to open in the autumn.")
    with archive_of(tmp_path, named, other) as assistant:
        told = assistant.ask("Which outlets reported on the bridge?").reply
        assert told == "Outlets of 2 articles with “bridge”: Bay Courier (2)."
        found = assistant.ask("Which articles of the Bay Courier mention the bridge?")
        assert found.text.count("(Bay Courier, ") == 2
        for request in ("When is a new bridge to open?", "Who said “closed to lorries”?"):
            answer = assistant.ask(request)
            assert {one.publisher for one in answer.citations} == {"Bay Courier"}
            assert "baycourier" not in answer.text
        only = assistant.ask("How many articles do you have?", outlets=["Bay Courier"])
        assert only.reply == "2 articles of Bay Courier."
        stored = {card.title: card.publisher for card in assistant.index.articles()}
        assert stored == {"one": "Bay Courier", "two": None}
