"""Signed notes and keys: the published ones, and everything that is nearly one."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rempart.evidence.ledger import notes
from rempart.evidence.ledger.notes import LOG_KEY, WITNESS_KEY, BadKey, BadNote, Vkey, WrongSignature
from tests.evidence.ledger import vectors
from tests.evidence.ledger.made import NOW, SIGNER, STRANGER, WITNESS

NOTE = vectors.NOTE.encode()
TEXT, _, LINE = vectors.NOTE.rpartition("\n\n")
TEXT += "\n"


def test_the_published_key_signs_the_published_note() -> None:
    """Ed25519 is deterministic: our note is Go's note, byte for byte."""
    signer = notes.parse_signer(vectors.SECRET)
    note = notes.Note(text=TEXT, signatures=(signer.sign(TEXT),))

    assert note.data == NOTE
    assert (signer.vkey.text, signer.secret) == (vectors.KEY, vectors.SECRET)


@pytest.mark.parametrize(
    ("note", "key"),
    [(vectors.NOTE, vectors.KEY), (vectors.C2SP_NOTE, vectors.C2SP_KEY), (vectors.ARCHE, vectors.ARCHE_KEY)],
)
def test_published_notes_are_accepted(note: str, key: str) -> None:
    """Of Go, of the specification, of a public log; the note is written back as it was read."""
    vkey = notes.parse_vkey(key)
    parsed = notes.parse_note(note.encode())

    assert [one.vkey for one in notes.check_note(parsed, [vkey])] == [vkey]
    assert parsed.data == note.encode()
    assert vkey.text == key


def test_a_public_witness_is_recognised_with_its_instant() -> None:
    """A cosignature made by others, over a checkpoint of others."""
    witness = notes.parse_vkey(vectors.ARCHE_WITNESS)
    (checked,) = notes.check_note(notes.parse_note(vectors.ARCHE.encode()), [witness])

    assert witness.kind == WITNESS_KEY
    assert checked.seen_at == datetime.fromtimestamp(0x6A122120, UTC)


def test_signatures_of_unknown_keys_do_not_count() -> None:
    """One known signer is enough; none is too few."""
    note = notes.parse_note(NOTE + vectors.OTHER_LINE.encode())
    known, other = notes.parse_vkey(vectors.KEY), notes.parse_vkey(vectors.OTHER_KEY)

    assert [one.vkey for one in notes.check_note(note, [known])] == [known]
    assert [one.vkey for one in notes.check_note(note, [other, known])] == [known, other]
    with pytest.raises(WrongSignature, match="None of the keys"):
        notes.check_note(note, [SIGNER.vkey])


def test_a_wrong_signature_of_a_known_key_refuses_the_note() -> None:
    """Even beside a right one: somebody tried."""
    wrong = LINE[:60] + "ABCD" + LINE[60:]
    note = notes.parse_note((TEXT + "\n" + vectors.OTHER_LINE + wrong).encode())

    with pytest.raises(WrongSignature) as refused:
        notes.check_note(note, [notes.parse_vkey(vectors.OTHER_KEY), notes.parse_vkey(vectors.KEY)])

    assert refused.value.signer == "PeterNeumann"


def test_the_same_name_with_another_key_is_another_signer() -> None:
    """Names alone prove nothing."""
    note = notes.Note(text="words\n", signatures=(STRANGER.sign("words\n"),))

    assert STRANGER.name == SIGNER.name
    with pytest.raises(WrongSignature):
        notes.check_note(note, [SIGNER.vkey])


