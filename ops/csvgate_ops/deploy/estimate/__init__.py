"""Estimate what an upload costs at list price, and which quota it comes closest to.

Except for reading the file, this is arithmetic.
"""
