"""A very small IMAP server on loopback, over TLS, that remembers which marks were set and what was asked."""

import datetime as dt
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PASSWORD = "a password of the test"


@dataclass
class Mailbox:
    """What the server holds. seen: numbers that were marked; asked: every command, without the password."""

    messages: dict[int, bytes]
    seen: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    leaves_after: int | None = None  # breaks the connection after so many fetched bodies
    port: int = 0


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self) -> None:
        self._say("* OK ready")
        bodies = 0
        while line := self.rfile.readline().decode("ascii").strip():
            tag, command = line.split(" ", 1)
            box: Mailbox = self.server.box  # type: ignore[attr-defined]  # set by `serving`
            box.asked.append(re.sub(r"^LOGIN .*", "LOGIN", command))
            if "BODY" in command:
                bodies += 1
                if box.leaves_after is not None and bodies > box.leaves_after:
                    return
            if not self._answer(box, tag, command):
                return

    def _answer(self, box: Mailbox, tag: str, command: str) -> bool:
        word = command.upper()
        if word.startswith("CAPABILITY"):
            self._say("* CAPABILITY IMAP4rev1")
        elif word.startswith("LOGIN"):
            if PASSWORD not in command:
                self._say(f"{tag} NO not you")
                return True
        elif word.startswith("SELECT"):
            if '"INBOX"' not in command:
                self._say(f"{tag} NO no such mailbox")
                return True
            self._say(f"* {len(box.messages)} EXISTS")
            self._say("* OK [UIDVALIDITY 7] age")
        elif word.startswith("UID SEARCH UNSEEN"):
            self._say("* SEARCH " + " ".join(str(number) for number in box.messages if number not in box.seen))
        elif word.startswith("UID FETCH"):
            self._fetch(box, command)
        elif word.startswith("UID STORE"):
            assert r"+FLAGS.SILENT (\Seen)" in command
            box.seen.add(int(command.split()[2]))
        elif word.startswith("LOGOUT"):
            self._say("* BYE")
        self._say(f"{tag} OK done")
        return not word.startswith("LOGOUT")

    def _fetch(self, box: Mailbox, command: str) -> None:
        number = int(command.split()[2])
        data = box.messages[number]
        if "RFC822.SIZE" in command:
            self._say(f"* 1 FETCH (UID {number} RFC822.SIZE {len(data)})")
            return
        assert "BODY.PEEK[]" in command
        if part := re.search(r"<0\.(\d+)>", command):
            data = data[: int(part[1])]
        self._say(f"* 1 FETCH (UID {number} BODY[] {{{len(data)}}}")
        self.wfile.write(data)
        self._say(")")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode("ascii") + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is no failure of the test."""


def make_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem + certificate.public_bytes(Encoding.PEM))
    return path


@contextmanager
def serving(messages: dict[int, bytes], *, certificate: Path) -> Iterator[Mailbox]:
    """A server that ends with the block; its port is in the mailbox."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = _Server(("127.0.0.1", 0), _Talk)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    box = Mailbox(messages=messages, port=server.server_address[1])
    server.box = box  # type: ignore[attr-defined]  # for the handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
