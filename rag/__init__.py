"""Everything that happens for a question: retrieval, evidence, checks, answers.

from rag import ask, Assistant

answer = ask("what did Lavrov say about Resolution 2254?")
"""

from rag.assistant import Assistant, ask
from rag.records import Answer, Citation, Conflict, Event, Refusal, Sentence, Turn

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Conflict",
    "Event",
    "Refusal",
    "Sentence",
    "Turn",
    "ask",
]
