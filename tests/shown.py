"""HTML as a browser finds it, and what may stand in Byline's."""

from html.parser import HTMLParser

from hypothesis import strategies as st

from rag.page.conversation import Exchange
from rag.records import Answer, Event

NASTY = st.text(alphabet=st.sampled_from("<>&\"'`*_[](){}!#$~|\\/:.;=-+@ \n\tabw1é’\u202e\x00"))
TAGS = {
    *("a", "article", "button", "details", "div", "h2", "h3", "li", "line", "mark", "p", "q"),
    *("rect", "section", "span", "strong", "summary", "svg", "table", "tbody", "td", "text"),
    *("th", "thead", "time", "title", "tr", "ul"),
}
ATTRIBUTES = {
    *("class", "datetime", "href", "id", "rel", "target", "hidden", "tabindex", "data-remove"),
    *("data-shown", "scope", "type", "role", "aria-label", "viewbox", "x", "y", "x1", "x2", "y1"),
    *("open", "y2", "width", "height", "text-anchor"),
}


class Parsed(HTMLParser):
    """The tags, the attributes and the text of a piece of HTML, as a browser finds them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.marked = ""
        self.text = ""
        self._in_mark = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._in_mark = self._in_mark or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = self._in_mark and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if self._in_mark else ""

    def values(self, name: str) -> list[str | None]:
        return [value for key, value in self.attributes if key == name]


def folded(text: str) -> str:
    return " ".join(text.replace("\u202e", "").replace("\x00", "").split())


def finished(answer: Answer) -> Exchange:
    return Exchange(answer.question).after(Event("answer", answer.text, answer=answer))
