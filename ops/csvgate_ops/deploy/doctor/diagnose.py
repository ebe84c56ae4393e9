"""All checks, in the order in which causes come before what follows from them."""

from csvgate_ops.deploy.doctor import access, resources, tables, watching
from csvgate_ops.deploy.doctor.model import Check, Facts


def diagnose(facts: Facts) -> tuple[Check, ...]:
    return (
        *resources.checks(facts),
        *access.checks(facts),
        *tables.checks(facts),
        *watching.checks(facts),
    )
