"""Run the real gcloud and bq in processes that have imported their modules already.

Three quarters of the time that a gcloud command takes are imports. gcloud and bq are shell scripts
that run Python scripts with the interpreter that CLOUDSDK_PYTHON names. Here it names `client.py`,
which hands the command (arguments, environment, folder, open files) to an `interpreter.py`. There
is one of them for each Python script. It has imported what the script imports, and forks a process
for each command, which runs the script from its first line to its exit code.
"""

import os
import shlex
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from standin.warm.client import FOLDER, socket_of

_HERE = Path(__file__).parent
_PYTHON = "platform/bundledpythonunix/bin/python3"
_SCRIPTS = {
    "lib/gcloud.py": (
        "googlecloudsdk.gcloud_main",
        "googlecloudsdk.api_lib.container.api_adapter",
        "googlecloudsdk.core.credentials.transports",
        # what storage, run and functions need takes as long as all of the above
        "googlecloudsdk.command_lib.storage.wildcard_iterator",
        "googlecloudsdk.command_lib.run.flags",
        "googlecloudsdk.api_lib.functions.v1.util",
    ),
    "bin/bootstrapping/bq.py": (),
    "platform/bq/bq.py": (),
}
"""The Python scripts, by their path in the SDK, with the modules that most commands import when
they run. A version of the SDK that lacks one only takes longer."""


@contextmanager
def warmed(sdk: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield the environment in which gcloud and bq run warm. If the SDK comes without a Python, it
    is the environment given, in which they run as usual."""
    python = sdk / _PYTHON
    if not python.exists():
        yield environment
        return
    # The path of a Unix socket has at most 107 bytes, so it is not below the folder of a test.
    with TemporaryDirectory(prefix="warm-") as folder, ExitStack() as running:
        client = Path(folder, "python")
        real = shlex.join([str(python), "-ISE", str(_HERE / "client.py")])
        client.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
        client.chmod(0o755)
        for script, modules in _SCRIPTS.items():
            process = _interpreter(python, str(sdk / script), folder, modules, environment)
            running.callback(process.wait)
            running.callback(process.kill)
        yield {
            **environment,
            FOLDER: folder,
            "CLOUDSDK_PYTHON": str(client),
            "CLOUDSDK_PYTHON_SITEPACKAGES": "1",
        }


def _interpreter(
    python: Path, script: str, folder: str, modules: Sequence[str], environment: dict[str, str]
) -> "subprocess.Popen[bytes]":
    """Start an interpreter. Commands that come before it is warm wait in its socket's queue."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(socket_of(folder, script))
        listener.listen()
        number = listener.fileno()
        command = (str(python), str(_HERE / "interpreter.py"), script, str(number), *modules)
        # The environment has the token by which the reaper finds what an interrupted run leaves.
        return subprocess.Popen(command, env={**os.environ, **environment}, pass_fds=(number,))
