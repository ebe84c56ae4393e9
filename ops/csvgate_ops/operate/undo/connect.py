"""Build what revoking and restoring need, for a local cloud or a project of Google Cloud."""

from pathlib import Path

from csvgate_ops.operate.dead_letters import connect
from csvgate_ops.operate.undo.examine import Plan
from csvgate_ops.operate.undo.services import Services
from csvgate_ops.session import Session


def services_of(
    session: Session, data_dir: Path, project: str | None, topology: Path | None
) -> Services:
    """Return the services. Raises CloudError, and what `dead_letters.connect` raises."""
    context = connect.project(project, topology=topology) if project else connect.local(data_dir)
    topics = {route.function: route.source_topic for route in context.routes}
    return Services(
        ledger=context.ledger,
        warehouse=session.warehouse(),
        publisher=context.publisher,
        storage_topic=context.storage_topic,
        validated_topic=topics["enrich_records"],
        complete_topic=topics["notify_stakeholders"],
        staging_bucket=context.buckets["staging"],
        clock=context.clock,
    )


def bytes_scanned(session: Session, plan: Plan) -> int | None:
    """Return how many bytes the statement would read, by a dry run of BigQuery, which is free; None
    if there is no statement, or if it cannot be known."""
    if plan.effect is None:
        return None
    from google.api_core.exceptions import GoogleAPICallError
    from google.cloud.bigquery import QueryJobConfig

    from csvgate.effects.sql.statements import statement_of
    from csvgate.gcp.effect_jobs import query_parameters

    query = statement_of(plan.effect, session.project)
    config = QueryJobConfig(
        dry_run=True,
        use_query_cache=False,
        query_parameters=query_parameters(query.parameters),
    )
    try:
        job = session.bigquery().query(
            query.text, job_config=config, location=plan.effect.target.location, timeout=60.0
        )
    except GoogleAPICallError:
        return None
    found = job.total_bytes_processed
    return None if found is None else int(found)
