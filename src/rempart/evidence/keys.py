"""Keys: age identities (private, `AGE-SECRET-KEY-1…`) and recipients (public, `age1…`), and who they are for.

Only native X25519 keys are taken. Names of plugins (`age1yubikey1…`) are refused because they name a program to
start (CVE-2024-56327), SSH keys because they serve other ends, keys of small order because sealing for them would
seal for everybody; age itself stops the process at those.

`recipients.toml` is public: what is sealed for whom. Nothing in it is ever removed: a retired key still opens
what was sealed for it. The private half of "intake", the key of the month, is with those who read; the private
half of "escrow", the guard key, is on no machine of the site.
"""

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain, count
from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from rempart.errors import BadInput, Damaged
from rempart.evidence import age, bech32, durable

RECIPIENT_NAME, IDENTITY_NAME = "age", "age-secret-key-"
KEY_BYTES = 32
FORMAT_VERSION = "1"
NAME = r"^[a-z0-9][a-z0-9-]{0,59}\Z"  # names become names of files
_PROBE = X25519PrivateKey.from_private_bytes(bytes(range(KEY_BYTES)))  # any key tells a point of small order


class NotAKey(BadInput):
    """The text is not a key of the kind that is asked for; the text itself is never repeated."""


class UnreadableKeyFile(BadInput):
    """The file holds no identity, or another text."""


class DamagedRecipients(Damaged):
    """recipients.toml is not as Rempart writes it."""


class Purpose(StrEnum):
    """What a key is for."""

    INTAKE = "intake"  # the key of the month: those who read reports hold its private half
    ESCROW = "escrow"  # the guard key: kept away from every machine, for the day when all others are lost
    DESK = "desk"  # for the keys of reports and dossiers, which the desk writes under


def parse_recipient(untrusted_text: str) -> str:
    """The public key `age1…`, blanks around it removed.

    Raises: NotAKey for another kind of key, a wrong letter, or a key of small order.
    """
    text = untrusted_text.strip()
    if text.upper().startswith("AGE-SECRET-KEY-"):
        raise NotAKey("This is a private key where a public one (age1…) is asked for; do not send it to anybody.")
    raw = bech32.decode(text, name=RECIPIENT_NAME)
    if raw is None or len(raw) != KEY_BYTES:
        raise NotAKey("This is not a public age key (age1… with 62 letters and digits); nothing was done with it.")
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(raw))
    except ValueError as error:
        raise NotAKey("This public key is of small order: what is sealed for it, anybody could open.") from error
    return text


def parse_identity(untrusted_text: str) -> str:
    """The private key `AGE-SECRET-KEY-1…`, blanks around it removed.

    Raises: NotAKey.
    """
    text = untrusted_text.strip()
    raw = bech32.decode(text.lower(), name=IDENTITY_NAME) if text == text.upper() else None
    if raw is None or len(raw) != KEY_BYTES:
        raise NotAKey("This is not a private age key (AGE-SECRET-KEY-1…); nothing was done with it.")
    return text


def recipient_of(identity: str) -> str:
    """The public half of an identity.

    Raises: NotAKey.
    """
    return age.public_half(parse_identity(identity))


def new_identity() -> str:
    """A new private key, from the randomness of the system."""
    return age.new_identity()


def identity_from_seed(seed: bytes) -> str:
    """The private key that 32 secret bytes are: always the same for the same seed.

    Raises: NotAKey for another number of bytes.
    """
    if len(seed) != KEY_BYTES:
        raise NotAKey("A key is made from {count} bytes.", count=KEY_BYTES)
    return bech32.encode(IDENTITY_NAME, seed).upper()


