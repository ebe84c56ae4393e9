"""The proxy's process:
`python -m csvgate_ops.local.guard_proxy OBJECTS SERVICE=PORT=HOST:PORT …`.

For each service it listens on the first port, on 127.0.0.1, and forwards to the second address.
OBJECTS is the folder of fake-gcs-server, from which it lists names itself.
"""

import asyncio
import signal
import sys
from functools import partial
from pathlib import Path

from csvgate_ops.local.cloud.ports import HOST
from csvgate_ops.local.guard_proxy.backends import parse_route
from csvgate_ops.local.guard_proxy.object_names import answer
from csvgate_ops.local.guard_proxy.proxy import GuardProxy


async def _serve(objects: Path, routes: list[str]) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    for each in routes:
        service, port, backend = parse_route(each)
        more = (partial(answer, objects),) if service == "storage" else ()
        proxy = GuardProxy(service, backend, *more)
        await asyncio.start_server(proxy.serve, HOST, port, backlog=512)
    await ended.wait()


if __name__ == "__main__":
    try:
        asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2:]))
    except OSError as error:
        sys.exit(str(error))
