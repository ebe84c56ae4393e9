"""The web console: overview, uploads, dead letters and what is done about them, on loopback.

`app` puts it together; each `*_pages` module is one blueprint; what needs no request is apart from
them. The letters and actions are those of `csvgate_ops.operate.dead_letters`.
"""
