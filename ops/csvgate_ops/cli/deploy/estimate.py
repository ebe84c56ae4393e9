"""What an upload would cost, and which quota it comes near first."""

from pathlib import Path
from typing import Any

import click

from csvgate_ops.cli.options import as_json

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


def _size(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Any:
    from csvgate.contracts.model import parse_size

    try:
        return parse_size(int(value) if value and value.isascii() and value.isdigit() else value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("estimate")
@click.argument("file", type=FILE, required=False)
@click.option("--rows", type=click.IntRange(min=0), help="Rows of the file, instead of FILE.")
@click.option("--bytes", "csv_bytes", metavar="SIZE", callback=_size, help="And its size: 5GiB.")
@click.option("--contract", type=FILE, help="The contract's YAML file.")
@click.option(
    "--contracts",
    type=FOLDER,
    help="Folder to find FILE's contract in.  [default: ./contracts, or the repository's]",
)
@click.option("--as", "name", metavar="NAME", help="The name to upload FILE under.")
@click.option(
    "--per-day",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Uploads like it on a day.",
)
@click.option("--free-tier", is_flag=True, help="Take off the month what Google gives free.")
@click.option("--topology", type=FILE, help="[default: deploy/topology.yaml]")
@as_json
def command(
    file: Path | None,
    rows: int | None,
    csv_bytes: int | None,
    contract: Path | None,
    contracts: Path | None,
    name: str | None,
    per_day: float,
    free_tier: bool,
    topology: Path | None,
    as_json: bool,
) -> None:
    """The list price of uploading FILE (CSV, perhaps gzipped), by service, for once and for a month
    of them; and the quota that it comes near first. Nothing is uploaded.

    Sizes come from reading the beginning of FILE by its contract; or from --rows and --bytes, by
    the ratios of an orders file.
    """
    from csvgate_ops.author.check.choose import choose, load_one
    from csvgate_ops.cli.operate._status_view import console
    from csvgate_ops.deploy.estimate.as_json import as_json as to_json
    from csvgate_ops.deploy.estimate.estimate import estimate
    from csvgate_ops.deploy.estimate.prices import price_list
    from csvgate_ops.deploy.estimate.sample_file import measure
    from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize
    from csvgate_ops.deploy.estimate.view import view
    from csvgate_ops.deploy.topology import TopologyError, load
    from csvgate_ops.local.cloud.options import repository

    by_hand = rows is not None and csv_bytes is not None
    if (file is not None) == by_hand or (rows is None) != (csv_bytes is None):
        raise click.UsageError("give FILE, or both --rows and --bytes")
    if by_hand and (rows or 0) > (csv_bytes or 0):
        raise click.UsageError(f"--rows {rows} do not fit into --bytes {csv_bytes}")
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
    except TopologyError as error:
        raise click.ClickException(str(error)) from error
    result = estimate(size, shape, parts, prices, per_day=per_day, free=free_tier)
    if as_json:
        click.echo(to_json(result))
    else:
        console().print(view(result))