@pytest.mark.parametrize(
    "note",
    [
        TEXT,
        TEXT + "\n",
        vectors.NOTE[:-1],
        "\x01" + vectors.NOTE,
        "\t" + vectors.NOTE,
        "\r" + vectors.NOTE,
        vectors.NOTE + "Unexpected line.\n",
        vectors.NOTE + "\n",
        TEXT + "\n" + LINE.replace("— PeterNeumann", "— Bad Name"),
        TEXT + "\n" + LINE.replace("— PeterNeumann", "— Bad\u00a0Name"),
        TEXT + "\n" + LINE.replace("— PeterNeumann", "— Bad+Name"),
        TEXT + "\n" + LINE.replace("— PeterNeumann", "— "),
        TEXT + "\n" + LINE.replace("—", "-"),
        TEXT + "\n" + "— PeterNeumann x08goA==\n",
        TEXT + "\n" + LINE.replace("=", ""),
        TEXT + "\n" + LINE.replace("nAM=", "nAN="),
        TEXT + "\n" + LINE * 101,
        "\n\n" + LINE,
        "",
    ],
)
def test_what_is_nearly_a_note_is_refused(note: str) -> None:
    """Control characters, no text, no signature, names with blanks, base64 that is not canonical, too many lines."""
    with pytest.raises(BadNote):
        notes.parse_note(note.encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    """Invalid UTF-8, and more than anybody needs to sign."""
    for data in (b"\xff" + NOTE, b"a" * notes.MOST_NOTE_BYTES + NOTE):
        with pytest.raises(BadNote):
            notes.parse_note(data)


def test_a_hundred_signatures_are_read() -> None:
    """The specification asks for sixteen at least."""
    assert len(notes.parse_note((TEXT + "\n" + LINE * 100).encode()).signatures) == 100


def test_a_text_may_hold_empty_lines() -> None:
    """The last empty line is the one that ends it."""
    note = notes.Note(text="one\n\ntwo\n", signatures=(SIGNER.sign("one\n\ntwo\n"),))

    assert notes.parse_note(note.data) == note


def test_a_later_line_of_a_key_replaces_the_earlier() -> None:
    """A witness asked again leaves one line."""
    first, second = (WITNESS.cosign("words\n", seen_at=NOW.replace(minute=minute)) for minute in (1, 2))
    note = notes.Note(text="words\n", signatures=(SIGNER.sign("words\n"), first)).adding([second])

    assert [one.name for one in note.signatures] == [SIGNER.name, WITNESS.name]
    assert notes.check_note(note, [WITNESS.vkey])[0].seen_at == NOW.replace(minute=2)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cc", "Cs"])), st.integers(0, 2**33))
def test_what_is_signed_and_cosigned_is_accepted_and_nothing_else(words: str, seconds: int) -> None:
    """Any text; another text, another instant or another key is refused."""
    text, at = words.replace("\n", " ") + "\n", datetime.fromtimestamp(seconds, UTC)
    note = notes.Note(text="x" + text, signatures=(SIGNER.sign("x" + text), WITNESS.cosign("x" + text, seen_at=at)))

    parsed = notes.parse_note(note.data)
    assert [one.seen_at for one in notes.check_note(parsed, [SIGNER.vkey, WITNESS.vkey])] == [None, at]
    for line in parsed.signatures:
        vkey = SIGNER.vkey if line.name == SIGNER.name else WITNESS.vkey
        assert not notes.holds(line, text="y" + text, vkey=vkey)
        assert not notes.holds(line, text=note.text, vkey=STRANGER.vkey)


def test_a_cosignature_is_what_the_specification_says_it_is() -> None:
    """Two lines before the text, the second in big-endian before the signature."""
    line = WITNESS.cosign("words\n", seen_at=NOW)
    seconds = int(NOW.timestamp())
    expected = Ed25519PrivateKey.from_private_bytes(b"b" * 32).sign(f"cosignature/v1\ntime {seconds}\nwords\n".encode())

    assert line.data == seconds.to_bytes(8, "big") + expected
    assert (
        line.key_id == WITNESS.vkey.key_id != Vkey(name=WITNESS.name, kind=LOG_KEY, public=WITNESS.vkey.public).key_id
    )


# -- keys -----------------------------------------------------------------------------------------------


def manglings(line: str) -> list[str]:
    """Every proper part of the line, and the line with each character moved on by one."""
    parts = [line[i:j] for i in range(len(line)) for j in range(i + 1, len(line) + 1) if (i, j) != (0, len(line))]
    return [*parts, *(line[:at] + chr(ord(line[at]) + 1) + line[at + 1 :] for at in range(len(line)))]


@pytest.mark.parametrize("key", [vectors.KEY, vectors.OTHER_KEY, vectors.C2SP_KEY, vectors.ARCHE_WITNESS])
def test_published_keys_are_read_and_written(key: str) -> None:
    """Of Go, of the specification, of a public witness."""
    assert notes.parse_vkey(f" {key}\n").text == key


def test_a_mangled_key_is_refused() -> None:
    """Go's own test: no part of a key is a key, and no character may change."""
    for wrong in [*manglings(vectors.KEY), vectors.LONG_KEY, vectors.UNKNOWN_KIND_KEY, ""]:
        with pytest.raises(BadKey):
            notes.parse_vkey(wrong)


def test_a_mangled_private_key_is_refused_and_never_repeated() -> None:
    """The sentence does not hold what was given."""
    for wrong in manglings(vectors.SECRET):
        with pytest.raises(BadKey) as refused:
            notes.parse_signer(wrong)
        assert len(wrong) < 8 or wrong not in str(refused.value)


def test_a_private_key_does_not_show_itself() -> None:
    """Neither in a log line nor in a failure."""
    assert "aaaa" not in repr(SIGNER)
    assert str(SIGNER.seed) not in repr(SIGNER)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\u2003b", "line\nend", "nul\0"])
def test_a_key_has_a_name_that_a_line_can_hold(name: str) -> None:
    """Blanks of all kinds and plus signs would break the line."""
    with pytest.raises(BadKey):
        notes.new_signer(name, kind=LOG_KEY, seed=b"a" * 32)


def test_a_key_needs_32_bytes_and_a_known_kind() -> None:
    """Nothing is filled up or cut."""
    for seed, kind in ((b"a" * 31, LOG_KEY), (b"a" * 33, LOG_KEY), (b"a" * 32, 6)):
        with pytest.raises(BadKey):
            notes.new_signer("name", kind=kind, seed=seed)


def test_a_file_of_keys_may_have_remarks() -> None:
    """One key a line, blank lines and lines after a number sign passed over."""
    text = f"# the ledger\n{SIGNER.vkey.text}\n\n  {WITNESS.vkey.text}  \n"

    assert notes.parse_vkeys(text) == (SIGNER.vkey, WITNESS.vkey)


def test_a_secret_written_and_read_signs_the_same() -> None:
    """What stands in the file is the whole key."""
    for signer in (SIGNER, WITNESS):
        assert notes.parse_signer(signer.secret + "\n") == signer
