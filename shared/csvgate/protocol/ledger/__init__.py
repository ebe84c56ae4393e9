"""The ledger: objects in one bucket, each created once.

`paths` lists them, `entries` declares what they hold, `ledger` reads and creates them.
"""
