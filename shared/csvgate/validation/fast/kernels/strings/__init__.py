"""Kernels of string columns, whose cells are their values.

`kernel` clears the cells that pass all tests of a field. A test (`cell_test`) checks one rule for
all cells at once: `formats` has the tests of formats, with `email` and `fixed_pattern`, and
`lengths` those of lengths. `utf8` finds cells that are not text. `enumerated` clears columns with
an `enum`.
"""
