"""`--rejects`: the reject file of the cloud, complete or absent."""

from pathlib import Path

import pytest

from csvgate_ops.author.check.reject_output import RejectOutput
from unit.author.check.check_examples import HERE, ORDERS, ROOT, by_orders


def test_the_reject_file_is_the_clouds(tmp_path: Path) -> None:
    from unit.protocol.orders import orders
    from world import World

    world = World()
    bad = orders(200, bad=20)
    world.validate(world.upload("orders/x.csv", bad))
    [name] = world.store.names("rejects", "")
    cloud = world.store.read("rejects", name)
    file, out = tmp_path / "x.csv", tmp_path / "out.csv"
    file.write_bytes(bad)
    by_orders(file, "--rejects", out)
    assert cloud == out.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "x.csv"]


def test_the_sample(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    done = by_orders(ORDERS, "--rejects", out)
    assert (HERE / "golden" / "orders.rejects.csv").read_bytes() == out.read_bytes()
    assert done.stdout.splitlines()[-1] == f"Reject file: {out}"


@pytest.mark.parametrize("sample", ["timesheet.csv", "clean"])
def test_without_rejected_rows_an_earlier_file_goes(tmp_path: Path, sample: str) -> None:
    file, out = ROOT / "samples" / sample, tmp_path / "out.csv"
    if sample == "clean":
        file = tmp_path / "clean.csv"
        file.write_bytes(ORDERS.read_bytes().splitlines(keepends=True)[0])
    out.write_text("of yesterday")
    done = by_orders(file, "--rejects", out)
    assert done.stdout.splitlines()[-1] == "Reject file: not written, because no row was rejected"
    assert not out.exists()


def test_an_interruption_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("of yesterday")
    with pytest.raises(KeyboardInterrupt):
        _write_half(out)
    assert out.read_text() == "of yesterday"
    assert list(tmp_path.iterdir()) == [out]


def _write_half(out: Path) -> None:
    with RejectOutput(out) as rejects:
        rejects.write(b"half")
        raise KeyboardInterrupt


def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    link.symlink_to(target)
    with RejectOutput(link) as rejects:
        rejects.write(b"rows")
    assert link.is_symlink()
    assert target.read_bytes() == b"rows"
