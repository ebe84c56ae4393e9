"""No file can be made whose keys or cells collide, because their hashes depend on a secret key.

Each attack succeeds under the key that it was made for, which shows that it is one, and fails under
another key.
"""

import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from csvgate.chunks.arrow import encode
from csvgate.unique import grouping
from csvgate.unique.bloom_filter import KeyFilter
from csvgate.unique.column_hash import hash_column
from csvgate.unique.keyed_hash import KEY_BYTES, KeyedHash
from csvgate.unique.keys import fingerprint
from csvgate.validation.cells import Cells
from csvgate.validation.fast.kernels.learning.distinct import DistinctKernel
from csvgate.validation.validate import validate
from unit.hostile.collisions import (
    hash_in_arrow,
    probes_in_arrow,
    same_first_word,
    same_hash_as,
    same_hash_as_pair,
    same_hash_in_arrow,
    same_place_in_arrow,
)
from unit.validation.fast.columns import slices
from unit.validation.files import contract

KNOWN = bytes(range(KEY_BYTES))
OTHERS = [bytes(KEY_BYTES), bytes([1, *KNOWN[1:]]), KNOWN[::-1]]
HONEST = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
PAIR = ("paris", Decimal("19.9"))
ONE = contract({"name": "id", "constraints": {"unique": True}})
TWO = contract(
    "city", {"name": "price", "type": "number"}, schema={"primaryKey": ["city", "price"]}
)
CELLS = 60_000


def duplicates(data: str, rules: Any, key: bytes | None, vector_bytes: int = 1) -> int:
    found = validate([data.encode()], rules, hash_key=key, vector_bytes=vector_bytes)
    return sum(len(batch.rejected) for batch in found)


def test_a_text_that_collides_under_one_key_is_new_under_others() -> None:
    made = same_hash_as(HONEST, KNOWN)
    assert HONEST != made
    data = f"id\n{HONEST}\n{made}\n"
    assert 1 == duplicates(data, ONE, KNOWN)
    assert [0] * 4 == [duplicates(data, ONE, key) for key in [*OTHERS, None]]


@pytest.mark.parametrize("vector_bytes", [1, 10**6])
def test_a_group_that_collides_under_one_key_is_new_under_others(vector_bytes: int) -> None:
    made = same_hash_as_pair(PAIR, KNOWN)
    assert PAIR != made
    data = f"city,price\n{PAIR[0]},{PAIR[1]}\n{made[0]},{made[1]}\n"
    assert 1 == duplicates(data, TWO, KNOWN, vector_bytes)
    assert [0] * 4 == [duplicates(data, TWO, key, vector_bytes) for key in [*OTHERS, None]]


@pytest.mark.parametrize("seed", range(16))
def test_a_group_repeats_one_from_the_other_path_under_every_key(seed: int) -> None:
    """15E-1 is read by the rule path, and 1.5 by the vectorised path."""
    others = "".join(f"Bonn,{number}\n" for number in range(50))
    data = f"city,price\n{others}Ulm,1.5\nUlm,15E-1\n"
    assert 1 == duplicates(data, TWO, bytes([seed]) * KEY_BYTES)


@pytest.mark.parametrize("made", ["crafted-0006da12zP>[fdQ=4#T1?Vnv0ae7"])
def test_texts_made_for_a_hash_without_a_key_are_new(made: str) -> None:
    """The two have the same hash if it has no key."""
    assert 0 == duplicates(f"id\n{HONEST}\n{made}\n", ONE, None)


def test_a_pair_made_for_a_hash_without_a_key_is_new() -> None:
    data = "city,price\nparis,19.9\ncrafted3,-81523919786556087740375080068.743978694\n"
    assert 0 == duplicates(data, TWO, None)


def test_keys_that_share_their_first_word_do_so_under_one_key_only() -> None:
    keys = pa.array(same_first_word(KNOWN), pa.binary())
    assert 500 < len(keys)
    assert 1 == len(np.unique(hash_column(keys, KeyedHash(KNOWN))[:, 0]))
    for key in OTHERS:
        first = hash_column(keys, KeyedHash(key))[:, 0]
        assert len(keys) == len(np.unique(first))
        filter_ = KeyFilter(2 * len(keys))
        half = len(keys) // 2
        filter_.add(first[:half])
        assert filter_.may_have(first[half:]).mean() < 0.05


@pytest.mark.parametrize(
    "value",
    ["", "a", "a" * 15, "a" * 16, "a" * 128, "a" * 129, 5, 2**70, 1.5, None, b"a", (1, "a")],
)
def test_every_hash_depends_on_the_whole_key(value: Any) -> None:
    flipped = [bytes([*KNOWN[:at], KNOWN[at] ^ 1, *KNOWN[at + 1 :]]) for at in range(KEY_BYTES)]
    hashes = [KeyedHash(key).value(value) for key in [KNOWN, *flipped]]
    assert len(hashes) == len({first for first, _ in hashes}) == len({last for _, last in hashes})


@pytest.mark.parametrize("key", [b"", bytes(16), bytes(33)])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyedHash(key)


