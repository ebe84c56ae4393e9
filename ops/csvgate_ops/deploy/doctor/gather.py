"""Read a deployed system through gcloud and bq. Each command runs once, also for the planner."""

from csvgate.contracts.model import Contract
from csvgate_ops.deploy.doctor.model import Facts
from csvgate_ops.deploy.kinds import trigger_subscription, trigger_topic
from csvgate_ops.deploy.plan.model import Desired
from csvgate_ops.deploy.plan.observe import observe
from csvgate_ops.deploy.run.gcloud import JsonReader


def gather(
    environment: str, desired: Desired, contracts: tuple[Contract, ...], reader: JsonReader
) -> Facts:
    """Read what the checks compare. Raises CommandFailed, Unreachable, GcloudMissing."""
    place, observed = desired.place, observe(desired, reader)
    project = reader.read(("gcloud", "projects", "describe", place.project))
    variables = {"PROJECT_NUMBER": str(project["projectNumber"])}
    for key, fields in observed.resources.items():
        if key.kind == "trigger-subscription":
            variables[trigger_subscription.variable(key.name)] = str(fields["subscription"])
        if key.kind == "trigger-topic":
            variables[trigger_topic.variable(key.name)] = str(fields["topic"])
    return Facts(
        environment=environment,
        desired=desired,
        observed=observed,
        variables=variables,
        contracts=contracts,
    )
