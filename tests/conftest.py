"""For all tests."""

from hypothesis import settings

# How long an example takes is the machine's business: no test asserts a time.
settings.register_profile("csvgate", deadline=None)
settings.load_profile("csvgate")
