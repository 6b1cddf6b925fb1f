"""A follow-up put into a question that stands alone, by a model that shows itself capable.

The reader decides whether the archive answers that question better than the other meanings
(`rag.conversation`). A model may join what was said and add nothing: a rewriting with a word
that the conversation does not have is thrown away, and so is one with no word of the question.
"""

from __future__ import annotations

from prompts import fill
from rag.compose import harmless
from rag.conversation import History, outline
from rag.models.llm import LLM, Prompt
from rag.text.words import content, stem

LIMIT = 60
"""Tokens of a question at most."""
GRAMMAR = 'root ::= [A-Z“"] [^\\n?<>{}\\[\\]]* "?"\n'


def standalone(llm: LLM, question: str, history: History) -> str | None:
    """The question as it can be understood alone; None where the model gives no such.

    Raises:
        ModelError: the model cannot write.
    """
    told = outline(history)
    system, _, user = fill(
        "follow_up",
        outline="\n".join(map(harmless, told.splitlines())),
        question=harmless(question),
    ).partition("\n===\n")
    written = "".join(llm.write(Prompt(system, user), limit=LIMIT, grammar=GRAMMAR)).strip()
    known = {stem(word) for word in content(f"{told} {question}")}
    is_whole = written.endswith("?") and written.count("?") == 1
    own, asked = ({stem(word) for word in content(text)} for text in (written, question))
    return written if is_whole and own <= known and (own & asked or not asked) else None
