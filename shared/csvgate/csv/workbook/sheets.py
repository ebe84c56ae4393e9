"""Finds the sheet to read, and the parts of the workbook that it needs."""

import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple

from csvgate.contracts.model import Dialect
from csvgate.csv.labels import display_label, join_limited
from csvgate.csv.workbook.faults import damaged, too_large
from csvgate.csv.workbook.parts import Attributes, PartReader, local_attribute
from csvgate.validation.faults import FileFault

if TYPE_CHECKING:
    from csvgate.csv.workbook.members import Members

WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_MOST_SHEETS: Final = 10_000
_MOST_NAMES: Final = 20
"""The names in one message."""


class Sheet(NamedTuple):
    """A sheet as the workbook lists it."""

    name: str
    relation: str
    is_visible: bool


class Parts(NamedTuple):
    """The names of the parts to read, and what the workbook says about all of them."""

    sheet: Sheet
    rows: str
    texts: str | None
    styles: str | None
    begins_1904: bool
    """Whether days are counted from 1904, as Excel for Macintosh did."""


def find_parts(members: "Members", dialect: Dialect) -> Parts:
    """Return the parts. Raises FileFault `file.workbook_sheet` and `file.workbook_damaged`."""
    book, relations = _Book(), _Relations()
    members.read_all(WORKBOOK, book)
    members.read_all(_RELATIONS, relations)
    sheet = _chosen(book.sheets, dialect)
    kind, rows = relations.targets.get(sheet.relation, ("", ""))
    if kind != "worksheet":
        message = f"{_shown(sheet.name)} is not a sheet of cells but a {kind or 'missing part'}"
        raise FileFault("file.workbook_sheet", f"{message}; name another sheet in the contract")
    by_kind = dict(relations.targets.values())
    return Parts(sheet, rows, by_kind.get("sharedStrings"), by_kind.get("styles"), book.begins_1904)


class _Book(PartReader):
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


class _Relations(PartReader):
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


def _chosen(sheets: list[Sheet], dialect: Dialect) -> Sheet:
    if not sheets:
        raise damaged("it has no sheets")
    name, number = dialect.sheet_name, dialect.sheet_number
    if name is not None:
        wanted = name.strip().casefold()
        for sheet in sheets:
            if sheet.name.strip().casefold() == wanted:
                return sheet
        message = f"the workbook has no sheet {_shown(name)}, which the contract's "
        raise _fault(message + "`dialect.sheetName` names", sheets)
    if number is not None:
        if number <= len(sheets):
            return sheets[number - 1]
        message = f"the workbook has {len(sheets)} sheets, and the contract's "
        raise _fault(message + f"`dialect.sheetNumber` is {number}", sheets)
    visible = [sheet for sheet in sheets if sheet.is_visible]
    if len(visible) == 1:
        return visible[0]
    raise _fault(f"the workbook has {len(visible)} visible sheets", sheets)


def _fault(message: str, sheets: list[Sheet]) -> FileFault:
    names = [_shown(sheet.name) for sheet in sheets[:_MOST_NAMES]]
    listed = join_limited(names)
    if len(sheets) > _MOST_NAMES:
        listed += f" and {len(sheets) - _MOST_NAMES:,} more"
    remedy = "write the name of the one to read as `dialect.sheetName` in the contract"
    return FileFault("file.workbook_sheet", f"{message}. Its sheets: {listed}; {remedy}")


def _shown(name: str) -> str:
    """Return a name in one line, without characters that are not displayed."""
    shown = display_label(name)
    return "".join(char if char.isprintable() else "\ufffd" for char in shown)
