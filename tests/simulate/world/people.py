"""What people do from outside: upload, overwrite, delete, mend a reject file; and what of it must
be remembered to judge the outcome."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field

from csvgate.ports import ObjectInfo
from csvgate.protocol.identity import Upload
from simulate.world import shop
from simulate.world.cloud import Cloud
from simulate.world.parcels import Mailroom, Parcel
from world import finalized


@dataclass(slots=True)
class Sent:
    """One generation of one object that somebody uploaded."""

    upload: Upload
    file: shop.File
    mends: dict[int, shop.Row] | None = None
    """Of a correction: the rows it brings, by their original lines."""
    gone: bool = False
    """Overwritten or deleted since."""

    @property
    def refuses(self) -> bool:
        return self.upload.name.startswith("held/")


@dataclass(slots=True)
class People:
    cloud: Cloud
    mailroom: Mailroom
    sent: list[Sent] = field(default_factory=list)
    streams_expired: bool = False
    heard: int = 0
    """Announcements on enrichment-complete that were looked at."""
    second_emails: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By upload and outcome: how often an email may have been sent without being marked so."""

    def send(self, name: str, file: shop.File) -> Sent:
        return self._put(name, file.data, file)

    def delete(self, name: str) -> None:
        self.cloud.store.delete("uploads", name)
        self._is_gone(name)

    def touch_reference(self) -> None:
        self.cloud.store.put("references", "shops.csv", shop.OTHER_SHOPS)

    def correct(self, name: str, *, mended: int) -> Sent:
        """Send a reject file back with its first so many rows mended."""
        text = self.cloud.store.buckets["rejects"][name].data.decode()
        records = list(csv.reader(io.StringIO(text)))
        mends: dict[int, shop.Row] = {}
        for number, cells in enumerate(records[1:]):
            if number < mended:
                cells[-1] = str(number + 1)
            mends[int(cells[0])] = shop.Row(cells[2], cells[4])
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(records)
        return self._put(name, out.getvalue().encode(), shop.File(), mends)

    def _put(
        self, name: str, data: bytes, file: shop.File, mends: dict[int, shop.Row] | None = None
    ) -> Sent:
        self._is_gone(name)
        info = self.cloud.store.put("uploads", name, data)
        sent = Sent(Upload(info.bucket, info.name, info.generation), file, mends)
        self.sent.append(sent)
        self.mailroom.waiting.append(storage_parcel(self.cloud, info))
        return sent

    def _is_gone(self, name: str) -> None:
        for sent in self.sent:
            if sent.upload.name == name:
                sent.gone = not self.cloud.store.versioned


def storage_parcel(cloud: Cloud, info: ObjectInfo) -> Parcel:
    name = f"upload {info.name.split('.')[0]}#{info.generation % 1000}"
    return Parcel("validate_and_parse", name, cloud.now, finalized(info))
