"""Dead letters: reading the review subscriptions and acting on what is in them.

`actions` is what the command and the console share. The subscriptions are the source of truth: a
letter leaves its subscription only after its replay is published or its discard is recorded.
"""
