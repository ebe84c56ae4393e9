"""What is known about a block before its rows are put together."""

from typing import NamedTuple

from csvgate.validation.fast.block_records import FramedBlock
from csvgate.validation.fast.kernels.validated_columns import ValidatedColumns
from csvgate.validation.fast.table import Table


class ClearedBlock(NamedTuple):
    """A block whose columns were cleared by the kernels."""

    framed: FramedBlock
    table: Table
    validated: ValidatedColumns
