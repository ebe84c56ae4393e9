"""The labels that an environment gives to resources.

A resource has exactly these labels, except for those that Google and csvgate set themselves. Their
value as a field is `cost-centre=4711,team=data`, sorted by key, and "" if there are none.
"""

from collections.abc import Mapping
from typing import Any, Final

from csvgate_ops.deploy.kinds.kind import Field
from csvgate_ops.deploy.plan.model import Fields, Value

FOREIGN: Final = ("goog", "deployment-tool", "csvgate-")
"""How the keys of labels begin that Google, gcloud and csvgate set."""

FIELD: Final = Field("its costs cannot be attributed", optional=True)


def as_text(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def as_mapping(text: Value) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in str(text).split(",") if pair)
    return {key: value for key, _, value in pairs}


def observed(item: Mapping[str, Any]) -> str:
    """Return the labels of a listed resource that an environment can set."""
    labels = item.get("labels") or {}
    return as_text({k: v for k, v in labels.items() if not k.startswith(FOREIGN)})


def creating(fields: Fields) -> tuple[str, ...]:
    """Return the flag of gcloud's create commands."""
    return (f"--labels={fields['labels']}",) if fields.get("labels") else ()


def updating(changed: Fields) -> tuple[str, ...]:
    """Return the flags of gcloud's update commands, which clear labels before they set any."""
    if "labels" not in changed:
        return ()
    text = changed["labels"]
    return ("--clear-labels", f"--update-labels={text}") if text else ("--clear-labels",)
