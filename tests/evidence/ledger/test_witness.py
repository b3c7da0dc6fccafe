"""The witness: what it answers, in the order of the specification, and what it remembers."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from rempart.evidence.ledger import checkpoints, merkle, notes, witness
from rempart.evidence.ledger.checkpoints import Checkpoint, parse_checkpoint
from rempart.evidence.ledger.merkle import EMPTY_ROOT, Head
from rempart.evidence.ledger.notes import LOG_KEY, BadNote, Note, Vkey, WrongSignature
from rempart.evidence.ledger.witness import SIZE, Answer, BadRequest, State
from tests.evidence.ledger import vectors
from tests.evidence.ledger.made import NOW, ORIGIN, SIGNER, STRANGER, WITNESS, make_log, signed

LOGS = {ORIGIN: [SIGNER.vkey]}
LITEWITNESS = {
    vectors.LITEWITNESS_ORIGIN: [Vkey(name=vectors.LITEWITNESS_ORIGIN, kind=LOG_KEY, public=vectors.LITEWITNESS_PUBLIC)]
}
NOTHING: State = {}
LEAF = merkle.leaf_hash(b"leaf")


def ask(body: bytes, state: State = NOTHING, *, logs: witness.Known = LOGS) -> Answer:
    """The witness's answer."""
    return witness.answer(body, logs=logs, state=state, signer=WITNESS, now=NOW)


def request(size: int, root: bytes, *, old: int = 0, proof: Sequence[bytes] = ()) -> bytes:
    """A request of our log, cosigned by nobody."""
    note = signed(Checkpoint(origin=ORIGIN, size=size, root=root), witness=None)
    return witness.encode_request(note, old_size=old, proof=proof)


def held(state: State, origin: str = ORIGIN) -> Head | None:
    """What the witness remembers of a log."""
    return parse_checkpoint(state[origin].text).head if origin in state else None


def after(size: int, root: bytes) -> State:
    """The memory of a witness that cosigned this head."""
    note = notes.parse_note(signed(Checkpoint(origin=ORIGIN, size=size, root=root)))
    return {ORIGIN: note}


@pytest.fixture(scope="module")
def log_requests(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Head, bytes]]:
    """(head, request that continues the head before) of a growing log."""
    log = make_log(tmp_path_factory.mktemp("log"), 700)
    found, old = [], 0
    for size in (1, 2, 255, 256, 300, 700):
        head = Head(size=size, root=log.root_at(size))
        found.append((head, request(size, head.root, old=old, proof=log.consistency(old, size=size))))
        old = size
    return found


def test_a_log_that_grows_is_cosigned_at_every_step(log_requests: list[tuple[Head, bytes]]) -> None:
    """Each answer is a cosignature that the log can add to its checkpoint, and each head is remembered."""
    state = NOTHING
    for head, body in log_requests:
        said = ask(body, state)
        note = witness.parse_request(body).note
        opened = checkpoints.open_checkpoint(note.data, vkey=SIGNER.vkey)
        cosigned = witness.add_cosignatures(opened, said.body, witness_keys=[WITNESS.vkey])

        assert said.status == 200
        assert held(said.state) == head
        assert [one.seen_at for one in cosigned.witnesses] == [NOW]
        assert checkpoints.open_checkpoint(cosigned.note.data, vkey=SIGNER.vkey, witness_keys=[WITNESS.vkey]).witnesses
        assert said.state[ORIGIN] == cosigned.note
        state = said.state


def test_the_requests_of_litewitness_get_its_answers() -> None:
    """A race lost: the request for the shorter tree comes when the longer is held, and is a conflict."""
    first = ask(vectors.LITEWITNESS_FIRST.encode(), logs=LITEWITNESS)
    longer = ask(vectors.LITEWITNESS_ONE_TO_FIVE.encode(), first.state, logs=LITEWITNESS)
    late = ask(vectors.LITEWITNESS_ONE_TO_THREE.encode(), longer.state, logs=LITEWITNESS)
    in_time = ask(vectors.LITEWITNESS_ONE_TO_THREE.encode(), first.state, logs=LITEWITNESS)

    assert [one.status for one in (first, longer, late, in_time)] == [200, 200, 409, 200]
    assert (late.body, late.content_type) == (b"5\n", SIZE)
    assert held(late.state, vectors.LITEWITNESS_ORIGIN) == Head(size=5, root=vectors.LITEWITNESS_ROOT_OF_FIVE)


