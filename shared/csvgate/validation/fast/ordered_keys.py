"""Claims the unique keys of a column whose values mostly ascend, as in most exported tables.

A key above all keys before it is new for certain, without looking at any other key.
"""

from collections.abc import Hashable, Mapping
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.unique.ascending import AscendingKeys
from csvgate.unique.blocks import Hashes, Words, pairs_of
from csvgate.unique.column_hash import hash_column
from csvgate.unique.index import KeyIndex
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.unique.ordered_words import Order, order_of
from csvgate.unique.run import Lines
from csvgate.validation.fast.kernels.column import as_column_type

_MAX_OUT_OF_ORDER: Final = 0.5
"""The share of keys out of order above which the order saves nothing."""


class RepeatedKeys(NamedTuple):
    """The n claims of keys that occurred before, in the order of their lines."""

    lines: Lines
    """(n,)"""
    owners: Lines
    """(n,) The lines of the first occurrences."""


class OrderedKeys:
    """Keeps keys that ascend in front of a `KeyIndex`. The index gets the keys that are out of
    order, and all keys once most keys of a block are."""

    def __init__(self, index: KeyIndex, keyed: KeyedHash) -> None:
        self._keyed: Final = keyed
        self._index: Final = index
        self._ascending: Final = AscendingKeys()
        self._order: Order | None = None
        self._in_order = True

    def claim(
        self, values: "pa.Array", lines: Lines, others: Mapping[int, Hashable]
    ) -> RepeatedKeys:
        """Claim the values (n,) of a column, without nulls, for their `lines`, and the values of
        `others`, which are by line. All lines follow those of earlier calls."""
        if not self._in_order:
            return self.claim_hashes(hash_column(values, self._keyed), lines, others)
        more = np.fromiter(others, np.int64, len(others))
        entries = _Entries(values, list(others.values()), np.concatenate((lines, more)))
        owners = np.zeros(len(entries.lines), np.int64)
        rest = np.arange(len(owners))
        if len(owners):
            # An ascent must see every key of the file, so it begins with the first.
            self._order = self._order or order_of(entries.first())
            if self._order is not None:
                rest = self._ascend(self._order, entries, owners)
            if len(rest) >= len(owners) * _MAX_OUT_OF_ORDER:
                self._give_up_order()
        if len(rest):
            rest = rest[np.argsort(entries.lines.take(rest), kind="stable")]
            owners[rest] = self._index.claim(
                entries.hashes(rest, self._keyed), entries.lines.take(rest)
            )
        repeated = np.flatnonzero(owners)
        repeated = repeated[np.argsort(entries.lines.take(repeated), kind="stable")]
        return RepeatedKeys(entries.lines.take(repeated), owners.take(repeated))

    def claim_hashes(
        self, hashes: Hashes, lines: Lines, others: Mapping[int, Hashable]
    ) -> RepeatedKeys:
        """`claim` of values that have these hashes (n, 2), whatever their order. `lines` are in
        order."""
        if others:
            more = sorted(others)
            at = np.searchsorted(lines, more)
            found = hash_column([others[line] for line in more], self._keyed)
            hashes = np.insert(pairs_of(hashes), at, pairs_of(found)).view(np.uint64).reshape(-1, 2)
            lines = np.insert(lines, at, more)
        owners = self._index.claim(hashes, lines)
        repeated = np.flatnonzero(owners)
        return RepeatedKeys(lines.take(repeated), owners.take(repeated))

    def _ascend(self, order: Order, entries: "_Entries", owners: Lines) -> Lines:
        """Claim the entries that ascend or repeat a key of the ascent, and set the owners of the
        latter. Return the indexes of the other entries."""
        fit, words = entries.read(order)
        if entries.others:
            by_line = np.argsort(entries.lines.take(fit), kind="stable")
            fit, words = fit.take(by_line), words.take(by_line)
        new = self._ascending.add(words, entries.lines.take(fit))
        old = fit[~new]
        found = self._ascending.find(words[~new])
        owners[old] = np.where(found == entries.lines.take(old), 0, found)
        known = np.zeros(len(owners), np.bool_)
        known[fit] = new
        known[old] = found > 0
        return np.flatnonzero(~known)

    def _give_up_order(self) -> None:
        self._in_order = False
        if self._order is not None:
            for words, lines in self._ascending.drain():
                self._index.claim(self._order.hashes(words, self._keyed), lines)


class _Entries(NamedTuple):
    """The keys to claim: n values of a column, then k others."""

    values: "pa.Array"
    """(n,)"""
    others: list[Hashable]
    """(k,)"""
    lines: Lines
    """(n + k,)"""

    def first(self) -> "pa.Array":
        """Return the first entry, as an array of one value."""
        return self.values[:1] if len(self.values) else pa.array(self.others[:1], self.values.type)

    def read(self, order: Order) -> tuple[Lines, Words]:
        """Return the indexes of the entries that the order can compare, and their words."""
        words, fits = order.words(as_column_type(self.values))
        which = np.arange(len(self.values)) if fits is None else np.flatnonzero(fits)
        pairs = [(at, order.word(other)) for at, other in enumerate(self.others, len(self.values))]
        more = [(at, word) for at, word in pairs if word is not None]
        if not more:
            return which, words
        at, others = zip(*more, strict=True)
        return (
            np.concatenate((which, np.array(at, np.int64))),
            np.concatenate((words, np.array(others, np.uint64))),
        )

    def hashes(self, which: Lines, keyed: KeyedHash) -> Hashes:
        """(m, 2) The hashes of these entries."""
        if len(which) == len(self.values) and not self.others:
            return hash_column(self.values, keyed)
        found = np.empty((len(which), 2), np.uint64)
        is_other = which >= len(self.values)
        among = which[~is_other]
        all_values = len(among) == len(self.values)
        values = self.values if all_values else self.values.take(pa.array(among))
        found[~is_other] = hash_column(values, keyed)
        if len(among) < len(which):
            others = (which[is_other] - len(self.values)).tolist()
            found[is_other] = [keyed.value(self.others[at]) for at in others]
        return found
