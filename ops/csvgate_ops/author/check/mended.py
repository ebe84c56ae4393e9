"""A corrected reject file on disk, read as the cloud reads it but without the upload's ledger."""

from dataclasses import dataclass
from typing import Final

from csvgate.rejects.corrections import name_without_upload_id, upload_id_in_name

_LEDGERS: Final = {
    "correction.dataset": "that {} is of this dataset",
    "correction.nothing_loaded": "that its valid rows are loaded",
    "correction.lines_unknown": "that its rejected lines are known",
    "correction.not_open": "that they are still open",
}
"""What only the ledger knows, by the code of the refusal."""
_NAMELESS: Final = {"correction.unnamed": "that its name says of which upload it is"}


class EveryLine:
    """Lines that may be loaded, where the ledger is not there to ask."""

    def __contains__(self, line: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Mended:
    """`name` is the one to upload it under; None where nobody knows it yet."""

    name: str | None

    @property
    def upload(self) -> str | None:
        """Its id, which may be of a correction: then the first upload is known to the ledger."""
        return None if self.name is None else upload_id_in_name(self.name)

    def require_upload(self) -> None:
        """Raises FileFault when the name does not say it, as the cloud would."""
        if self.name is not None and self.upload is None:
            raise name_without_upload_id()

    @property
    def unchecked(self) -> dict[str, str]:
        """By code, what is not checked."""
        upload = f"upload {self.upload}" if self.upload else "the upload it names"
        ledgers = {code: words.format(upload) for code, words in _LEDGERS.items()}
        return ledgers if self.name is not None else _NAMELESS | ledgers
