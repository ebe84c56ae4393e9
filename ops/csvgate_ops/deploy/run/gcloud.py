"""Running gcloud and bq: the one place where deploy touches the world."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from csvgate_ops.deploy.errors import DeployError

LAST_LINES = 30


@dataclass(frozen=True, slots=True)
class Finished:
    code: int
    stdout: str
    stderr: str


class Runner(Protocol):
    def __call__(self, argv: Sequence[str]) -> Finished: ...


class CommandFailed(DeployError):
    """A command ended with another exit code than 0."""

    def __init__(self, argv: Sequence[str], finished: Finished) -> None:
        self.finished = finished
        from csvgate_ops.deploy.plan.script import words

        # bq says what is wrong on its standard output.
        said = (finished.stderr.strip() or finished.stdout.strip()).splitlines()[-LAST_LINES:]
        lines = "\n".join(f"    {line}" for line in said)
        super().__init__(f"exit code {finished.code} of\n  {words(tuple(argv))}\n{lines}")


class GcloudMissing(DeployError):
    """There is no gcloud on this machine."""


@dataclass(frozen=True, slots=True)
class Subprocesses:
    """Runs commands in `folder`, without prompts."""

    folder: Path
    environment: Mapping[str, str]

    def __call__(self, argv: Sequence[str]) -> Finished:
        if shutil.which(argv[0], path=self.environment.get("PATH")) is None:
            raise GcloudMissing(
                f"{argv[0]} is not on the PATH: install the Google Cloud CLI, `gcloud auth login`"
            )
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env={**self.environment, "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)


def subprocesses(folder: Path) -> Subprocesses:
    environment = dict(os.environ)
    if not Path("~/.bigqueryrc").expanduser().exists():
        # Without a file of settings bq may greet its user first, on standard output.
        environment.setdefault("BIGQUERYRC", os.devnull)
    return Subprocesses(folder, environment)


class JsonReader:
    """The answers of listing and describing commands, each asked for once, by many threads."""

    def __init__(self, run: Runner) -> None:
        self._run = run
        self._answers: dict[tuple[str, ...], Future[Any]] = {}
        self._lock = Lock()

    def read(self, argv: Sequence[str]) -> Any:
        """Raises CommandFailed."""
        key = tuple(argv)
        with self._lock:
            first = key not in self._answers
            answer = self._answers.setdefault(key, Future())
        if first:
            try:
                answer.set_result(self._ask(key))
            except Exception as error:  # noqa: BLE001 - raised where the answer is wanted
                answer.set_exception(error)
        return answer.result()

    def _ask(self, argv: tuple[str, ...]) -> Any:
        asked = argv if argv[0] == "bq" else (*argv, "--format=json")
        finished = self._run(asked)
        if finished.code:
            raise CommandFailed(asked, finished)
        # bq prints nothing at all for an empty list.
        return json.loads(finished.stdout) if finished.stdout.strip() else []
