"""Overviews: which stories are of a topic, and which of their sentences stand for them."""

from functools import partial

from building import archive_of, module_archive_of, news

from rag import Assistant
from rag.overview import naming
from rag.records import Turn

article = partial(news, publisher="Vale Post")

OPENED = (
    "The Orla tunnel under the Skarn pass opened to lorries on Monday after nine years of work."
)
FLOODED = "The Orla tunnel was closed on Thursday night because melt water stood in both tubes."
PUMPS = "Two pumps from Denmark reached the Orla tunnel on Friday and lowered the water by a metre."
MAYOR = "Runa Falk was elected mayor of New Skarn on Sunday with 54 per cent of the votes."
ASIDE = "Falk wants the Orla tunnel to be free of tolls from next spring, she told her voters."
ARTICLES = (
    article(
        "Orla tunnel opens", "2025-02-03",
        f"{OPENED} Engineers spoke of a great day.\n\nThe tunnel cost 410 million crowns, which "
        "was twice as much as planned. An old miner sold sausages at the gate and praised the "
        "tunnel, the tunnel builders and the tunnel light.",
    ),
    article(
        "Water in the tunnel", "2025-03-14",
        f"{FLOODED} Nobody was hurt.\n\nThe tunnel company said that the tunnel drains of the "
        "tunnel were too small for such a spring.",
    ),
    article(
        "Pumps arrive", "2025-03-16",
        f"{PUMPS} The road office hopes to open one tube within a week.",
    ),
    article(
        "Falk wins", "2025-04-07",
        f"{MAYOR} Turnout was higher than four years ago.\n\nThe count took until midnight. {ASIDE}"
        "\n\nThe new council meets in May in the old school house.",
    ),
    article(
        "Skarn sheep market", "2025-04-20",
        "Some 900 sheep were sold on the market of Skarn on Saturday, more than ever before. "
        "A ram of four years went for 8,000 crowns to a farmer from the coast.",
    ),
)  # fmt: skip


archive = module_archive_of(*ARTICLES)


def told(archive: Assistant, request: str) -> list[str]:
    answer = archive.ask(request)
    assert answer.kind == "overview", answer.text
    return [citation.quote for citation in answer.citations]


def starts(quotes: list[str], *wanted: str) -> bool:
    return len(quotes) == len(wanted) and all(
        quote.startswith(start) for quote, start in zip(quotes, wanted, strict=True)
    )


def test_the_lead_of_each_story_tells_its_event(archive):
    assert starts(told(archive, "Timeline of the Orla tunnel"), OPENED, FLOODED, PUMPS)


def test_what_is_asked_for_as_the_latest_begins_with_the_newest(archive):
    quotes = told(archive, "What is the latest on the Orla tunnel?")
    assert starts(quotes, ASIDE, PUMPS, FLOODED, OPENED)  # the later aside is new of it, too
    assert archive.ask("latest on the Orla tunnel").reply == "From 4 stories, newest first:"


def test_a_story_that_names_a_topic_on_its_margin_is_told_where_there_is_no_other(archive):
    assert told(archive, "Tell me about the sheep market")[0].startswith("Some 900 sheep")
    assert starts(told(archive, "Tell me about the tolls of the tunnel"), ASIDE)


def test_a_single_story_begins_with_its_lead(archive):
    quotes = told(archive, "Summarise the article “Orla tunnel opens”")
    assert quotes[0] == OPENED and len(quotes) == 4


def test_what_has_no_word_of_a_name_in_the_topic_is_of_somebody_else(archive):
    assert told(archive, "timeline of runa falk's last weeks in the tunnel")
    answer = archive.ask("timeline of Odd Nessing's last weeks in the Orla tunnel")
    assert not any("Runa" in one.quote for one in answer.citations)


def test_where_no_story_has_all_words_the_nearest_is_taken_and_named(archive):
    answer = archive.ask("Summarise the sheep auction")
    assert answer.reply == (
        "No story has all words of this topic; nearest is “Skarn sheep market”:"
    )
    assert answer.citations[0].quote.startswith("Some 900 sheep")
    assert archive.ask("Summarise the zeppelin crash").refused


def test_a_story_that_lacks_a_word_is_told_with_the_others_if_it_is_near_enough(tmp_path_factory):
    asked = "The prime minister of Holt asked the king for a suspension of parliament in May."
    shut = "The prime minister suspended the parliament of Holt for five weeks on Tuesday."
    fair = "The prime minister opened the fair of Holt on Sunday and ate a sausage there."
    some = [
        article("King asked for suspension of parliament", "2025-08-28", asked),
        article("Prime minister suspends parliament for weeks", "2025-09-11", shut),
        article("Prime minister at fair", "2025-09-14", fair),
    ]
    with archive_of(tmp_path_factory.mktemp("near"), *some) as assistant:
        assert starts(told(assistant, "Summarise the Holt parliament suspension"), asked, shut)


