"""Reads a sheet of an Excel workbook (.xlsx) as CSV in the contract's dialect.

The parser of the standard library (expat) reads the XML in steps of 64 KiB, and keeps what a row
needs and no tree. openpyxl was tried instead: it builds a tree of each part and of each row, so
that hostile workbooks of 40 to 500 KB take 0.8 to 3 GiB of memory, and its values do not say
whether a formula has a result.
"""

from csvgate.csv.workbook.workbook import Workbook

__all__ = ["Workbook"]
