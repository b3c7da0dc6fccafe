"""`rempart bag …`: exhibits for a court, with custody, proofs, a sheet and a program that checks them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rempart.cli.screen import language_of_environment, out, shown
from rempart.errors import BadInput
from rempart.evidence import bag, keys
from rempart.evidence.bag_statements import read_statements
from rempart.evidence.ledger.notes import parse_vkey, parse_vkeys
from rempart.evidence.vault import Vault
from rempart.wording import wording

_ = wording(language_of_environment()).text


class NoLedgerKey(BadInput):
    """The public key of the ledger is not where it was looked for."""


def register(to: typer.Typer) -> None:
    """Adds the command to the command line."""
    to.command(name="bag", help=_("Exports exhibits with their custody, their proofs and a program that checks them."))(
        bag_command
    )


def bag_command(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    addresses: Annotated[
        list[str], typer.Argument(metavar="ADDRESS", help=_("Addresses of exhibits."), show_default=False)
    ],
    vault: Annotated[Path, typer.Option("--vault", help=_("Folder of the sealed exhibits."))],
    ledger: Annotated[Path, typer.Option("--ledger", help=_("Folder of the ledger."))],
    identity: Annotated[list[Path], typer.Option("--identity", help=_("File of a private key that opens them."))],
    to: Annotated[Path, typer.Option("--to", help=_("New folder for the bag."))],
    custody: Annotated[
        Path | None, typer.Option("--custody", help=_("JSON file of what people state about the exhibits."))
    ] = None,
    vkey: Annotated[
        Path | None,
        typer.Option(
            "--vkey", help=_("File of the ledger's public key; keys/signer.vkey beside the ledger by default.")
        ),
    ] = None,
    witnesses: Annotated[
        Path | None, typer.Option("--witness-keys", help=_("File of the public keys of witnesses, one a line."))
    ] = None,
) -> None:
    """`rempart bag`."""
    order = bag.Order(
        addresses=tuple(addresses),
        vault=Vault(vault),
        ledger=ledger,
        vkey=parse_vkey(_key_text(vkey or ledger.resolve().parent / "keys" / "signer.vkey")),
        identities=tuple(key for path in identity for key in keys.read_identities(path)),
        made_at=datetime.now(UTC),
        witness_keys=parse_vkeys(_key_text(witnesses)) if witnesses else (),
        statements=read_statements(custody) if custody else (),
    )
    made = bag.make_bag(order, target=to)
    out.print(
        shown(
            _(
                "Bag written to {path}: {pieces} exhibits, {events} acts.",
                path=to,
                pieces=len(made.pieces),
                events=made.events,
            )
        )
    )
    out.print(_("Write this into the record of the handover; it fixes every byte of the bag:"))
    out.print(f"  sha256(tagmanifest-sha256.txt) = {made.seal}")


def _key_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise NoLedgerKey(
            "There is no key of a ledger in {name}; nothing was written. Name its file with --vkey.", name=path.name
        ) from error
