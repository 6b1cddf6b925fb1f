"""How deep is not how long."""

import pytest

from rag.evidence.dimensions import gives_dimension


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How deep is the sound?", "The tunnel is to be 9.4 kilometres long.", False),
        ("How deep is the sound?", "The sound is 62 metres deep at its middle.", True),
        ("How deep is the sound?", "Divers went down to 62 metres.", True),
        ("How deep was the recession?", "Output fell by 3 per cent.", True),
        ("How wide is the river?", "The river is half a mile across here.", True),
        ("How wide is the river?", "The river is 30 feet deep here.", False),
        ("How tall is the tower?", "The tower has forty storeys.", True),
        ("How tall is the tower?", "The tower cost 40 million euros.", False),
        ("How thick was the ice?", "The ice was 20 centimetres thick.", True),
        ("How heavy was the bell?", "The bell weighs two tonnes.", True),
        ("How heavy was the bell?", "The bell rang two times.", False),
        ("How old is Petra Dahl?", "Petra Dahl, 54, won the vote.", True),
        ("How old is Petra Dahl?", "Petra Dahl is a 54-year-old engineer.", True),
        ("How old is Petra Dahl?", "Petra Dahl won by 41 votes.", False),
        ("How old is the bridge?", "The bridge was built in 1887.", True),
        ("How long is the tunnel?", "It opens in May.", True),
        ("Who won?", "Petra Dahl won by 41 votes.", True),
    ],
)
def test_a_size_is_given_in_the_dimension_asked_for(
    question: str, text: str, expected: bool
) -> None:
    assert gives_dimension(question, text) is expected
