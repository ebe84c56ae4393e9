"""The printed report: which faults were injected, and how the uploads ended."""

from collections import Counter
from dataclasses import dataclass

from chaos.account import Account
from chaos.faults import Kind


@dataclass(frozen=True, slots=True)
class Report:
    seed: int
    faults: Counter[tuple[str, Kind]]
    accounts: list[Account]
    replayed: Counter[str]
    handed_back: set[str]
    forgotten: list[str]
    """Objects whose notification fake-gcs-server lost."""
    torn: set[str]
    """Ids of uploads of which bqemulator committed only a part."""
    rows_in_table: int
    """Rows in BigQuery, of any upload."""

    def problems(self) -> list[str]:
        """Return the broken promises; empty if there are none."""
        found = []
        for one in self.accounts:
            name = f"{one.sent.upload.name} ({one.sent.upload.id})"
            found += [f"{name} {problem}" for problem in one.problems()]
            if one.sent.sample.faulty and one.sent.upload.id not in self.handed_back:
                found.append(f"{one.sent.upload.name}: no dead letter for its rejected rows")
        known = sum(len(one.loaded) for one in self.accounts)
        if known != self.rows_in_table:
            found.append(f"{self.rows_in_table} rows in BigQuery, but {known} of these uploads")
        return found

    def __str__(self) -> str:
        problems = self.problems()
        resent = sum(max(0, n - 1) for a in self.accounts for n in a.emails.values())
        loaded = sum(len(a.loaded) for a in self.accounts)
        rejected = sum(len(a.rejected) for a in self.accounts)
        lines = [
            f"  {sum(self.faults.values())} faults: {self._faults()}",
            f"  {len(self.accounts)} uploads ended, {loaded + rejected:,} rows: "
            f"{loaded:,} in BigQuery, {rejected:,} in reject files",
            f"  {sum('lost' in p for p in problems)} uploads with lost rows, "
            f"{sum('doubled' in p for p in problems)} with doubled rows, "
            f"{sum('stuck' in p for p in problems)} stuck",
            f"  {sum(self.replayed.values())} dead letters replayed: {_by_number(self.replayed)}",
            f"  {resent} emails sent again after a crash during sending",
            "  what the emulators lost and the services would not:",
            f"    fake-gcs-server: {len(self.forgotten)} notifications, published again",
            f"    bqemulator: a part of the commit of {len(self.torn)} uploads, which were settled",
        ]
        return "\n".join(lines + [f"  PROBLEM {problem}" for problem in problems])

    def _faults(self) -> str:
        return _by_number(Counter({f"{c} {k.value}": n for (c, k), n in self.faults.items()}))


def _by_number(counted: Counter[str]) -> str:
    return ", ".join(f"{n} × {what}" for what, n in counted.most_common()) or "none"
