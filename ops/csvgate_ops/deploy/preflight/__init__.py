"""Check before the first deploy that a project will accept what deploy creates.

Each module declares a family of checks: the commands that it reads, and a function that finds
faults in the answers. `examine` runs them all. Nothing is changed.
"""
