"""The three accounts that jobs on GitHub use, and the GitHub environments that name them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Account:
    """A service account that the jobs of one GitHub environment use."""

    name: str
    purpose: str
    suffix: str
    """How the GitHub environment's name ends, after the name of csvgate's environment."""
    main_only: bool
    """Whether jobs of other branches than main are refused."""

    def environment(self, name: str) -> str:
        """Return the GitHub environment for csvgate's environment `name`."""
        return f"{name}{self.suffix}"


PLANNER: Final = Account("csvgate-plan", "csvgate plans and looks for drift", "-plan", False)
"""It reads settings but no data, because every pull request can use it."""
DEPLOYER: Final = Account("csvgate-deploy", "csvgate deploys", "", True)
RECONCILER: Final = Account(
    "csvgate-reconcile", "csvgate compares uploads with tables", "-reconcile", True
)
ACCOUNTS: Final = (PLANNER, DEPLOYER, RECONCILER)
