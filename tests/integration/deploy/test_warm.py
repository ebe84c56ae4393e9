"""A warm gcloud does what an ordinary one does, and ends when it is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from standin import sdk
from standin.server import serving
from standin.warm import warmed

ECHO = """\
import atexit, json, os, sys, imported
if __name__ == "__main__":
    atexit.register(print, "at the end", flush=True)
    answer = [sys.argv, os.getcwd(), os.environ["COLOUR"], sys.stdin.read()]
    print(json.dumps(answer))
    sys.stderr.write("an error\\n")
    sys.exit(7)
"""
WAIT = """\
import os, subprocess, sys, time
if __name__ == "__main__":
    child = subprocess.Popen(["sleep", "1000"])
    print(os.getpid(), child.pid, flush=True)
    time.sleep(1000)
"""
LONGEST_WAIT_SECONDS = 60.0


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A folder with an SDK's layout. It has two scripts, and a module that counts its imports."""
    for script, code in {
        "lib/gcloud.py": ECHO,
        "lib/imported.py": f"open({str(tmp_path / 'imports')!r}, 'a').write('1')",
        "lib/googlecloudsdk/gcloud_main.py": "",
        "bin/bootstrapping/bq.py": WAIT,
    }.items():
        (tmp_path / script).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / script).write_text(code)
    python = tmp_path / "platform/bundledpythonunix/bin/python3"
    python.parent.mkdir(parents=True)
    python.symlink_to(Path(sys.executable).resolve())
    return tmp_path


@pytest.fixture
def warm(scripts: Path) -> Iterator[dict[str, str]]:
    with warmed(scripts, dict(os.environ)) as environment:
        yield environment


def test_a_script_gets_everything_and_imports_once(scripts: Path, warm: dict[str, str]) -> None:
    elsewhere = scripts / "elsewhere"
    elsewhere.mkdir()
    arguments = ("", "two words", "--flag=ä\n")
    for colour in ("red", "green"):
        command = (warm["CLOUDSDK_PYTHON"], "-S", scripts / "lib/gcloud.py", *arguments)
        environment = {**warm, "COLOUR": colour}
        done = subprocess.run(
            command,
            cwd=elsewhere,
            env=environment,
            input="in",
            text=True,
            capture_output=True,
            check=False,
        )
        answer = [[str(scripts / "lib/gcloud.py"), *arguments], str(elsewhere), colour, "in"]
        assert (7, "an error\n") == (done.returncode, done.stderr)
        assert f"{json.dumps(answer)}\nat the end\n" == done.stdout
    assert "1" == (scripts / "imports").read_text()


def test_a_script_without_an_interpreter_runs_as_usual(scripts: Path, warm: dict[str, str]) -> None:
    (scripts / "other.py").write_text("import sys; print(sys.argv[1:]); sys.exit(3)")
    command = (warm["CLOUDSDK_PYTHON"], scripts / "other.py", "argument")
    done = subprocess.run(command, env=warm, text=True, capture_output=True, check=False)
    assert (3, "['argument']\n") == (done.returncode, done.stdout)


def test_a_killed_command_ends_with_what_it_started(scripts: Path, warm: dict[str, str]) -> None:
    command = (warm["CLOUDSDK_PYTHON"], scripts / "bin/bootstrapping/bq.py")
    with subprocess.Popen(command, env=warm, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        processes = [int(number) for number in process.stdout.readline().split()]
        assert all(map(runs, processes))
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while any(map(runs, processes)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def runs(number: int) -> bool:
    """Return whether a process exists that has not ended."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(sdk.missing() is not None, reason=str(sdk.missing()))
def test_the_real_commands_answer_the_same(tmp_path: Path) -> None:
    project = "--project=example-csvgate-dev"
    commands = (
        ("gcloud", "storage", "buckets", "list", project, "--format=json"),
        ("gcloud", "eventarc", "triggers", "list", "--location=-", project),
        ("bq", "--project_id=example-csvgate-dev", "show", "--dataset", "sales"),
    )

    def answers(environment: dict[str, str]) -> list[tuple[int, bytes, bytes]]:
        every = [
            subprocess.run(command, env=environment, capture_output=True, check=False)
            for command in commands
        ]
        return [(done.returncode, done.stdout, done.stderr) for done in every]

    with serving() as stand_in:
        stand_in.project.buckets["b"] = {"name": "b", "location": "US"}
        environment = sdk.environment(stand_in.address, tmp_path)
        with warmed(sdk.root(), environment) as warm:
            found = answers(warm)
        assert found == answers(environment)
        assert [0, 1, 2] == [code for code, _, _ in found]