def intake_name(month: date, taken: Collection[str] = ()) -> str:
    """The name of the key of a month, `intake-2026-11`; numbered from 2 when that name is taken."""
    return free_name(f"intake-{month:%Y-%m}", taken)


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, numbered from 2 when it is taken."""
    return next(free for free in chain([name], (f"{name}-{number}" for number in count(2))) if free not in taken)


# -- files of identities --------------------------------------------------------------------------------


def identity_file(identity: str, *, remark: str) -> bytes:
    """The file of one identity, as age-keygen writes it; `remark` is one line for the person who finds it."""
    line = " ".join(remark.split())
    return f"# {line}\n# public key: {recipient_of(identity)}\n{identity}\n".encode()


def parse_identities(untrusted_text: str) -> tuple[str, ...]:
    """The identities of a file, one a line; empty lines and `#` lines are passed over.

    Raises: UnreadableKeyFile for a file without identity, NotAKey for any other line.
    """
    lines = (line.strip() for line in untrusted_text.splitlines())
    found = tuple(parse_identity(line) for line in lines if line and not line.startswith("#"))
    if not found:
        raise UnreadableKeyFile("This file holds no private age key; nothing was done with it.")
    return found


def read_identities(path: Path) -> tuple[str, ...]:
    """The identities of a file on disk.

    Raises: UnreadableKeyFile, NotAKey, OSError.
    """
    try:
        return parse_identities(path.read_text("ascii"))
    except UnicodeDecodeError as error:
        raise UnreadableKeyFile("This file holds no private age key; nothing was done with it.") from error


# -- who things are sealed for --------------------------------------------------------------------------


class Recipient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One public key, what it is for, and from when until when new things are sealed for it."""

    name: Annotated[
        str, msgspec.Meta(pattern=NAME)
    ]  # such as intake-2026-11; also the name of the file of its private half
    purpose: Purpose
    key: str
    created_date: date
    retired_date: date | None = None  # None: in use


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Every key that anything was ever sealed for, oldest first."""

    entries: tuple[Recipient, ...]

    def active(self, *purposes: str) -> tuple[str, ...]:
        """The keys in use for these purposes, or for any when none is told; empty when there are none."""
        return tuple(
            entry.key
            for entry in self.entries
            if entry.retired_date is None and (not purposes or entry.purpose in purposes)
        )

    def with_new(self, entry: Recipient, *, retired_date: date | None = None) -> "Recipients":
        """These and one more; with `retired_date`, the keys of its purpose that are in use retire that day.

        Raises: NotAKey when its name or its key is there already, or its name is no name.
        """
        if not re.match(NAME, entry.name):
            raise NotAKey("A key is named with small letters, digits and hyphens.")
        if any(entry.name == known.name or entry.key == known.key for known in self.entries):
            raise NotAKey("A key of this name, or this very key, is there already: {name}.", name=entry.name)
        kept = tuple(
            msgspec.structs.replace(known, retired_date=retired_date)
            if retired_date and known.purpose == entry.purpose and known.retired_date is None
            else known
            for known in self.entries
        )
        return Recipients(entries=(*kept, entry))


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    version: str
    recipient: tuple[Recipient, ...]


def load_recipients(path: Path) -> Recipients:
    """The recipients of a site.

    Raises: DamagedRecipients when a line is not as Rempart writes it, OSError.
    """
    try:
        file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
        for entry in file.recipient:
            parse_recipient(entry.key)
    except (ValueError, NotAKey) as error:  # what is no TOML, no UTF-8, no such record, is a ValueError each
        raise DamagedRecipients("{name} is damaged; take it from the backup.", name=path.name) from error
    if file.version != FORMAT_VERSION or len({entry.name for entry in file.recipient}) < len(file.recipient):
        raise DamagedRecipients(
            "{name} is of another version, or names a key twice; take it from the backup.", name=path.name
        )
    return Recipients(entries=file.recipient)


def save_recipients(path: Path, recipients: Recipients) -> None:
    """Writes the recipients, whole or not at all; readable by everybody.

    Raises: OSError.
    """
    blocks = [
        f'# Public keys: what is sealed, and for whom. Written by `rempart keys`.\nversion = "{FORMAT_VERSION}"\n'
    ]
    blocks += [_block(entry) for entry in recipients.entries]
    with durable.replacing(path, mode=durable.PUBLIC) as file:
        file.write("\n".join(blocks).encode())


def _block(entry: Recipient) -> str:
    retired = f"retired_date = {entry.retired_date}\n" if entry.retired_date else ""
    return (
        f'[[recipient]]\nname = "{entry.name}"\npurpose = "{entry.purpose}"\nkey = "{entry.key}"\n'
        f"created_date = {entry.created_date}\n{retired}"
    )
