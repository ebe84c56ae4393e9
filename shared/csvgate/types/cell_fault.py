"""What a rule raises about a cell; where the cell is gets added by those who know."""


class CellFault(Exception):
    """One or more faults of one cell, as (code, message) in the order of the rules."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__(*faults)
        self.faults = faults
