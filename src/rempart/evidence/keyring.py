"""The keys of one site, in its folder `keys/`: made, rotated and checked; never removed.

  recipients.toml         public: what is sealed for whom
  intake-YYYY-MM.key      private half of the key of a month, mode 0600, for those who read reports
  desk.key                private half of the key of the desk, mode 0600, for what people write about reports
  blind.key               32 random bytes in hexadecimal digits, mode 0600, for the desk's index without words
  signer.key, signer.vkey the key that signs the ledger (`ledger.notes`); the first one private
  journal.key, .vkey      the key that signs the journal of the desk, the same
The private half of the guard key is never here. A private half is on the disk before anything is sealed for it.
"""

import contextlib
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from rempart.errors import BadInput, RempartError
from rempart.evidence import durable, keys
from rempart.evidence.keys import Purpose, Recipient, Recipients
from rempart.evidence.ledger.notes import LOG_KEY, Signer, new_signer, parse_signer, parse_vkey

JOURNAL_NAME = "/journal"  # after the name of the ledger: the two are two logs to a witness
_FOLDER_MODE = 0o755
_BLIND = re.compile(rb"[0-9a-f]{64}")
_IDENTITY = re.compile(rb"AGE-SECRET-KEY-1[A-Z0-9]{58}")
_MOST_KEY_FILE_BYTES = 1 << 16


class AlreadyMade(BadInput):
    """A key that was to be made is there already."""


class LostSigner(BadInput):
    """The public half of a key that signs is there, the private half is not."""


class NoLedgerKey(BadInput):
    """The journal is named after the ledger, and that has no key yet."""


class Flaw(StrEnum):
    """What can be wrong with the keys of a site."""

    NO_LIST = "no_list"  # recipients.toml is absent: nothing can be received
    LIST_DAMAGED = "list_damaged"
    NO_INTAKE = "no_intake"  # no key of the month is in use
    NO_GUARD = "no_guard"  # no guard key is in use: a lost key of the month would be lost reports
    OLD_MONTH = "old_month"  # the key in use was made in a month before this one
    PRIVATE_MISSING = "private_missing"  # what was sealed for it, only the guard key opens
    PRIVATE_DAMAGED = "private_damaged"  # the file holds no key, or that of another name
    PRIVATE_OPEN = "private_open"  # others than its owner may read or write it
    FOLDER_OPEN = "folder_open"  # others may put keys of theirs here
    GUARD_HERE = "guard_here"  # the private half of the guard key lies on the site
    NO_SIGNER = "no_signer"  # nothing can be added to the ledger
    SIGNER_OTHER = "signer_other"  # signer.vkey is not the public half of signer.key
    NO_JOURNAL = "no_journal"  # nothing that is done at the desk can be signed
    JOURNAL_OTHER = "journal_other"  # the halves of the journal's key do not belong together, or it is the ledger's
    NO_DESK = "no_desk"  # nothing can be written at the desk
    NO_BLIND = "no_blind"  # no index of the desk: absent, or not 32 bytes in hexadecimal digits
    NOT_LOOKED = "not_looked"  # who asks may not read the file
    UNLISTED = "unlisted"  # a private key that the list does not name: an interrupted rotation


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFault:
    """A flaw, and the name of the file or key that has it."""

    flaw: Flaw
    name: str


