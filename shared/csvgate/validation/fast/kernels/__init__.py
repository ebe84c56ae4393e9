"""Kernels: each clears the cells of one column in bulk, and gives their values.

`choose` picks the kernel of each field. `learning` has the kernel that remembers distinct cells,
`strings` those of texts, and `fixed_width` with the parsers of `numbers`, `times`, `geopoints` and
`durations` that of all other types. `fallback` reads the cells that a kernel does not clear, and
`foreign` looks values up in references. `trimming` removes spaces around cells, and `replacing`
gives replaced cells their values. `missing` finds missing values, `column` is what a kernel
returns, and `validated_columns` are the columns of a block.
"""
