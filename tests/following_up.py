"""A small archive of made-up news to ask follow-up questions of, and exchanges before them."""

from rag.records import Turn
from tests.building import news

ARTICLES = (
    news(
        "Salt Harbour wins the jury prize", "2024-05-04",
        "Salt Harbour won the jury prize of the Velmo film festival on Saturday. The director of "
        "Salt Harbour is Ines Corvane, and its lead actor is Tomas Brandt.\n\n"
        "The film cost 3.2 million crowns. It was shot on the island of Orrin.",
    ),
    news(
        "Two foreign ministers meet in Doha", "2024-05-06",
        "The foreign ministers Anders Holm and Petra Vasik met in Doha on Monday. Holm said that "
        "the ceasefire must hold until the autumn.\n\n"
        "Vasik said that the ceasefire was worth nothing without food and medicine. Holm is to fly "
        "on to Tarn on Wednesday.",
    ),
    news(
        "Mill explodes in Sallow", "2024-05-08",
        "An explosion at a flour mill in Sallow killed three people on Tuesday night and hurt 19."
        "\n\nDust had caught fire near a silo, the fire brigade said. The mill had been built in "
        "1931.",
    ),
    news(
        "Ferry runs aground off Tarn", "2024-05-10",
        "A ferry with 230 passengers ran aground off Tarn in fog on Thursday. Four people were "
        "hurt when they fell on the stairs.\n\nCaptain Hedda Pell said that the radar had failed.",
    ),
    news(
        "Tolbury Rovers win the Orrin Cup", "2018-06-02",
        "Tolbury Rovers won the Orrin Cup in 2018 after a penalty shoot-out on Saturday.",
    ),
    news(
        "Sallow United take the Orrin Cup", "2019-06-01",
        "Sallow United won the Orrin Cup in 2019, by three goals to one.",
    ),
    news(
        "How fast diseases spread", "2024-05-11",
        "The R0 of measles is about 12 to 18. Ebola and HIV have R0 values of about 2.\n\n"
        "Outbreaks with an R0 under 1 end on their own.",
    ),
    news(
        "Storm cuts power in the north", "2024-05-12",
        "A storm left 12,000 homes without power on Saturday. The Corbel bridge, which is 412 "
        "metres long, was closed because a lorry had overturned on it.",
    ),
)  # fmt: skip

STRIKE = Turn(
    "Why did the dockers of Tarnmouth walk out?",
    "Coast Wire, 9 June 2025: “The union wants two more men on each crane, said Odile Marsh.” [1]",
)
COURT = Turn(
    "What was Ruud Hamblyn convicted of?",
    "He was convicted of fraud by a court in Sallow, 2 March 2025. [1][2]",
)
LAW = Turn("Did the Senate pass the water law?", "The Senate passed it by 51 to 49. [1]")
TROMMER = Turn(
    "who is ilse trommer",
    "Bay Daily, 3 May 2024: “Health minister Ilse Trommer opened the hospital in Orlo.” [1]",
)
FERRIS = Turn(
    "who is ferris", "Bay Daily: “The mayor of Orlo, Ferris, resigned over the tram tunnel.” [1]"
)
FARROW = Turn(
    "why did imogen farrow resign",
    "Bay Daily: “Imogen Farrow resigned. Casper Lindqvist, her deputy, takes over.” [1]",
)
UNNAMED = Turn(FARROW.question, "“Her deputy Casper Lindqvist takes over.” [1]")
LED = Turn("who led the strike", "Bay Daily: “Nadia Lund led the strike in Orlo.” [1]")
BACKED = Turn("who backed Ilse Trommer", "“The council did.” [1]")
TRAM = Turn("How much did the Tram cost?", "“It cost 3 million.” [1]")
HEADED = Turn("what does “Orlo tram tunnel delayed again” say about the strike?", "“Nothing.” [1]")
HEAD = Turn("What did the head of the union ask for?", "“More pay.” [1]")
PRIZE = Turn("Who won the first prize?", "“Nadia Lund won the first prize.” [1]")
ON_COST = Turn("what did he say about the cost", "“It is high.” [1]")
LEADER = Turn(
    "and the strike leader?", "“No.” [1]", "what did the strike leader say about the cost?"
)
SAID = Turn("What did Lavrov say about Resolution 2254?", "“It holds.” [1]")
SMALL: list[tuple[list[Turn], str, str]] = [
    # A name typed in small letters is one that the answer writes; a verb is no name's place.
    ([BACKED], "and ferris?", "who backed ferris?"),
    ([SAID], "and araghchi?", "What did araghchi say about Resolution 2254?"),
    ([LED, BACKED], "and lund?", "who backed Lund?"),
    # What was asked before in the same words.
    ([UNNAMED], "when did she resign?", "when did imogen farrow resign?"),
    # One of an order takes the place of another, a headline is one name.
    ([PRIZE], "and the second one?", "Who won the second prize?"),
    ([HEADED], "and the cost?", "what does “Orlo tram tunnel delayed again” say about the cost?"),
    (
        [HEADED],
        "what does it say about the toll?",
        "what does “Orlo tram tunnel delayed again” say about the toll?",
    ),
]
"""The likeliest meaning, where names are typed in small letters or words are quoted."""
ONLY: list[tuple[list[Turn], str, list[str]]] = [
    # Neither a place nor a word that opens a sentence is he or she where somebody was named.
    ([TROMMER], "did she deny it", ["did Ilse Trommer deny it?"]),
    ([FERRIS], "who took over from him", ["who took over from Ferris?"]),
    (
        [FARROW],
        "why did she resign",
        ["why did Imogen Farrow resign?", "why did Casper Lindqvist resign?"],
    ),
    # A correction takes the place of what the follow-up put in.
    (
        [ON_COST, LEADER],
        "no, i mean the health minister",
        ["what did the health minister say about the cost?"],
    ),
    # An article goes with its noun, and nothing was listed.
    (
        [TRAM],
        "and the tunnel?",
        ["How much did the tunnel cost?", "the tunnel [the Tram cost]?"],
    ),
    ([LED], "the first one", ["the first one [Nadia Lund led the strike]?"]),
]
"""All meanings, where others would be wrong."""
