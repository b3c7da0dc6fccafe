"""Time stamps: requests that an authority understands, answers that are believed only when they must be."""

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from rempart.evidence.ledger import der, stamps
from rempart.evidence.ledger.checkpoints import Checkpoint
from rempart.evidence.ledger.files import NotKept
from rempart.evidence.ledger.stamps import BadAuthority, WrongStamp
from tests.evidence.ledger.authority import Authority, authority
from tests.evidence.ledger.made import NOW, ORIGIN, files_of

CHECKPOINT = Checkpoint(origin=ORIGIN, size=64, root=bytes(range(32)))
DIGEST = stamps.digest_of(CHECKPOINT)
REQUEST = stamps.request(DIGEST, nonce=stamps.nonce_of(DIGEST))
PEM = serialization.Encoding.PEM
with_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl to compare with")


def openssl(folder: Path, *arguments: str) -> str:
    """What `openssl` answers in a folder."""
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_what_is_stamped_is_the_text_of_the_checkpoint() -> None:
    """Three lines that anybody can write again; extension lines and signatures do not change it."""
    more = Checkpoint(origin=ORIGIN, size=64, root=bytes(range(32)), extensions=("more",))

    assert hashlib.sha256(CHECKPOINT.text.encode()).digest() == DIGEST == stamps.digest_of(more)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_bytes_that_are_no_answer_stay_as_they_are(data: bytes, cut: int) -> None:
    """Putting certificates in order never fails, and changes nothing but their order."""
    answer = authority().answer(REQUEST)

    assert sorted(der.with_sorted_certificates(data)) == sorted(data)
    assert der.with_sorted_certificates(answer) == answer
    assert der.with_sorted_certificates(answer[:-cut]) == answer[:-cut]


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1))
def test_a_request_holds_its_digest_and_its_nonce(digest: bytes, nonce: int) -> None:
    """As the library for time stamps reads it."""
    from rfc3161_client import _rust

    request = _rust.parse_timestamp_request(stamps.request(digest, nonce=nonce))

    assert (request.version, request.nonce, request.cert_req, request.policy) == (1, nonce, True, None)
    assert request.message_imprint.message == digest
    assert request.message_imprint.hash_algorithm.dotted_string == "2.16.840.1.101.3.4.2.1"


@with_openssl
def test_openssl_reads_the_request(tmp_path: Path) -> None:
    """Another program, the same fields."""
    (tmp_path / "a.tsq").write_bytes(REQUEST)
    told = openssl(tmp_path, "ts", "-query", "-in", "a.tsq", "-text")

    assert "Hash Algorithm: sha256" in told
    assert f"Nonce: 0x{stamps.nonce_of(DIGEST):X}" in told
    assert "Certificate required: yes" in told


