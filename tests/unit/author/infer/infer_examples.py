"""Running `csvgate infer`, and checking its sample by what it wrote."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from csvgate.contracts.load import load
from csvgate.contracts.model import Contract, SchemaField
from csvgate_ops.cli.author import check, infer

ROOT = Path(__file__).resolve().parents[4]


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(infer.command, [*map(str, arguments)], input=stdin)


def inferred(folder: Path, data: bytes, *, exit_code: int = 0) -> Contract:
    """The contract of a file with these bytes, which it accepts."""
    file, out = folder / "things.csv", folder / "things.yaml"
    file.write_bytes(data)
    out.unlink(missing_ok=True)
    done = run(file, "--out", out)
    assert done.exit_code == exit_code, done.output
    checked = CliRunner().invoke(check.command, [str(file), "--contract", str(out)])
    assert checked.exit_code == exit_code, out.read_text() + checked.output
    return load(out)


def field_of(folder: Path, values: Iterable[str], name: str = "thing") -> SchemaField:
    """The field of a column with these values, beside another column."""
    rows = "".join(f'"{value}"\tx\n' for value in values)
    return inferred(folder, f"{name}\tother\n{rows}".encode()).schema_.fields[0]


def said(field: SchemaField) -> Mapping[str, object]:
    """What the contract says of a field beyond its name and that it is required."""
    found = field.model_dump(by_alias=True, exclude_unset=True, exclude={"name", "constraints"})
    constraints = field.constraints.model_dump(by_alias=True, exclude_unset=True)
    constraints.pop("required", None)
    return {**found, **constraints}
