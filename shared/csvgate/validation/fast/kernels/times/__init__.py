"""Parsers of dates, times and timestamps by the positions of their digits.

`forms` says how a field's cells may be written, `layout` reads cells of one form and `names` the
letters in them, `calendar` counts days and seconds, `tail` reads fractions and time zones,
`moments` puts these together, and `parser` makes the parser of a field.
"""
