"""Dead letters: what is in the review subscriptions, and what may be done with it.

`actions` is what the command and the console share; everything else serves it. The subscriptions
are the source of truth: a letter leaves one only after its replay is published or its discard is
recorded.
"""
