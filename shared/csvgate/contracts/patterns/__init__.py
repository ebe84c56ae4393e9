"""Estimates how long a contract's regular expressions may take, before any text is matched.

Python's `re` backtracks through all ways in which a pattern can match a text: `(a+)+` has 2ⁿ of
them for n letters. `cost.text_limit` refuses patterns that can take too long, and limits the length
of texts for those that may take somewhat longer.
"""
