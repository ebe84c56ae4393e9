"""Compares partitions, clustering and options of an existing table with those of its contract.

What the contract leaves out is not compared: it may have been set by hand or by the dataset.
"""

from collections.abc import Iterator

from csvgate.ports import Partitioning, TableSpec
from csvgate_ops.deploy.tables import ddl
from csvgate_ops.deploy.tables.model import Clustering, ExistingTable, Refusal, Statement


def option_changes(
    spec: TableSpec, found: ExistingTable
) -> Iterator[Statement | Clustering | Refusal]:
    """Yield what makes the table have the partitions, clustering and options of the contract."""
    if spec.partition_by is not None and _key(spec.partition_by) != _key(found.partition_by):
        is_now = f"partitioned by {described(found.partition_by)}"
        yield Refusal(
            f"the table is {is_now if found.partition_by else 'not partitioned'}, and the contract "
            f"wants partitions by {described(spec.partition_by)}: BigQuery cannot change that",
            "write the present partitions into `partition_by`, or load into another table",
        )
        return
    yield from _set_options(spec, found)
    if spec.cluster_by and _lower(spec.cluster_by) != _lower(found.cluster_by):
        columns = ", ".join(spec.cluster_by)
        yield Clustering(spec.id, spec.cluster_by, f"cluster new rows by {columns}")
    yield from _primary_key(spec, found)


def _set_options(spec: TableSpec, found: ExistingTable) -> Iterator[Statement]:
    """Yield at most one statement, for all options."""
    wanted, texts, reasons = spec.options, [], []
    if wanted.description and wanted.description != found.description:
        texts.append(f"description={ddl.literal(wanted.description)}")
        reasons.append("change the description")
    labels = dict(wanted.labels)
    if missing := {k: v for k, v in labels.items() if found.labels.get(k) != v}:
        # The statement replaces all labels, so those that others have set are repeated.
        pairs = sorted({**found.labels, **labels}.items())
        listed = ", ".join(f"({ddl.literal(k)}, {ddl.literal(v)})" for k, v in pairs)
        texts.append(f"labels=[{listed}]")
        reasons.append(f"set the label {' and '.join(missing)}")
    days = wanted.partition_expiry_days
    if days is not None and days != found.partition_expiry_days:
        texts.append(f"partition_expiration_days={days}")
        is_shorter = found.partition_expiry_days is None or days < found.partition_expiry_days
        loss = ", which deletes older ones at once" if is_shorter else ""
        reasons.append(f"let partitions expire after {days} days{loss}")
    needed = wanted.require_partition_filter
    if needed is not None and needed != found.require_partition_filter:
        texts.append(f"require_partition_filter={str(needed).upper()}")
        reasons.append("require" if needed else "do not require")
        reasons[-1] += " a filter on the partition"
    if texts:
        yield Statement(spec.id, f"SET OPTIONS ({', '.join(texts)})", "; ".join(reasons))


def _primary_key(spec: TableSpec, found: ExistingTable) -> Iterator[Statement]:
    key = spec.options.primary_key
    if not key or _lower(key) == _lower(found.primary_key):
        return
    if found.primary_key:
        yield Statement(spec.id, "DROP PRIMARY KEY", "drop the old unenforced primary key")
    columns = ", ".join(map(ddl.name, key))
    # BigQuery simplifies joins by the key without checking it, so that rows which share one would
    # make queries wrong.
    why = (
        f"declare the unenforced primary key {', '.join(key)}. BigQuery relies on it: check first "
        "that no two rows of the table share it"
    )
    yield Statement(spec.id, f"ADD PRIMARY KEY ({columns}) NOT ENFORCED", why)


def described(by: Partitioning | None) -> str:
    """Return for people how a table is partitioned."""
    if by is None:
        return "nothing"
    if by.unit is None:
        return f"`{by.column}` in ranges of {by.step} from {by.start} to {by.end}"
    what = f"`{by.column}`" if by.column else "the time at which rows arrive"
    return f"{what}, in units of one {by.unit}"


def _key(by: Partitioning | None) -> tuple[object, ...] | None:
    if by is None:
        return None
    return ((by.column or "").lower(), by.unit, by.start, by.end, by.step)


def _lower(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(str.lower, names))
