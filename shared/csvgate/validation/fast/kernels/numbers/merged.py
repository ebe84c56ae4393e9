"""Puts together the values of one column that several parsers have read."""

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.arrays import Ints, Mask


class MergedValues:
    """The values of n cells, at first all from one parser. Others replace some of them."""

    def __init__(self, values: "pa.Array") -> None:
        self._parts = [values]
        self._places = np.arange(len(values))
        """(n,) The index of each value in the joined parts."""

    def replace(self, rows: Ints, values: "pa.Array", cleared: Mask) -> None:
        """Take the values (m,) of the cells at these indexes (m,), where they are `cleared`."""
        before = sum(map(len, self._parts))
        self._places[rows[cleared]] = before + np.flatnonzero(cleared)
        self._parts.append(values)

    def array(self) -> "pa.Array":
        if len(self._parts) == 1:
            return self._parts[0]
        return pa.concat_arrays(self._parts).take(pa.array(self._places))
