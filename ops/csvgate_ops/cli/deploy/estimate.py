"""Estimate what an upload costs, and which limit it approaches first."""

from pathlib import Path
from typing import Any

import click

from csvgate.contracts.model import parse_size
from csvgate_ops.author.check.choose import choose, load_one
from csvgate_ops.cli.operate._status_view import console
from csvgate_ops.cli.options import as_json
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.environment.load import load_environment
from csvgate_ops.deploy.environment.overlay import overlay
from csvgate_ops.deploy.estimate.as_json import as_json as to_json
from csvgate_ops.deploy.estimate.estimate import estimate
from csvgate_ops.deploy.estimate.prices import price_list
from csvgate_ops.deploy.estimate.sample_file import measure
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize
from csvgate_ops.deploy.estimate.view import view
from csvgate_ops.deploy.topology import TopologyError, load
from csvgate_ops.local.cloud.options import repository

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


def _size(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Any:
    try:
        return parse_size(int(value) if value and value.isascii() and value.isdigit() else value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("estimate")
@click.argument("file", type=FILE, required=False)
@click.option("--rows", type=click.IntRange(min=0), help="Number of rows, instead of FILE.")
@click.option(
    "--bytes",
    "csv_bytes",
    metavar="SIZE",
    callback=_size,
    help="With --rows: the size of the file, for example 5GiB.",
)
@click.option("--contract", type=FILE, help="The contract's YAML file.")
@click.option(
    "--contracts",
    envvar="CSVGATE_CONTRACTS",
    type=FOLDER,
    help="Folder with the contract for FILE.  [default: ./contracts, or the repository's]",
)
@click.option("--as", "name", metavar="NAME", help="Object name that FILE will be uploaded as.")
@click.option(
    "--per-day",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Number of such uploads per day.",
)
@click.option(
    "--table",
    "table_bytes",
    metavar="SIZE",
    callback=_size,
    help="For contracts that replace or merge: the size of the table, or of the partitions in "
    "which FILE has rows.  [default: that of the upload]",
)
@click.option("--free-tier", is_flag=True, help="Subtract the free units of a month.")
@click.option(
    "--env",
    metavar="ENV",
    help="Use the region, the locations and the instances of deploy/env/ENV.yaml.",
)
@click.option("--topology", type=FILE, help="The topology file.  [default: deploy/topology.yaml]")
@as_json
def command(
    file: Path | None,
    rows: int | None,
    csv_bytes: int | None,
    contract: Path | None,
    contracts: Path | None,
    name: str | None,
    per_day: float,
    table_bytes: int | None,
    free_tier: bool,
    env: str | None,
    topology: Path | None,
    as_json: bool,
) -> None:
    """Estimate what uploading FILE costs.

    FILE is a CSV file, which may be compressed. The list price is shown by service, for one upload
    and for a month of such uploads, with the quotas that it comes closest to. Nothing is uploaded.

    The sizes are measured at the beginning of FILE with its contract, or calculated from --rows and
    --bytes with the ratios of an orders file.
    """

    by_hand = rows is not None and csv_bytes is not None
    if (file is not None) == by_hand or (rows is None) != (csv_bytes is None):
        raise click.UsageError("give FILE, or both --rows and --bytes")
    if by_hand and (rows or 0) > (csv_bytes or 0):
        raise click.UsageError(f"--bytes {csv_bytes} is too small for --rows {rows}")
    prices = price_list()
    shape = Shape.of(load_one(contract, name)) if contract else Shape()
    if file is None:
        size = UploadSize.given(rows or 0, csv_bytes or 0, prices.measured)
    else:
        here = Path("contracts")
        folder = contracts or (here if here.is_dir() else repository() / "contracts")
        found = load_one(contract, name) if contract else choose(file, folder, name)
        shape, size = Shape.of(found), measure(file, found)
    try:
        parts = load(topology or repository() / "deploy" / "topology.yaml")
        region = ""
        if env is not None:
            environment = load_environment(repository() / "deploy" / "env" / f"{env}.yaml", parts)
            parts, region = overlay(parts, environment), environment.region
    except (DeployError, TopologyError) as error:
        raise click.ClickException(str(error)) from error
    result = estimate(
        *(size, shape, parts, prices),
        per_day=per_day,
        free=free_tier,
        table_bytes=table_bytes,
        region=region,
    )
    if as_json:
        click.echo(to_json(result))
    else:
        console().print(view(result))
