"""The regional quotas of Cloud Run against the instances of the functions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.environment.cloud_run import mebibytes
from csvgate_ops.deploy.preflight.context import Argv, Context, Family
from csvgate_ops.deploy.topology.model import CONSOLE, Console, Function

_API: Final = "run.googleapis.com"


@dataclass(frozen=True, slots=True)
class _Quota:
    metric: str
    id: str
    noun: str
    unit: str
    scale: int
    """How many of the service's units are one `unit`."""
    of: Callable[[Function | Console], float]
    """What an instance takes, in `unit`."""


_QUOTAS: Final = (
    _Quota(
        "run.googleapis.com/cpu_allocation",
        "CpuAllocPerProjectRegion",
        *("CPU", "vCPU", 1000),
        lambda function: function.cpu,
    ),
    _Quota(
        "run.googleapis.com/mem_allocation",
        "MemAllocPerProjectRegion",
        *("memory", "GiB", 2**30),
        lambda function: mebibytes(function.memory) / 1024,
    ),
)


def reads(context: Context) -> Iterator[Argv]:
    if _API in context.apis:
        consumer = f"--consumer=projects/{context.place.project}"
        yield ("gcloud", "alpha", "services", "quota", "list", f"--service={_API}", consumer)


def find(context: Context) -> Iterator[Check]:
    argv = next(iter(reads(context)), None)
    if argv is None:
        yield Check("quotas of Cloud Run", skipped=f"{_API} is not enabled yet")
        return
    listed = context.reader.read(argv)
    for quota in _QUOTAS:
        subject = f"{quota.noun} quota of Cloud Run in {context.place.region}"
        limit = _limit(listed, quota.metric, context.place.region)
        if limit is None:
            yield Check(subject, skipped=f"the service lists no quota {quota.metric}")
        elif limit < 0:
            yield Check(subject, "unlimited")
        else:
            yield _check(context, subject, quota, limit / quota.scale)


def _check(context: Context, subject: str, quota: _Quota, limit: float) -> Check:
    most = {
        name: function.max_instances * quota.of(function)
        for name, function in _functions(context).items()
    }
    total = sum(most.values())
    increase = _increase(context, quota, total)
    faults = [
        _refused(context, quota, name, wanted, limit, increase)
        for name, wanted in most.items()
        if wanted > limit
    ]
    if total > limit and not faults:
        description = (
            f"all functions together may take {total:g} {quota.unit}, and the quota is {limit:g}: "
            "under load Cloud Run answers 429 or 503, and events wait. Lower `max_instances` in "
            f"{context.file}, or ask for more"
        )
        code = f"quota.{quota.noun.lower()}_shared"
        faults = [Fault(code, description, increase)]
    result = f"at most {total:g} of {limit:g} {quota.unit}"
    return Check(subject, result, tuple(faults))


def _functions(context: Context) -> Mapping[str, Function | Console]:
    console = context.topology.console
    return {**context.topology.functions, **({CONSOLE: console} if console else {})}


def _refused(
    context: Context,
    quota: _Quota,
    name: str,
    wanted: float,
    limit: float,
    increase: tuple[str, ...],
) -> Fault:
    function = _functions(context)[name]
    each = quota.of(function)
    remedy = f"Set `max_instances` to {int(limit // each)} or less in {context.file}"
    if name == CONSOLE:
        remedy = f"Lower its {quota.noun.lower()} in deploy/topology.yaml"
    description = (
        f"{name} may take {wanted:g} {quota.unit} ({function.max_instances} instances of {each:g} "
        f"{quota.unit}), and the quota is {limit:g}: its deploy would be refused. {remedy}, or "
        "ask for more"
    )
    return Fault(f"quota.{quota.noun.lower()}", description, increase)


def _increase(context: Context, quota: _Quota, wanted: float) -> tuple[str, ...]:
    """Return the command that asks for as much as all functions together may take."""
    return (
        f"gcloud beta quotas preferences create --service={_API} --quota-id={quota.id} "
        f"--preferred-value={round(wanted * quota.scale)} "
        f"--dimensions=region={context.place.region} {context.where}",
    )


def _limit(listed: Any, metric: str, region: str) -> int | None:
    """Return the limit in a region. A bucket without dimensions holds for all other regions."""
    buckets = [
        bucket
        for item in listed
        if item.get("metric") == metric
        for limit in item.get("consumerQuotaLimits", ())
        for bucket in limit.get("quotaBuckets", ())
    ]
    for dimensions in ({"region": region}, {}):
        for bucket in buckets:
            if bucket.get("dimensions", {}) == dimensions:
                return int(bucket["effectiveLimit"])
    return None


FAMILY = Family("quotas of Cloud Run", find, reads)
