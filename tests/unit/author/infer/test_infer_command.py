"""Names and places: the dataset from the path, where the contract goes."""

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from csvgate_ops.author.infer.contract.naming import column_names, dataset_name, match
from csvgate_ops.author.infer.contract.yaml_text import flow
from csvgate_ops.cli.author import check
from unit.author.infer.infer_examples import ROOT, run

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("path", "dataset"),
    [
        ("samples/orders.csv", "orders"),
        ("orders_2026-11-21.csv.gz", "orders"),
        ("orders/2026-11-21.csv", "orders"),
        ("in/part-0001.tsv", "in"),
        ("orders_2026.csv.zip", "orders"),
        ("orders.zip", "orders"),
        ("orders.csv.zst", "orders"),
        ("orders.bz2", "orders"),
        ("Absatz Q3 2026.csv", "Absatz_Q3"),
        ("utf8.csv", "utf"),
        ("us_2026.dcbc9a5548b81580883b-800227f51a59502c.rejects.csv", "us"),
        ("Größe der Lager (final).csv", "Grosse_der_Lager"),
        ("2026.csv", "tmp"),
        ("東京.csv", "DongJing"),
        ("Заказы_2026-11.csv", "Zakazy"),
        ("+++.csv", "tmp"),
        (None, "uploads"),
    ],
)
def test_dataset_names(path: str | None, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/tmp")  # noqa: S108 - only its name counts
    assert dataset_name(Path(path) if path else None) == dataset


def test_match_has_the_files_ending() -> None:
    assert match("a", Path("x/b.tsv.gz")) == ("a/*.tsv", "a/*.tsv.gz")
    assert match("a", Path("B.CSV")) == ("a/*.csv", "a/*.csv.gz", "a/*.CSV")
    assert match("a", Path("x/b.TSV.gz")) == ("a/*.tsv", "a/*.tsv.gz", "a/*.TSV.gz")
    assert match("a", Path("b.dat")) == ("a/*.csv", "a/*.csv.gz", "a/*.dat")
    assert match("a", Path("b")) == ("a/*",)
    assert match("a", Path("b.zip")) == ("a/*.zip",)
    assert match("a", Path("b.csv.ZIP")) == ("a/*.csv", "a/*.csv.zip", "a/*.csv.ZIP")
    assert match("a", Path("b.tsv.xz")) == ("a/*.tsv", "a/*.tsv.xz")
    assert match("a", None) == ("a/*.csv", "a/*.csv.gz")


@pytest.mark.parametrize(
    "name",
    [
        "SALES.CSV",
        "sales.dat",
        "sales",
        "sales.zip",
        "Sales.XLSX",
        "my sales.v2.txt",
        "商品.CSV",
        "a[1].csv",
        "[x]",
    ],
)
def test_check_finds_the_contract(name: str, tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    file = tmp_path / name
    data = b"id,n\n1,2\n"
    if name.endswith(".zip"):
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("sales.csv", data)
    else:
        file.write_bytes(data)
    assert run(file, "--out", tmp_path / "contracts").exit_code == 0
    arguments = [str(file), "--contracts", str(tmp_path / "contracts")]
    done = CliRunner().invoke(check.command, arguments)
    assert done.exit_code == 0, done.output


def test_column_names_differ() -> None:
    labels = ["id", "ID", "Größe (m²)", "2026", "", "_line", "_TABLE_x", "a" * 400]
    names = column_names(labels)
    assert names[:5] == ["id", "ID_2", "Grosse_m2", "column_2026", "column_5"]
    assert names[5:7] == ["line", "TABLE_x"]
    assert len(names[7]) == 290


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("orders", "orders"),
        ("NO", '"NO"'),
        ("1", '"1"'),
        ('"', "'\"'"),
        ("a: b # c", '"a: b # c"'),
        ('\\"\t\x1b\u2028🎁', '"\\\\\\"\\t\\x1b\\u2028🎁"'),
    ],
)
def test_scalars(text: str, written: str) -> None:
    assert flow(text) == written


def test_the_golden_contract() -> None:
    done = run(Path("samples") / "references" / "customers.csv")
    assert (HERE / "customers.yaml").read_text(encoding="utf-8") == done.stdout
    assert done.stderr == (
        "contract customers: 3 columns from all 300 rows, tested on all 300 rows\n"
        "Next, write it to the folder of contracts:\n"
        "  csvgate infer samples/references/customers.csv --dataset customers --out contracts/\n"
    )


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_out_may_be_a_folder_and_is_never_replaced(tmp_path: Path) -> None:
    sample = ROOT / "samples" / "orders.csv"
    assert run(sample, "--out", tmp_path).exit_code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["orders.yaml"]
    done = run(sample, "--out", tmp_path)
    assert done.exit_code == 2
    assert "orders.yaml already exists" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--dataset", "a b"), "is not a valid name of a dataset"),
        (("--dataset", "a", "--out", "b.yaml"), "must be named a.yaml"),
        (("--out", "b.txt"), "such as b.yaml"),
        (("--out", "/nowhere/contracts/"), "there is no such folder. Create it"),
        (("--out", "/nowhere/b.yaml"), "cannot write"),
        (("--rows", "0"), "0"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], said: str) -> None:
    done = run(ROOT / "samples" / "orders.csv", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_standard_input() -> None:
    done = run("-", "--dataset", "things", stdin=b"id,n\n1,2\n")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1] == "dataset: things"


def test_what_comes_next(tmp_path: Path) -> None:
    file = tmp_path / "my sales.csv"
    file.write_text("id\n1\n")
    out = tmp_path / "contracts"
    out.mkdir()
    assert run(file, "--out", out).stderr.splitlines()[1:] == [
        f"Next, look at {out}/my_sales.yaml, then:",
        f"  csvgate check '{file}' --contract {out}/my_sales.yaml",
        f"  csvgate upload '{file}' --wait   # needs a local cloud: csvgate up",
        "  csvgate show my_sales",
    ]
    assert (
        f"  csvgate upload '{file}' --as 'sales/my sales.csv' --wait   # needs a local cloud: "
        "csvgate up" in run(file, "--dataset", "sales", "--out", out).stderr.splitlines()
    )
    assert run("-", stdin=b"id\n1\n").stderr.count("\n") == 1


def test_what_comes_next_can_be_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", [".venv/bin/csvgate", "infer"])
    Path("-x.csv").write_text("id\n1\n")
    said = run("--out", tmp_path, "--", "-x.csv").stderr.splitlines()
    assert said[0].endswith("x.yaml: 1 column from its only row, tested on it")
    assert f"  .venv/bin/csvgate check ./-x.csv --contract {tmp_path}/x.yaml" in said
    Path("y.csv").write_text("id,name\n")
    said = run("y.csv", "--out", tmp_path).stderr.splitlines()
    assert said[0].endswith("y.yaml: 2 columns from the header alone, as there are no rows")
