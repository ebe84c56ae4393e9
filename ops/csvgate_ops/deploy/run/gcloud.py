"""Run gcloud and bq. Nothing else in deploy reaches Google Cloud, except for the question which
permissions an account has (`preflight.access.granted`)."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.plan.script import shell_line

LAST_LINES = 30
_NOT_FOUND = re.compile(r"\bNOT_FOUND: |\bNot found: (Dataset|Table)\b|\bURLs matched no objects\b")
"""What gcloud and bq say if a resource does not exist."""
_OVERTAKEN = re.compile(r"\bpre-?conditions? you specified did not hold\b|\bconditionNotMet\b")
"""What Cloud Storage says if an object does not have the generation that a command expects."""
_UNREACHABLE = re.compile(r"fully or partially unreachable")
"""A warning of gcloud: the list that it printed lacks the resources of some regions."""


@dataclass(frozen=True, slots=True)
class Finished:
    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Both outputs: gcloud prints errors on standard error, and bq on standard output."""
        return f"{self.stderr}\n{self.stdout}"


class Runner(Protocol):
    def __call__(self, argv: Sequence[str]) -> Finished: ...


class CommandFailed(DeployError):
    """A command ended with an exit code other than 0."""

    def __init__(self, argv: Sequence[str], finished: Finished) -> None:
        self.argv, self.finished = tuple(argv), finished
        # bq prints errors on its standard output.
        output = (finished.stderr.strip() or finished.stdout.strip()).splitlines()[-LAST_LINES:]
        lines = "\n".join(f"    {line}" for line in output)
        super().__init__(
            f"command failed with exit code {finished.code}:\n  {shell_line(tuple(argv))}\n{lines}"
        )


class Overtaken(CommandFailed):
    """Somebody else has changed what a command was to change, since it was planned."""

    def __init__(self, argv: Sequence[str], finished: Finished) -> None:
        super().__init__(argv, finished)
        self.args = (
            "somebody else has changed this since it was planned, so it was left alone. Run the "
            f"command again to see the present state.\n{self}",
        )


def failed(argv: Sequence[str], finished: Finished) -> CommandFailed:
    """Return the exception for a command that has failed."""
    kind = Overtaken if _OVERTAKEN.search(finished.stderr) else CommandFailed
    return kind(argv, finished)


class Unreachable(DeployError):
    """A list lacks the resources of regions that the service could not reach."""

    def __init__(self, argv: Sequence[str], finished: Finished) -> None:
        lines = "\n".join(f"    {line}" for line in finished.stderr.strip().splitlines())
        super().__init__(
            "the answer of a command is incomplete, so nothing can be said about what it leaves "
            f"out. Try again later:\n  {shell_line(tuple(argv))}\n{lines}"
        )


class NotJson(DeployError):
    """A command succeeded, but printed something else than JSON."""

    def __init__(self, argv: Sequence[str], finished: Finished) -> None:
        # What it printed is not shown: it may be a secret.
        what = "something else than JSON" if finished.stdout.strip() else "nothing"
        super().__init__(
            f"a command printed {what}, so nothing can be said about what it lists. Run it by hand "
            f"to see why:\n  {shell_line(tuple(argv))}"
        )


class GcloudMissing(DeployError):
    """gcloud or bq is not installed on this machine."""


@dataclass(frozen=True, slots=True)
class Subprocesses:
    """Runs commands in `folder` with prompts disabled."""

    folder: Path
    environment: Mapping[str, str]

    def __call__(self, argv: Sequence[str]) -> Finished:
        if shutil.which(argv[0], path=self.environment.get("PATH")) is None:
            raise GcloudMissing(f"{argv[0]} is not on the PATH: install the Google Cloud CLI")
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env={**self.environment, "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"},
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # a damaged object is printed as it is
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)


def subprocesses(folder: Path) -> Subprocesses:
    environment = dict(os.environ)
    if not Path("~/.bigqueryrc").expanduser().exists():
        # Without a settings file bq may print a greeting on standard output first.
        environment.setdefault("BIGQUERYRC", os.devnull)
    return Subprocesses(folder, environment)


class JsonReader:
    """Runs listing and describing commands and keeps their output. Threads share it, and each
    command runs only once."""

    def __init__(self, run: Runner) -> None:
        self._run = run
        self._answers: dict[tuple[str, ...], Future[Any]] = {}
        self._lock = Lock()

    def find(self, argv: Sequence[str]) -> Any | None:
        """Raises CommandFailed, except if the resource does not exist."""
        try:
            return self.read(argv)
        except CommandFailed as error:
            # bq prints errors on its standard output.
            if _NOT_FOUND.search(error.finished.stderr + error.finished.stdout):
                return None
            raise

    def read(self, argv: Sequence[str]) -> Any:
        """Raises CommandFailed, Unreachable, NotJson."""
        key = tuple(argv)
        with self._lock:
            first = key not in self._answers
            answer = self._answers.setdefault(key, Future())
        if first:
            try:
                answer.set_result(self._ask(key))
            except Exception as error:  # noqa: BLE001 - raised by every reader of the answer
                answer.set_exception(error)
        return answer.result()

    def _ask(self, argv: tuple[str, ...]) -> Any:
        # `gcloud storage ls` refuses the flag, and prints JSON with a flag of another name.
        asked = argv if argv[0] == "bq" or "--json" in argv else (*argv, "--format=json")
        finished = self._run(asked)
        if finished.code:
            raise CommandFailed(asked, finished)
        if _UNREACHABLE.search(finished.stderr):
            raise Unreachable(asked, finished)
        if argv[0] == "bq" and not finished.stdout.strip():
            return []  # so bq prints an empty list; gcloud prints []
        try:
            answer = json.loads(finished.stdout)
        except ValueError as error:
            raise NotJson(asked, finished) from error
        if not isinstance(answer, list | dict):
            raise NotJson(asked, finished)
        return answer
