"""The vectorised path: the same batches as the rule path, many rows at a time with numpy.

A file passes through it in blocks of a few MiB (`path`). With several processors, other threads do
steps 1 to 4 for the next blocks (`clearing`), while the caller's thread does the rest:

1. `blocks` cuts the stream into blocks of whole physical lines.
2. `structural_index` finds the quotes, delimiters and line ends of a block. A position is outside
   quoted cells if an even number of quotes precedes it, and a line end or delimiter outside quoted
   cells ends a record or a cell. `block_records` lists the records. Where the quoting is irregular
   it leaves a record to `csv.records.Framer`, and a run of records where many are irregular.
3. `table` sorts the cells of the well-formed records into columns. `cell_slices` are the cells of
   a column: positions in the block, without a copy. `words` reads them eight bytes at a time.
4. A kernel of `kernels` for each field *clears* cells: it proves that a cell has no fault and gives
   its value. `kernels.choose` picks the kernel for a field; `kernels.learning`, `kernels.strings`,
   `kernels.numbers` and `kernels.times` have them. A cell that a kernel does not clear may still be
   valid; only the rules know, and `kernels.fallback` asks them for each such cell.
5. `block_validator` puts the rows together. It takes rows whose cells are all cleared as they are.
   `uncleared_cells` reads the other cells by column, and rejects the rows whose uncleared cells all
   have faults. What is left is read one by one by `row_reader` and passed to `Rules`. `key_claims`
   (with `ordered_keys`) and `foreign_groups` (with `reference_keys`) check the keys of all rows.
6. `batcher` cuts the rows into batches exactly where the rule path does.

The rule path is the authority in each step: a step may leave any row to the rules, but must never
accept what the rules would not, nor give another value. Property tests compare both paths.

The arrays are described by their shape: `(n,)` has one entry for each of the n cells or rows. The
modules here import numpy and pyarrow when they are imported, so `csvgate.validation.validate` is
the only one that imports them, and only for a file that is large enough.
"""
