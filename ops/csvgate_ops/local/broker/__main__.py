"""`python -m csvgate_ops.local.broker`: serve Pub/Sub from a data directory until SIGTERM."""

import argparse
import logging
import sys
from pathlib import Path

from csvgate_ops.local.broker.api.errors import StartError
from csvgate_ops.local.broker.api.server import BrokerServer
from csvgate_ops.local.supervisor.end_signals import block_ending, wait_for_ending


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. Returns 0, or 1 when the broker cannot start."""
    parser = argparse.ArgumentParser(
        prog="python -m csvgate_ops.local.broker",
        description="A local Pub/Sub broker that stores its messages on disk.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port", type=int, default=8085, help="port to listen on; 0 for a free port"
    )
    parser.add_argument("--data-dir", type=Path, required=True, help="where messages are stored")
    parser.add_argument(
        "--log-level", default="warning", choices=("debug", "info", "warning", "error")
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )

    block_ending()
    try:
        server = BrokerServer(options.data_dir, options.host, options.port)
    except (StartError, OSError) as error:
        sys.stderr.write(f"pubsub broker: {error}\n")
        return 1
    sys.stdout.write(f"pubsub broker: ready on {server.address}, data in {options.data_dir}\n")
    sys.stdout.flush()
    wait_for_ending()
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
