"""BigQuery: datasets with their roles, and changes of tables, by the commands of deploy."""

import re
from typing import Any

from standin.project import Project
from standin.refusal import Refusal, exists, invalid
from standin.service import Answer, Request, Service
from standin.shapes import MapOf, Needed, Text, check

REFERENCE = {"datasetId": Needed(Text(r"[A-Za-z0-9_]{1,1024}")), "projectId": str}
ACCESS = {"role": str, "userByEmail": str, "specialGroup": str, "groupByEmail": str}
DATASET = {
    "datasetReference": Needed(REFERENCE),
    "description": str,
    "location": str,
    "access": [ACCESS],
    "labels": MapOf(str),
    "defaultEncryptionConfiguration": {"kmsKeyName": str},
}
READ_BACK = {"kind": str, "etag": str, "id": str, "selfLink": str, "creationTime": str}
OLD_NAMES = {
    "roles/bigquery.dataOwner": "OWNER",
    "roles/bigquery.dataEditor": "WRITER",
    "roles/bigquery.dataViewer": "READER",
}
STATEMENT = re.compile(
    r"(?P<verb>GRANT|REVOKE) `(?P<role>(roles/bigquery\.|projects/[^`/]+/roles/)\w+)` ON SCHEMA "
    r"`(?P<project>[^`]+)`\.(?P<dataset>\w+) (TO|FROM) \"serviceAccount:(?P<email>[^\"]+)\""
)
ADD_COLUMN = re.compile(
    r"(?P<verb>ALTER TABLE) `(?P<project>[^`]+)`\.`(?P<dataset>\w+)`\.`(?P<table>[\w-]+)` "
    r"ADD COLUMN IF NOT EXISTS `(?P<column>\w+)` (?P<type>\w+)"
)
ALTER_SCHEMA = re.compile(
    r"(?P<verb>ALTER SCHEMA) `(?P<project>[^`]+)`\.(?P<dataset>\w+) SET OPTIONS "
    r"\((labels = \[(?P<labels>[^\]]*)\])?(, )?(default_kms_key_name = \"(?P<key>[^\"]+)\")?\)"
)


def not_found(kind: str, name: str) -> Refusal:
    """Return BigQuery's own words, which bq prints."""
    return Refusal(404, f"Not found: {kind} {name}")


