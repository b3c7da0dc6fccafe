"""`rempart keys …`: makes, rotates, shares, explains and checks the keys of a site."""

import secrets
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from rempart.cli import keys_told
from rempart.cli.screen import errors, language_of_environment, out, shown
from rempart.errors import BadInput, NotAllowed
from rempart.evidence import durable, escrow, keys
from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import Purpose
from rempart.web.config import FILE, SiteConfig, load_config
from rempart.wording import wording

_ = wording(language_of_environment()).text
app = typer.Typer(help=_("Keys: made, rotated, shared, explained and checked."), no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", envvar="REMPART_DATA", help=_("Folder of the site."))]
EscrowOut = Annotated[
    Path | None,
    typer.Option("--escrow-out", help=_("File for the guard key, on a memory stick that you take away.")),
]
EscrowRecipient = Annotated[
    str | None,
    typer.Option("--escrow-recipient", help=_("Public half (age1…) of a guard key made elsewhere.")),
]
Yes = Annotated[bool, typer.Option("--yes", help=_("Do not ask; the explanation was read."))]
DATA = Path("rempart-data")
_AGREED = {"y", "yes", "o", "oui"}


class NoGuard(BadInput):
    """Nobody said where the guard key comes from."""


class FileInTheWay(BadInput):
    """Keys are never written over a file."""


class NotConfirmed(NotAllowed):
    """The person did not agree."""


def register(to: typer.Typer) -> None:
    """Adds the commands to the command line."""
    to.add_typer(app, name="keys")


@app.command(
    help=_("Makes the first keys of a site: of the month, the guard key, of the desk, of the ledger and the journal.")
)
def init(
    data: Data = DATA,
    escrow_out: EscrowOut = None,
    escrow_recipient: EscrowRecipient = None,
    origin: Annotated[
        str | None, typer.Option("--origin", help=_("Name of the ledger, such as example.org/ledger."))
    ] = None,
    yes: Yes = False,
) -> None:
    """`rempart keys init`: makes what is missing, and keeps what is there."""
    ring = Keyring(data / "keys")
    known = ring.recipients()
    needs_guard, needs_intake = not known.active(Purpose.ESCROW), not known.active(Purpose.INTAKE)
    needs_signer = not (ring.signer_path.exists() and ring.vkey_path.exists())
    needs_journal = not (ring.journal_path.exists() and ring.journal_vkey_path.exists())
    if needs_guard:
        _require_guard_source(data, escrow_out, escrow_recipient)
    if needs_guard or needs_intake or needs_signer or needs_journal:
        _tell_chapters()
        _confirm(_("Make these keys now? [y/N]"), yes=yes)
    if needs_guard:
        _make_guard(ring, escrow_out, escrow_recipient)
    if needs_intake:
        _tell_new_month(ring, again=any(entry.purpose == Purpose.INTAKE for entry in known.entries))
    ring.add_desk(_today())
    ring.add_blind(seed=secrets.token_bytes(keys.KEY_BYTES))
    if needs_signer or not (needs_guard or needs_intake or needs_journal):  # all there: add_signer says so
        signer = ring.add_signer(origin or _origin_of(data), seed=secrets.token_bytes(keys.KEY_BYTES))
        out.print(shown(_("Key of the ledger made; partners verify with: {vkey}", vkey=signer.vkey.text)))
    if needs_journal:
        signer = ring.add_journal(seed=secrets.token_bytes(keys.KEY_BYTES))
        out.print(shown(_("Key of the journal made; partners verify with: {vkey}", vkey=signer.vkey.text)))


@app.command(
    name="list", help=_("Lists the keys: what for, since when, until when, and whether the private half is here.")
)
def list_keys(data: Data = DATA) -> None:
    """`rempart keys list`."""
    ring = Keyring(data / "keys")
    for entry in ring.recipients().entries:
        here = ring.private_path(entry.name).exists()
        out.print(shown(f"{entry.name}{_(': ')}{keys_told.describe(entry, private_half_here=here)}"))
        out.print(f"  {entry.key}")  # on a line of its own, to be copied


@app.command(help=_("Makes the key of this month and retires the one before; or another guard key."))
def rotate(
    data: Data = DATA,
    again: Annotated[
        bool, typer.Option("--again", help=_("A further key this month: the one in use is not trusted any more."))
    ] = False,
    escrow_out: EscrowOut = None,
    escrow_recipient: EscrowRecipient = None,
    yes: Yes = False,
) -> None:
    """`rempart keys rotate`."""
    ring = Keyring(data / "keys")
    if escrow_out is None and escrow_recipient is None:
        _tell_new_month(ring, again=again)
        return
    _require_guard_source(data, escrow_out, escrow_recipient)
    out.print(
        _("The guard key in use retires: keep it, because what came before opens with it and not with the new one.")
    )
    _confirm(_("Use another guard key from now on? [y/N]"), yes=yes)
    _make_guard(ring, escrow_out, escrow_recipient)


@app.command(name="escrow", help=_("Shares the guard key between three people or more; any two of them bring it back."))
def escrow_command(
    guard: Annotated[Path, typer.Option("--guard", help=_("File of the guard key."))],
    trustee: Annotated[list[str], typer.Option("--trustee", help=_("Public key (age1…) of a trustee; one for each."))],
    to: Annotated[Path, typer.Option("--to", help=_("New folder for the parts."))],
    data: Data = DATA,
) -> None:
    """`rempart keys escrow`."""
    identity = keys.read_identities(guard)[0]
    if keys.recipient_of(identity) not in Keyring(data / "keys").recipients().active(Purpose.ESCROW):
        raise BadInput(
            "This is not the guard key in use; nothing was written. `rempart keys list` shows its public half."
        )
    parts = escrow.split_between(keys.identity_file(identity, remark="Rempart, guard key"), trustee)
    if to.exists():
        raise FileInTheWay("There is a folder {name} already; it was left as it is. Name another one.", name=to.name)
    to.mkdir(mode=0o700, parents=True)
    for (first, second), part in parts.items():
        durable.create(to / f"guard-part-{first}-{second}.age", part)
    durable.create(to / "LISEZMOI.txt", keys_told.trustees_sheet(len(trustee)).encode())
    out.print(shown(_("Parts written to {path}. Each trustee takes a copy of the whole folder.", path=to)))
    out.print(_("Try now with `rempart keys join`; then destroy the other copies of the guard key."))


@app.command(help=_("Brings the guard key back from a part and the private keys of its two trustees."))
def join(
    parts: Annotated[list[Path], typer.Argument(metavar="PART", help=_("Files of parts."), show_default=False)],
    identity: Annotated[list[Path], typer.Option("--identity", help=_("File of a trustee's private key; twice."))],
    to: Annotated[Path, typer.Option("--to", help=_("New file for the guard key."))],
) -> None:
    """`rempart keys join`."""
    told = [key for path in identity for key in keys.read_identities(path)]
    secret = escrow.join([path.read_bytes() for path in parts], identities=told)
    _write_new(to, secret)
    out.print(shown(_("The guard key is in {path}. It opens everything: remove it when it has served.", path=to)))


@app.command(help=_("Says who can open what, and what happens when a key is lost."))
def explain() -> None:
    """`rempart keys explain`."""
    _tell_chapters()


@app.command(help=_("Looks for missing, old, open or misplaced keys."))
def check(data: Data = DATA) -> None:
    """`rempart keys check`: 0 when all is well, 1 when something is not."""
    faults = Keyring(data / "keys").check(_today())
    for fault in faults:
        errors.print(shown(keys_told.fault(fault)))
    if faults:
        raise typer.Exit(1)
    out.print(_("The keys are in order."))


# -- steps ----------------------------------------------------------------------------------------------


def _today() -> date:
    return datetime.now(UTC).date()


def _tell_chapters() -> None:
    for heading, sentences in keys_told.chapters():
        out.print(shown(heading), style="bold")
        for sentence in sentences:
            out.print(shown(f"  {sentence}"))
        out.print()


def _confirm(question: str, *, yes: bool) -> None:
    """Goes on when the person agrees; y, yes, o and oui do in both languages."""
    if yes:
        return
    out.print(shown(question), end=" ")
    if sys.stdin.readline().strip().lower() not in _AGREED:
        raise NotConfirmed("Nothing was made. Answer yes, or give --yes.")


def _require_guard_source(data: Path, escrow_out: Path | None, escrow_recipient: str | None) -> None:
    """Refuses before anything is made."""
    if (escrow_out is None) == (escrow_recipient is None):
        raise NoGuard(
            "The guard key is for the day when all others are lost: name a file on a memory stick that you take away "
            "(--escrow-out), or the public half of a key made elsewhere (--escrow-recipient). Nothing was made."
        )
    if escrow_recipient is not None:
        keys.parse_recipient(escrow_recipient)
    elif escrow_out is not None and escrow_out.resolve().is_relative_to(data.resolve()):
        raise NoGuard("The guard key belongs on no machine of the site: name a file elsewhere. Nothing was made.")


def _make_guard(ring: Keyring, escrow_out: Path | None, escrow_recipient: str | None) -> None:
    recipient = _new_guard(escrow_out) if escrow_out else escrow_recipient or ""
    entry = ring.add_guard(recipient, day=_today())
    out.print(shown(_("Guard key in use: {name}, {key}", name=entry.name, key=entry.key)))


def _new_guard(path: Path) -> str:
    """Writes a new guard key, once, where the person takes it away from; its public half."""
    identity = keys.new_identity()
    _write_new(path, keys.identity_file(identity, remark="Rempart, guard key"))
    out.print(shown(_("The guard key is in {path}. It is written nowhere else.", path=path)), style="bold")
    out.print(_("Take it away from this machine now, copy it to a second place, and keep both locked away."))
    out.print(_("`rempart keys escrow` shares it between people, so that none of them holds it alone."))
    return keys.recipient_of(identity)


def _write_new(path: Path, data: bytes) -> None:
    try:
        durable.create(path, data)
    except FileExistsError as error:
        raise FileInTheWay(
            "There is a file {name} already; it was left as it is. Name another one.", name=path.name
        ) from error


def _tell_new_month(ring: Keyring, *, again: bool) -> None:
    before = [entry.name for entry in ring.recipients().entries if entry.retired_date is None]
    entry = ring.add_intake(_today(), again=again)
    out.print(shown(_("Key of the month made: {path}. Put it into the backup.", path=ring.private_path(entry.name))))
    for retired in (known for known in ring.recipients().entries if known.retired_date and known.name in before):
        out.print(shown(_("{name} is retired; keep it, it opens what came in its time.", name=retired.name)))


def _origin_of(data: Path) -> str:
    """The name that rempart.toml gives to the ledger, or would give."""
    config = load_config(data) if (data / FILE).exists() else SiteConfig()
    return config.ledger.origin
