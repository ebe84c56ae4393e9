"""The life of a project, once: the scripts of deploy/ run the real gcloud and bq against a
stand-in.

All changes spread slowly: the first request that depends on a fresh role, account, API or metric
is refused. The first deploy stops for the secret's value. Later ones are killed twice, finish, and
are repeated. Then the doctor examines many faults at once, two settings change, and the project is
torn down, first without its data and then with it.
"""

import copy
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from integration.deploy import faults
from servers import ROOT
from standin import sdk
from standin.project import Project
from standin.refusal import Refusal
from standin.server import StandIn, serving
from standin.service import Request
from standin.warm import warmed

MAX_RUN_SECONDS = 1200
"""Limit for one run of a script, only as a guard against hanging."""
FOREIGN = "somebody-elses"
SHORT_PAUSES = "import time; pause = time.sleep; time.sleep = lambda s: pause(s / 1000)\n"
"""Python runs this when it starts: csvgate waits a thousandth of the time that it says it waits."""
FAILED_BUILDS = 4
"""How many times the first function is built or served in vain after its creation."""
KEPT_MONITORING = {
    "log-metrics": ("csvgate_upload_seconds",),
    "policies": ("dead-letters", "slow-uploads"),
}


Fault = Callable[[Request], None]


@dataclass
class Run:
    code: int
    output: str
    changes: list[str]
    project: Project
    """The project after the run."""
    requests: list[Request] = field(default_factory=list)
    """Every request of the run."""


@dataclass
class Story:
    stand_in: StandIn
    root: Path
    environment: dict[str, str]
    runs: dict[str, Run] = field(default_factory=dict)

    def run(self, name: str, *command: str, fault: "Fault | None" = None) -> Run:
        """Run a command. `fault` is called with each request that changes something."""
        before, first = len(self.stand_in.changes()), len(self.stand_in.recorded)
        process = subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        if isinstance(fault, Kill):
            fault.group = process.pid
        if fault is not None:
            self.stand_in.on_change = fault
        try:
            output = process.communicate(timeout=MAX_RUN_SECONDS)[0]
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        # The request at which the command was killed may still be handled.
        with self.stand_in.lock:
            self.stand_in.on_change = lambda _request: None
            changes = self.stand_in.changes()[before:]
            project = copy.deepcopy(self.stand_in.project)
            requests = [recorded.request for recorded in self.stand_in.recorded[first:]]
        self.runs[name] = Run(process.returncode, output, changes, project, requests)
        return self.runs[name]

    def deploy(self, name: str, fault: "Fault | None" = None) -> Run:
        return self.run(name, "deploy/deploy.sh", "dev", fault=fault)

    def examine(self) -> None:
        """Run the doctor on a project with faults, and run those of its fixes that are single
        commands. Afterwards restore the project."""
        before = copy.deepcopy(self.stand_in.project)
        faults.introduce(self.stand_in.project)
        run = self.run("doctor", ".venv/bin/csvgate", "doctor", "dev", "--json")
        suggested = [f["fix"] for c in json.loads(run.output)["checks"] for f in c["faults"]]
        single = dict.fromkeys(fix[0] for fix in suggested if len(fix) == 1)
        by_hand = ("deploy/deploy.sh", " < FILE")
        commands = [c for c in single if not any(words in c for words in by_hand)]
        self.run("fixed", "bash", "-euc", "\n".join(commands))
        self.stand_in.project.restore(before)


@dataclass
class Kill:
    """Kills the command and all its children, as a power failure would, at a request whose path
    ends with `path_end`: the first one, or the one after `skip` others. `heard` says whether the
    service still handles that request."""

    method: str
    path_end: str
    heard: bool
    skip: int = 0
    group: int = 0
    done: bool = False

    def __call__(self, request: Request) -> None:
        if self.done or request.method != self.method or not request.path.endswith(self.path_end):
            return
        if self.skip:
            self.skip -= 1
            return
        self.done = True
        os.killpg(self.group, signal.SIGKILL)
        if not self.heard:
            raise Refusal(403, "the client was killed")


def copy_of_repository(folder: Path) -> Path:
    """Copy what deploy needs of the repository, so that a test can change the topology."""
    for name in ("ops", "shared", "functions", "contracts", "deploy"):
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    # Each file costs a command; tests/integration/monitoring covers all forms.
    for kind, kept in KEPT_MONITORING.items():
        for file in (folder / "deploy" / "monitoring" / kind).iterdir():
            if file.stem not in kept:
                file.unlink()
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def project_with_foreign_things() -> Project:
    """A project with resources of others, of every kind that deploy touches."""
    project = Project()
    email = f"{FOREIGN}@{project.name}.iam.gserviceaccount.com"
    project.accounts[email] = {"name": email, "email": email, "displayName": "not ours"}
    project.buckets[FOREIGN] = {"name": FOREIGN, "location": "US"}
    project.topics[FOREIGN] = {"name": f"projects/{project.name}/topics/{FOREIGN}"}
    reference = {"projectId": project.name, "datasetId": "theirs"}
    project.datasets["theirs"] = {
        "kind": "bigquery#dataset",
        "id": f"{project.name}:theirs",
        "datasetReference": reference,
        "location": "US",
        "access": [],
    }
    project.policies.add("project", "roles/storage.admin", f"serviceAccount:{email}")
    project.spreading.slow = True
    return project


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@contextmanager
def lived(folder: Path) -> Iterator[Story]:
    root = copy_of_repository(folder / "repository")
    with (
        serving(project_with_foreign_things()) as stand_in,
        warmed(sdk.root(), sdk.environment(stand_in.address, folder)) as environment,
    ):
        quick = folder / "quick"
        quick.mkdir()
        (quick / "sitecustomize.py").write_text(SHORT_PAUSES)
        code = {"PYTHONPATH": f"{root / 'ops'}:{root / 'shared'}:{quick}"}
        story = Story(stand_in, root, environment | code)
        story.runs["before"] = Run(0, "", [], copy.deepcopy(stand_in.project))
        story.deploy("without the secret")
        key = folder / "key"
        key.write_text("SG.key")
        add = ("gcloud", "secrets", "versions", "add", "sendgrid-api-key")
        story.run("secret", *add, f"--data-file={key}", f"--project={stand_in.project.name}")
        story.deploy("killed unheard", Kill("POST", "b", heard=False))
        function = "functions/notify-stakeholders"
        kill = Kill("PATCH", function, heard=True, skip=FAILED_BUILDS)
        story.deploy("killed heard", kill)
        story.deploy("finished")
        story.deploy("again")
        story.examine()
        topology = root / "deploy" / "topology.yaml"
        replace(topology, "{name: validated-records, retention: 7d}", "{name: validated-records}")
        replace(topology, "memory: 512Mi", "memory: 1Gi")
        story.deploy("changed")
        story.run("teardown", "deploy/teardown.sh", "dev", "--yes")
        story.run("teardown of data", "deploy/teardown.sh", "dev", "--yes", "--delete-data")
        yield story
