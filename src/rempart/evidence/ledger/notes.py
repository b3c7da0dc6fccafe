"""Signed notes: a text, and lines that say who signed it; keys as one line of text.

Two kinds of key: 1 signs the text itself (a log), 4 states in addition when it saw it (a witness's cosignature).
Signatures of unknown keys are kept and never trusted; a wrong signature of a known key refuses the whole note.
Source: C2SP signed-note (commit 0552876) and tlog-cosignature (commit 01194db); the text form of keys is that of
Go's sumdb/note. Tier: source-verified; the vectors of both, and checkpoints of public logs, are in the tests.
Not covered: ML-DSA-44 cosignatures (kind 6); their lines count as those of unknown keys.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rempart.errors import BadInput, Damaged

LOG_KEY, WITNESS_KEY = 1, 4
MOST_NOTE_BYTES = 1 << 20
MOST_SIGNATURES = 100  # the specification asks for 16 at least; Go's reader takes 100
_DASH = "— "
_SECRET = "PRIVATE+KEY+"  # noqa: S105 - the mark that Go's sumdb/note puts before a private key
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_BYTES = 32
_SIGNATURE_BYTES = {LOG_KEY: 64, WITNESS_KEY: 72}


class BadKey(BadInput):
    """A line is not a key in the form of signed notes."""


class BadNote(BadInput):
    """The bytes are not a signed note."""


class WrongSignature(Damaged):
    """A known key's signature does not fit the text, or no known key signed it. `signer`: the key's name; None: none."""

    def __init__(self, template: str, /, *, signer: str | None = None, **fields: object) -> None:
        super().__init__(template, signer=signer, **fields)
        self.signer = signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Vkey:
    """A public key with its name. kind: LOG_KEY or WITNESS_KEY."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that a signature line begins with."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:4]

    @property
    def text(self) -> str:
        """The key as one line: name, key id, and the key itself."""
        return f"{self.name}+{self.key_id.hex()}+{_to_base64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One line below a note. data: what the signer made, without the key id."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line with its end."""
        return f"{_DASH}{self.name} {_to_base64(self.key_id + self.data)}\n"

    @property
    def seen_at(self) -> datetime | None:
        """When a witness says that it signed; None where the line has not the form of a cosignature."""
        seconds = int.from_bytes(self.data[:8], "big")
        if len(self.data) != _SIGNATURE_BYTES[WITNESS_KEY] or seconds > _LAST_SECOND:
            return None
        return datetime.fromtimestamp(seconds, UTC)


_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that a datetime can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text that ends in a line end, and its signatures in the order of their lines; nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def data(self) -> bytes:
        """The note as bytes."""
        return "".join([self.text, "\n", *(one.line for one in self.signatures)]).encode()

    def adding(self, signatures: Iterable[Signature]) -> "Note":
        """The note with these lines below; a later line of the same key replaces the earlier."""
        lines = {(one.name, one.key_id): one for one in (*self.signatures, *signatures)}
        return Note(text=self.text, signatures=tuple(lines.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key. Its `secret` goes into a file that only the signing process may read, and nowhere else."""

    name: str
    kind: int
    seed: bytes = field(repr=False)

    @property
    def vkey(self) -> Vkey:
        """The public half."""
        return Vkey(name=self.name, kind=self.kind, public=self._key.public_key().public_bytes_raw())

    @property
    def secret(self) -> str:
        """The key as one line, in the form of Go's sumdb/note."""
        return f"{_SECRET}{self.name}+{self.vkey.key_id.hex()}+{_to_base64(bytes([self.kind]) + self.seed)}"

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, text: str) -> Signature:
        """A log's signature over the text."""
        return Signature(name=self.name, key_id=self.vkey.key_id, data=self._key.sign(text.encode()))

    def cosign(self, text: str, *, seen_at: datetime) -> Signature:
        """A witness's signature over the text and the second at which it saw it."""
        seconds = int(seen_at.timestamp())
        made = seconds.to_bytes(8, "big") + self._key.sign(_cosigned(text, seconds))
        return Signature(name=self.name, key_id=self.vkey.key_id, data=made)


def new_signer(name: str, *, kind: int, seed: bytes) -> Signer:
    """The signer of 32 random bytes. Raises: BadKey for a name that the format cannot hold."""
    if not _is_name(name) or len(seed) != _KEY_BYTES or kind not in _SIGNATURE_BYTES:
        raise BadKey("A key needs 32 random bytes and a name without blanks or plus signs, such as example.org/ledger.")
    return Signer(name=name, kind=kind, seed=seed)


def parse_vkey(untrusted_line: str) -> Vkey:
    """The public key of one line. Raises: BadKey."""
    name, key_id, kind, public = _parse_key(untrusted_line.strip())
    vkey = Vkey(name=name, kind=kind, public=public)
    if vkey.key_id.hex() != key_id:
        raise _bad_key()
    return vkey


