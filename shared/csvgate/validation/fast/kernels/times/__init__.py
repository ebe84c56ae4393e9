"""Parsers of dates, times and timestamps by the positions of their digits.

`forms` says how a field's cells may be written, `layout` reads cells of one form, `calendar` counts
days and seconds, `tail` reads fractions and time zones, and `moments` puts these together.
"""
