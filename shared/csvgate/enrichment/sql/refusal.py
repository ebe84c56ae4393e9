"""Why an expression is refused."""


class RefusedExpression(ValueError):
    """The reason, as the end of a sentence that starts with the expression."""
