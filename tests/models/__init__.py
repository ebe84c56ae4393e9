"""Explicit-state models of the delivery protocol: each lane is searched completely, within bounds,
for rows that are lost or doubled and for uploads that can never finish."""