@with_openssl
def test_an_answer_of_openssl_is_believed(tmp_path: Path) -> None:
    """OpenSSL as the authority, with our request, and as the reader of ours."""
    mine = authority()
    write_authority(tmp_path, mine)
    (tmp_path / "a.tsq").write_bytes(REQUEST)
    openssl(tmp_path, "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "a.tsq", "-out", "a.tsr")

    stamp = stamps.check((tmp_path / "a.tsr").read_bytes(), digest=DIGEST, authorities=None)

    assert stamp.policy == "1.2.3.4.5"
    (tmp_path / "b.tsr").write_bytes(mine.answer(REQUEST))
    at = str(int(NOW.timestamp()))
    verify = ("ts", "-verify", "-queryfile", "a.tsq", "-CAfile", "root.pem", "-attime", at, "-in")
    assert "Verification: OK" in openssl(tmp_path, *verify, "b.tsr")


def write_authority(folder: Path, mine: Authority) -> None:
    """The files that `openssl ts` wants of an authority."""
    (folder / "root.pem").write_bytes(mine.root.public_bytes(PEM))
    (folder / "tsa.pem").write_bytes(mine.certificate.public_bytes(PEM))
    key = mine.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tsa.key").write_bytes(key)
    (folder / "serial").write_text("17\n")
    lines = ["[tsa]", "serial = serial", "signer_cert = tsa.pem", "signer_key = tsa.key", "certs = root.pem"]
    lines += ["signer_digest = sha256", "default_policy = 1.2.3.4.5", "digests = sha256", "ess_cert_id_alg = sha256"]
    (folder / "tsa.cnf").write_text("\n".join([*lines, ""]))


def test_an_answer_of_a_trusted_authority_is_believed() -> None:
    """Its instant, its number, its policy."""
    stamp = stamps.check(authority().answer(REQUEST), digest=DIGEST, authorities=authority().trusted)

    assert (stamp.at, stamp.serial, stamp.policy) == (NOW, 17, "1.2.3.4.5")


def test_a_stamp_outlives_the_certificate_that_made_it() -> None:
    """What counts is that the certificate was good at the instant told; that instant is long past or yet to come here."""
    later = NOW + timedelta(days=3600)

    assert (
        stamps.check(authority().answer(REQUEST, at=later), digest=DIGEST, authorities=authority().trusted).at == later
    )


@pytest.mark.parametrize("at", [NOW - timedelta(days=2), NOW + timedelta(days=4000)])
def test_a_certificate_that_was_not_valid_then_does_not_count(at: datetime) -> None:
    """Before it was made, after it ended."""
    with pytest.raises(WrongStamp, match="trusted certificate"):
        stamps.check(authority().answer(REQUEST, at=at), digest=DIGEST, authorities=authority().trusted)


def test_an_unknown_authority_is_not_believed() -> None:
    """Anybody can make one."""
    with pytest.raises(WrongStamp, match="trusted certificate"):
        stamps.check(authority("Another").answer(REQUEST), digest=DIGEST, authorities=authority().trusted)


def test_a_certificate_for_other_work_does_not_stamp() -> None:
    """Its extended use must be time stamps."""
    web = authority("Web server", for_stamps=False)

    with pytest.raises(WrongStamp):
        stamps.check(web.answer(REQUEST), digest=DIGEST, authorities=web.trusted)


def test_an_answer_is_of_its_digest_and_its_request() -> None:
    """Another digest, another nonce, a refusal, bytes that are none of this."""
    mine, other = authority(), hashlib.sha256(b"other").digest()
    wrong = [
        mine.answer(stamps.request(other, nonce=stamps.nonce_of(other))),
        mine.answer(REQUEST, nonce=stamps.nonce_of(DIGEST) ^ 1),
        mine.answer(REQUEST, granted=False),
        mine.answer(REQUEST)[:-1],
        REQUEST,
        b"",
    ]

    for answer in wrong:
        for trusted in (mine.trusted, None):
            with pytest.raises(WrongStamp):
                stamps.check(answer, digest=DIGEST, authorities=trusted)


def test_no_flipped_bit_changes_what_a_stamp_says() -> None:
    """Some bits of an answer are nobody's (the note beside it guards them); none changes instant, number or digest."""
    answer, trusted = authority().answer(REQUEST), authority().trusted
    said = stamps.check(answer, digest=DIGEST, authorities=trusted)

    for at in range(0, len(answer) * 8, 5):
        flipped = bytearray(answer)
        flipped[at // 8] ^= 1 << at % 8
        try:
            found = stamps.check(bytes(flipped), digest=DIGEST, authorities=trusted)
        except WrongStamp:
            continue
        assert found == said


def test_certificates_are_read_from_pem() -> None:
    """Roots are those that sign themselves; without one there is nothing to trust."""
    mine = authority()
    both = stamps.parse_authorities(mine.root.public_bytes(PEM) + mine.certificate.public_bytes(PEM))

    assert (both.roots, both.between) == ((mine.root,), (mine.certificate,))
    for pem in (b"", b"no certificate", mine.certificate.public_bytes(PEM)):
        with pytest.raises(BadAuthority):
            stamps.parse_authorities(pem)


# -- the queue ------------------------------------------------------------------------------------------


def test_a_request_waits_until_its_answer_is_kept(tmp_path: Path) -> None:
    """Queued offline, answered later; the files are those that openssl and sha256sum read."""
    stamps.queue(tmp_path, CHECKPOINT)
    waiting = stamps.pending(tmp_path)
    answer = authority().answer((tmp_path / "stamps/64.tsq").read_bytes())
    stamp = stamps.keep(tmp_path, CHECKPOINT, answer=answer, authorities=authority().trusted)

    assert (waiting, stamps.pending(tmp_path)) == ((64,), ())
    assert stamp.at == NOW
    assert files_of(tmp_path) == {
        "stamps/64.tsq": REQUEST,
        "stamps/64.tsr": answer,
        "stamps/64.sha256": f"{hashlib.sha256(answer).hexdigest()}  64.tsr\n".encode(),
    }


def test_an_answer_that_is_wrong_is_not_kept(tmp_path: Path) -> None:
    """The request goes on waiting."""
    stamps.queue(tmp_path, CHECKPOINT)

    with pytest.raises(WrongStamp):
        stamps.keep(tmp_path, CHECKPOINT, answer=b"<html>", authorities=authority().trusted)

    assert stamps.pending(tmp_path) == (64,)
    assert list(files_of(tmp_path)) == ["stamps/64.tsq"]


def test_what_was_cut_between_answer_and_note_is_asked_again(tmp_path: Path) -> None:
    """Half a stamp is none; other files do not disturb."""
    stamps.queue(tmp_path, CHECKPOINT)
    stamps.queue(tmp_path, Checkpoint(origin=ORIGIN, size=7, root=bytes(32)))
    (tmp_path / "stamps/64.tsr").write_bytes(b"half")
    (tmp_path / "stamps/readme.txt").write_bytes(b"")

    assert stamps.pending(tmp_path) == (7, 64)
    assert stamps.pending(tmp_path / "elsewhere") == ()


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """The sentence names the folder and the reason."""
    (tmp_path / "log").write_bytes(b"a file in the place of the folder")

    with pytest.raises(NotKept, match="log cannot be written: Not a directory"):
        stamps.queue(tmp_path / "log", CHECKPOINT)


def test_the_certificate_of_a_test_is_fictional() -> None:
    """No authority of the world is imitated."""
    assert isinstance(authority().root, x509.Certificate)
    assert "Fictional" in authority().root.subject.rfc4514_string()
    assert NOW.tzinfo is UTC
