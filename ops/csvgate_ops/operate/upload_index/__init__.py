"""Lists uploads by the ledger's index of days: `listed` reads names, `listing` lists days with a
bounded number of requests, and `lines` reads what a printed line shows.
"""