def test_more_hashes_than_any_proof_has_are_a_bad_request() -> None:
    """Litewitness's test: 64 of them."""
    body = vectors.LITEWITNESS_FIRST.replace("old 0\n", "old 0\n" + notes.encode_hash(LEAF) + "\n", 1)
    many = vectors.LITEWITNESS_FIRST.replace("old 0\n", "old 0\n" + (notes.encode_hash(LEAF) + "\n") * 64, 1)

    assert ask(body.encode(), logs=LITEWITNESS).status == 422
    assert ask(many.encode(), logs=LITEWITNESS).status == 400


@pytest.mark.parametrize(
    ("known", "old", "new", "root", "proof", "status"),
    [
        (0, 0, 0, EMPTY_ROOT, [], 200),
        (0, 0, 0, LEAF, [], 422),
        (0, 0, 0, bytes(32), [], 422),
        (0, 0, 0, EMPTY_ROOT, [LEAF], 422),
        (0, 0, 1, LEAF, [], 200),
        (0, 0, 1, LEAF, [LEAF], 422),
        (1, 0, 1, LEAF, [LEAF], 409),
        (1, 1, 0, EMPTY_ROOT, [], 400),
        (1, 1, 1, LEAF, [], 200),
        (1, 1, 1, EMPTY_ROOT, [], 409),
        (1, 1, 1, LEAF, [LEAF], 422),
        (1, 0, 5, LEAF, [], 409),
        (1, 2, 5, LEAF, [], 409),
        (1, 1, 2, LEAF, [], 422),
    ],
)
@pytest.mark.parametrize("was_asked_before", [False, True])
def test_each_refusal_has_its_status(
    known: int, old: int, new: int, root: bytes, proof: list[bytes], status: int, *, was_asked_before: bool
) -> None:
    """Litewitness's table of small trees, and the rest; nothing is remembered of a refusal."""
    state = after(known, LEAF if known else EMPTY_ROOT) if known or was_asked_before else NOTHING
    said = ask(request(new, root, old=old, proof=proof), state)

    assert said.status == status
    if status == 200:
        assert held(said.state) == Head(size=new, root=root)
        assert said.body.startswith("— bob.example/witness ".encode())
    else:
        assert said.state is state
        assert "—".encode() not in said.body
    if status == 409:
        assert (said.body, said.content_type) == (f"{known}\n".encode(), SIZE)


def test_a_conflict_tells_the_log_where_to_begin() -> None:
    """A log that lost its memory asks with zero, and reads the size that is held."""
    said = ask(request(9, LEAF), after(7, LEAF))

    assert said.status == 409
    assert witness.read_conflict(said.body) == 7
    assert [witness.read_conflict(body) for body in (b"", b"-1\n", b"07\n", b"7\n7\n", b"\xff")] == [None] * 5


def test_a_log_cannot_go_back(log_requests: list[tuple[Head, bytes]]) -> None:
    """Neither to an older head of its own, nor to another tree of the same size."""
    state = NOTHING
    for _, body in log_requests:
        state = ask(body, state).state
    for head, body in log_requests[:-1]:
        backwards = request(head.size, head.root, old=700)

        assert [ask(one, state).status for one in (body, backwards)] == [409, 400]
    assert ask(request(700, LEAF, old=700), state).status == 409


def test_an_unknown_log_is_not_found() -> None:
    """Whoever signed."""
    assert ask(request(1, LEAF), logs={}).status == 404


def test_the_signature_must_be_of_a_known_key_of_that_log() -> None:
    """A stranger's, none of ours, a witness's alone, a wrong one beside a right one."""
    checkpoint = Checkpoint(origin=ORIGIN, size=1, root=LEAF)
    right = SIGNER.sign(checkpoint.text)
    wrong = notes.Signature(name=right.name, key_id=right.key_id, data=right.data[::-1])
    bodies = [
        signed(checkpoint, signer=STRANGER, witness=None),
        Note(text=checkpoint.text, signatures=(WITNESS.cosign(checkpoint.text, seen_at=NOW),)).data,
        Note(text=checkpoint.text, signatures=(wrong,)).data,
    ]

    assert [ask(witness.encode_request(body, old_size=0, proof=())).status for body in bodies] == [403, 403, 403]