class Keyring:
    """The folder of keys of a site."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.list_path = folder / "recipients.toml"
        self.signer_path, self.vkey_path = folder / "signer.key", folder / "signer.vkey"
        self.journal_path, self.journal_vkey_path = folder / "journal.key", folder / "journal.vkey"
        self.blind_path = folder / "blind.key"

    def recipients(self) -> Recipients:
        """Whom things are and were sealed for; nobody when there is no list yet.

        Raises: DamagedRecipients, OSError.
        """
        try:
            return keys.load_recipients(self.list_path)
        except FileNotFoundError:
            return Recipients(entries=())

    def identities(self) -> tuple[str, ...]:
        """The private keys of all months that lie here, oldest first: what opens reports.

        Raises: DamagedRecipients, UnreadableKeyFile, OSError.
        """
        paths = [self.private_path(entry.name) for entry in self.recipients().entries]
        return tuple(identity for path in paths if path.exists() for identity in keys.read_identities(path))

    def private_path(self, name: str) -> Path:
        """Where the private half of a key of the list lies, if it lies here."""
        return self.folder / f"{name}.key"

    def add_intake(self, day: date, *, again: bool = False) -> Recipient:
        """Makes the key of the month of `day` and retires the one before, which stays for reading.

        again: a further key in a month that has one, for when that one is not trusted any more.
        Raises: AlreadyMade when the month has its key, OSError.
        """
        known = self.recipients()
        names = [entry.name for entry in known.entries]
        name = keys.intake_name(day, names if again else ())
        if name in names:
            raise AlreadyMade("This month has its key already, {name}; nothing was changed.", name=name)
        identity = self._private_half(name, day)
        entry = Recipient(name=name, purpose=Purpose.INTAKE, key=keys.recipient_of(identity), created_date=day)
        keys.save_recipients(self.list_path, known.with_new(entry, retired_date=day))
        return entry

    def add_desk(self, day: date) -> Recipient:
        """The key of the desk; makes it when there is none. Raises: OSError, DamagedRecipients."""
        known = self.recipients()
        for entry in known.entries:
            if entry.purpose == Purpose.DESK and entry.retired_date is None:
                return entry
        identity = self._private_half("desk", day)
        entry = Recipient(name="desk", purpose=Purpose.DESK, key=keys.recipient_of(identity), created_date=day)
        keys.save_recipients(self.list_path, known.with_new(entry))
        return entry

    def add_blind(self, *, seed: bytes) -> bool:
        """Makes the key of the desk's index from 32 random bytes; False when there is one, which stays. Raises: OSError."""
        durable.make_folder(self.folder, mode=_FOLDER_MODE)
        try:
            durable.create(self.blind_path, seed.hex().encode("ascii") + b"\n")
        except FileExistsError:
            return False
        return True

    def add_guard(self, recipient: str, *, day: date) -> Recipient:
        """Seals for this guard key from now on, and not for the one before.

        Raises: NotAKey, OSError.
        """
        durable.make_folder(self.folder, mode=_FOLDER_MODE)
        known = self.recipients()
        names = [entry.name for entry in known.entries]
        name = keys.free_name(f"guard-{day:%Y-%m}", names)
        entry = Recipient(name=name, purpose=Purpose.ESCROW, key=keys.parse_recipient(recipient), created_date=day)
        keys.save_recipients(self.list_path, known.with_new(entry, retired_date=day))
        return entry

    def add_signer(self, origin: str, *, seed: bytes) -> Signer:
        """Makes the key that signs the ledger of this name, from 32 random bytes.

        Raises: AlreadyMade, LostSigner when another one has signed before, BadKey for a name that cannot be, OSError.
        """
        if self.signer_path.exists() and self.vkey_path.exists():
            raise AlreadyMade("The ledger has its key already; nothing was changed.")
        if self.vkey_path.exists():
            raise LostSigner(
                "signer.key is lost. Take it from the backup; or keep signer.vkey elsewhere, because it verifies what "
                "was signed, and begin a new ledger."
            )
        return self._signing_pair(self.signer_path, self.vkey_path, name=origin, seed=seed)

    def add_journal(self, *, seed: bytes) -> Signer:
        """Makes the key that signs the journal of the desk, from 32 random bytes; its name is the ledger's with /journal.

        Raises: NoLedgerKey, AlreadyMade, LostSigner when another one has signed before, OSError.
        """
        if not self.vkey_path.exists():
            raise NoLedgerKey("The ledger has no key yet, after which the journal is named. Run `rempart keys init`.")
        if self.journal_path.exists() and self.journal_vkey_path.exists():
            raise AlreadyMade("The journal has its key already; nothing was changed.")
        if self.journal_vkey_path.exists():
            raise LostSigner(
                "journal.key is lost. Take it from the backup; or keep journal.vkey elsewhere, because it verifies what "
                "was signed, and begin a new journal."
            )
        ledger = parse_vkey(self.vkey_path.read_text("utf-8"))
        return self._signing_pair(
            self.journal_path, self.journal_vkey_path, name=f"{ledger.name}{JOURNAL_NAME}", seed=seed
        )

    def _signing_pair(self, private: Path, public: Path, *, name: str, seed: bytes) -> Signer:
        """A key that signs, on the disk; the one that an interrupted call left there, if there is one."""
        durable.make_folder(self.folder, mode=_FOLDER_MODE)
        signer = new_signer(name, kind=LOG_KEY, seed=seed)
        try:
            durable.create(private, f"{signer.secret}\n".encode())
        except FileExistsError:
            signer = parse_signer(private.read_text("utf-8"))
        durable.create(public, f"{signer.vkey.text}\n".encode(), mode=durable.PUBLIC)
        return signer

    def _private_half(self, name: str, day: date) -> str:
        """A new private key on the disk; the one that an interrupted call left there, if there is one."""
        durable.make_folder(self.folder, mode=_FOLDER_MODE)
        path, identity = self.private_path(name), keys.new_identity()
        try:
            durable.create(path, keys.identity_file(identity, remark=f"Rempart, {name}, made on {day}"))
        except FileExistsError:
            return keys.read_identities(path)[0]
        return identity

    # -- what may be wrong ------------------------------------------------------------------------------

    def check(self, day: date) -> tuple[KeyFault, ...]:
        """Every flaw of the keys on this day; none when all is well.

        Raises: OSError when it cannot look.
        """
        if not self.list_path.exists():
            return (KeyFault(flaw=Flaw.NO_LIST, name=self.list_path.name),)
        try:
            known = self.recipients()
        except RempartError:
            return (KeyFault(flaw=Flaw.LIST_DAMAGED, name=self.list_path.name),)
        return (
            *_faults_in_use(known, day),
            *(fault for entry in known.entries if entry.purpose != Purpose.ESCROW for fault in self._private(entry)),
            *_pair(self.signer_path, self.vkey_path, none=Flaw.NO_SIGNER, other=Flaw.SIGNER_OTHER),
            *self._desk(known),
            *self._places(known),
        )

    def _desk(self, known: Recipients) -> Iterator[KeyFault]:
        """What the desk needs beside the key of the month."""
        yield from _pair(self.journal_path, self.journal_vkey_path, none=Flaw.NO_JOURNAL, other=Flaw.JOURNAL_OTHER)
        if _are_alike(self.vkey_path, self.journal_vkey_path):
            yield KeyFault(flaw=Flaw.JOURNAL_OTHER, name=self.journal_vkey_path.name)
        if not known.active(Purpose.DESK):
            yield KeyFault(flaw=Flaw.NO_DESK, name="desk")
        try:
            is_key = _BLIND.fullmatch(self.blind_path.read_bytes().strip())
        except FileNotFoundError:
            is_key = None
        except PermissionError:
            yield KeyFault(flaw=Flaw.NOT_LOOKED, name=self.blind_path.name)
            return
        if not is_key:
            yield KeyFault(flaw=Flaw.NO_BLIND, name=self.blind_path.name)

    def _private(self, entry: Recipient) -> Iterator[KeyFault]:
        path = self.private_path(entry.name)
        try:
            if entry.key not in map(keys.recipient_of, keys.read_identities(path)):
                yield KeyFault(flaw=Flaw.PRIVATE_DAMAGED, name=path.name)
        except FileNotFoundError:
            yield KeyFault(flaw=Flaw.PRIVATE_MISSING, name=path.name)
        except PermissionError:
            yield KeyFault(flaw=Flaw.NOT_LOOKED, name=path.name)
        except BadInput:
            yield KeyFault(flaw=Flaw.PRIVATE_DAMAGED, name=path.name)

    def _places(self, known: Recipients) -> Iterator[KeyFault]:
        if stat.S_IMODE(self.folder.stat().st_mode) & 0o022:
            yield KeyFault(flaw=Flaw.FOLDER_OPEN, name=self.folder.name)
        listed = {entry.key for entry in known.entries}
        guards = {entry.key for entry in known.entries if entry.purpose == Purpose.ESCROW}
        named = set(self.folder.glob("*.key"))
        for path in (*_files(self.folder), *_files(self.folder.parent)):
            halves = _public_halves(path)
            is_private = bool(halves) or path in named
            if is_private and stat.S_IMODE(path.stat().st_mode) & 0o077:
                yield KeyFault(flaw=Flaw.PRIVATE_OPEN, name=path.name)
            if halves & guards:
                yield KeyFault(flaw=Flaw.GUARD_HERE, name=path.name)
            elif halves and not halves & listed:
                yield KeyFault(flaw=Flaw.UNLISTED, name=path.name)


