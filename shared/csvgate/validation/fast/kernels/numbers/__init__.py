"""Parsers of integers and decimal numbers.

`digits` reads whole numbers, perhaps in groups; `integers` and `decimals` parse the cells of a
column; `columns` makes the arrays of the column's type; `bounds` checks the minimum and the
maximum; `affixes` drops the text around numbers.
"""
