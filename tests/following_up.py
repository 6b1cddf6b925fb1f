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
