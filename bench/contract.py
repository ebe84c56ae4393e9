"""The contract of every file here, read once, as an instance of a function reads it."""

from functools import cache

from bench.paths import CONTRACT
from csvgate.contracts.load import load
from csvgate.contracts.model import Contract


@cache
def orders_contract() -> Contract:
    return load(CONTRACT)
