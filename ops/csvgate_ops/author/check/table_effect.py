"""Says what an upload would do to the rows that its table has already."""

from csvgate.contracts.effects import disposition, keys_in_table
from csvgate.contracts.model import Contract


def table_effect(contract: Contract, valid: int) -> str:
    """Return a sentence for a file with so many valid rows; empty if its rows are only added. The
    table is not looked at."""
    table = f"{contract.destination.dataset}.{contract.destination.table}"
    match disposition(contract):
        case "replace":
            which = f"the rows in {table} of an earlier upload with the same object name"
            return _replaces(which, valid)
        case "replace_table":
            return _replaces(f"all rows of {table}", valid)
        case "replace_by" if valid:
            columns = ", ".join(contract.replace_by or ())
            return f"They replace older rows in {table} that have the same {columns}."
        case "merge" if valid and contract.merge:
            key = ", ".join(contract.merge.key)
            return f"They update older rows in {table} that have the same {key}."
        case "insert_unique" if valid:
            keys = " and ".join(f"({', '.join(key)})" for key in keys_in_table(contract))
            return (
                f"Not checked: whether {table} has some of their keys {keys} already. Then the "
                "whole upload is rejected."
            )
    return ""


def _replaces(which: str, valid: int) -> str:
    if valid:
        return f"They replace {which}."
    return f"An upload without rows removes {which}."
