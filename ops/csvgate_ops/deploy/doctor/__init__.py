"""Whether a deployed system is what the topology says: every fault with the command that mends it.

`gather` asks through gcloud and gives `Facts`; the checks are pure functions of them; `view` shows
what they found.
"""
