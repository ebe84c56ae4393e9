"""The contract's path and name, which must agree because the loader requires it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from csvgate_ops.author.check.output import Unusable
from csvgate_ops.author.infer.contract.naming import dataset_name


@dataclass(frozen=True, slots=True)
class Target:
    dataset: str
    path: Path | None
    """None for standard output."""

    @classmethod
    def of(cls, file: Path | None, dataset: str | None, out: Path | None) -> Self:
        """Raises Unusable when the file exists or its name is not that of the dataset."""
        if out is not None and not out.is_dir():
            if not out.suffix and not out.exists():
                raise Unusable(
                    f"--out {out}: there is no such folder. Create it, or give a file such as "
                    f"{dataset or dataset_name(file)}.yaml"
                )
            if out.suffix not in (".yaml", ".yml"):
                raise Unusable(f"--out {out} must end in .yaml, such as {dataset or out.stem}.yaml")
            if dataset is not None and dataset != out.stem:
                raise Unusable(f"--out {out}: the contract {dataset} must be named {dataset}.yaml")
            name, path = out.stem, _new(out)
        else:
            name = dataset or dataset_name(file)
            path = None if out is None else _new(out / f"{name}.yaml")
        if wrong := _wrong(name):
            raise Unusable(wrong)
        return cls(name, path)

    def create(self, text: str) -> None:
        """Raises Unusable when it cannot be written."""
        assert self.path is not None  # noqa: S101 - for the type checker
        try:
            with self.path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise Unusable(f"cannot write {self.path}: {error.strerror or error}") from error


def _new(path: Path) -> Path | None:
    if path.exists():
        raise Unusable(f"{path} already exists; remove it, or give another --out or --dataset")
    return path


def _wrong(name: str) -> str | None:
    letters = name.replace("_", "a").replace("-", "a")
    if letters.isascii() and letters.isalnum() and name[0].isalnum() and len(name) <= 63:
        return None
    return f"{name!r} is not a valid name of a dataset: use up to 63 letters, digits, _ and -"