def _faults_in_use(known: Recipients, day: date) -> Iterator[KeyFault]:
    in_use = [entry for entry in known.entries if entry.retired_date is None]
    months = [entry for entry in in_use if entry.purpose == Purpose.INTAKE]
    if not months:
        yield KeyFault(flaw=Flaw.NO_INTAKE, name="intake")
    if not any(entry.purpose == Purpose.ESCROW for entry in in_use):
        yield KeyFault(flaw=Flaw.NO_GUARD, name="guard")
    for entry in months:
        if (entry.created_date.year, entry.created_date.month) < (day.year, day.month):
            yield KeyFault(flaw=Flaw.OLD_MONTH, name=entry.name)


def _pair(private: Path, public: Path, *, none: Flaw, other: Flaw) -> Iterator[KeyFault]:
    """Flaws of the two halves of a key that signs."""
    try:
        signer = parse_signer(private.read_text("utf-8"))
        if signer.vkey != parse_vkey(public.read_text("utf-8")):
            yield KeyFault(flaw=other, name=public.name)
    except FileNotFoundError:
        yield KeyFault(flaw=none, name=private.name)
    except PermissionError:
        yield KeyFault(flaw=Flaw.NOT_LOOKED, name=private.name)
    except (BadInput, UnicodeDecodeError):
        yield KeyFault(flaw=other, name=private.name)


def _are_alike(one: Path, other: Path) -> bool:
    """Whether one key signs both logs: two logs of one name would be a fork."""
    try:
        return parse_vkey(one.read_text("utf-8")).public == parse_vkey(other.read_text("utf-8")).public
    except (OSError, BadInput, UnicodeDecodeError):
        return False  # told by `_pair`


def _public_halves(path: Path) -> set[str]:
    """Of every private age key in a file, whatever else stands there; none for a file too large to be one of keys,
    or one that who asks may not read.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= _MOST_KEY_FILE_BYTES else b""
    except PermissionError:
        return set()
    halves = set()
    for found in _IDENTITY.findall(data):
        with contextlib.suppress(BadInput):
            halves.add(keys.recipient_of(found.decode("ascii")))
    return halves


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())
