"""Reads a sheet of an Excel workbook (.xlsx) as CSV in the contract's dialect.

The parser of the standard library reads the XML in small steps, and keeps what a row needs and no
tree. The usual libraries build trees and fill gaps between rows and columns, so that a small file
can take any amount of memory.
"""

from csvgate.csv.workbook.workbook import Workbook

__all__ = ["Workbook"]
