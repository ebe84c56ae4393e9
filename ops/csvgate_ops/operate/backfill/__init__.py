"""Loads the objects of an existing bucket through the functions, at a limited rate.

What remains to be done follows from the buckets and the ledger alone: a run that was interrupted is
continued by running it again, and an object is never loaded twice.
"""
