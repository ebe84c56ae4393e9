"""How long a contract's regular expressions may take, told before any text is matched.

Python's `re` tries one way after the other through a pattern; `(a+)+` has 2ⁿ of them through n
letters. `cost` finds what can take long, `text_limit` bounds what may, slightly.
"""
