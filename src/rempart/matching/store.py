"""Lists of known files, kept sealed: opened into memory, never onto the disk, and never without a line in the use log.

  <folder>/lists/<list>.json  what is known of a list, without any of its rows: names, dates, counts, addresses
  <folder>/vault/             its rows as Parquet, sealed with age, a million rows to a container (`evidence.vault`)
  <folder>/uses.jsonl         who opened which list, when, for what (`uses`)

A list that replaces another leaves the earlier deliveries sealed, and out of use. Only `remove` destroys rows: what is known of the list
without them stays below <folder>/removed, so that every use that was logged still names something.
"""

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.errors import BadInput, Damaged
from rempart.evidence import durable, sealing
from rempart.evidence.ledger.files import Lock
from rempart.evidence.vault import Vault
from rempart.matching.listing import LISTINGS, Listing, ListPart, Standing, Tally
from rempart.matching.reading import ListReading, require_rows
from rempart.matching.uses import LookUp, Use, log_use, read_uses

PART_ROWS = 1 << 20
_FOLDER_MODE = 0o700
_ID = re.compile(r"[^a-z0-9]+")
Mode = Literal["new", "continue", "replace"]


class ListThere(BadInput):
    """A list of this name, or this very file, is kept already."""


class NoSuchList(BadInput):
    """No list of this name is kept."""


class BadName(BadInput):
    """The name of a list holds no letter or digit."""


class BrokenList(Damaged):
    """What is kept of a list is not as it was written."""


class KeptPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sealed container: its address in the vault, and how many rows."""

    address: str
    rows: int


class Delivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file or folder that was added. version, issued_on: as told by the list or by who added it; None: by nobody.

    replaces: the deliveries before it are out of use.
    """

    form: str
    source_name: str
    source_sha256: str
    source_bytes: int
    added_at: datetime
    added_by: str
    tally: Tally
    parts: tuple[KeptPart, ...]
    version: str | None = None
    issued_on: date | None = None
    replaces: bool = False


class KeptList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list and all its deliveries, oldest first."""

    list_id: str
    name: str
    standing: Standing
    replacing: bool
    deliveries: tuple[Delivery, ...]

    @property
    def in_use(self) -> tuple[Delivery, ...]:
        """The deliveries that are looked up: from the last that replaced all before it."""
        begin = max((at for at, one in enumerate(self.deliveries) if one.replaces), default=0)
        return self.deliveries[begin:]

    @property
    def rows(self) -> int:
        """Rows in use, tombstones too."""
        return sum(one.tally.rows for one in self.in_use)


class NewList(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says when adding a list. mode: a new one, a continuation of one, or in the place of one."""

    name: str
    added_at: datetime
    added_by: str
    version: str | None = None
    issued_on: date | None = None
    known_good: bool = False
    mode: Mode = "new"


