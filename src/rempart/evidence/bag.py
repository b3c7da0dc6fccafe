"""A bag: exhibits handed over to a court, with all that is needed to check them without us and without a network.

It is a BagIt folder. Exhibits are copied byte for byte, never rendered; nothing outside names a file.

  data/pieces/<sha256>           an exhibit as it was received
  data/scelles/<address>         the same as it was kept, sealed; its SHA-256 is what the ledger names
  custody.json                   exhibits, the leaves that speak of them, and what people state about them
  proofs/<seq>.tlog-proof        that a leaf is in the ledger; checkpoint, registre.vkey, temoins.vkey: who signed it
  stamps/<size>.{tsr,txt}        time stamps (RFC 3161) and the three lines that were stamped
  LISEZMOI.txt, verifier.py      the sheet (`bag_sheet`) and the program (`bag_verifier`) for the expert

The bag is made beside its target, judged by its own verifier, and only then appears under its name.
Source: RFC 8493 (BagIt 1.0); C2SP tlog-proof. Tier: source-verified; the bagit package of the Library of Congress
accepts it in the tests.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rempart.errors import BadInput, Damaged
from rempart.evidence import bag_sheet, bag_verifier, durable
from rempart.evidence.bag_check import verify_bag
from rempart.evidence.bag_statements import Statement
from rempart.evidence.digest import digest_stream
from rempart.evidence.ledger import leaves, notes, proofs, stamps
from rempart.evidence.ledger.checkpoints import Checkpoint, Signed, open_checkpoint
from rempart.evidence.ledger.leaves import BadLeaf, Leaf
from rempart.evidence.ledger.notes import Vkey
from rempart.evidence.ledger.stored import StoredLog
from rempart.evidence.vault import Vault
from rempart.version import VERSION

__all__ = ["Bag", "BrokenBag", "InTheWay", "NotInLedger", "Order", "Piece", "make_bag", "verify_bag"]
_BLOB = b'"blob":"'  # of a leaf, whose JSON has one form
_ADDRESS_CHARS = 64


class NotInLedger(BadInput):
    """No leaf speaks of what was asked for, so nothing could be proven of it."""


class InTheWay(BadInput):
    """Something is already where the bag is to be."""


class BrokenBag(Damaged):
    """The bag that was made does not stand before its own verifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be handed over. witness_keys: of partners whose signatures on the ledger are to be checked."""

    addresses: tuple[str, ...]
    vault: Vault
    ledger: Path
    vkey: Vkey
    identities: tuple[str, ...]
    made_at: datetime
    witness_keys: tuple[Vkey, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An exhibit in the bag."""

    address: str
    sealed_bytes: int
    sha256: str
    size_bytes: int

    @property
    def file(self) -> str:
        """Its place in the bag."""
        return f"data/pieces/{self.sha256}"

    @property
    def sealed_file(self) -> str:
        """The place of its sealed form."""
        return f"data/scelles/{self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """What was made. seal: the SHA-256 of tagmanifest-sha256.txt, which fixes every byte of the bag."""

    folder: Path
    pieces: tuple[Piece, ...]
    events: int
    seal: str


def make_bag(order: Order, *, target: Path) -> Bag:
    """The bag in the new folder `target`, whole or not at all.

    Raises: InTheWay, NotInLedger, NotKept (no such exhibit), WrongKey, BrokenSeal, WrongSignature, BrokenLog,
    BrokenBag, OSError.
    """
    if not order.addresses:
        raise NotInLedger("Name at least one exhibit by its address; nothing was written.")
    if target.exists() or target.is_symlink():
        raise InTheWay(
            "There is something at {name} already; it was left as it is. Name a new folder.", name=target.name
        )
    log = StoredLog(order.ledger, vkey=order.vkey)
    if log.signed is None:
        raise NotInLedger("This ledger has no signed checkpoint yet; nothing was written. The signer makes one.")
    signed = open_checkpoint(log.signed.note.data, vkey=order.vkey, witness_keys=order.witness_keys)
    told = _leaves(log, order)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=durable.UNFINISHED, dir=target.parent))
    try:
        bag = _fill(folder, order, log=log, signed=signed, told=told)
        _judge(folder, order.vkey)
        _sync(folder)
        folder.rename(target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    durable.sync_folder(target.parent)
    return Bag(folder=target, pieces=bag, events=len(told), seal=_digest(target / bag_verifier.MANIFESTES_ANNEXES[0]))


# -- what the ledger says ------------------------------------------------------------------------------


def _leaves(log: StoredLog, order: Order) -> dict[int, bytes]:
    """The leaves that name one of the exhibits or are cited by a statement, by their place."""
    wanted, cited = set(order.addresses), {told.leaf for told in order.statements if told.leaf is not None}
    found: dict[int, bytes] = {}
    named: set[str] = set()
    for place, entry in enumerate(log.entries(0, log.size)):
        start = entry.find(_BLOB) + len(_BLOB)
        blob = entry[start : start + _ADDRESS_CHARS].decode("ascii", "replace")
        if place in cited or blob in wanted:
            leaf = _decoded(entry, place)
            found[place] = entry
            named |= {leaf.blob} if leaf.blob else set()
    for address in order.addresses:
        if address not in named:
            raise NotInLedger(
                "No leaf of the ledger names the exhibit {address}…; nothing was written.", address=address[:12]
            )
    for place in sorted(cited - found.keys()):
        raise NotInLedger("The ledger has no leaf {place} that a statement cites; nothing was written.", place=place)
    return found


def _decoded(entry: bytes, place: int) -> Leaf:
    try:
        leaf = leaves.decode(entry)
    except BadLeaf as error:
        raise NotInLedger(
            "Entry {place} of this ledger is no act of Rempart; nothing was written.", place=place
        ) from error
    if leaf.seq != place:
        raise NotInLedger("Entry {place} of this ledger is no act of Rempart; nothing was written.", place=place)
    return leaf


# -- the files ------------------------------------------------------------------------------------------


def _fill(folder: Path, order: Order, *, log: StoredLog, signed: Signed, told: dict[int, bytes]) -> tuple[Piece, ...]:
    for name in ("data/pieces", "data/scelles", "proofs"):
        (folder / name).mkdir(parents=True)
    pieces = tuple(_piece(folder, order, address) for address in dict.fromkeys(order.addresses))
    for place in told:
        proof = proofs.Proof(index=place, hashes=log.inclusion(place), checkpoint=signed.note.data)
        _write(folder / _proof_name(place), proofs.encode(proof))
    _write(folder / "checkpoint", signed.note.data)
    _write(folder / "registre.vkey", f"{order.vkey.text}\n")
    _write(folder / "temoins.vkey", "".join(f"{one.vkey.text}\n" for one in signed.witnesses))
    stamped = _copy_stamps(folder, log, signed.checkpoint)
    events = [
        {"proof": _proof_name(place), "leaf": json.loads(entry), "stamps": _marks(log, place, stamped)}
        for place, entry in told.items()
    ]
    _write(folder / "custody.json", _custody(order, signed.checkpoint, pieces, events))
    sheet = bag_sheet.Sheet(
        made_at=order.made_at,
        checkpoint=signed.checkpoint,
        vkey=order.vkey.text,
        witnesses=tuple((one.vkey.name, one.seen_at) for one in signed.witnesses if one.seen_at),
        pieces=tuple((piece.sha256, piece.size_bytes, piece.address) for piece in pieces),
        events=len(events),
        stamps=tuple(stamped),
    )
    _write(folder / "LISEZMOI.txt", bag_sheet.text(sheet))
    _write(folder / "verifier.py", Path(bag_verifier.__file__).read_bytes())
    _write(folder / "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    _write(folder / "bag-info.txt", _bag_info(folder, order.made_at))
    _write_manifests(folder)
    return pieces


def _piece(folder: Path, order: Order, address: str) -> Piece:
    """Copies an exhibit, sealed and unsealed, each under the name of its digest."""
    sealed, opened = folder / "data" / "scelles" / address, folder / "opened"
    with order.vault.open_sealed(address) as source, sealed.open("xb") as copy:
        shutil.copyfileobj(source, copy)
    order.vault.unseal_to(address, identities=order.identities, target=opened)
    with opened.open("rb") as file:
        digest = digest_stream(file)
    piece = Piece(
        address=address, sealed_bytes=sealed.stat().st_size, sha256=digest.sha256, size_bytes=digest.size_bytes
    )
    opened.rename(folder / piece.file)  # the same bytes, kept twice, are one file
    return piece


def _proof_name(place: int) -> str:
    return f"proofs/{place}{proofs.SUFFIX}"


def _copy_stamps(folder: Path, log: StoredLog, checkpoint: Checkpoint) -> list[int]:
    """Copies the complete time stamps of this ledger, with the lines that were stamped; their sizes in order."""
    source = log.folder / stamps.FOLDER
    names = [f"{stamps.FOLDER}/{path.name}" for path in source.iterdir()] if source.is_dir() else []
    sizes = [
        size
        for size, kinds in stamps.sort_names(names).items()
        if stamps.ANSWER in kinds and 0 < size <= checkpoint.size
    ]
    for size in sizes:
        (folder / stamps.FOLDER).mkdir(exist_ok=True)
        then = Checkpoint(origin=checkpoint.origin, size=size, root=log.root_at(size))
        answer = (source / f"{size}.{stamps.ANSWER}").read_bytes()
        stamps.check(answer, digest=stamps.digest_of(then), authorities=None)
        _write(folder / stamps.FOLDER / f"{size}.{stamps.ANSWER}", answer)
        _write(folder / stamps.FOLDER / f"{size}.txt", then.text)
    return sizes


def _marks(log: StoredLog, place: int, sizes: Sequence[int]) -> list[dict[str, object]]:
    """The first time stamp after the leaf, and the way from the leaf to the root that was stamped."""
    for size in sizes:
        if place < size:
            hashes = [notes.encode_hash(one) for one in log.inclusion(place, size=size)]
            return [{"file": f"stamps/{size}.tsr", "text": f"stamps/{size}.txt", "hashes": hashes}]
    return []


def _custody(order: Order, checkpoint: Checkpoint, pieces: Sequence[Piece], events: list[dict[str, object]]) -> str:
    register = {
        "version": "1",
        "made_at": order.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "origin": checkpoint.origin,
        "exhibits": [
            {
                "sha256": piece.sha256,
                "size_bytes": piece.size_bytes,
                "file": piece.file,
                "address": piece.address,
                "sealed_bytes": piece.sealed_bytes,
                "sealed_file": piece.sealed_file,
            }
            for piece in pieces
        ],
        "events": events,
        "statements": [told.as_json() for told in order.statements],
    }
    return json.dumps(register, indent=1, ensure_ascii=False) + "\n"


def _bag_info(folder: Path, made_at: datetime) -> str:
    sizes = [path.stat().st_size for path in _files(folder / "data")]
    return (
        f"Bag-Software-Agent: Rempart {VERSION}\nBagging-Date: {made_at.astimezone(UTC).date()}\n"
        f"Payload-Oxum: {sum(sizes)}.{len(sizes)}\n"
    )


def _write_manifests(folder: Path) -> None:
    """Both manifests of the payload, then both of all other files, these manifests among them."""
    for names, payload in ((bag_verifier.MANIFESTES, True), (bag_verifier.MANIFESTES_ANNEXES, False)):
        listed = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
        digests = {
            name: bag_verifier.empreintes(path) for name, path in listed.items() if name.startswith("data/") == payload
        }
        for rank, manifest in enumerate(names):
            _write(folder / manifest, "".join(f"{found[rank]}  {name}\n" for name, found in digests.items()))


def _write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _judge(folder: Path, vkey: Vkey) -> None:
    for place, _ in bag_verifier.verifier(folder, vkey.text):
        raise BrokenBag("The bag would not stand at {place}; nothing was written. Run `rempart verify`.", place=place)


def _sync(folder: Path) -> None:
    """Every file and folder onto the disk."""
    for path in (*folder.rglob("*"), folder):
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _digest(path: Path) -> str:
    return bag_verifier.empreintes(path)[0]
