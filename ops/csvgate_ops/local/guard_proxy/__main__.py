"""The proxy's process: `python -m csvgate_ops.local.guard_proxy SERVICE=PORT=HOST:PORT …`.

For each service it listens on the first port, on 127.0.0.1, and forwards to the second address.
"""

import asyncio
import signal
import sys

from csvgate_ops.local.cloud.ports import HOST
from csvgate_ops.local.guard_proxy.backends import parse_route
from csvgate_ops.local.guard_proxy.proxy import GuardProxy


async def _serve(routes: list[str]) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    for each in routes:
        service, port, backend = parse_route(each)
        await asyncio.start_server(GuardProxy(service, backend).serve, HOST, port, backlog=512)
    await ended.wait()


if __name__ == "__main__":
    try:
        asyncio.run(_serve(sys.argv[1:]))
    except OSError as error:
        sys.exit(str(error))
