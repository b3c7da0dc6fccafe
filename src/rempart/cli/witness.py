"""`rempart witness`: remembers the last checkpoint of partners' ledgers, and cosigns only what continues it."""

import os
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from rempart.cli.screen import errors, language_of_environment, out, shown
from rempart.errors import BadInput, NotAllowed, OutsideFailure, reason_of
from rempart.evidence.ledger import files, notes, witness_files
from rempart.evidence.ledger.files import Lock, NotKept
from rempart.evidence.ledger.notes import Vkey
from rempart.evidence.ledger.witness import ADD_CHECKPOINT, MOST_REQUEST_BYTES, TEXT, Answer, answer
from rempart.wording import wording

WAIT_S = 10  # for the next bytes of a request; a slow sender holds one thread no longer
_words = wording(language_of_environment())
_ = _words.text
app = typer.Typer(help=_("A witness of partners' ledgers."), no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help=_("Folder of the witness."), show_default=False)]


class NoAddress(OutsideFailure):
    """The address cannot be listened on."""


class Service:
    """One witness at work. The folder is this process's until `close`. Raises: BadSettings, LostMemory, Busy."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock(folder)
        self._one_at_a_time = threading.Lock()
        try:
            self.witness = witness_files.load_witness(folder)
        except Exception:
            self._lock.close()
            raise
        self._state = self.witness.state

    def add_checkpoint(self, untrusted_body: bytes, *, now: datetime) -> Answer:
        """The answer; what it commits us to is durable before it is given. Raises: NotKept."""
        with self._one_at_a_time:
            said = answer(
                untrusted_body, logs=self.witness.logs, state=self._state, signer=self.witness.signer, now=now
            )
            if said.state is not self._state:
                witness_files.save_memory(self._folder, said.state)
                self._state = said.state
            return said

    def close(self) -> None:
        """Lets another process serve this witness."""
        self._lock.close()


class WitnessServer(ThreadingHTTPServer):
    """The protocol's one address, over HTTP; TLS is the business of the server in front."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], service: Service) -> None:
        self.service = service
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = WAIT_S
    server: WitnessServer

    def do_POST(self) -> None:
        """Answers a log."""
        length = self.headers.get("Content-Length", "")
        if self.path != ADD_CHECKPOINT:
            self._refuse(HTTPStatus.NOT_FOUND)
        elif not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
        elif len(length) > 9 or int(length) > MOST_REQUEST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._cosign(int(length))

    def _cosign(self, length: int) -> None:
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        try:
            said = self.server.service.add_checkpoint(body, now=datetime.now(UTC))
        except NotKept:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self._send(said.status, said.content_type, said.body)

    def do_GET(self) -> None:
        """Nothing is shown."""
        self._refuse(HTTPStatus.NOT_FOUND)

    def _refuse(self, status: HTTPStatus) -> None:
        """Ends the connection too: a body may stand unread."""
        self.close_connection = True
        self._send(status, TEXT, f"{status.phrase}\n".encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """No version of anything."""
        return "witness"

    def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002 - the name that the library gives
        """Nothing: who asks is nobody's business."""


@app.command(help=_("Makes a new witness: its key, its settings, its memory."))
def init(
    folder: Folder,
    name: Annotated[str, typer.Option("--name", help=_("Name of its key, such as example.org/witness."))],
    log: Annotated[
        list[Path] | None, typer.Option("--log", help=_("Public key file of a ledger; may be given again."))
    ] = None,
) -> None:
    """`rempart witness init`."""
    logs = [vkey for path in log or [] for vkey in _vkeys_of(path)]
    vkey = witness_files.make_witness(folder, name=name, seed=os.urandom(32), logs=logs)
    out.print(_("Give this public key to the keepers of the ledgers:"))
    out.print(shown(vkey.text))
    out.print(shown(_("Ledgers that it knows: {path}", path=folder / witness_files.SETTINGS)))


@app.command(help=_("Answers ledgers, on this machine only unless an address is given."))
def serve(
    folder: Folder,
    address: Annotated[str, typer.Option("--address", help=_("Address to listen on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=_("Port to listen on."))] = 7380,
) -> None:
    """`rempart witness serve`."""
    service = Service(folder)
    try:
        server = WitnessServer((address, port), service)
    except OSError as error:
        service.close()
        raise NoAddress(
            "The address {address}:{port} cannot be listened on: {reason}.",
            can_retry=True,
            address=address,
            port=port,
            reason=reason_of(error),
        ) from error
    with server:
        _tell(service, server)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            service.close()


@app.command(help=_("Prints the checkpoint that it holds of a ledger, to verify that ledger with."))
def held(
    folder: Folder,
    origin: Annotated[
        str | None, typer.Option("--origin", help=_("Name of the ledger, when it knows several."))
    ] = None,
) -> None:
    """`rempart witness held`."""
    state = witness_files.load_witness(folder).state
    if origin is None and len(state) == 1:
        origin = next(iter(state))
    if origin is None or origin not in state:
        raise NotAllowed(
            "Say of which ledger, with --origin: this witness holds checkpoints of {names}.",
            names=", ".join(sorted(state)) or "–",
        )
    typer.echo(state[origin].data, nl=False)


def _vkeys_of(path: Path) -> tuple[Vkey, ...]:
    try:
        return notes.parse_vkeys(files.read_file(path, most_bytes=notes.MOST_NOTE_BYTES).decode("utf-8", "replace"))
    except OSError as error:
        raise BadInput("{name} cannot be read.", name=path.name) from error


def _tell(service: Service, server: WitnessServer) -> None:
    host, port = server.server_address[:2]
    told = _(
        "The witness {name} answers at http://{host}:{port}{path}; Ctrl-C ends it.",
        name=service.witness.signer.name,
        host=host,
        port=port,
        path=ADD_CHECKPOINT,
    )
    out.print(shown(told))
    if not ip_address(str(host)).is_loopback:
        errors.print(_("Others can reach this address: put a server with TLS in front of it."))
