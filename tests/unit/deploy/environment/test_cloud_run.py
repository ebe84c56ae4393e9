"""Sizes that Cloud Run documents are accepted."""

import pytest

from csvgate_ops.deploy.environment import cloud_run
from unit.deploy.plan.environments import topology


@pytest.mark.parametrize(
    ("memory", "cpu"),
    [
        *(("128Mi", 0.08), ("128Mi", 0.083), ("256Mi", 0.167), ("512Mi", 0.333), ("1Gi", 0.583)),
        *(("512Mi", 0.5), ("1Gi", 0.58), ("2Gi", 1), ("4Gi", 1), ("8Gi", 2), ("16Gi", 4)),
        *(
            ("24Gi", 6),
            ("32Gi", 8),
            ("2Gi", 4),
            ("4Gi", 6),
            ("4Gi", 8),
            ("128Mi", 2),
            ("1000Mi", 1),
        ),
    ],
)
def test_documented_combinations_are_accepted(memory: str, cpu: float) -> None:
    function = topology().functions["validate_and_parse"]
    changed = {"memory": memory, "cpu": cpu, "timeout": 540, "max_instances": 1000}
    assert [] == list(cloud_run.faults(function.model_copy(update=changed)))
