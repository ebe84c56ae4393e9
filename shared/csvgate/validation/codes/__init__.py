"""The one list of fault codes, from which docs/faults.md is generated.

The codes of field types are declared with the types; this list includes them.
A published code keeps its meaning, because people filter and count by it.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from csvgate.types.registry import FIELD_TYPES
from csvgate.validation.codes.cells import TEXT_CODES, VALUE_CODES
from csvgate.validation.codes.code import Code
from csvgate.validation.codes.corrections import CORRECTION_CODES
from csvgate.validation.codes.expressions import EXPRESSION_CODES
from csvgate.validation.codes.files import FILE_CODES
from csvgate.validation.codes.headers import HEADER_CODES
from csvgate.validation.codes.rows import ROW_CODES
from csvgate.validation.codes.totals import TOTAL_CODES

__all__ = ["CODES", "Code"]


def _codes_of_types(prefix: str) -> Iterator[Code]:
    """Yield the codes that the field types declare."""
    for kind in FIELD_TYPES.values():
        for fault in kind.faults:
            if fault.code.startswith(prefix):
                yield Code(fault.code, fault.title, fault.meaning)


_ALL: Final = (
    *FILE_CODES,
    *TOTAL_CODES,
    *HEADER_CODES,
    *CORRECTION_CODES,
    *ROW_CODES,
    *TEXT_CODES,
    *_codes_of_types("type."),
    *_codes_of_types("format."),
    *VALUE_CODES,
    *EXPRESSION_CODES,
)
CODES: Final[Mapping[str, Code]] = MappingProxyType({code.code: code for code in _ALL})
"""The fault codes by name, in the order of the documentation."""
