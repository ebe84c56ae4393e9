"""Step 10 of the delivery protocol: remove the rows of an upload again, and load them again.

An operator's command does this, not a function. Everything that it decides is an entry of the
ledger that is created once, so whoever runs the same command again continues where it was
interrupted.
"""
