"""A deploy of contracts: data without behaviour."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

METADATA: Final = "bundle"
"""The key of the pointer's metadata that holds the SHA-256 of its bundle."""
SHORT: Final = 12
"""The digits of a SHA-256 that people read and type."""


@dataclass(frozen=True, slots=True)
class DeployedContracts:
    """A version of the pointer."""

    bundle: str
    """The SHA-256 of the bundle; "" if somebody has written the pointer without csvgate."""
    generation: str
    """The generation of the object in Cloud Storage."""
    at: datetime

    @property
    def short(self) -> str:
        return self.bundle[:SHORT] or "unknown"
