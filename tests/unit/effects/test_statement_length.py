"""A contract with very many columns is refused before its statements are."""

from typing import Any

import pytest

from csvgate.contracts.checks.effects import LONGEST_STATEMENT, check_effects
from csvgate.contracts.model import Contract
from csvgate.effects.model import Merge, Replace, Statement
from csvgate.effects.sql.statements import statement_of
from unit.effects.statements import LINEAGE, PROJECT, effect, staged


@pytest.mark.parametrize(
    ("way", "fits"),
    [({"merge": {"key": ["c0"]}}, 5_500), ({"on_overwrite": "replace"}, 9_500)],
    ids=["merge", "replace"],
)
def test_a_statement_is_not_longer_than_bigquery_allows(way: dict[str, Any], fits: int) -> None:
    for number, is_right in [(fits, True), (2 * fits, False)]:
        names = ["c0", *(f"{'x' * 25}{index:07d}" for index in range(1, number))]
        fields = [{"name": name, "constraints": {"required": True}} for name in names]
        contract = Contract.model_validate(
            {
                "dataset": "wide",
                "match": ["*.csv"],
                "schema": {"fields": fields},
                "destination": {"dataset": "crm", "table": "customers"},
                **way,
            }
        )
        rows = staged().model_copy(update={"columns": (*names, *LINEAGE), "range": None})
        statement: Statement = Replace(staged=rows, uploads=("u1",), range=None)
        if "merge" in way:
            statement = Merge(staged=rows, key=("c0",), latest_by=None)
        length = len(statement_of(effect(statement), PROJECT).text)
        assert (length <= LONGEST_STATEMENT) == is_right
        found = [message for _, message in check_effects(contract, dict.fromkeys(names, "STRING"))]
        assert ([] if is_right else ["columns in a statement"]) == [
            "columns in a statement" for message in found if "columns in a statement" in message
        ]
