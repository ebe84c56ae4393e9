"""Recognises durations in columns that store their text."""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from csvgate.validation.fast.arrays import Mask, as_string
from csvgate.validation.fast.words import Text

_N: Final = "[0-9]{1,15}"
_TIME: Final = (
    rf"T(?:{_N}H(?:{_N}M)?(?:{_N}(?:\.[0-9]{{1,30}})?S)?"
    rf"|{_N}M(?:{_N}(?:\.[0-9]{{1,30}})?S)?|{_N}(?:\.[0-9]{{1,30}})?S)"
)
_DATE: Final = rf"(?:{_N}Y(?:{_N}M)?(?:{_N}D)?|{_N}M(?:{_N}D)?|{_N}D)"
_DURATION: Final = rf"^-?P(?:{_N}W|{_DATE}(?:{_TIME})?|{_TIME})$"


class DurationMatcher:
    """Clears durations in ISO 8601. It gives no values, because the column has the texts."""

    def parse(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:  # noqa: ARG002
        found = pc.match_substring_regex(as_string(text.binary()), _DURATION)
        return pa.nulls(len(text.lengths)), found.to_numpy(zero_copy_only=False).copy()
