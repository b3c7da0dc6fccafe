"""The vault: sealed exhibits, each under the SHA-256 of its sealed bytes, written once and never again.

Because the address is that of the sealed bytes, the same file put twice has two addresses: nobody can ask
the vault whether it knows a file. Names from outside never reach it: a path is made of an address only.

  <folder>/ab/cdef…      the container whose SHA-256 is abcdef…, mode 0440
  <folder>/.incoming/    what is being written; after a kill, bytes that no address names

A power cut never leaves a part under an address: file synced, renamed, folders synced, then `put` returns.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from rempart.errors import BadInput
from rempart.evidence import durable, sealing
from rempart.evidence.digest import digest_stream
from rempart.evidence.sealing import BrokenSeal, WrongKey

_ADDRESS = re.compile(r"[0-9a-f]{64}")
_REST = re.compile(r"[0-9a-f]{62}")  # of an address, after its first two digits
_KEPT_MODE, _FOLDER_MODE = 0o440, 0o750


class NotAnAddress(BadInput):
    """The text is not the address of an exhibit."""


class NotKept(BadInput):
    """There is no exhibit under this address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What was kept: its address, SHA-256 of the sealed bytes, and SHA-256 and size of what was sealed."""

    address: str
    sealed_bytes: int
    sha256: str
    size_bytes: int


class Vault:
    """The exhibits below a folder. Several processes may put at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / ".incoming"

    def put(self, source: BinaryIO, *, recipients: Sequence[str]) -> Exhibit:
        """Seals what is left in `source` and keeps it; when this returns, it is on the disk.

        Raises: NoRecipient, OSError or what `source` raises; nothing is kept then.
        """
        durable.make_folder(self._incoming, mode=_FOLDER_MODE)
        with durable.unfinished(self._incoming, mode=_KEPT_MODE) as (file, path):
            told = sealing.seal_stream(source, file, recipients=recipients)
            durable.sync(file)
            target = self._path(told.sealed_sha256)
            durable.make_folder(target.parent, mode=_FOLDER_MODE)
            path.rename(target)
        durable.sync_folder(target.parent)
        durable.sync_folder(self._folder)  # another process may have made the shelf a moment ago, and not synced it yet
        return Exhibit(
            address=told.sealed_sha256,
            sealed_bytes=told.sealed_bytes,
            sha256=told.sha256,
            size_bytes=told.size_bytes,
        )

    def addresses(self) -> Iterator[str]:
        """Every address, in order; files that are not named like an exhibit are passed over."""
        for shelf in sorted(self._folder.glob("[0-9a-f][0-9a-f]/")):
            yield from (shelf.name + kept.name for kept in sorted(shelf.iterdir()) if _REST.fullmatch(kept.name))

    def check(self, address: str) -> bool:
        """True when the sealed bytes are those of the address; False when nothing is kept there. Needs no key.

        Raises: NotAnAddress, BrokenSeal when the bytes have changed, OSError.
        """
        try:
            with self._path(address).open("rb") as file:
                _require(digest_stream(file).sha256 == address)
        except FileNotFoundError:
            return False
        return True

    def open_sealed(self, address: str) -> BinaryIO:
        """The sealed bytes, to copy; not checked.

        Raises: NotAnAddress, NotKept, OSError.
        """
        try:
            return self._path(address).open("rb")
        except FileNotFoundError as error:
            raise NotKept("There is no exhibit {address}… in this vault.", address=address[:12]) from error

    def unseal_to(self, address: str, *, identities: Sequence[str], target: Path) -> None:
        """Writes what was sealed to `target` (mode 0600), whole, or nothing at all.

        Raises: NotAnAddress, NotKept, WrongKey, BrokenSeal when a byte has changed since it was kept, OSError.
        """
        with self.open_sealed(address) as file:
            checked = cast("BinaryIO", _Checked(file, address))  # read is all that is asked of it
            try:
                sealing.unseal_to(checked, identities=identities, target=target)
            except WrongKey:
                self.check(address)  # a damaged head looks like a wrong key; the address tells them apart
                raise

    def remove_unfinished(self, *, before_at: datetime) -> int:
        """Removes what kills left in the writing, when last touched before; the number of files removed."""
        left = [
            path for path in self._incoming.glob(f"{durable.UNFINISHED}*") if _touched(path) < before_at.timestamp()
        ]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def kept_before(self, at: datetime) -> Iterator[str]:
        """The addresses of exhibits that were put before an instant (aware), in order."""
        for address in self.addresses():
            if _touched(self._path(address)) < at.timestamp():
                yield address

    def has(self, address: str) -> bool:
        """Whether something is kept under the address; its bytes are not looked at. Raises: NotAnAddress."""
        return self._path(address).exists()

    def discard(self, address: str) -> None:
        """Removes an exhibit that no report came to name, or whose reports were erased; the caller has made sure of that.

        None there is no error.

        Raises: NotAnAddress, OSError.
        """
        path = self._path(address)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            durable.sync_folder(path.parent)

    def _path(self, address: str) -> Path:
        if not _ADDRESS.fullmatch(address):
            raise NotAnAddress("An exhibit is named by 64 hexadecimal digits, and by nothing else.")
        return self._folder / address[:2] / address[2:]


class _Checked:
    """A file whose end is only given when all its bytes are those of an address."""

    def __init__(self, file: BinaryIO, address: str) -> None:
        self._file, self._address = file, address
        self._digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        at_end = size > 0 and not data
        _require(not at_end or self._digest.hexdigest() == self._address)
        return data


def _require(is_intact: bool) -> None:
    if not is_intact:
        raise BrokenSeal("An exhibit has changed since it was kept; take it from the backup.")


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # finished meanwhile
        return float("inf")
