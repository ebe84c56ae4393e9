"""People upload, overwrite, delete and correct files; what they did is kept as evidence."""

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
    corrected: dict[int, shop.Row] | None = None
    """For a correction: the rows it contains, by their original lines."""
    gone: bool = False
    """It was overwritten or deleted."""

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
    """How many messages of enrichment-complete have been checked."""
    second_emails: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often an email may have been sent without being marked, by upload and end."""

    def send(self, name: str, file: shop.File) -> Sent:
        return self._put(name, file.data, file)

    def delete(self, name: str) -> None:
        self.cloud.store.delete("uploads", name)
        self._is_gone(name)

    def touch_reference(self) -> None:
        self.cloud.store.put("references", "shops.csv", shop.OTHER_SHOPS)

    def correct(self, name: str, *, fixed: int) -> Sent:
        """Upload a reject file with its first `fixed` rows corrected."""
        text = self.cloud.store.buckets["rejects"][name].data.decode()
        records = list(csv.reader(io.StringIO(text)))
        corrected: dict[int, shop.Row] = {}
        for number, cells in enumerate(records[1:]):
            if number < fixed:
                cells[-1] = str(number + 1)
            corrected[int(cells[0])] = shop.Row(cells[2], cells[4])
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(records)
        return self._put(name, out.getvalue().encode(), shop.File(), corrected)

    def _put(
        self, name: str, data: bytes, file: shop.File, corrected: dict[int, shop.Row] | None = None
    ) -> Sent:
        self._is_gone(name)
        info = self.cloud.store.put("uploads", name, data)
        sent = Sent(Upload(info.bucket, info.name, info.generation), file, corrected)
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
