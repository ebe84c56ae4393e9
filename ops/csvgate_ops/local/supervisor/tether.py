"""Ties a process to its parent: the kernel kills it when the parent ends for any reason.

    python tether.py PARENT_PID PROGRAM [ARGUMENT...]

It executes PROGRAM. It is a separate program, run by the child, because code between fork and exec
in a process with threads may deadlock. It works on Linux only; elsewhere the warden does its work.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        sys.exit("the local cloud has ended")
    try:
        os.execvp(program[0], program)  # noqa: S606
    except OSError as error:
        sys.exit(f"{program[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
