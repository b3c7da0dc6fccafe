"""The whole of a ledger judged: every byte of every file in its folder, or a statement why not.

Found and named: a flipped bit, an entry or a file that is missing, moved, repeated, cut or foreign; a wrong signature;
a ledger put back behind, or rewritten before, a checkpoint that a witness holds; altered time stamps. One change is
located to the entry, the hash or the file. Several at once are all found; where they hide each other the place may be
as coarse as a tile with the entries below it. Entries replaced together with their tiles are seen by the signed root,
but nothing in the folder can tell which entries of the last, partial tile they are.
Not seen without a witness: a ledger replaced as a whole by an older state of itself, signed at that time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rempart.errors import BadInput, Phrase, reason_of
from rempart.evidence.ledger import merkle, notes, stamps
from rempart.evidence.ledger.audit import TreeAudit
from rempart.evidence.ledger.checkpoints import Checkpoint, Signed, open_checkpoint, read_checkpoint
from rempart.evidence.ledger.faults import MOST_TOLD, Code, Fault, fault
from rempart.evidence.ledger.files import INCOMING, FolderSource, Source
from rempart.evidence.ledger.layout import CHECKPOINT, parse_path, width_of
from rempart.evidence.ledger.notes import MOST_NOTE_BYTES, Checked, Vkey, WrongSignature
from rempart.evidence.ledger.stamps import Authorities, Stamp, WrongStamp

_TRIES = 5  # a signer at work may replace the checkpoint while it is verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom the verifier believes. vkey: the ledger's. witness_keys: with any, a line of another key is a fault.

    witnessed: (name, note) of checkpoints that witnesses hold. authorities: None where stamps cannot be judged.
    """

    vkey: Vkey
    witness_keys: tuple[Vkey, ...] = ()
    witnessed: tuple[tuple[str, bytes], ...] = ()
    authorities: Authorities | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found. size, root: None when the checkpoint cannot be trusted. more: faults beyond those named."""

    size: int | None
    root: bytes | None
    findings: tuple[Fault, ...]
    not_examined: tuple[Fault, ...]
    witnesses: tuple[Checked, ...] = ()
    stamps: tuple[tuple[int, Stamp], ...] = ()
    more: int = 0

    @property
    def is_intact(self) -> bool:
        """True when everything was judged and nothing is wrong."""
        return not self.findings and not self.not_examined


def verify_log(folder: Path, *, trust: Trust) -> Verification:
    """The verification of a ledger's folder. When a signer replaces the checkpoint meanwhile, it begins anew.

    Raises: NotKept when a folder cannot be listed.
    """
    source = FolderSource(folder)
    for _ in range(_TRIES):
        before = _checkpoint_bytes(source)
        found = verify_source(source, trust=trust)
        if _checkpoint_bytes(source) == before:
            break
    return found


def _checkpoint_bytes(source: Source) -> bytes | None:
    try:
        return source.read(CHECKPOINT, most_bytes=MOST_NOTE_BYTES + 1)
    except OSError:
        return None


def verify_source(source: Source, *, trust: Trust) -> Verification:
    """The verification of any set of files, in one pass."""
    return _Verifier(source, trust).verify()


class _Verifier:
    """One pass over one ledger."""

    def __init__(self, source: Source, trust: Trust) -> None:
        self._source, self._trust = source, trust
        self._faults: list[Fault] = []
        self._gaps: list[Fault] = []
        self._stamps: list[tuple[int, Stamp]] = []

    def verify(self) -> Verification:
        signed = self._checkpoint()
        if not signed:
            self._gaps.append(fault(Code.NOT_JUDGED_FILES, CHECKPOINT))
            return self._said(None)
        checkpoint = signed.checkpoint
        names = self._source.names()
        audit = TreeAudit(self._source, size=checkpoint.size, places=self._sort(names, checkpoint.size))
        audit.judge(checkpoint.root)
        self._faults += audit.faults
        heads = _Heads(checkpoint, audit)
        for name, note in self._trust.witnessed:
            self._compare(name, note, heads)
        for size, kinds in stamps.sort_names(names).items():
            self._judge_stamp(size, kinds, heads)
        return self._said(signed)

    def _said(self, signed: Signed | None) -> Verification:
        return Verification(
            size=signed.checkpoint.size if signed else None,
            root=signed.checkpoint.root if signed else None,
            findings=tuple(self._faults[:MOST_TOLD]),
            more=len(self._faults[MOST_TOLD:]),
            not_examined=tuple(self._gaps),
            witnesses=signed.witnesses if signed else (),
            stamps=tuple(self._stamps),
        )

    # -- the checkpoint ---------------------------------------------------------------------------------

    def _checkpoint(self) -> Signed | None:
        """The checkpoint that the ledger's key signed; None after saying why not."""
        vkey = self._trust.vkey
        try:
            data = self._source.read(CHECKPOINT, most_bytes=MOST_NOTE_BYTES + 1)
            signed = open_checkpoint(data, vkey=vkey)
        except FileNotFoundError:
            self._faults.append(fault(Code.CHECKPOINT_MISSING, CHECKPOINT))
        except OSError as error:
            self._faults.append(fault(Code.FILE_UNREADABLE, CHECKPOINT, reason=reason_of(error)))
        except BadInput:
            self._faults.append(fault(Code.CHECKPOINT_MALFORMED, CHECKPOINT))
        except WrongSignature:
            self._faults.append(fault(Code.SIGNATURE_WRONG, CHECKPOINT, signer=vkey.name))
        else:
            return self._cosigned(signed)
        return None

    def _cosigned(self, signed: Signed) -> Signed:
        """The checkpoint with its witnesses; says which lines do not hold, or cannot be judged."""
        known = {(key.name, key.key_id): key for key in self._trust.witness_keys}
        found, seen = list(signed.signatures), set()
        for line in signed.note.signatures:
            name = (line.name, line.key_id)
            vkey = known.get(name)
            if name in seen:
                self._faults.append(fault(Code.SIGNATURE_TWICE, CHECKPOINT, signer=line.name))
            elif vkey and notes.holds(line, text=signed.note.text, vkey=vkey):
                found.append(Checked(vkey=vkey, seen_at=line.seen_at))
            elif vkey:
                self._faults.append(fault(Code.COSIGNATURE_WRONG, CHECKPOINT, signer=line.name))
            elif name != (self._trust.vkey.name, self._trust.vkey.key_id):
                code = Code.SIGNATURE_UNKNOWN if known else Code.NOT_JUDGED_SIGNATURE
                (self._faults if known else self._gaps).append(fault(code, CHECKPOINT, signer=line.name))
            seen.add(name)
        absent = (vkey for name, vkey in known.items() if name not in seen)
        self._gaps += [fault(Code.NOT_JUDGED_WITNESS, CHECKPOINT, signer=vkey.name) for vkey in absent]
        return Signed(checkpoint=signed.checkpoint, note=signed.note, signatures=tuple(found))

    # -- the files --------------------------------------------------------------------------------------

    def _sort(self, names: Sequence[str], size: int) -> dict[tuple[int, int], list[int]]:
        """The places of the tree and the widths of their files; says which files are not of this ledger."""
        places: dict[tuple[int, int], list[int]] = {}
        for name in names:
            tile = parse_path(name)
            if tile:
                width = width_of(tile.level, tile.number, size=size)
                if tile.width > width:
                    self._faults.append(fault(Code.FILE_BEYOND, name, size=size))
                if width:
                    places.setdefault((tile.level, tile.number), []).append(tile.width)
            elif name.startswith(f"{INCOMING}/"):
                self._faults.append(fault(Code.FILE_LEFTOVER, _shown(name)))
            elif name != CHECKPOINT and not stamps.sort_names([name]):
                self._faults.append(fault(Code.FILE_EXTRA, _shown(name)))
        return {place: sorted(widths) for place, widths in places.items()}

    # -- what witnesses hold ----------------------------------------------------------------------------

    def _compare(self, name: str, note: bytes, heads: "_Heads") -> None:
        try:
            seen = read_checkpoint(note).checkpoint
            if seen.origin != heads.checkpoint.origin:
                self._faults.append(fault(Code.WITNESSED_ELSEWHERE, name, origin=seen.origin))
                return
            open_checkpoint(note, vkey=self._trust.vkey)
        except (BadInput, WrongSignature):
            self._faults.append(fault(Code.WITNESSED_UNUSABLE, name))
            return
        size = heads.checkpoint.size
        if seen.size > size:
            lost = seen.size - size
            self._faults.append(fault(Code.ROLLED_BACK, name, entry=size, witnessed=seen.size, count=lost))
            return
        root = heads.root_at(seen.size)
        if root is None:
            self._gaps.append(fault(Code.NOT_JUDGED_ROOT, name, count=seen.size))
        elif root != seen.root:
            self._faults.append(fault(Code.FORKED, name, witnessed=seen.size))

    # -- time stamps ------------------------------------------------------------------------------------

    def _judge_stamp(self, size: int, kinds: Sequence[str], heads: "_Heads") -> None:
        names = {kind: f"{stamps.FOLDER}/{size}.{kind}" for kind in (stamps.REQUEST, stamps.ANSWER, stamps.NOTE)}
        if size > heads.checkpoint.size:
            self._faults += [fault(Code.FILE_BEYOND, names[kind], size=heads.checkpoint.size) for kind in kinds]
            return
        root = heads.root_at(size)
        if root is None:
            self._gaps.append(fault(Code.NOT_JUDGED_ROOT, names[stamps.REQUEST], count=size))
            return
        digest = stamps.digest_of(Checkpoint(origin=heads.checkpoint.origin, size=size, root=root))
        held = {kind: self._stamp_bytes(names[kind]) for kind in kinds}
        expected = stamps.request(digest, nonce=stamps.nonce_of(digest))
        if held.get(stamps.REQUEST, expected) not in {expected, None}:
            self._faults.append(fault(Code.STAMP_REQUEST_ALTERED, names[stamps.REQUEST]))
        if set(held) != {stamps.REQUEST}:
            self._faults += [fault(Code.STAMP_INCOMPLETE, name) for kind, name in names.items() if kind not in held]
        answer, note = held.get(stamps.ANSWER), held.get(stamps.NOTE)
        if answer is not None and note is not None:
            self._judge_answer(answer, note, size=size, digest=digest)

    def _judge_answer(self, answer: bytes, note: bytes, *, size: int, digest: bytes) -> None:
        name = f"{stamps.FOLDER}/{size}.{stamps.ANSWER}"
        if note != stamps.note_of(answer, size=size):
            self._faults.append(fault(Code.STAMP_ALTERED, name))
            return
        try:
            stamp = stamps.check(answer, digest=digest, authorities=self._trust.authorities)
        except WrongStamp as error:
            self._faults.append(fault(Code.STAMP_WRONG, name, reason=Phrase(error.template)))
            return
        if self._trust.authorities:
            self._stamps.append((size, stamp))
        else:
            self._gaps.append(fault(Code.NOT_JUDGED_STAMPS, name))

    def _stamp_bytes(self, name: str) -> bytes | None:
        try:
            return self._source.read(name, most_bytes=stamps.MOST_STAMP_BYTES)
        except OSError as error:
            self._faults.append(fault(Code.FILE_UNREADABLE, name, reason=reason_of(error)))
            return None


class _Heads:
    """The roots that the ledger had at its earlier sizes, from hashes that were judged."""

    def __init__(self, checkpoint: Checkpoint, audit: TreeAudit) -> None:
        self.checkpoint, self._audit = checkpoint, audit

    def root_at(self, size: int) -> bytes | None:
        """The root of the first `size` entries; None where damage hides it."""
        if size == self.checkpoint.size:
            return self.checkpoint.root
        try:
            return merkle.prefix_root(size, node=self._node)
        except LookupError:
            return None

    def _node(self, height: int, number: int) -> bytes:
        found = self._audit.node(height, number)
        if found is None:
            raise LookupError
        return found


def _shown(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 become escapes."""
    return name.encode("utf-8", "backslashreplace").decode()
