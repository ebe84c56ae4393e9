"""The Eventarc stand-in: `python -m csvgate_ops.local.eventarc --help`.

It pulls the subscription of each trigger in the topology from PUBSUB_EMULATOR_HOST and POSTs each
message to the function as the CloudEvent that Eventarc would send. A 2xx response acknowledges the
message. Any other result nacks it: also the 429 of a function without a free instance, and an event
that is too large for Eventarc.
"""

import logging
import os
import sys
from pathlib import Path

import click

from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.eventarc import admin
from csvgate_ops.local.eventarc.client import subscriber
from csvgate_ops.local.eventarc.forwarder import Forwarder
from csvgate_ops.local.eventarc.route import routes
from csvgate_ops.local.supervisor.end_signals import block_ending, wait_for_ending


@click.command()
@click.option("--topology", type=click.Path(path_type=Path), required=True)
@click.option("--project", required=True)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address of /healthz and /_faults."
)
@click.option("--port", type=int, required=True, help="The port of /healthz and /_faults.")
@click.option("--function", "functions", multiple=True, help="A function, as NAME=URL; repeatable.")
def main(topology: Path, project: str, host: str, port: int, functions: tuple[str, ...]) -> None:
    """Deliver events to functions as Eventarc does."""
    block_ending()
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("eventarc").setLevel(logging.INFO)
    urls = dict(function.split("=", 1) for function in functions)
    client = subscriber(os.environ["PUBSUB_EMULATOR_HOST"])
    forwarders = [Forwarder(route, client) for route in routes(topo.load(topology), project, urls)]
    admin.serve(host, port, forwarders)
    for forwarder in forwarders:
        forwarder.start()
    wait_for_ending()
    for forwarder in forwarders:
        forwarder.stop()
    for forwarder in forwarders:
        forwarder.join(1)
    # Otherwise the interpreter would wait for the responses to deliveries in progress.
    os._exit(0)


if __name__ == "__main__":
    main()
