"""Tie a process to its parent: when the parent is gone, however it went, the process is killed.

    python tether.py PARENT_PID PROGRAM [ARGUMENT...]

Becomes PROGRAM. A program of its own, run by the child, because code between fork and exec of a
process that has threads may deadlock. Linux only; elsewhere the warden alone sees to it.
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
        sys.exit("the local cloud is gone")
    try:
        os.execvp(program[0], program)  # noqa: S606
    except OSError as error:
        sys.exit(f"{program[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
