"""The commands for a reject file of the local cloud."""

from pathlib import Path

from csvgate_ops.operate.correcting import correcting


def test_the_file_is_copied_and_uploaded_under_its_name(tmp_path: Path) -> None:
    name = "my orders/may.0f-1a.rejects.csv"
    stored = tmp_path / "storage" / "rejects" / name
    assert list(correcting(f"gs://rejects/{name}", tmp_path)) == []
    stored.parent.mkdir(parents=True)
    stored.touch()
    assert list(correcting(f"gs://rejects/{name}", tmp_path)) == [
        "to correct them, edit a copy and upload it:",
        f"  cp '{stored}' .",
        f"  csvgate upload may.0f-1a.rejects.csv --as '{name}' --wait",
    ]