class ListStore:
    """The lists below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._descriptions, self._removed = folder, folder / "lists", folder / "removed"
        self._vault = Vault(folder / "vault")
        self._uses = folder / "uses.jsonl"

    def lists(self) -> tuple[KeptList, ...]:
        """Every list that is kept, by its id. Needs no key. Raises: BrokenList, OSError."""
        return tuple(_described(path) for path in sorted(self._descriptions.glob("*.json")))

    def uses(self) -> tuple[Use, ...]:
        """Every use of a list, oldest first. Raises: BrokenUses."""
        return read_uses(self._uses)

    def add(self, reading: ListReading, new: NewList, *, recipients: Sequence[str]) -> KeptList:
        """Reads a list to its end and keeps it sealed; what it is then, with all its deliveries.

        Raises: ListThere, NoSuchList, BadName, NothingListed, NoRecipient; those of the reading; Busy, OSError. Nothing is
        kept of the list then, save sealed bytes that no description names.
        """
        durable.make_folder(self._descriptions, mode=_FOLDER_MODE)
        lock = Lock(self._folder)
        try:
            known = self._known(new, reading)
            parts = tuple(self._seal(reading, recipients))
            require_rows(reading)
            kept = _grown(known, new, reading, parts)
            use = LookUp(by=new.added_by, at=new.added_at, act="add")
            log_use(self._uses, kept.list_id, use)
            with durable.replacing(self._descriptions / f"{kept.list_id}.json") as file:
                file.write(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
        finally:
            lock.close()
        return kept

    def open(self, list_id: str, *, identities: Sequence[str], use: LookUp) -> Listing:
        """A list to look up; the use is written down first. Its rows are unsealed part by part, when they are asked for.

        Raises: NoSuchList, BrokenList, UsesNotKept; when a part is loaded: WrongKey, BrokenSeal, NotKept, BrokenList.
        """
        path = self._descriptions / f"{list_id}.json"
        if not _ID.sub("-", list_id) == list_id or not path.exists():
            raise NoSuchList("There is no list {name}. `rempart hashes list` names them.", name=list_id)
        kept = _described(path)
        log_use(self._uses, kept.list_id, use)
        return Listing(
            list_id=kept.list_id,
            name=kept.name,
            parts=tuple(self._parts(kept, identities)),
            standing=kept.standing,
            replacing=kept.replacing,
        )

    def open_all(self, *, identities: Sequence[str], use: LookUp) -> tuple[Listing, ...]:
        """Every list to look up, each with its line in the use log. Raises: as `open`."""
        return tuple(self.open(kept.list_id, identities=identities, use=use) for kept in self.lists())

    def remove(self, list_id: str, *, use: LookUp) -> KeptList:
        """Destroys the sealed rows of a list and puts it out of use; what it was then. The use is written down first.

        Raises: NoSuchList, BrokenList, UsesNotKept, Busy, OSError.
        """
        path = self._descriptions / f"{list_id}.json"
        if not _ID.sub("-", list_id) == list_id or not path.exists():
            raise NoSuchList("There is no list {name}. `rempart hashes list` names them.", name=list_id)
        durable.make_folder(self._removed, mode=_FOLDER_MODE)
        lock = Lock(self._folder)
        try:
            kept = _described(path)
            log_use(self._uses, kept.list_id, use)
            with durable.replacing(self._removed / f"{kept.list_id}-{use.at:%Y%m%dT%H%M%S%f}.json") as file:
                file.write(path.read_bytes())
            path.unlink()
            durable.sync_folder(self._descriptions)
            used = {part.address for other in self.lists() for one in other.deliveries for part in one.parts}
            for part in (part for one in kept.deliveries for part in one.parts if part.address not in used):
                self._vault.discard(part.address)
        finally:
            lock.close()
        return kept

    def removed(self) -> tuple[KeptList, ...]:
        """The lists that were removed, as they were, by id and instant. Raises: BrokenList, OSError."""
        return tuple(_described(path) for path in sorted(self._removed.glob("*.json")))

    def _known(self, new: NewList, reading: ListReading) -> KeptList | None:
        path = self._descriptions / f"{id_of(new.name)}.json"
        known = _described(path) if path.exists() else None
        if known is None and new.mode != "new":
            raise NoSuchList("There is no list {name}. `rempart hashes list` names them.", name=new.name)
        if known and new.mode == "new":
            raise ListThere(
                "There is a list {name} already; nothing was changed. Give --continue to add to it, --replace to put this one "
                "in its place, or another --name.",
                name=known.name,
            )
        if known and any(one.source_sha256 == reading.exhibit.sha256 for one in known.in_use):
            raise ListThere("This very file is in the list {name} already; nothing was changed.", name=known.name)
        if known and known.standing != _standing(new, reading):
            raise ListThere("A list of known software and another list are not one list. Give another --name.")
        return known

    def _seal(self, tables: Iterable[pa.Table], recipients: Sequence[str]) -> Iterator[KeptPart]:
        """Containers of PART_ROWS rows or some more; rows are packed in memory, nothing readable touches the disk."""
        packing = _Packing()
        for table in tables:
            packing.add(table)
            if packing.rows >= PART_ROWS:
                yield self._put(packing, recipients)
                packing = _Packing()
        if packing.rows:
            yield self._put(packing, recipients)

    def _put(self, packing: "_Packing", recipients: Sequence[str]) -> KeptPart:
        exhibit = self._vault.put(packing.close(), recipients=recipients)
        return KeptPart(address=exhibit.address, rows=packing.rows)

    def _parts(self, kept: KeptList, identities: Sequence[str]) -> Iterator[ListPart]:
        before = 0
        for delivery in kept.in_use:
            for part in delivery.parts:
                load = _Load(self._vault, part, tuple(identities), before)
                yield ListPart(load=load, version=delivery.version, issued_on=delivery.issued_on)
            before += delivery.tally.rows


class _Packing:
    """Rows packed as Parquet in memory, as they come."""

    def __init__(self) -> None:
        self._packed = io.BytesIO()
        self._writer = pq.ParquetWriter(self._packed, LISTINGS, compression="zstd")
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        self._writer.write_table(table)
        self.rows += table.num_rows

    def close(self) -> io.BytesIO:
        self._writer.close()
        self._packed.seek(0)
        return self._packed


class _Load:
    """Unseals one container into memory; rows are numbered through all deliveries of the list."""

    def __init__(self, vault: Vault, part: KeptPart, identities: tuple[str, ...], before: int) -> None:
        self._vault, self._part, self._identities, self._before = vault, part, identities, before

    def __call__(self) -> pa.Table:
        with self._vault.open_sealed(self._part.address) as file:
            data = sealing.unseal(file.read(), identities=self._identities)
        table = pq.read_table(io.BytesIO(data), schema=LISTINGS)
        if table.num_rows != self._part.rows:
            raise BrokenList("A sealed part of a list is not the one that was kept; take it from the backup.")
        numbers = pc.add(table["listing_row"], self._before)
        return table.set_column(0, LISTINGS.field(0), numbers)


def id_of(name: str) -> str:
    """The id of a list, from its name: small letters, digits and hyphens. Raises: BadName."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    told = _ID.sub("-", plain).strip("-")[:60]
    if not told:
        raise BadName("A list is named with letters or digits.")
    return told


def _grown(known: KeptList | None, new: NewList, reading: ListReading, parts: tuple[KeptPart, ...]) -> KeptList:
    delivery = Delivery(
        form=reading.form.name,
        source_name=reading.exhibit.name,
        source_sha256=reading.exhibit.sha256,
        source_bytes=reading.exhibit.size_bytes,
        added_at=new.added_at,
        added_by=new.added_by,
        tally=reading.tally,
        parts=parts,
        version=new.version or reading.edition,
        issued_on=new.issued_on,
        replaces=new.mode == "replace",
    )
    before = known.deliveries if known else ()
    replacing = reading.form.replacing or bool(known and new.mode == "continue" and known.replacing)
    return KeptList(
        list_id=known.list_id if known else id_of(new.name),
        name=known.name if known else new.name.strip(),
        standing=_standing(new, reading),
        replacing=replacing,
        deliveries=(*before, delivery),
    )


def _standing(new: NewList, reading: ListReading) -> Standing:
    return "known_good" if new.known_good else reading.standing


def _described(path: Path) -> KeptList:
    try:
        return msgspec.json.decode(path.read_bytes(), type=KeptList)
    except msgspec.DecodeError as error:
        raise BrokenList("{name} is damaged; take it from the backup.", name=path.name) from error