class BigQuery(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "bigquery", "bigquery.googleapis.com")
        base = r"v2/projects/(?P<project>[^/]+)"
        dataset = base + r"/datasets/(?P<name>[^/]+)"
        self.jobs: dict[str, Answer] = {}
        self.routes = [
            ("POST", base + "/datasets", self.create),
            ("GET", dataset, self.get),
            ("PUT", dataset, self.update),
            ("PATCH", dataset, self.update),
            ("DELETE", dataset, self.delete),
            ("GET", dataset + r"/tables/(?P<table>[^/]+)", self.table),
            ("PATCH", dataset + r"/tables/(?P<table>[^/]+)", self.update_table),
            ("GET", base + "/serviceAccount", self.agent),
            ("POST", base + "/jobs", self.query),
            ("GET", base + r"/jobs/(?P<job>[^/]+)", self.job),
            ("GET", base + r"/queries/(?P<job>[^/]+)", self.results),
        ]

    def create(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        request.only("accessPolicyVersion")
        check(request.body, DATASET)
        name = request.body["datasetReference"]["datasetId"]
        if name in self.project.datasets:
            raise exists(name)
        made = {
            "kind": "bigquery#dataset",
            "etag": "1",
            "id": f"{project}:{name}",
            "location": "US",
            "creationTime": "1764000000000",
            "lastModifiedTime": "1764000000000",
            "access": [
                {"role": "WRITER", "specialGroup": "projectWriters"},
                {"role": "OWNER", "specialGroup": "projectOwners"},
                {"role": "READER", "specialGroup": "projectReaders"},
            ],
            **request.body,
            "datasetReference": {"projectId": project, "datasetId": name},
        }
        self.project.datasets[name] = made
        return made

    def get(self, request: Request, project: str, name: str) -> Answer:
        request.only("accessPolicyVersion", "datasetView")
        return self._there(project, name)

    def update(self, request: Request, project: str, name: str) -> Answer:
        request.only("accessPolicyVersion", "updateMode")
        there = self._there(project, name)
        shape = {**DATASET, **READ_BACK, "lastModifiedTime": str, "type": str}
        check(request.body, {**shape, "datasetReference": REFERENCE})
        if request.body.get("location", there["location"]) != there["location"]:
            raise invalid("A dataset's location cannot be changed")
        there.update(request.body)
        return there

    def delete(self, request: Request, project: str, name: str) -> Answer:
        request.only("deleteContents")
        self._there(project, name)
        del self.project.datasets[name]
        return {}

    def table(self, request: Request, project: str, name: str, table: str) -> Answer:
        request.only("selectedFields", "view")
        return self._table(project, name, table)

    def update_table(self, request: Request, project: str, name: str, table: str) -> Answer:
        """Change the clustering, which is all that deploy changes by this call. bq also sends that
        it sets no schema, no labels and no tags."""
        request.only("autodetect_schema")
        there, body = self._table(project, name, table), request.body
        unset: dict[str, Any] = {"schema": None, "labels": {}, "resourceTags": {}}
        allowed = {"clustering", "tableReference", *unset}
        if not body.keys() <= allowed or any(body.get(k, v) != v for k, v in unset.items()):
            raise invalid(f"this changes more than the clustering: {body}")
        columns = {field["name"] for field in there["schema"]["fields"]}
        if not columns >= set(request.body["clustering"]["fields"]):
            raise invalid("A clustering field is not in the schema")
        there["clustering"] = request.body["clustering"]
        return there

    def query(self, request: Request, project: str) -> Answer:
        self.project.own(project)
        query = request.body["configuration"]["query"]
        forms = (STATEMENT, ADD_COLUMN, ALTER_SCHEMA)
        found = next((f for form in forms if (f := form.fullmatch(query["query"]))), None)
        if query.get("useLegacySql") is not False or found is None:
            raise invalid(f"Syntax error: {query}")
        there = self._there(found["project"], found["dataset"])
        where = request.body["jobReference"]
        if where["location"] != there["location"]:
            raise not_found("Dataset", f"{project}:{found['dataset']} in {where['location']}")
        if found["verb"] == "ALTER TABLE":
            table = self._table(found["project"], found["dataset"], found["table"])
            self._add_column(table, found["column"], found["type"])
        elif found["verb"] == "ALTER SCHEMA":
            self._set_options(there, found["labels"], found["key"])
        else:
            self._grant(there, found["verb"], found["role"], found["email"])
        job = {
            "kind": "bigquery#job",
            "id": where["jobId"],
            "jobReference": {**where, "projectId": project},
            "configuration": {"jobType": "QUERY", "query": query},
            "status": {"state": "DONE"},
            "statistics": {"query": {"statementType": found["verb"]}, "creationTime": "1"},
        }
        self.jobs[where["jobId"]] = job
        return job

    def job(self, _request: Request, project: str, job: str) -> Answer:
        self.project.own(project)
        return self.jobs[job]

    def results(self, _request: Request, project: str, job: str) -> Answer:
        self.project.own(project)
        reference = self.jobs[job]["jobReference"]
        return {
            "kind": "bigquery#getQueryResultsResponse",
            "jobReference": reference,
            "jobComplete": True,
            "schema": {"fields": []},
            "totalRows": "0",
        }

    def agent(self, _request: Request, project: str) -> Answer:
        """Return the agent that encrypts; asking for it creates it."""
        self.project.own(project)
        email = f"bq-{self.project.number}@bigquery-encryption.iam.gserviceaccount.com"
        self.project.agents.add(email)
        return {"kind": "bigquery#getServiceAccountResponse", "email": email}

    def _set_options(self, there: Answer, labels: str | None, key: str | None) -> None:
        if labels is not None:
            there["labels"] = dict(re.findall(r'\("([^"]*)", "([^"]*)"\)', labels))
        if key:
            there["defaultEncryptionConfiguration"] = {"kmsKeyName": key}

    def _table(self, project: str, dataset: str, table: str) -> Answer:
        self._there(project, dataset)
        if f"{dataset}.{table}" not in self.project.tables:
            raise not_found("Table", f"{project}:{dataset}.{table}")
        return self.project.tables[f"{dataset}.{table}"]

    def _add_column(self, there: Answer, column: str, type_: str) -> None:
        fields = there["schema"]["fields"]
        if column not in {field["name"] for field in fields}:
            fields.append({"name": column, "type": type_, "mode": "NULLABLE"})

    def _grant(self, there: dict[str, Any], verb: str, role: str, email: str) -> None:
        entry = {"role": OLD_NAMES.get(role, role), "userByEmail": email}
        access = [e for e in there["access"] if e != entry]
        if verb == "GRANT":
            self.project.need_account(email)
            self.project.need_role(role)
            access.append(entry)
        there["access"] = access

    def _there(self, project: str, name: str) -> dict[str, Any]:
        self.project.own(project)
        if name not in self.project.datasets:
            raise not_found("Dataset", f"{project}:{name}")
        return self.project.datasets[name]
