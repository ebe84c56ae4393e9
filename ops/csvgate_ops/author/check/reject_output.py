"""Writes the reject file, which appears under its name only when it is complete."""

import os
from pathlib import Path
from typing import BinaryIO

from csvgate_ops.author.check.output import Unusable


class RejectOutput:
    """A context manager that writes a file, or removes it if nothing was written.

    The file of an earlier check is removed because it describes another file. `keep` are files in
    use that must not be replaced. Raises Unusable.
    """

    def __init__(self, path: Path, *keep: Path | None) -> None:
        self._path = path.resolve()
        self._part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        self._written = False
        if any(p is not None and p.resolve() == self._path for p in keep):
            raise Unusable(f"--rejects {path} would replace the file to check or its contract")
        if self._path.exists() and not self._path.is_file():
            raise Unusable(f"--rejects {path} is not a regular file")
        try:
            self._file: BinaryIO = self._part.open("xb")
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, data: bytes) -> None:
        self._written = self._written or bool(data)
        try:
            self._file.write(data)
        except OSError as error:
            raise self._unwritable(error) from error

    def discard(self) -> None:
        """Discard what was written: a file that cannot be loaded has no reject file."""
        self._written = False

    def __enter__(self) -> "RejectOutput":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._file.close()
            if kind is None and self._written:
                self._part.replace(self._path)
            elif kind is None:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            self._part.unlink(missing_ok=True)

    @property
    def path(self) -> Path | None:
        """The path of the file, or None if no row was rejected."""
        return self._path if self._written else None

    def _unwritable(self, error: OSError) -> Unusable:
        return Unusable(f"cannot write {self._path}: {error.strerror or error}")
