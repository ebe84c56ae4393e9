"""Why an expression is refused."""


class RefusedExpression(ValueError):
    """The reason, as the end of a sentence that starts with the expression."""

    unknown: str | None = None
    """The column that there is not, if that is the reason."""
