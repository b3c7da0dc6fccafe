"""A witness: remembers the last checkpoint of each log it knows, and cosigns only what continues it.

`answer` is the whole protocol as a function: it says what to answer and what to remember; the caller makes the memory
durable before the answer leaves, and lets one request at a time in between.
Source: C2SP tlog-witness, commit 0552708. Where two rules could answer, the order is that of the text; for an empty
log it is that of litewitness (422 for a root that no empty log has). Tier: source-verified; requests of litewitness's
tests are in ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rempart.errors import BadInput
from rempart.evidence.ledger import notes
from rempart.evidence.ledger.checkpoints import Checkpoint, Signed, parse_checkpoint, parse_number
from rempart.evidence.ledger.merkle import EMPTY_ROOT, MOST_HASHES, Head, is_consistent
from rempart.evidence.ledger.notes import Note, Signer, Vkey, WrongSignature

ADD_CHECKPOINT = "/add-checkpoint"
MOST_REQUEST_BYTES = 1 << 18  # 63 hashes, and a checkpoint with signatures of 5 kB
TEXT, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"

Known = Mapping[str, Sequence[Vkey]]  # origin -> the keys of the log
State = Mapping[str, Note]  # origin -> the last checkpoint cosigned, with the log's signature and ours


class BadRequest(BadInput):
    """The bytes are not a request to cosign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a log asks: to cosign `note`, which continues its checkpoint of `old_size` as `proof` shows."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to send, and what to remember first. `state` is the one given when nothing is to be remembered."""

    status: int
    content_type: str
    body: bytes
    state: State


def answer(untrusted_body: bytes, *, logs: Known, state: State, signer: Signer, now: datetime) -> Answer:
    """The answer to a POST of `add-checkpoint`: 200 with our cosignature, or 400, 403, 404, 409 or 422."""
    try:
        request = parse_request(untrusted_body)
    except BadInput:
        return Answer(status=400, content_type=TEXT, body=b"not a request\n", state=state)
    checkpoint, held = request.checkpoint, _held(state, request.checkpoint.origin)
    refusal = _refusal(request, logs.get(checkpoint.origin), held)
    if refusal:
        status, content_type, body = refusal
        return Answer(status=status, content_type=content_type, body=body, state=state)
    ours = signer.cosign(request.note.text, seen_at=now)
    kept = Note(text=request.note.text, signatures=_of_the_log(request.note, logs[checkpoint.origin])).adding([ours])
    return Answer(status=200, content_type=TEXT, body=ours.line.encode(), state={**state, checkpoint.origin: kept})


def _held(state: State, origin: str) -> Head | None:
    note = state.get(origin)
    return parse_checkpoint(note.text).head if note else None


def _refusal(request: Request, vkeys: Sequence[Vkey] | None, held: Head | None) -> tuple[int, str, bytes] | None:
    """(status, content type, body); None when the checkpoint continues what we hold."""
    new, held = request.checkpoint.head, held or Head(size=0, root=EMPTY_ROOT)
    if vkeys is None:
        return 404, TEXT, b"unknown log\n"
    try:
        notes.check_note(request.note, vkeys)
    except WrongSignature:
        return 403, TEXT, b"no signature of this log\n"
    if request.old_size > new.size:
        return 400, TEXT, b"old size beyond the checkpoint\n"
    if request.old_size != held.size or (held.size == new.size and new.size and held.root != new.root):
        return 409, SIZE, f"{held.size}\n".encode()
    if not is_consistent(held, new=new, proof=request.proof):
        return 422, TEXT, b"not consistent\n"
    return None


def _of_the_log(note: Note, vkeys: Sequence[Vkey]) -> tuple[notes.Signature, ...]:
    """The lines of the log's own keys: those of strangers are not kept."""
    known = {(vkey.name, vkey.key_id) for vkey in vkeys}
    return tuple(one for one in note.signatures if (one.name, one.key_id) in known)


# -- requests -------------------------------------------------------------------------------------------


def parse_request(untrusted_body: bytes) -> Request:
    """What a log asks. Raises: BadRequest, BadNote, BadCheckpoint."""
    head, blank, rest = untrusted_body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _bad_request() from error
    old_size = parse_number(first.removeprefix("old ")) if first.startswith("old ") else None
    proof = tuple(found for found in map(notes.decode_hash, lines) if found is not None)
    if not blank or old_size is None or len(proof) != len(lines) or len(proof) > MOST_HASHES:
        raise _bad_request()
    note = notes.parse_note(rest)
    return Request(old_size=old_size, proof=proof, note=note, checkpoint=parse_checkpoint(note.text))


def _bad_request() -> BadRequest:
    return BadRequest("This is not a request to cosign a checkpoint.")


def encode_request(note: bytes, *, old_size: int, proof: Sequence[bytes]) -> bytes:
    """The body that a log sends to a witness."""
    lines = [f"old {old_size}", *map(notes.encode_hash, proof), "", ""]
    return "\n".join(lines).encode() + note


def read_conflict(untrusted_body: bytes) -> int | None:
    """The size that a witness holds, from a 409 answer of type `text/x.tlog.size`; None when it does not say."""
    try:
        return parse_number(untrusted_body.decode("ascii").removesuffix("\n"))
    except UnicodeDecodeError:
        return None


def add_cosignatures(signed: Signed, untrusted_body: bytes, *, witness_keys: Sequence[Vkey]) -> Signed:
    """The checkpoint with the cosignatures of a 200 answer; lines of unknown keys are left out.

    Raises: BadNote; WrongSignature when no known witness signed, or a signature does not hold.
    """
    try:
        lines = notes.parse_signatures(untrusted_body.decode())
    except UnicodeDecodeError as error:
        raise notes.BadNote("The witness did not answer with signature lines.") from error
    found = notes.check_note(Note(text=signed.note.text, signatures=lines), witness_keys)
    known = {(one.vkey.name, one.vkey.key_id) for one in found}
    wanted = [line for line in lines if (line.name, line.key_id) in known]
    return Signed(
        checkpoint=signed.checkpoint, note=signed.note.adding(wanted), signatures=(*signed.signatures, *found)
    )
