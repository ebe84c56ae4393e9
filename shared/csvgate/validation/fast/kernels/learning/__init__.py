"""Learning the distinct cells of a column: the rules read each once, and its value is remembered.

`adaptive` decides by samples whether that pays, `distinct` is the kernel, `dictionary` finds the
distinct cells of a block, and `recent` remembers cells of earlier blocks.
"""
