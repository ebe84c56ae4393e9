"""The part of the report that says what bounds the stages: what was tried, and what it took."""

from typing import Final

BOUNDS: Final = """
#### What bounds the stages

Measured by hand on 2026-11-29, not by this run: medians of CPU time over 200,000 rows, in turns
with the code in use, beside other work on the machine (load 3 to 14).

- **Encoding.** zstd takes 0.62 µs per row of `orders` for compressing the chunks, more than
  pyarrow's whole parse of the file (0.5 µs); writing the same Arrow stream uncompressed takes 0.07
  µs. Other levels do not help: level −1 takes 0.66 µs and 66.6 bytes a row, level −7 0.55 µs and
  77.5 bytes, LZ4 0.48 µs and 78.9 bytes, level 1 (the one in use) 0.62 to 0.77 µs and 49.0 bytes.
  `texts` spends a third of its time there, `wide` a fifth. A ratio of 3 on `orders` would leave 0.9
  µs for everything else.
- **Framing.** Comparing all bytes with the delimiter, the quote and \\n takes 0.04 µs per row;
  listing the positions that match (numpy's `flatnonzero`) takes 0.14 µs, 14 ns for each of 10
  cells. Six other ways (Arrow's `indices_nonzero` and `filter` on bitmaps, `compress`, a mask on
  positions, two levels by words, numpy's path for dense masks) take 0.8 to 4 times as long.
- **Kernels.** numpy's gathers bound them: 6 ns for each 8 to 32 bytes of a cell, whatever the
  width, and 3 ns for each single byte. Aligned loads with shifts take twice as long. Only compiled
  code would be faster.
- **Joining columns.** Arrow filters ten columns of a block of 33,000 rows in 1.1 ms (0.03 µs per
  row), whether 1% or 10% of its rows are bad. Joining slices instead takes 1.5 times as long with
  1% and 12 times with 10%.
- **`dirty`.** A bad row costs about 12 µs: 4 to 6 µs to read its faulty cells by the rules (an
  exception for each), 3 to 4 µs to make its faults, 3 µs if the rules check it as a whole, 1.5 µs
  to cut out its bytes, 0.5 µs to count its reasons, 1.7 µs to write it into the reject file, and
  1.5 µs if a stray quote has it framed again. 17,000 cells are read once each; remembering more
  faulty texts saved 6% of these readings and 1% of the time. The garbage collector takes 2%.
- **Memory pool.** Arrow's pool of the C library's allocator instead of mimalloc takes 30 to 45 MiB
  (15%) less and a quarter of the system time, but 7 to 13% more user time on `orders` after the
  first file (7 to 17% with two processors, none on `sample`), probably because mimalloc has huge
  pages. The sum is the same, so the default stays.
"""
