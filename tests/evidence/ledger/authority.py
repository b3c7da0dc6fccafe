"""A small authority of time stamps, in memory: certificates, and answers in DER written field by field."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rempart.evidence.ledger import stamps
from tests.evidence.ledger.made import NOW

SHA256 = bytes.fromhex("300d06096086480165030402010500")
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910022f")
POLICY = bytes.fromhex("06042a030405")  # 1.2.3.4.5


def der(tag: int, *contents: bytes) -> bytes:
    """One element."""
    content = b"".join(contents)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = (len(content).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(content).to_bytes(size, "big") + content


def number(value: int) -> bytes:
    """An INTEGER that is not negative."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A root, a certificate for stamps, and its key."""

    root: x509.Certificate
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def trusted(self) -> stamps.Authorities:
        """What somebody who trusts this authority holds."""
        return stamps.parse_authorities(self.root.public_bytes(serialization.Encoding.PEM))

    def answer(self, request: bytes, *, at: datetime = NOW, nonce: int | None = None, granted: bool = True) -> bytes:
        """The answer to a request in the form that `stamps.request` writes."""
        if not granted:
            return der(0x30, der(0x30, number(2)))
        digest, told = request_fields(request)
        info = der(
            0x30,
            number(1),
            POLICY,
            der(0x30, SHA256, der(0x04, digest)),
            number(17),
            der(0x18, at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()),
            number(told if nonce is None else nonce),
        )
        return der(0x30, der(0x30, number(0)), der(0x30, SIGNED_DATA, der(0xA0, self._signed_data(info))))

    def _signed_data(self, info: bytes) -> bytes:
        certificate = self.certificate.public_bytes(serialization.Encoding.DER)
        attributes = b"".join(
            sorted(
                [
                    der(0x30, CONTENT_TYPE, der(0x31, TST_INFO)),
                    der(0x30, MESSAGE_DIGEST, der(0x31, der(0x04, hashlib.sha256(info).digest()))),
                    der(0x30, SIGNING_CERTIFICATE, der(0x31, signing_certificate(certificate))),
                ]
            )
        )
        signature = self.key.sign(der(0x31, attributes), ec.ECDSA(hashes.SHA256()))
        signer = der(
            0x30,
            number(1),
            der(0x30, self.certificate.issuer.public_bytes(), number(self.certificate.serial_number)),
            SHA256,
            der(0xA0, attributes),
            ECDSA_SHA256,
            der(0x04, signature),
        )
        content = der(0x30, TST_INFO, der(0xA0, der(0x04, info)))
        return der(0x30, number(3), der(0x31, SHA256), content, der(0xA0, certificate), der(0x31, signer))


def signing_certificate(certificate: bytes) -> bytes:
    """SigningCertificateV2 (RFC 5816) with the SHA-256 of the certificate."""
    return der(0x30, der(0x30, der(0x30, der(0x04, hashlib.sha256(certificate).digest()))))


def request_fields(request: bytes) -> tuple[bytes, int]:
    """(digest, nonce) of a request."""
    at = request.index(SHA256) + len(SHA256) + 2
    length = request[at + 33]
    return request[at : at + 32], int.from_bytes(request[at + 34 : at + 34 + length], "big")


@lru_cache(maxsize=4)
def authority(name: str = "Fictional authority", *, for_stamps: bool = True) -> Authority:
    """A new authority of this name."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _builder(f"{name}, root", f"{name}, root", root_key.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed_root = root.sign(root_key, hashes.SHA256())
    usage = ExtendedKeyUsageOID.TIME_STAMPING if for_stamps else ExtendedKeyUsageOID.SERVER_AUTH
    own = _builder(name, f"{name}, root", key.public_key())
    own = own.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return Authority(root=signed_root, certificate=own.sign(root_key, hashes.SHA256()), key=key)


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (subject, issuer)]
    return x509.CertificateBuilder(
        subject_name=names[0],
        issuer_name=names[1],
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=NOW - timedelta(days=1),
        not_valid_after=NOW + timedelta(days=3650),
    )
