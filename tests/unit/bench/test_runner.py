"""The runner: a tool that fails is left out with its reason, csvgate never is."""

from pathlib import Path

import pytest
from bench import runner
from bench.contenders import BY_NAME
from bench.runner import Input, run_rounds

GIVEN = Input("orders", Path("file"), Path("warm"))
MEASURED = {
    "measurement": {
        "rows": 10, "wall": 1.0, "cpu": 1.0, "collecting": 0.0, "peak": 1, "bytes_out": 0,
    },
    "score": None,
}  # fmt: skip


def child_that_fails(name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []

    def child(_module: str, contender: str, *_arguments: object) -> object:
        calls.append(contender)
        if contender == name:
            raise RuntimeError("exit 1\nTraceback\nValueError: a stray quote\n")
        return MEASURED

    monkeypatch.setattr(runner, "child", child)
    return calls


def test_contenders_take_turns_and_one_that_fails_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = [BY_NAME[name] for name in ("csvgate_encoded", "polars_mask", "pyarrow_parse")]
    calls, failed = child_that_fails("polars_mask", monkeypatch), dict[str, str]()
    results = run_rounds(entries, lambda _: GIVEN, 2, lambda _: None, failed)
    assert ["csvgate_encoded", "pyarrow_parse"] == [result.entry.name for result in results]
    assert [2, 2] == [len(result.rounds) for result in results]
    assert {"polars": "ValueError: a stray quote"} == failed
    ours = ["csvgate_encoded", "pyarrow_parse"]
    assert ["csvgate_encoded", "polars_mask", "pyarrow_parse", *ours] == calls


@pytest.mark.parametrize("name", ["csvgate_encoded", "csvgate_two", "pyarrow_parse"])
def test_without_csvgate_and_pyarrow_there_is_nothing_to_report(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    child_that_fails(name, monkeypatch)
    with pytest.raises(RuntimeError, match="a stray quote"):
        run_rounds([BY_NAME[name]], lambda _: GIVEN, 1, lambda _: None, {})
