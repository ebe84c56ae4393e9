"""An answer of an unknown form leaves out its own checks, and no others."""

from typing import Any

import pytest

from unit.deploy.preflight.recorded import preflight

STRANGE: tuple[Any, ...] = ([{}], [None], ["x"], {"a": None})


@pytest.mark.parametrize("strange", STRANGE, ids=str)
@pytest.mark.parametrize(
    "command",
    [
        *("billing projects", "billing accounts describe", "quota list", "buckets list"),
        *("connectors describe", "routers list", "get-iam-policy", "org-policies"),
        *("service-accounts list", "roles describe"),
    ],
)
def test_a_strange_answer_leaves_the_other_checks(command: str, strange: Any) -> None:
    made = {check.subject for check in preflight().checks if not check.skipped}
    found = preflight({command: strange})
    assert found.is_readable
    # The budget's check reads the answer about billing, too.
    most = 2 if command == "billing projects" else 1
    assert len([c for c in found.checks if "unknown form" in c.skipped]) <= most
    # A family has at most two checks.
    assert len(made & {c.subject for c in found.checks if not c.skipped}) >= len(made) - 2
