"""Ledgers made for tests: keys from fixed seeds, logs in a folder, and their files in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rempart.evidence.ledger import notes
from rempart.evidence.ledger.checkpoints import Checkpoint, sign_checkpoint
from rempart.evidence.ledger.notes import LOG_KEY, WITNESS_KEY, Signer
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.ledger.verify import Trust, Verification, verify_source

ORIGIN = "alice.example/ledger"
SIGNER = notes.new_signer(ORIGIN, kind=LOG_KEY, seed=b"a" * 32)
WITNESS = notes.new_signer("bob.example/witness", kind=WITNESS_KEY, seed=b"b" * 32)
STRANGER = notes.new_signer(ORIGIN, kind=LOG_KEY, seed=b"z" * 32)
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TRUST = Trust(vkey=SIGNER.vkey, witness_keys=(WITNESS.vkey,))


def entries(count: int, *, first: int = 0) -> list[bytes]:
    """Short entries, no two alike."""
    return [b"entry %d" % number for number in range(first, first + count)]


def signed(checkpoint: Checkpoint, *, signer: Signer = SIGNER, witness: Signer | None = WITNESS) -> bytes:
    """The checkpoint as its log publishes it, cosigned."""
    note = notes.parse_note(sign_checkpoint(checkpoint, signer=signer))
    return note.adding([witness.cosign(note.text, seen_at=NOW)] if witness else []).data


def make_log(folder: Path, *sizes: int) -> TileLog:
    """A log that grew to these sizes, one after another, and published each."""
    with TileLog(folder) as log:
        for size in sizes:
            log.append(entries(size - log.size, first=log.size))
            log.publish(signed(log.head(ORIGIN)))
    return TileLog(folder)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below the folder by its name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


class Memory:
    """Files in memory, as a verification reads them; `changed` is read in the place of what it names, None: deleted."""

    def __init__(self, files: Mapping[str, bytes], changed: Mapping[str, bytes | None] | None = None) -> None:
        merged = {**files, **(changed or {})}
        self.files = {name: data for name, data in merged.items() if data is not None}

    def names(self) -> Sequence[str]:
        """Every file."""
        return sorted(self.files)

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """The bytes of a file."""
        if name not in self.files:
            raise FileNotFoundError(2, "No such file or directory")
        return self.files[name][:most_bytes]


def judged(
    files: Mapping[str, bytes], changed: Mapping[str, bytes | None] | None = None, *, trust: Trust = TRUST
) -> Verification:
    """What a verification says of these files with these changes."""
    return verify_source(Memory(files, changed), trust=trust)


def told(found: Verification) -> list[tuple[str, str, int | None]]:
    """(code, place, entry) of every fault."""
    return [(one.code.value, one.place, one.entry) for one in found.findings]


def bundle_of(parts: Sequence[bytes]) -> bytes:
    """A bundle, written here once more so that the product's own writer is not its only judge."""
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)
