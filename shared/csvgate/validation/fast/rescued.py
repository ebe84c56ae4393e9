"""Rescues the cells of further columns in bulk, like `csvgate.validation.rescue`."""

from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.rescue import json_keys

_SPECIAL: Final = r'[\x00-\x1f"\\]'
"""The characters that JSON escapes."""


class RescuedColumn:
    def __init__(self, others: Sequence[tuple[int, str]]) -> None:
        """`others` are the places and labels of the rescued columns."""
        self._keys: Final = [key for _, key in json_keys(others)]

    def values(self, columns: Sequence[Slices], where: Mask | None, rows: int) -> "pa.Array":
        """Return the JSON texts of the rows of the mask, or of all; null where all cells are empty.
        `columns` are the rescued ones, whose cells are all text, and `rows` is the number of
        texts."""
        if not self._keys:
            return pa.nulls(rows, pa.string())
        members = list[pa.Array]()
        for key, cells in zip(self._keys, columns, strict=True):
            texts = as_string(cells.binary)
            members.append(_members(key, texts if where is None else texts.filter(pa.array(where))))
        # Arrow can skip nulls here, but then returns nothing for a row of nulls only.
        joined = pc.binary_join_element_wise(*members, "")
        objects = pc.binary_join_element_wise(pc.utf8_replace_slice(joined, 0, 2, "{"), "}", "")
        return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), objects)


def _members(key: str, texts: "pa.Array") -> "pa.Array":
    """Return the cells as members of JSON objects, each after a comma and a space; an empty text
    for empty cells."""
    special = pc.match_substring_regex(texts, _SPECIAL)
    if special.true_count:
        escaped = [encode_basestring(text)[1:-1] for text in texts.filter(special).to_pylist()]
        texts = pc.replace_with_mask(texts, special, pa.array(escaped, pa.string()))
    members = pc.binary_join_element_wise(f', {key}"', texts, '"', "")
    return pc.if_else(pc.equal(texts, ""), "", members)
