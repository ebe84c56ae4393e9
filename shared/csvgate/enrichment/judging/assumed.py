"""What expressions are checked with if the rows of a reference are not known.

The type of a reference's column follows from its rows. An expression is certainly wrong if it is
refused for the same reason whether the columns are numbers or texts.
"""

from collections.abc import Mapping
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import Complaint
from csvgate.enrichment.judging.needed import has_expressions
from csvgate.enrichment.rows.steps import Types, plan_checks
from csvgate.types.bigquery import BigQueryType
from csvgate.types.bigquery import parse as parse_type

_NUMBER: Final = BigQueryType("NUMERIC", precision=18, scale=6)
_ASSUMED: Final = (_NUMBER, BigQueryType("STRING"))


def assumed_types(contract: Contract, known: Mapping[str, Types]) -> list[dict[str, Types]]:
    """Return the types of all references' columns, with numbers and then with texts for those that
    are neither `known` nor declared; the same types only once."""
    found: list[dict[str, Types]] = []
    for assumed in _ASSUMED:
        types = {name: dict(columns) for name, columns in known.items()}
        for lookup in (step.lookup for step in contract.enrich if step.lookup):
            if lookup.reference not in known:
                columns = types.setdefault(lookup.reference, {})
                declared = contract.references[lookup.reference].columns
                columns |= {name: _type(declared.get(name), assumed) for name in lookup.add}
        if types not in found:
            found.append({**types})
    return found


def expression_mistakes(contract: Contract, known: Mapping[str, Types]) -> list[Complaint]:
    """Return what is certainly wrong with the expressions of `derive` and `checks`. `known` has the
    types of the references whose rows are known. Starts DuckDB if the contract has expressions.
    Raises Transient `derive.engine`."""
    if not has_expressions(contract):
        return []
    first, *others = (
        plan_checks(contract, types).complaints for types in assumed_types(contract, known)
    )
    return [each for each in first if all(each in complaints for complaints in others)]


def _type(declared: str | None, assumed: BigQueryType) -> BigQueryType:
    kind = assumed if declared is None else parse_type(declared)
    # The rows tell how few digits the values have, see `ReferenceColumn.fit`.
    is_wide = kind.kind in ("NUMERIC", "BIGNUMERIC") and kind.precision is None
    return _NUMBER if is_wide else kind
