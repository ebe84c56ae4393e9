"""The COMMITTED write streams that an instance keeps for small uploads.

BigQuery documents a quota of 30,000 new streams per project in 4 hours, which one stream for each
small file would exceed at 7,500 files an hour. Each stream is used by one upload at a time, so an
instance has at most as many streams per table as requests at the same time.
"""

from collections import OrderedDict
from dataclasses import field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, TableSpec, Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

IDLE: Final = timedelta(minutes=10)
"""A stream that was not used for this long is dropped. The service deletes idle streams after about
4 days, and an upload that claims a deleted stream waits for more than an hour until that is
certain."""
_TABLES: Final = 64
"""The most pairs of table and schema for which streams are kept."""

Key = tuple[TableSpec, str]
"""A table and the schema of the rows. The service takes the schema of a connection's first request;
rows with another schema need another stream."""


@dataclass(frozen=True, slots=True)
class SharedStream:
    """A stream that this instance alone appends to."""

    name: str
    created: datetime
    offset: int
    """Where the next append goes."""
    used: datetime
    """When it was last appended to."""


@dataclass(slots=True)
class SharedStreams:
    warehouse: Warehouse
    clock: Clock
    _free: OrderedDict[Key, list[SharedStream]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, table: TableSpec, schema: "pa.Schema") -> SharedStream:
        """Return a stream that nobody else uses until it is given back; a new one if none is free.
        A stream that is not given back is never used again."""
        now = self.clock()
        with self._lock:
            free = self._free.get(_key(table, schema), [])
            while free:
                stream = free.pop()
                if now - stream.used < IDLE:
                    return stream
        self.warehouse.ensure_table(table)
        name = self.warehouse.create_stream(table, "committed")
        # The time is taken after the call, which may have been slow: an old stream that is not
        # found counts as lost, so no stream may seem older than it is.
        created = self.clock()
        return SharedStream(name, created=created, offset=0, used=created)

    def give_back(self, stream: SharedStream, table: TableSpec, schema: "pa.Schema") -> None:
        """Offer a stream to the next upload. Call this only after an append that was acknowledged
        at exactly the stream's offset, or if nothing was sent: the next offset must be certain."""
        with self._lock:
            key = _key(table, schema)
            self._free.setdefault(key, []).append(stream)
            self._free.move_to_end(key)
            while len(self._free) > _TABLES:
                self._free.popitem(last=False)

    def forget(self, table: TableSpec) -> None:
        """Drop the free streams of a table, because one of its streams was lost. Usually the table
        was replaced, so that each of the others would delay another upload."""
        with self._lock:
            for key in [key for key in self._free if key[0].id == table.id]:
                del self._free[key]

    def appended(self, stream: SharedStream, rows: int) -> SharedStream:
        """Return the stream as it is after an append of `rows` rows."""
        return replace(stream, offset=stream.offset + rows, used=self.clock())


def _key(table: TableSpec, schema: "pa.Schema") -> Key:
    return table, schema.to_string()
