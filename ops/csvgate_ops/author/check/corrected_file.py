"""A corrected reject file on disk, which is checked without the ledger of its upload."""

from dataclasses import dataclass
from typing import Final

from csvgate.rejects.corrections import name_without_upload_id, upload_id_in_name

_LEDGER_CHECKS: Final = {
    "correction.dataset": "that {} belongs to this dataset",
    "correction.nothing_loaded": "that its valid rows are loaded",
    "correction.lines_unknown": "that its rejected lines are known",
    "correction.not_open": "that they are still open",
}
"""The checks that need the ledger, by fault code."""
_NAME_CHECK: Final = {"correction.unnamed": "that its name contains the id of the upload"}


class EveryLine:
    """Stands for the set of lines that may be loaded: it contains every line, because the ledger is
    not available."""

    def __contains__(self, line: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class CorrectedFile:
    """`name` is the name to upload the file under, or None if it is not known."""

    name: str | None

    @property
    def upload(self) -> str | None:
        """The upload id in the name, or None. It may be the id of a correction."""
        return None if self.name is None else upload_id_in_name(self.name)

    def require_upload(self) -> None:
        """Raise FileFault, as the cloud would, when the name does not contain an upload id."""
        if self.name is not None and self.upload is None:
            raise name_without_upload_id()

    @property
    def unchecked(self) -> dict[str, str]:
        """The checks that are not made, as code → words."""
        upload = f"upload {self.upload}" if self.upload else "the upload in its name"
        checks = {code: words.format(upload) for code, words in _LEDGER_CHECKS.items()}
        return checks if self.name is not None else _NAME_CHECK | checks
