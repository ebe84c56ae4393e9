"""The web console on loopback: overview, uploads, dead letters and the actions on them.

`app` builds the application, and each module in `pages` is one blueprint. The modules here do not
need a request. Letters and actions are those of `csvgate_ops.operate.dead_letters`.
"""
