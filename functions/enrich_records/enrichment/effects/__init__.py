"""Step 11 of the delivery protocol: uploads that change rows of their table, not only add some.

Their streams are committed to a staging table. What happens to the real table is one statement, an
entry in the log of its scope, which runs only after the entry before it. Contracts that append
import nothing of this.
"""
