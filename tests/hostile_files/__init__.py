"""A hundred files that are hostile or merely odd, for the contract of orders.

Each ends in one way, whatever the load of the machine: completed, or rejected with a first code.
"""

from dataclasses import dataclass

from hostile_files.compressed import compressed
from hostile_files.content import cells, keys, other_formats, reject_files, shapes
from hostile_files.framing import bytes_that_are_no_text, line_ends, quotes
from hostile_files.gzipped import gzipped


@dataclass(frozen=True)
class HostileFile:
    name: str
    data: bytes
    first_code: str | None
    """The first code of a rejected upload; None if the upload completes."""
    ending: str

    @property
    def object_name(self) -> str:
        return f"orders/{self.name.replace(' ', '-')}{self.ending}"


def hostile_files() -> list[HostileFile]:
    plain = {
        **line_ends(),
        **quotes(),
        **bytes_that_are_no_text(),
        **shapes(),
        **other_formats(),
        **cells(),
        **keys(),
        **reject_files(),
    }
    groups = ((plain, ".csv"), (gzipped(), ".csv.gz"), (compressed(), ".csv"))
    return [
        HostileFile(name, data, code, ending)
        for made, ending in groups
        for name, (data, code) in made.items()
    ]
