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
    ghosts: set[str]
    """Ids of uploads whose pending streams bqemulator lost."""
    rows_in_table: int
    """Rows in BigQuery, of any upload."""

    def problems(self) -> list[str]:
        """Return the broken promises; empty if there are none."""
        found = []
        for one in self.accounts:
            problems = _ghost(one) if one.sent.upload.id in self.ghosts else one.problems()
            found += [f"{one.sent.upload.name} ({one.sent.upload.id}) {p}" for p in problems]
            if one.sent.sample.faulty and one.sent.upload.id not in self.handed_back:
                found.append(f"{one.sent.upload.name}: no dead letter for its rejected rows")
        known = sum(len(one.loaded) for one in self.accounts)
        if known != self.rows_in_table:
            found.append(f"{self.rows_in_table} rows in BigQuery, but {known} of these uploads")
        return found

    def __str__(self) -> str:
        problems = self.problems()
        complete = [a for a in self.accounts if a.sent.upload.id not in self.ghosts]
        ghosts = [a for a in self.accounts if a.sent.upload.id in self.ghosts]
        resent = sum(max(0, n - 1) for a in complete for n in a.emails.values())
        rows = sum(len(a.loaded) + len(a.rejected) for a in complete)
        lines = [
            f"  {sum(self.faults.values())} faults: {self._faults()}",
            f"  {len(complete)} uploads ended, {rows:,} rows: "
            f"{sum(len(a.loaded) for a in complete):,} in BigQuery, "
            f"{sum(len(a.rejected) for a in complete):,} in reject files",
            f"  {sum('lost' in p for p in problems)} uploads with lost rows, "
            f"{sum('doubled' in p for p in problems)} with doubled rows, "
            f"{sum('stuck' in p for p in problems)} stuck",
            f"  {sum(self.replayed.values())} dead letters replayed: {_by_number(self.replayed)}",
            f"  {resent} emails sent again after a crash during sending",
            "  what the emulators lost and the services would not:",
            f"    fake-gcs-server: {len(self.forgotten)} notifications, published again",
            f"    bqemulator: the streams of {len(self.ghosts)} uploads, "
            "which ended as `stream.gone` and were uploaded again unless all rows were there; "
            f"{sum(map(_is_torn, ghosts))} of them it had committed in part",
        ]
        return "\n".join(lines + [f"  PROBLEM {problem}" for problem in problems])

    def _faults(self) -> str:
        return _by_number(Counter({f"{c} {k.value}": n for (c, k), n in self.faults.items()}))


def _ghost(one: Account) -> list[str]:
    """Check that no row of such an upload is in BigQuery twice. bqemulator commits one stream
    after the other, so some of its chunks may be there if it was killed in between."""
    keys = one.sent.sample.keys
    found = Counter(one.loaded)
    if found - Counter(keys.items()):
        return [f"doubled or unexpected: {len(one.loaded)} rows of {len(keys)} lines"]
    return []


def _is_torn(one: Account) -> bool:
    return 0 < len(one.loaded) < len(one.sent.sample.keys)


def _by_number(counted: Counter[str]) -> str:
    return ", ".join(f"{n} × {what}" for what, n in counted.most_common()) or "none"
