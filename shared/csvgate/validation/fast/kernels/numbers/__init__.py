"""Parsers of integers and decimal numbers.

`digits` reads whole numbers, perhaps in groups; `integers`, `decimals` and `floats` parse the cells
of a column; `columns` makes the arrays of the column's type; `bounds` checks the minimum and the
maximum, also of dates and times; `affixes` drops the text around numbers; `marks` replaces marks
of several bytes; and `parser` makes the parser of a field.
"""
