"""How the computation of an expression fails. The texts never contain row content."""


class SqlError(Exception):
    """DuckDB refused a statement or failed on a row; another statement may succeed."""


class EngineTooSlow(Exception):
    """A statement did not finish within its time."""


class EngineCrashed(Exception):
    """The process of DuckDB died of the same statement twice, the second time when it was new. The
    message says how, as the end of a sentence."""
