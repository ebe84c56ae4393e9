"""Parses geopoints in their three formats."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.words import Text

_NUMBER: Final = r"-?(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,15})?"
"""A number without an exponent, in a form that is valid in JSON too."""
_PATTERNS: Final = {
    "default": rf"^(?P<lon>{_NUMBER}), *(?P<lat>{_NUMBER})$",
    "array": rf"^\[ *(?P<lon>{_NUMBER}) *, *(?P<lat>{_NUMBER}) *\]$",
    "object": rf'^\{{ *"lon" *: *(?P<lon>{_NUMBER}) *, *"lat" *: *(?P<lat>{_NUMBER}) *\}}$',
}
_WITHOUT_EXPONENT: Final = r"^-?[0-9]+(?:\.[0-9]+)?$"
_MAX_LONGITUDE, _MAX_LATITUDE = 180, 90


class GeopointParser:
    """Parses points. Their values are the WKT texts that GEOGRAPHY columns take."""

    def __init__(self, form: str) -> None:
        """`form` is default, array or object."""
        self._pattern: Final = _PATTERNS[form]

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        """The values are null, too, where a cell is not cleared."""
        parts = pc.extract_regex(as_string(text.binary()), self._pattern)
        cleared = np.ones(len(text.lengths), np.bool_)
        lon = _degrees(pc.struct_field(parts, "lon"), _MAX_LONGITUDE, cleared)
        lat = _degrees(pc.struct_field(parts, "lat"), _MAX_LATITUDE, cleared)
        joined = pc.binary_join_element_wise(lon, lat, " ")
        values = pc.binary_join_element_wise("POINT(", joined, ")", "")
        if missing is not None:
            values = pc.if_else(pa.array(missing), None, values)
        return values, cleared


def _degrees(cells: "pa.Array", most: int, cleared: Mask) -> "pa.Array":
    """Return numbers as WKT writes them, rounded to FLOAT64. Sets `cleared` to false where they are
    null, may be outside of the range, or would be written with an exponent."""
    numbers = cells.cast(pa.float64())
    found = pc.replace_substring_regex(numbers.cast(pa.string()), r"\.0$", "")
    values = numbers.to_numpy(zero_copy_only=False)
    # What rounds to the limit may be beyond it. Zero may have a minus, which WKT drops.
    cleared &= (np.abs(values) < most) & ~((values == 0) & np.signbit(values))
    fits = pc.match_substring_regex(found, _WITHOUT_EXPONENT)
    cleared &= fits.fill_null(False).to_numpy(zero_copy_only=False)
    return found