def parse_vkeys(untrusted_text: str) -> tuple[Vkey, ...]:
    """The public keys of a file, one a line; blank lines and lines after `#` are passed over. Raises: BadKey."""
    lines = (line.strip() for line in untrusted_text.splitlines())
    return tuple(parse_vkey(line) for line in lines if line and not line.startswith("#"))


def parse_signer(untrusted_line: str) -> Signer:
    """The private key of one line. Raises: BadKey; the message never holds the line."""
    line = untrusted_line.strip()
    if not line.startswith(_SECRET):
        raise _bad_key()
    name, key_id, kind, seed = _parse_key(line.removeprefix(_SECRET))
    signer = Signer(name=name, kind=kind, seed=seed)
    if signer.vkey.key_id.hex() != key_id:
        raise _bad_key()
    return signer


def _parse_key(line: str) -> tuple[str, str, int, bytes]:
    parts = line.split("+", 2)  # base64 may hold a plus sign, a name may not
    if len(parts) != 3:
        raise _bad_key()
    name, key_id, encoded = parts
    key = _from_base64(encoded)
    if not _is_name(name) or key is None or len(key) != 1 + _KEY_BYTES or key[0] not in _SIGNATURE_BYTES:
        raise _bad_key()
    return name, key_id, key[0], key[1:]


def _bad_key() -> BadKey:
    return BadKey(
        "This is not a key of a ledger or of a witness; it is one line, such as example.org/ledger+1a2b3c4d+AT…"
    )


# -- notes ----------------------------------------------------------------------------------------------


def parse_note(untrusted_note: bytes) -> Note:
    """The text and the signatures, none of them verified. Raises: BadNote."""
    try:
        whole = untrusted_note.decode("utf-8") if len(untrusted_note) <= MOST_NOTE_BYTES else ""
    except UnicodeDecodeError as error:
        raise _bad_note() from error
    head, blank, below = whole.rpartition("\n\n")
    if not head or not blank or _CONTROL.search(whole) or not below.endswith("\n"):
        raise _bad_note()
    return Note(text=head + "\n", signatures=parse_signatures(below))


def parse_signatures(untrusted_lines: str) -> tuple[Signature, ...]:
    """The signature lines, such as a witness answers with. Raises: BadNote."""
    lines = untrusted_lines.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise _bad_note()
    return tuple(_parse_signature(line) for line in lines)


def _parse_signature(line: str) -> Signature:
    name, blank, encoded = line.removeprefix(_DASH).partition(" ")
    data = _from_base64(encoded)
    if not line.startswith(_DASH) or not blank or not _is_name(name) or data is None or len(data) < 5:
        raise _bad_note()
    return Signature(name=name, key_id=data[:4], data=data[4:])


def _bad_note() -> BadNote:
    return BadNote("This is not a signed note: a text, an empty line, and lines that begin with a long dash.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A signature that holds. seen_at: when, for a witness's; None for a log's."""

    vkey: Vkey
    seen_at: datetime | None


def check_note(note: Note, vkeys: Sequence[Vkey]) -> tuple[Checked, ...]:
    """The signatures of these keys, in the order of their lines; at least one.

    Raises: WrongSignature when none of the keys signed, or one of their signatures does not hold.
    """
    known = {(vkey.name, vkey.key_id): vkey for vkey in vkeys}
    found: dict[Vkey, Checked] = {}
    for one in note.signatures:
        vkey = known.get((one.name, one.key_id))
        if vkey and vkey not in found:
            if not holds(one, text=note.text, vkey=vkey):
                raise WrongSignature("The signature of {signer} does not fit the text.", signer=vkey.name)
            found[vkey] = Checked(vkey=vkey, seen_at=one.seen_at if vkey.kind == WITNESS_KEY else None)
    if not found:
        raise WrongSignature("None of the keys given signed this note.")
    return tuple(found.values())


def holds(signature: Signature, *, text: str, vkey: Vkey) -> bool:
    """True when this key made this signature over the text."""
    data = signature.data
    if len(data) != _SIGNATURE_BYTES[vkey.kind]:
        return False
    if vkey.kind == WITNESS_KEY:
        seconds = int.from_bytes(data[:8], "big")
        message, data = _cosigned(text, seconds), data[8:]
    else:
        message = text.encode()
    try:
        Ed25519PublicKey.from_public_bytes(vkey.public).verify(data, message)
    except InvalidSignature:
        return False
    return True


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


# -- names and base64 -----------------------------------------------------------------------------------


def _is_name(name: str) -> bool:
    """True for a name that a signature line can hold: not empty, no blank of any kind, no plus sign."""
    return bool(name) and "+" not in name and not _CONTROL.search(name) and not any(char.isspace() for char in name)


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64(text: str) -> bytes | None:
    """The bytes, when the text is their one standard base64 form; None otherwise."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _to_base64(data) == text else None


def encode_hash(data: bytes) -> str:
    """A hash as checkpoints and proofs write it."""
    return _to_base64(data)


def decode_hash(untrusted_line: str) -> bytes | None:
    """The 32 bytes of a hash in base64; None for any other text."""
    data = _from_base64(untrusted_line)
    return data if data is not None and len(data) == _KEY_BYTES else None
