"""Subscription filters: which messages a subscription gets, by their attributes.

The language is the documented one:

    attributes:KEY                        the attribute is there
    attributes.KEY = "v"   != "v"         its value; an absent attribute is != every value
    hasPrefix(attributes.KEY, "p")
    NOT x   -x   x AND y   x OR y   (x)

NOT binds tightest. AND and OR cannot be mixed without parentheses. Operators are upper case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from csvgate_ops.local.broker.delivery.filter_tokens import FilterSyntaxError, Token, tokenize

MAX_BYTES = 256
"""The service's limit on the length of a filter."""


class Filter(Protocol):
    """A parsed filter."""

    def matches(self, attributes: Mapping[str, str]) -> bool:
        """True when a message with these attributes is delivered."""


@dataclass(frozen=True)
class Everything:
    """The empty filter."""

    def matches(self, attributes: Mapping[str, str]) -> bool:
        del attributes
        return True


@dataclass(frozen=True)
class Has:
    """`attributes:KEY`"""

    key: str

    def matches(self, attributes: Mapping[str, str]) -> bool:
        return self.key in attributes


@dataclass(frozen=True)
class Equals:
    """`attributes.KEY = "value"`"""

    key: str
    value: str

    def matches(self, attributes: Mapping[str, str]) -> bool:
        # A protobuf map's get() and "in" agree, while indexing it would insert the key.
        return self.key in attributes and attributes[self.key] == self.value


@dataclass(frozen=True)
class HasPrefix:
    """`hasPrefix(attributes.KEY, "prefix")`"""

    key: str
    prefix: str

    def matches(self, attributes: Mapping[str, str]) -> bool:
        return self.key in attributes and attributes[self.key].startswith(self.prefix)


@dataclass(frozen=True)
class Not:
    """`NOT x`, `-x`, and `!=` as NOT of `=`"""

    operand: Filter

    def matches(self, attributes: Mapping[str, str]) -> bool:
        return not self.operand.matches(attributes)


@dataclass(frozen=True)
class And:
    """`x AND y AND …`"""

    operands: tuple[Filter, ...]

    def matches(self, attributes: Mapping[str, str]) -> bool:
        return all(operand.matches(attributes) for operand in self.operands)


@dataclass(frozen=True)
class Or:
    """`x OR y OR …`"""

    operands: tuple[Filter, ...]

    def matches(self, attributes: Mapping[str, str]) -> bool:
        return any(operand.matches(attributes) for operand in self.operands)


def parse(text: str) -> Filter:
    """The filter that `text` spells; raises FilterSyntaxError with the place of the mistake."""
    if not text:
        return Everything()
    if (size := len(text.encode())) > MAX_BYTES:
        raise FilterSyntaxError(f"the filter has {size} bytes, the maximum is {MAX_BYTES}", 0)
    return _Parser(tokenize(text)).parse()


class _Parser:
    """Recursive descent over the tokens; 256 bytes of filter bound its depth."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def parse(self) -> Filter:
        parsed = self._expression()
        if self._peek().text in ("AND", "OR"):
            raise self._error("AND and OR need parentheses when they are combined")
        if self._peek().kind != "end":
            raise self._error("expected AND, OR or the end of the filter")
        return parsed

    def _expression(self) -> Filter:
        operands = [self._term()]
        operator = self._peek().text if self._is_word("AND", "OR") else ""
        while operator and self._is_word(operator):
            self._advance()
            operands.append(self._term())
        if len(operands) == 1:
            return operands[0]
        return And(tuple(operands)) if operator == "AND" else Or(tuple(operands))

    def _term(self) -> Filter:
        if self._is_word("NOT") or self._is_symbol("-"):
            self._advance()
            return Not(self._term())
        if self._is_symbol("("):
            self._advance()
            inner = self._expression()
            if self._is_word("AND", "OR"):
                raise self._error("AND and OR need parentheses when they are combined")
            self._symbol(")")
            return inner
        if self._is_word("hasPrefix"):
            self._advance()
            self._symbol("(")
            key = self._attribute(".")
            self._symbol(",")
            prefix = self._string()
            self._symbol(")")
            return HasPrefix(key, prefix)
        return self._comparison()

    def _comparison(self) -> Filter:
        self._word("attributes")
        if self._is_symbol(":"):
            self._advance()
            return Has(self._key())
        self._symbol(".")
        key = self._key()
        if self._is_symbol("="):
            self._advance()
            return Equals(key, self._string())
        if self._is_symbol("!="):
            self._advance()
            return Not(Equals(key, self._string()))
        raise self._error("expected = or !=")

    def _attribute(self, separator: str) -> str:
        self._word("attributes")
        self._symbol(separator)
        return self._key()

    def _key(self) -> str:
        if self._peek().kind not in ("word", "string"):
            raise self._error("expected the key of an attribute")
        return self._advance().value

    def _string(self) -> str:
        if self._peek().kind != "string":
            raise self._error('expected a string in double quotes, such as "value"')
        return self._advance().value

    def _word(self, text: str) -> None:
        if not self._is_word(text):
            raise self._error(f"expected {text}")
        self._advance()

    def _symbol(self, text: str) -> None:
        if not self._is_symbol(text):
            raise self._error(f"expected {text}")
        self._advance()

    def _is_word(self, *texts: str) -> bool:
        return self._peek().kind == "word" and self._peek().text in texts

    def _is_symbol(self, text: str) -> bool:
        return self._peek().kind == "symbol" and self._peek().text == text

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _advance(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _error(self, message: str) -> FilterSyntaxError:
        return FilterSyntaxError(message, self._peek().position)
