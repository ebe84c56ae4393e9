"""The vectorised path: the same batches as the rule path, many rows at a time.

A block of bytes is framed by the parity of its quotes (`frames`, `framing`), its cells found where
they are (`table`, `slices`), each column cleared in bulk (`choose` says how), keys claimed in the
file's order (`claims`), and what was not cleared given to `Rules` with its exact record (`judge`).
The rule path is the authority in each step: whatever a step does not understand it leaves to it.

numpy and pyarrow are imported here; a small file never gets here.
"""
