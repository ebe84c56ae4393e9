"""Reads the XML parts of a workbook in bounded memory."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol
from xml.parsers.expat import ExpatError, ParserCreate

from csvgate.csv.work import WORK
from csvgate.csv.workbook.faults import damaged

_CHUNK_BYTES: Final = 64 * 1024
_MOST_PENDING: Final = 1024 * 1024
"""The longest tag, comment or instruction (1 MiB), which the parser has to keep as a whole."""
_MOST_DEPTH: Final = 64
"""Elements within each other. The parser keeps each of them; workbooks have 10 to 20."""
Attributes = Mapping[str, str]


class Readable(Protocol):
    """The bytes of a part."""

    def read(self, size: int, /) -> bytes: ...


class PartReader:
    """Receives the elements of one part, named without their namespaces."""

    def __init__(self) -> None:
        self._depth = 0
        self._has_moved = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take some of the text within the current element."""

    def read(self, file: Readable, on_step: Callable[[], None]) -> Iterator[None]:
        """Read the part; yield after each 64 KiB.

        Raises FileFault `file.workbook_damaged` for what is not XML and for document type
        definitions, which workbooks do not have, and whose entities could expand to any size.
        """
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.DefaultHandler = self._other
        parser.StartDoctypeDeclHandler = _refuse_definition
        pending = 0
        while True:
            on_step()
            chunk = file.read(_CHUNK_BYTES)
            WORK.scanned += len(chunk)
            self._has_moved = False
            try:
                parser.Parse(chunk, not chunk)
            except ExpatError:
                raise damaged("a part of it is not XML") from None
            pending = 0 if self._has_moved else pending + len(chunk)
            if pending > _MOST_PENDING:
                raise damaged("a part of it has a tag or a comment of more than 1 MiB")
            yield
            if not chunk:
                return

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._has_moved = True
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise damaged(f"a part of it has more than {_MOST_DEPTH} elements within each other")
        self.start(name.rpartition(" ")[2], attributes)

    def _end(self, name: str) -> None:
        self._has_moved = True
        self._depth -= 1
        self.end(name.rpartition(" ")[2])

    def _text(self, text: str) -> None:
        self._has_moved = True
        self.text(text)

    def _other(self, _: str) -> None:
        self._has_moved = True


def _refuse_definition(*_: object) -> None:
    raise damaged("a part of it has a document type definition, which workbooks do not have")


def local_attribute(attributes: Attributes, name: str) -> str | None:
    """Return the value of an attribute that is in some namespace."""
    ends = f" {name}"
    return next((value for key, value in attributes.items() if key.endswith(ends)), None)
