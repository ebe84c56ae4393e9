"""What an upload of a contract does to the rows that the table has already."""

from typing import Literal

from csvgate.contracts.model import Contract

Disposition = Literal["append", "insert_unique", "replace", "replace_by", "replace_table", "merge"]
"""append: the rows are added by the Storage Write API. The others are the kinds of the statement
that changes the table (`csvgate.effects.model`)."""


def disposition(contract: Contract) -> Disposition:
    """Return what an upload does to its table. `on_overwrite: refuse` is an admission rule and
    counts as append."""
    if contract.on_overwrite == "replace":
        return "replace"
    if contract.replace is not None:
        return "replace_table"
    if contract.replace_by is not None:
        return "replace_by"
    if contract.merge is not None:
        return "merge"
    return "insert_unique" if keys_in_table(contract) else "append"


def leaves_out_twin(contract: Contract, *, same_name: bool) -> bool:
    """Return whether an upload is left out, skipped or refused, because another upload with the
    same content is in the table. Where uploads change rows of their table, none is."""
    if contract.identical == "load" or disposition(contract) not in ("append", "insert_unique"):
        return False
    return same_name or contract.identical in ("skip", "refuse")


def keys_in_table(contract: Contract) -> tuple[tuple[str, ...], ...]:
    """Return the keys, each as names of columns, that no two rows of the table may share."""
    schema = contract.schema_
    single = [(field.name,) for field in schema.fields if field.constraints.unique == "table"]
    primary = [schema.primary_key or ()] if schema.primary_key_in == "table" else []
    return tuple(dict.fromkeys(tuple(key) for key in [*primary, *single] if key))


def merge_key_of_file(contract: Contract) -> tuple[str, ...]:
    """Return the names of the fields that no two rows of one file may share because of `merge`;
    none if `latest_by` decides between such rows."""
    merge = contract.merge
    return merge.key if merge is not None and merge.latest_by is None else ()
