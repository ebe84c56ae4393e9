"""Field masks: which fields of a resource an Update call changes."""

from typing import Any

from csvgate_ops.local.broker.api.errors import invalid


def changed(current: Any, wanted: Any, mask: Any, mutable: frozenset[str]) -> Any:
    """A copy of `current` with the mask's fields taken from `wanted`, unset ones cleared.

    INVALID_ARGUMENT for an empty mask, a field that does not exist, or one not `mutable`.
    """
    kind = current.DESCRIPTOR.name
    if not mask.paths:
        raise invalid(
            f"The update_mask in the Update{kind}Request must be set, and must contain a "
            "non-empty paths list."
        )
    for path in mask.paths:
        field, _, rest = path.partition(".")
        if field not in current.DESCRIPTOR.fields_by_name:
            raise invalid(
                f"Invalid update_mask provided in the Update{kind}Request: '{path}' is not a "
                f"known {kind} field."
            )
        if field not in mutable or rest:
            raise invalid(
                f"Invalid update_mask provided in the Update{kind}Request: the '{path}' field "
                f"in the {kind} is not mutable."
            )
    result = type(current)()
    result.CopyFrom(current)
    mask.MergeMessage(wanted, result, replace_message_field=True, replace_repeated_field=True)
    return result
