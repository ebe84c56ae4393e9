"""A file that is certainly UTF-8 under a contract with another encoding has a warning."""

from pathlib import Path

import pytest

from csvgate_ops.author.check.utf8_watch import Utf8Watch
from unit.author.check.check_examples import answer, check, write_contract
from unit.validation.files import cut

TEXT = "id,name\n1,Jürgen\n2,Zoë\n3,Mülleré\n4,ÖÄ\n"


@pytest.mark.parametrize("encoding", ["windows-1252", "latin-1", "koi8-r", "gb18030"])
def test_a_file_in_utf_8(tmp_path: Path, encoding: str) -> None:
    contract = write_contract(tmp_path, "named", encoding=encoding)
    file = tmp_path / "a.csv"
    file.write_text(TEXT, encoding="utf-8")
    done = check(file, "--contract", contract)
    assert done.stderr == (
        "Warning: the file has 6 characters beyond ASCII and is valid UTF-8, but the contract "
        f"reads it as {encoding}, in which these bytes are other characters; if the file is UTF-8, "
        "write `encoding: utf-8` in the contract\n"
    )
    assert done.exit_code == answer_code(file, contract)


def answer_code(file: Path, contract: Path) -> int:
    found = answer(file, "--contract", contract)
    assert ["the file has 6 characters beyond ASCII"] == [w[:38] for w in found["warnings"]]
    return 1 if found["rows_rejected"] else 0


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("windows-1252", TEXT.encode("cp1252")),
        ("windows-1252", TEXT.encode() + b"5,caf\xe9\n"),
        ("windows-1252", b"id,name\n1,Ann\n"),
        ("windows-1252", b"\xef\xbb\xbf" + TEXT.encode()),
        ("gb18030", "id,name\n1,é\n".encode()),
        (["utf-8", "windows-1252"], TEXT.encode()),
        ("utf-8", TEXT.encode()),
        ("utf-16", TEXT.encode("utf-16")),
    ],
)
def test_other_files_have_none(tmp_path: Path, encoding: object, data: bytes) -> None:
    contract = write_contract(tmp_path, "named", encoding=encoding)
    file = tmp_path / "a.csv"
    file.write_bytes(data)
    assert "" == check(file, "--contract", contract).stderr
    assert "warnings" not in answer(file, "--contract", contract)


@pytest.mark.parametrize("sizes", [[], [1] * 60, [0, 0, 3], [8, 4, 1, 1]])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_it_does_not_depend_on_the_pieces(sizes: list[int], mark: bytes) -> None:
    watch = Utf8Watch("windows-1252")
    data = mark + TEXT.encode()
    assert data == b"".join(watch.watch(cut(data, sizes)))
    assert (watch.warning is None) == bool(mark)
