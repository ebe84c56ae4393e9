"""Brings the cells of a record into the order of the contract's fields."""

from collections.abc import Callable, Sequence
from operator import itemgetter

from csvgate.csv.header import Header
from csvgate.validation.rescue import rescuer

Arrange = Callable[[Sequence[str]], Sequence[str]]
"""Takes the cells of a record; returns one for each column of the table."""


def arranger(header: Header) -> Arrange | None:
    """Return the function for records under a header; None if the cells are in order already.

    The cell of a column that the file does not have is an empty text. If the contract rescues the
    cells of other columns, their text comes last.
    """
    if header.others is None:
        return _fields_arranger(header)
    arrange, rescue = _fields_arranger(header), rescuer(header.others)
    if arrange is None:
        return lambda cells: (*cells, rescue(cells))
    return lambda cells: (*arrange(cells), rescue(cells))


def _fields_arranger(header: Header) -> Arrange | None:
    order, width = header.order, header.width
    if order == tuple(range(width)):
        return None
    places = [width if at is None else at for at in order]
    if len(places) == 1:  # itemgetter would return a cell and not a tuple
        at = places[0]
        return lambda cells: (cells[at],)
    get: Arrange = itemgetter(*places)
    return (lambda cells: get([*cells, ""])) if width in places else get
