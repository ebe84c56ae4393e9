"""A job: its progress while it runs, then its result."""

from typing import Final

from flask import Blueprint, abort, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from csvgate_ops.operate.console.jobs import Job, Jobs

_MOST_LISTED: Final = 200
"""The most letters listed that were not done; the audit log has all of them."""


def jobs_pages(jobs: Jobs) -> Blueprint:
    pages = Blueprint("jobs", __name__, url_prefix="/jobs")

    @pages.get("/<job_id>")
    def one(job_id: str) -> str:
        return _rendered("job.html", _found(jobs, job_id))

    @pages.get("/<job_id>/progress")
    def progress(job_id: str) -> Response:
        """Return the part of the page that changes. At the end of the job htmx reloads the page,
        because other parts have changed as well."""
        job = _found(jobs, job_id)
        jobs.hold(job)
        answer = make_response(_rendered("job_progress.html", job))
        if not job.is_running:
            answer.headers["HX-Refresh"] = "true"
        return answer

    @pages.post("/<job_id>/stop")
    def stop(job_id: str) -> Response:
        jobs.stop(_found(jobs, job_id))
        return redirect(url_for("jobs.one", job_id=job_id), 303)

    return pages


def _found(jobs: Jobs, job_id: str) -> Job:
    job = jobs.get(job_id)
    if job is None:
        abort(404, "The console has no such job. The audit log has what earlier jobs did.")
    return job


def _rendered(template: str, job: Job) -> str:
    outcomes = job.report.outcomes if job.report else ()
    not_done = [outcome for outcome in outcomes if outcome.result in ("skipped", "failed")]
    return render_template(
        template, job=job, not_done=not_done[:_MOST_LISTED], all_not_done=len(not_done)
    )