def test_beside_the_leads_of_a_few_stories_stand_sentences_that_name_the_topic(tmp_path_factory):
    plan = "The Velm canal is to reach the sea by 2031, the three towns agreed in Dorn last week."
    boat = (
        "Premier Ada Brun told the chamber that the Velm canal was open to other towns. "
        "She spoke for an hour."
    )
    fair = "Two boat builders from Dorn gave money for the Velm canal. They ask for a berth."
    some = [
        article("Brun speaks of canal", "2025-05-02", f"{boat}\n\nIt rained in Dorn.\n\n{plan}"),
        article("Builders give to canal", "2025-05-09", f"{fair} A band from Dorn played on."),
    ]
    with archive_of(tmp_path_factory.mktemp("canal"), *some) as assistant:
        assert starts(told(assistant, "Timeline of the Velm canal"), boat, plan, fair)


def test_the_people_of_a_place_name_it(tmp_path_factory):
    some = [
        article(
            "Serbian farmers block roads", "2025-05-02", "Farmers stood on 40 bridges at dawn."
        ),
        article("A fair opens in Dorn", "2025-05-02", "The fair of Dorn has 300 stalls this year."),
    ]
    with archive_of(tmp_path_factory.mktemp("people"), *some) as assistant:
        assert starts(told(assistant, "What happened in Serbia in May 2025?"), "Farmers stood")


def test_of_a_single_story_what_it_tells_first_goes_before_what_it_tells_last(tmp_path_factory):
    news = [
        "The council ordered Radio Holt to leave the air on Monday, and it did so that evening.",
        "The licence to broadcast ended on Sunday, the council said.",
        "Radio Holt asked the council for a new licence in July, and none was given.",
        "Four members of the council voted against the order to close the radio.",
        "The last order of this kind was given to a radio of the county in 1972.",
        "A judge will hear the radio on Friday.",
    ]
    profile = "Radio Holt is the largest radio of Holt, with 40 stations and 900 people on the air."
    text = article("Council takes Radio Holt off the air", "2025-05-02", " ".join([*news, profile]))
    with archive_of(tmp_path_factory.mktemp("radio"), text) as assistant:
        quotes = told(assistant, "Tell me about Radio Holt")
    assert quotes[0] == news[0] and profile not in quotes


def test_of_a_single_story_a_sentence_takes_along_what_leans_on_it(tmp_path_factory):
    lead = (
        "The Holt mill will close in June after 140 years. Its owner gives the wheel to a school."
    )
    closing = article("Holt mill to close", "2025-05-02", f"{lead} A buyer was not to be found.")
    with archive_of(tmp_path_factory.mktemp("mill"), closing) as assistant:
        assert told(assistant, "tl;dr Holt mill")[0] == lead


def test_a_place_with_a_common_word_in_its_name_is_another_place(archive):
    assert told(archive, "Tell me about New Skarn")[0] == MAYOR
    assert not any("sheep" in quote for quote in told(archive, "Tell me about New Skarn"))


def test_no_more_than_eight_sentences_are_quoted(tmp_path_factory):
    some = [
        article(
            f"Orla tunnel, day {n}", f"2025-05-{n:02}",
            f"In the Orla tunnel {word} lorries were counted on day number {n} of the test. "
            f"The weather was fine at the gate of the tunnel, and {word} birds sang.",
        )
        for n, word in enumerate(
            "two three four five six seven eight nine ten eleven twelve".split(), start=1
        )
    ]  # fmt: skip
    with archive_of(tmp_path_factory.mktemp("days"), *some) as assistant:
        answer = assistant.ask("Timeline of the Orla tunnel")
    assert answer.reply == "From 8 of 11 stories, oldest first:"
    assert len(answer.citations) == 8
    days = [citation.published for citation in answer.citations]
    assert days == sorted(filter(None, days))


def test_sentences_with_all_words_of_a_topic_are_told_the_likest_first(archive):
    with archive.index.snapshot() as view:
        cards = view.articles()
        found = naming(view, archive.encoder, ("tunnel", "tolls"), cards)
        assert [draft.quote for draft in found] == [ASIDE]
        assert not naming(view, archive.encoder, ("tunnel", "xylophone"), cards)


def test_what_a_follow_up_names_is_told_where_nothing_answers_it_as_put(archive):
    before = [
        Turn("When was the Orla tunnel closed?", f"Vale Post, 14 March 2025: “{FLOODED}” [1]")
    ]
    answer = archive.ask("and the drains?", before)
    assert [one.quote for one in answer.citations] == [
        "The tunnel company said that the tunnel drains of the tunnel were too small for such a "
        "spring."
    ]
    assert answer.understood == "What is said of “drains”?"
    assert archive.ask("and the zeppelin?", before).refused
