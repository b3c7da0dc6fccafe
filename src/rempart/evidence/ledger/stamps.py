"""Time stamps of an outside authority (RFC 3161) over a checkpoint: that the ledger existed at an instant.

What is stamped is the SHA-256 of a checkpoint's text, its three lines without signatures, so that anybody can rebuild
it from the entries. A request is made from that digest alone, nonce included: the same checkpoint asks the same
question, and an altered request is seen.
In the ledger's folder: `stamps/<size>.tsq` waits for the authority; `<size>.tsr` is its answer, `<size>.sha256` notes
the answer as `sha256sum` does. A request without an answer is a task, not evidence: its loss is not a fault.
Source: RFC 3161, 2.4.1 and 2.4.2; RFC 5816. Tier: source-verified; answers of OpenSSL are in the tests.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import rfc3161_client
from cryptography import x509

from rempart.errors import BadInput, Damaged
from rempart.evidence.ledger import der, files
from rempart.evidence.ledger.checkpoints import Checkpoint

FOLDER = "stamps"
REQUEST, ANSWER, NOTE = "tsq", "tsr", "sha256"
MOST_STAMP_BYTES = 1 << 20
_NAME = re.compile(rf"{FOLDER}/(0|[1-9][0-9]{{0,18}})\.({REQUEST}|{ANSWER}|{NOTE})", re.ASCII)
_SHA256 = "2.16.840.1.101.3.4.2.1"
_SHA256_DER = bytes.fromhex("300d06096086480165030402010500")  # AlgorithmIdentifier, parameters NULL


class BadAuthority(BadInput):
    """The certificates of an authority cannot be used."""


class WrongStamp(Damaged):
    """The answer of an authority is not a time stamp of this digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorities:
    """Certificates that are trusted for time stamps, and those between them and an authority."""

    roots: tuple[x509.Certificate, ...]
    between: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What an authority says. at: when it saw the digest. serial: its number for this stamp."""

    at: datetime
    serial: int
    policy: str


def parse_authorities(untrusted_pem: bytes) -> Authorities:
    """The certificates of a PEM file; those that signed themselves are trusted. Raises: BadAuthority."""
    try:
        found = x509.load_pem_x509_certificates(untrusted_pem)
    except ValueError as error:
        raise BadAuthority("The file holds no certificates in PEM form.") from error
    roots = tuple(one for one in found if one.issuer == one.subject)
    if not roots:
        raise BadAuthority("The file holds no root certificate; add the one that the authority publishes.")
    return Authorities(roots=roots, between=tuple(one for one in found if one not in roots))


# -- requests -------------------------------------------------------------------------------------------


def digest_of(checkpoint: Checkpoint) -> bytes:
    """What is stamped: the SHA-256 of the checkpoint's three lines."""
    plain = Checkpoint(origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root)
    return hashlib.sha256(plain.text.encode()).digest()


def nonce_of(digest: bytes) -> int:
    """The nonce of the request for a digest. An old answer to it says the same of the same digest, so none is new."""
    return int.from_bytes(hashlib.sha256(b"rempart stamp\n" + digest).digest()[:8], "big")


def request(digest: bytes, *, nonce: int) -> bytes:
    """The TimeStampReq for a SHA-256, which asks for the authority's certificate too; `application/timestamp-query`."""
    imprint = der.element(der.SEQUENCE, _SHA256_DER + der.element(der.OCTETS, digest))
    fields = der.integer(1) + imprint + der.integer(nonce) + der.element(der.BOOLEAN, b"\xff")
    return der.element(der.SEQUENCE, fields)


# -- answers --------------------------------------------------------------------------------------------


def check(untrusted_answer: bytes, *, digest: bytes, authorities: Authorities | None) -> Stamp:
    """What the authority says of this digest; its signature is verified at the instant it tells.

    With None instead of authorities the signature is not verified: the answer says nothing yet.
    Raises: WrongStamp.
    """
    try:
        answer = rfc3161_client.decode_timestamp_response(der.with_sorted_certificates(untrusted_answer))
        if answer.status != rfc3161_client.PKIStatus.GRANTED:
            raise WrongStamp("The authority refused the time stamp.")
        info = answer.tst_info
        same = info.message_imprint.hash_algorithm.dotted_string == _SHA256 and info.message_imprint.message == digest
        if not same or info.nonce != nonce_of(digest):
            raise WrongStamp("The time stamp is of another checkpoint, or answers another request.")
        if authorities:
            _verifier(authorities).verify(answer, digest)
        return Stamp(at=info.gen_time.astimezone(UTC), serial=info.serial_number, policy=info.policy.dotted_string)
    except rfc3161_client.VerificationError as error:
        raise WrongStamp("The signature of the time stamp does not lead to a trusted certificate.") from error
    except ValueError as error:
        raise WrongStamp("The bytes are not the answer of an authority of time stamps.") from error


def _verifier(authorities: Authorities) -> rfc3161_client.Verifier:
    return rfc3161_client.VerifierBuilder(
        roots=list(authorities.roots), intermediates=list(authorities.between)
    ).build()


# -- the queue ------------------------------------------------------------------------------------------


def queue(folder: Path, checkpoint: Checkpoint) -> None:
    """Puts the request for a checkpoint into the ledger's folder, for whoever asks the authority. Raises: NotKept."""
    digest = digest_of(checkpoint)
    files.write_files(folder, {f"{FOLDER}/{checkpoint.size}.{REQUEST}": request(digest, nonce=nonce_of(digest))})


def pending(folder: Path) -> tuple[int, ...]:
    """The sizes whose stamp was asked for and is not complete, smallest first."""
    by_size = sort_names([f"{FOLDER}/{path.name}" for path in _listed(folder / FOLDER)])
    return tuple(size for size, kinds in by_size.items() if REQUEST in kinds and not {ANSWER, NOTE} <= set(kinds))


def _listed(folder: Path) -> Sequence[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def keep(folder: Path, checkpoint: Checkpoint, *, answer: bytes, authorities: Authorities | None) -> Stamp:
    """Checks the authority's answer for a checkpoint and keeps it with its note. Raises: WrongStamp, NotKept."""
    stamp = check(answer, digest=digest_of(checkpoint), authorities=authorities)
    name = f"{FOLDER}/{checkpoint.size}"
    files.write_files(folder, {f"{name}.{ANSWER}": answer, f"{name}.{NOTE}": note_of(answer, size=checkpoint.size)})
    return stamp


def note_of(answer: bytes, *, size: int) -> bytes:
    """The line that `sha256sum --check` reads inside the folder of stamps."""
    return f"{hashlib.sha256(answer).hexdigest()}  {size}.{ANSWER}\n".encode()


def sort_names(names: Sequence[str]) -> Mapping[int, Sequence[str]]:
    """size -> kinds of its files (REQUEST, ANSWER, NOTE), sizes in order; other names are passed over."""
    found: dict[int, list[str]] = {}
    for match in filter(None, map(_NAME.fullmatch, names)):
        found.setdefault(int(match[1]), []).append(match[2])
    return dict(sorted(found.items()))