def test_strangers_signatures_are_ignored_and_not_kept() -> None:
    """They do not harm, and the witness does not pass them on."""
    checkpoint = Checkpoint(origin=ORIGIN, size=1, root=LEAF)
    lines = (STRANGER.sign(checkpoint.text), SIGNER.sign(checkpoint.text))
    said = ask(witness.encode_request(Note(text=checkpoint.text, signatures=lines).data, old_size=0, proof=()))

    assert said.status == 200
    assert [one.key_id for one in said.state[ORIGIN].signatures] == [SIGNER.vkey.key_id, WITNESS.vkey.key_id]


def test_any_of_the_keys_of_a_log_will_do() -> None:
    """A log may change its key."""
    checkpoint = Checkpoint(origin=ORIGIN, size=1, root=LEAF)
    body = witness.encode_request(signed(checkpoint, signer=STRANGER, witness=None), old_size=0, proof=())

    assert ask(body, logs={ORIGIN: [SIGNER.vkey, STRANGER.vkey]}).status == 200


def test_two_logs_do_not_disturb_each_other() -> None:
    """Each has its own memory."""
    first = ask(vectors.LITEWITNESS_FIRST.encode(), logs={**LITEWITNESS, **LOGS})
    second = ask(request(1, LEAF), first.state, logs={**LITEWITNESS, **LOGS})

    assert set(second.state) == {ORIGIN, vectors.LITEWITNESS_ORIGIN}


GOOD = request(1, LEAF).decode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "old 0\n",
        GOOD.replace("old 0", "old 00"),
        GOOD.replace("old 0", "old -1"),
        GOOD.replace("old 0", "new 0"),
        GOOD.replace("old 0", "old  0"),
        GOOD.replace("old 0\n", "old 0\nAAAA\n"),
        GOOD.replace("old 0\n", "old 0\r\n"),
        GOOD.replace("old 0\n\n", "old 0\n"),
        GOOD.replace("old 0\n\n", "\nold 0\n\n"),
        GOOD.replace("\n1\n", "\n01\n"),
        GOOD.removesuffix("\n"),
        GOOD + "more\n",
        GOOD.replace("— ", "- "),
    ],
)
def test_what_is_nearly_a_request_is_refused(body: str) -> None:
    """Status 400, and nothing is remembered."""
    said = ask(body.encode())

    assert (said.status, said.state) == (400, NOTHING)


def test_a_request_is_read_as_it_was_written() -> None:
    """The example of the specification, line by line."""
    proof = (LEAF, EMPTY_ROOT)
    body = request(9, LEAF, old=3, proof=proof)
    read = witness.parse_request(body)

    assert (read.old_size, read.proof, read.checkpoint.head) == (3, proof, Head(size=9, root=LEAF))
    assert body.startswith(b"old 3\n" + notes.encode_hash(LEAF).encode() + b"\n")
    with pytest.raises(BadRequest):
        witness.parse_request(b"\xff\n\n" + body)


def test_a_log_believes_only_the_witnesses_it_knows() -> None:
    """Answers that are none, of strangers, or wrong are refused; strangers beside a known one are left out."""
    opened = checkpoints.open_checkpoint(
        signed(Checkpoint(origin=ORIGIN, size=1, root=LEAF), witness=None), vkey=SIGNER.vkey
    )
    line = WITNESS.cosign(opened.note.text, seen_at=NOW).line
    strange = notes.new_signer("zoe.example/witness", kind=4, seed=b"y" * 32).cosign(opened.note.text, seen_at=NOW).line

    both = witness.add_cosignatures(opened, (strange + line).encode(), witness_keys=[WITNESS.vkey])
    assert [one.name for one in both.note.signatures] == [SIGNER.name, WITNESS.name]
    other = WITNESS.cosign("other\n", seen_at=NOW).line
    for body, kind in ((strange, WrongSignature), (other, WrongSignature), ("", BadNote), ("<html>\n", BadNote)):
        with pytest.raises(kind):
            witness.add_cosignatures(opened, body.encode(), witness_keys=[WITNESS.vkey])
    with pytest.raises(BadNote):
        witness.add_cosignatures(opened, b"\xff", witness_keys=[WITNESS.vkey])


def test_a_checkpoint_that_a_witness_holds_is_a_file_to_verify_with(tmp_path: Path) -> None:
    """It bears the log's signature and the witness's."""
    log = make_log(tmp_path, 9)
    state = ask(request(9, log.root)).state
    opened = checkpoints.open_checkpoint(state[ORIGIN].data, vkey=SIGNER.vkey, witness_keys=[WITNESS.vkey])

    assert opened.checkpoint.head == Head(size=9, root=log.root)
    assert len(opened.signatures) == 2
