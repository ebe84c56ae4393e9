"""Takes the place of the Python interpreter: hands a script to the interpreter that is warm for it.

    python [OPTION...] SCRIPT [ARGUMENT...]

It ends with the script's exit code. If it is killed, the script is killed too, because the
interpreter watches the connection. A script without a warm interpreter runs in this process.
It imports little, because it runs for every command.
"""

import marshal
import os
import socket
import sys

FOLDER = "CSVGATE_WARM"
"""The variable that names the folder of the interpreters' sockets."""


def socket_of(folder: str, script: str) -> str:
    """Return the path of the socket of the interpreter for a script."""
    return f"{folder}/{'.'.join(script.rsplit('/', 2)[1:])}"


def main(arguments: list[str]) -> int:
    """Return the script's exit code."""
    at = next((n for n, part in enumerate(arguments) if not part.startswith("-")), None)
    address = "" if at is None else socket_of(os.environ[FOLDER], arguments[at])
    if not os.path.exists(address):  # noqa: PTH110
        os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606
    command = marshal.dumps((arguments[at:], dict(os.environ), os.getcwd()))  # noqa: PTH109
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [b"\0"], [0, 1, 2])
        connection.sendall(command)
        answer = connection.recv(16)
    return int(answer) if answer else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
