"""What judging the rows of a contract needs. Light: every upload asks this."""

from csvgate.contracts.model import Contract, EnrichStep


def has_expressions(contract: Contract) -> bool:
    """Return whether rows are judged by expressions."""
    return bool(contract.checks) or any(step.derive for step in contract.enrich)


def without_unused_lookups(contract: Contract) -> Contract:
    """Return the contract with empty steps in the place of lookups whose columns no expression can
    name, so that their references need not be read. Steps keep their places."""
    sql = [check.sql for check in contract.checks]
    sql += [each.sql for step in contract.enrich for each in (step.derive or {}).values()]
    named = " ".join(sql).casefold()
    steps = list(contract.enrich)
    for place, step in reversed([*enumerate(steps)]):
        if step.lookup is None:
            continue
        if any(name.casefold() in named for name in step.lookup.add):
            # An earlier lookup may add the key.
            named += f" {step.lookup.by.casefold()}"
        else:
            steps[place] = EnrichStep()
    return contract.model_copy(update={"enrich": tuple(steps)})


def references_needed(contract: Contract) -> frozenset[str]:
    """Return the names of the references of all lookups in the contract."""
    return frozenset(step.lookup.reference for step in contract.enrich if step.lookup)
