"""Service Usage about quotas."""

from standin.paging import page
from standin.project import Project
from standin.refusal import invalid
from standin.service import Answer, Request


class Quotas:
    """Routes of Service Usage."""

    def __init__(self, project: Project) -> None:
        self.project = project
        service = r"v1beta1/projects/(?P<project>[^/]+)/services/(?P<api>[^/:]+)"
        self.routes = [("GET", service + "/consumerQuotaMetrics", self.list)]

    def list(self, request: Request, project: str, api: str) -> Answer:
        self.project.own(project)
        if request.only("view").get("view", "BASIC") not in ("BASIC", "FULL"):
            raise invalid("view")
        listed = [
            self._metric(api, metric, limit)
            for metric, limit in self.project.surroundings.quotas.items()
            if metric.startswith(f"{api}/")
        ]
        return page(request, "metrics", listed)

    def _metric(self, api: str, metric: str, limit: int) -> Answer:
        name = f"projects/{self.project.number}/services/{api}/consumerQuotaMetrics/{metric}"
        buckets = [
            {"effectiveLimit": "1", "defaultLimit": "1"},
            {
                "effectiveLimit": str(limit),
                "defaultLimit": "20000",
                "dimensions": {"region": self.project.region},
            },
        ]
        each = {"metric": metric, "unit": "1/{project}/{region}", "quotaBuckets": buckets}
        limits = [{**each, "name": f"{name}/limits/%2Fproject%2Fregion"}]
        return {"name": name, "metric": metric, "consumerQuotaLimits": limits}
