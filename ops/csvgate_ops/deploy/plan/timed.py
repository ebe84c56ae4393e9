"""The desired schedules and budget, and the roles that schedules need."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.kinds import budget, scheduler_job
from csvgate_ops.deploy.plan.model import PROJECT_NUMBER, Binding, Fields, Key, Place, Resource
from csvgate_ops.deploy.topology.model import Schedule, Topology


def schedules(topology: Topology, place: Place) -> Iterator[Resource]:
    for name, wanted in topology.schedules.items():
        uri = _uri(wanted, place)
        fields: Fields = {
            "schedule": wanted.cron,
            "time_zone": wanted.time_zone,
            "uri": uri,
            "method": wanted.method,
            "headers": scheduler_job.headers(wanted.headers),
            "body": wanted.body,
            "service_account": place.email(wanted.service_account),
            # Cloud Run accepts tokens whose audience is the URL of the service, without a path.
            "audience": "{0.scheme}://{0.netloc}".format(urlsplit(uri)),
            "attempt_deadline": wanted.attempt_deadline,
            "max_retry_attempts": wanted.max_retry_attempts,
            "paused": False,
        }
        yield Resource(Key("scheduler-job", name), fields)


def _uri(wanted: Schedule, place: Place) -> str:
    """Return the URL with its path. The URL of a function is the one that follows from its name:
    a function that only takes internal requests accepts those of Cloud Scheduler there."""
    if wanted.function is not None:
        service = topo.service_name(wanted.function)
        return f"https://{service}-{PROJECT_NUMBER}.{place.region}.run.app/"
    url = topo.expand(str(wanted.url), place.project, place.region)
    return scheduler_job.with_path(url.replace("${project_number}", PROJECT_NUMBER))


def callers(topology: Topology, place: Place) -> Iterator[Binding]:
    """Yield the role that the account of a schedule needs to call a function."""
    for wanted in topology.schedules.values():
        if wanted.function is not None:
            on = Key("function", topo.service_name(wanted.function))
            member = f"serviceAccount:{place.email(wanted.service_account)}"
            yield Binding(on, "roles/run.invoker", member)


def budgets(environment: Environment) -> Iterator[Resource]:
    if wanted := environment.budget:
        fields: Fields = {
            "amount": f"{wanted.amount}{wanted.currency}",
            "thresholds": budget.THRESHOLDS,
            "projects": budget.THIS_PROJECT,
        }
        yield Resource(budget.key(wanted.billing_account, environment.project), fields)
