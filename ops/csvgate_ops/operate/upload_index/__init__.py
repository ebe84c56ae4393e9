"""Lists uploads by the ledger's index of days: `listed` reads names, `listing` decides how many,
and `lines` reads what a printed line shows.
"""
