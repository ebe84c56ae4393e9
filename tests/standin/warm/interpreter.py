"""Runs a Python script many times, each time in a process that has its imports already.

    python interpreter.py SCRIPT LISTENER [MODULE...]

Before the first command the script's file is run under a name other than `__main__`, which does its
imports; MODULE names more to import, if they exist. Then each command that arrives at the listening
socket, a file descriptor, is run by a fork of this process.
"""

import atexit
import importlib
import marshal
import os
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path


def serve(script: str, listener: socket.socket, modules: list[str]) -> None:
    select.select([listener], [], [])  # an interpreter that nobody uses imports nothing
    sys.argv, sys.path[0] = [script], str(Path(script).parent)
    runpy.run_path(script, run_name="warm")
    for module in modules:
        with suppress(ImportError):
            importlib.import_module(module)
    while True:
        connection, _ = listener.accept()
        _reap()
        if os.fork() == 0:
            listener.close()
            _run(script, connection)
        connection.close()


def _reap() -> None:
    """Let the kernel forget the commands that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _run(script: str, connection: socket.socket) -> None:
    """Run the script as the client asks, and end this process."""
    os.setpgrp()
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    try:
        with connection.makefile("rb") as sent:
            sys.argv, environment, folder = marshal.load(sent)  # noqa: S302 - it is the client's
    except EOFError:
        os._exit(1)  # the client was killed
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
    code = _exit_code(script)
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(str(code).encode())
    os._exit(0)


def _end_with(connection: socket.socket) -> None:
    """Wait until the client ends; if that is before the script, kill what the script started."""
    connection.recv(1)
    os.killpg(0, signal.SIGKILL)


def _exit_code(script: str) -> int:
    """Run the script and the functions it registered for its end, as Python does."""
    try:
        try:
            runpy.run_path(script, run_name="__main__")
        finally:
            atexit._run_exitfuncs()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - shown as Python shows it
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])), sys.argv[3:])
