"""Reads the list of a workbook's sheets, and finds the one to read."""

import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple

from csvgate.contracts.model import Dialect
from csvgate.csv.compression.zip_member import WORKBOOK
from csvgate.csv.labels import display_label, join_limited
from csvgate.csv.workbook.faults import damaged, too_large
from csvgate.csv.workbook.parts import Attributes, PartReader, local_attribute
from csvgate.text import counted
from csvgate.validation.faults import FileFault

if TYPE_CHECKING:
    from csvgate.csv.workbook.members import Members

_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_REMEDY: Final = "write the name of the one to read as `dialect.sheetName` in the contract"
_MOST_SHEETS: Final = 10_000
_MOST_NAMES: Final = 20
"""The names in one message."""


class Sheet(NamedTuple):
    """A sheet as the workbook lists it."""

    name: str
    relation: str
    is_visible: bool


class Book(NamedTuple):
    """What the workbook says about itself."""

    sheets: list[Sheet]
    """All sheets, hidden ones among them, in the order of their tabs."""
    begins_1904: bool
    """Whether days are counted from 1904, as Excel for Macintosh did."""
    parts: dict[str, tuple[str, str]]
    """Relation → the kind and the name of a part."""

    def rows_of(self, sheet: Sheet) -> str:
        """Return the name of the part with a sheet's rows. Raises FileFault
        `file.workbook_sheet`."""
        kind, name = self.parts.get(sheet.relation, ("", ""))
        if kind != "worksheet":
            message = (
                f"{shown_name(sheet.name)} is not a sheet of cells but a {kind or 'missing part'}"
            )
            message += "; name another sheet in the contract"
            raise FileFault("file.workbook_sheet", message)
        return name

    def part(self, kind: str) -> str | None:
        """Return the name of the part of this kind, of which a workbook has one at most."""
        return dict(self.parts.values()).get(kind)


def read_book(members: "Members") -> Book:
    """Read the list of sheets and of parts. Raises FileFault `file.workbook_damaged`."""
    book, relations = _BookReader(), _RelationsReader()
    members.read_all(WORKBOOK, book)
    members.read_all(_RELATIONS, relations)
    if not book.sheets:
        raise damaged("it has no sheets")
    return Book(book.sheets, book.begins_1904, relations.targets)


def chosen_sheet(sheets: list[Sheet], dialect: Dialect) -> Sheet:
    """Return the sheet that the contract's dialect names, otherwise the only visible one. Raises
    FileFault `file.workbook_sheet`."""
    name, number = dialect.sheet_name, dialect.sheet_number
    if name is not None:
        if found := named_sheet(sheets, name):
            return found
        message = f"the workbook has no sheet {shown_name(name)}, which the contract's "
        raise _fault(message + "`dialect.sheetName` names", sheets)
    if number is not None:
        if number <= len(sheets):
            return sheets[number - 1]
        message = f"the workbook has {counted(len(sheets), 'sheet')}, and the contract's "
        remedy = "write the number of the one to read, or its name as `dialect.sheetName` instead"
        raise _fault(message + f"`dialect.sheetNumber` is {number}", sheets, remedy)
    visible = [sheet for sheet in sheets if sheet.is_visible]
    if len(visible) == 1:
        return visible[0]
    raise _fault(f"the workbook has {counted(len(visible), 'visible sheet')}", sheets)


def named_sheet(sheets: list[Sheet], name: str) -> Sheet | None:
    """Return the sheet of this name; as in Excel, case does not matter."""
    wanted = name.strip().casefold()
    return next((sheet for sheet in sheets if sheet.name.strip().casefold() == wanted), None)


def listed(sheets: list[Sheet]) -> str:
    """Return the names of the first 20 sheets, in one line."""
    names = join_limited([shown_name(sheet.name) for sheet in sheets[:_MOST_NAMES]])
    if len(sheets) > _MOST_NAMES:
        names += f" and {len(sheets) - _MOST_NAMES:,} more"
    return names


class _BookReader(PartReader):
    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[Sheet] = []
        self.begins_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.begins_1904 = attributes.get("date1904", "") in ("1", "true")
        elif name == "sheet":
            relation = local_attribute(attributes, "id") or ""
            is_visible = attributes.get("state", "visible") == "visible"
            self.sheets.append(Sheet(attributes.get("name", ""), relation, is_visible))
            if len(self.sheets) > _MOST_SHEETS:
                raise too_large(f"has more than {_MOST_SHEETS:,} sheets")


class _RelationsReader(PartReader):
    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        path = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
        self.targets[attributes.get("Id", "")] = (kind, path.lstrip("/"))
        if len(self.targets) > 2 * _MOST_SHEETS:
            raise too_large("has too many parts")


def _fault(message: str, sheets: list[Sheet], remedy: str = _REMEDY) -> FileFault:
    return FileFault("file.workbook_sheet", f"{message}. Its sheets: {listed(sheets)}; {remedy}")


def shown_name(name: str) -> str:
    """Return a name in one line, without characters that are not displayed."""
    shown = display_label(name)
    return "".join(char if char.isprintable() else "\ufffd" for char in shown)