def words_for_arrow(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the list to which the words will be added of which Arrow makes a dictionary."""
    given, original = list[Any](), grouping.dictionary_codes

    def codes(words: Any) -> Any:
        given.append(words.copy())
        return original(words)

    monkeypatch.setattr(grouping, "dictionary_codes", codes)
    return given


def test_these_cells_collide_in_a_hash_table_without_a_key() -> None:
    """Arrow takes a thousand times as long for 40,000 cells of equal hash as for random ones."""
    words = np.frombuffer(b"".join(same_place_in_arrow(CELLS)), np.uint64)
    assert 10 * CELLS < probes_in_arrow(words)
    cells = same_hash_in_arrow(CELLS)
    assert (CELLS, 1) == (len(set(cells)), len(set(map(hash_in_arrow, cells))))


MADE: dict[str, Callable[[], list[bytes]]] = {
    "eight bytes": partial(same_place_in_arrow, CELLS),
    "sixteen bytes": partial(same_hash_in_arrow, CELLS),
    "longer": lambda: [cell + b"-and more" * 3 for cell in same_hash_in_arrow(CELLS)],
    "long": lambda: [cell + b"-and more" * 20 for cell in same_hash_in_arrow(CELLS)],
    "with a zero byte": lambda: [*same_hash_in_arrow(CELLS - 1), b"\0"],
}


@pytest.mark.parametrize("made", MADE)
def test_cells_that_collide_in_arrow_take_few_steps(
    made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = words_for_arrow(monkeypatch)
    rules = contract({"name": "a"})
    reader = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    DistinctKernel(reader, pa.string(), KeyedHash(KNOWN)).clear(slices(MADE[made]()))
    (words,) = given
    assert CELLS == len(words)
    assert probes_in_arrow(words) < 2 * CELLS


def test_dates_that_collide_in_arrow_meet_no_hash_table(monkeypatch: pytest.MonkeyPatch) -> None:
    given = words_for_arrow(monkeypatch)
    rows = b"".join(cell + b"01\n" for cell in same_place_in_arrow(CELLS))
    rules = contract({"name": "day", "type": "date"})
    list(validate([b"day\n", b"2026-11-21\n" * 100, rows], rules, vector_bytes=1))
    assert [] == given


class Every:
    def __contains__(self, key: object) -> bool:
        return True


def test_foreign_keys_that_collide_in_arrow_take_few_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = words_for_arrow(monkeypatch)
    foreign = {"fields": ["a", "b"], "reference": {"resource": "others", "fields": ["a", "b"]}}
    integers = [{"name": name, "type": "integer"} for name in "ab"]
    rules = contract(*integers, schema={"foreignKeys": [foreign]})
    numbers = np.frombuffer(b"".join(same_place_in_arrow(CELLS)), np.int64).tolist()
    data = "a,b\n" + "".join(f"{number},{number}\n" for number in numbers)
    references: Any = [Every()]
    batches = list(validate([data.encode()], rules, references=references, vector_bytes=1))
    assert CELLS == sum(len(batch.lines) for batch in batches)
    assert sum(map(probes_in_arrow, given)) < 2 * sum(map(len, given))


def test_keys_in_dictionaries_are_hashed_by_pythons_keyed_hash() -> None:
    """Python hashes integers without a key, and strings and bytes with a key of the process."""
    assert sys.flags.hash_randomization
    keyed = KeyedHash(KNOWN)
    keys = [1, -(2**63), 2**63 - 1, 2**61 - 1, 2**200, True, 1.5, "a", "a" * 100, (1, 2), b"a"]
    assert {str, bytes} == {type(fingerprint(key, keyed)) for key in keys}
    prints = [fingerprint(key, keyed) for key in keys if key is not True]
    assert len(prints) == len(set(prints))


def test_the_same_rows_and_chunks_under_every_key() -> None:
    rules = contract(
        {"name": "id", "constraints": {"unique": True}},
        {"name": "n", "type": "integer", "constraints": {"unique": True}},
        {"name": "day", "type": "date"},
        "note",
        schema={"primaryKey": ["day", "note"]},
    )
    rows = (
        f"{n * 7919 % 5_003:040},{n * n % 7_507},2026-{n % 12 + 1:02}-{n % 28 + 1:02},{n % 90}" * 1
        for n in range(8_000)
    )
    data = ("id,n,day,note\n" + "\n".join(rows) + "\n").encode()
    results = []
    for key in (KNOWN, *OTHERS):
        for vector_bytes in (1, 10**9):
            batches = list(validate([data], rules, hash_key=key, vector_bytes=vector_bytes))
            rejected = [(row.line, row.faults) for batch in batches for row in batch.rejected]
            chunks = [chunk.data for batch in batches for chunk in encode(batch, rules)]
            results.append((rejected, chunks if vector_bytes == 1 else None))
    assert 1_300 < len(results[0][0]) < 7_700
    assert all(rejected == results[0][0] for rejected, _ in results)
    assert all(chunks == results[0][1] for _, chunks in results[::2])
