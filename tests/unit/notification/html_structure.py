"""The tags, attributes, links and text of an email's HTML, as a parser sees them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

ALLOWED = frozenset(
    {"html", "head", "meta", "title", "style", "body", "div", "span", "p", "h1", "h2", "strong"}
    | {"a", "table", "tr", "td"}
)
VOID = frozenset({"meta"})


@dataclass
class Structure:
    tags: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    shape: list[str] = field(default_factory=list)
    """The start tags in order."""

    @property
    def text(self) -> str:
        return "".join(self.texts)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Structure()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.tags.add(tag)
        self.found.shape.append(tag)
        for name, value in attrs:
            self.found.attributes.add(name)
            if name in ("href", "src", "action", "background"):
                self.found.links.append(value or "")
            if name == "style":
                self.found.styles.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> without a start"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.found.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


def structure(html: str) -> Structure:
    """Parse the HTML, and assert that every opened tag is closed in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader.found


def assert_harmless(html: str, links: list[str]) -> Structure:
    """Assert that the HTML runs and fetches nothing and has only these links; return its
    structure."""
    found = structure(html)
    assert found.tags <= ALLOWED
    assert not [name for name in found.attributes if name.startswith("on")]
    assert found.links == links
    assert not [style for style in found.styles if "url(" in style or "expression" in style]
    return found
