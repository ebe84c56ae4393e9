"""A project on Google Cloud as far as deploy's commands see it: stateful, strict, on loopback.

`server` speaks HTTP and records every request; each other module is one service. A request is
refused when it has a field or a parameter that the service does not know, when a value is out of
the service's range, when what it refers to is not there, and when its API is not enabled.
"""
