"""The names of sidecars, and which objects are sidecars of which contract."""

from collections.abc import Sequence

import pytest

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.contracts.sidecars import sidecar_name, sidecar_owner, stem


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders/may.csv", "orders/may"),
        ("orders/may.csv.gz", "orders/may"),
        ("orders/may.gz", "orders/may"),
        ("orders/may.2026.csv.zst", "orders/may.2026"),
        ("orders/may", "orders/may"),
        ("v1.2/may", "v1.2/may"),
        ("v1.2/.csv", "v1.2/.csv"),
        ("may.zip", "may"),
        ("may.zip.zip", "may"),
        (".gz", ".gz"),
        ("", ""),
    ],
)
def test_the_name_without_its_extensions(name: str, expected: str) -> None:
    assert expected == stem(name)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{stem}.ctl", "orders/may.ctl"),
        ("{name}.totals", "orders/may.csv.gz.totals"),
        ("control/{stem}_control.txt", "control/orders/may_control.txt"),
    ],
)
def test_the_sidecar_of_an_upload(template: str, expected: str) -> None:
    assert expected == sidecar_name(template, "orders/may.csv.gz")


def contract(dataset: str, match: Sequence[str], sidecar: str | None = None) -> Contract:
    totals = {"pattern": "(?P<rows>.+)", "sidecar": sidecar} if sidecar else None
    return Contract.model_validate(
        {
            "dataset": dataset,
            "match": match,
            "schema": {"fields": [{"name": "a"}]},
            "destination": {"dataset": "d", "table": "t"},
            "totals": totals,
        }
    )


@pytest.mark.parametrize(
    ("match", "template", "name", "expected"),
    [
        (["orders/*.csv"], "{stem}.ctl", "orders/may.ctl", True),
        (["orders/*.csv"], "{stem}.ctl", "orders/may.csv", False),
        (["orders/*.csv"], "{stem}.ctl", "orders/may.csv.ctl", True),  # of may.csv.csv
        (["orders/*.csv"], "{stem}.ctl", "other/may.ctl", False),
        (["orders/*.csv"], "{name}.ctl", "orders/may.csv.ctl", True),
        (["orders/*.csv"], "{name}.ctl", "orders/may.ctl", False),
        (["orders/*.csv.gz"], "{stem}.ctl", "orders/may.ctl", True),
        (["orders/*.dat"], "{stem}.ctl", "orders/may.ctl", True),
        (["orders/**"], "{stem}.ctl", "orders/may.ctl", True),
        (["orders/**"], "{stem}.ctl", "orders/may.csv", False),
        (["orders/*_2026.*"], "{stem}.ctl", "orders/may_2026.ctl", True),
        (["orders/*_2026.*"], "{stem}.ctl", "orders/may_2027.ctl", False),
        (["**/*.csv"], "control/{stem}.txt", "control/a/b.txt", True),
        (["**/*.csv"], "control/{stem}.txt", "control.txt", False),
        (["*.csv"], "{stem}_totals.csv", "may_totals.csv", True),
        (["*.csv"], "{stem}_totals.csv", "may.csv", False),
        (["a*a.csv"], "aa{stem}aa", "aaa", False),
    ],
)
def test_which_objects_are_sidecars(
    match: list[str], template: str, name: str, expected: bool
) -> None:
    own = contract("orders", match, template)
    found = sidecar_owner(name, Contracts([contract("other", ["*.other"]), own]))
    assert found is (own if expected else None)


def test_an_upload_of_another_contract_is_not_a_sidecar() -> None:
    own, other = contract("a", ["in/*.csv"], "{stem}.txt"), contract("b", ["in/*.txt"])
    assert sidecar_owner("in/may.txt", Contracts([own])) is own
    assert sidecar_owner("in/may.txt", Contracts([own, other])) is None
