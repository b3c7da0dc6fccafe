"""`rempart identities …`: people's judgements on accounts, kept beside the tables, and screening against a list that a unit may hold."""

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import pyarrow.compute as pc
import typer

from rempart.cli import identities_told
from rempart.cli.screen import language_of_environment, out, shown
from rempart.conversations.store import load_table
from rempart.engine.queries import DuckEngine
from rempart.errors import BadInput, reason_of
from rempart.identities.gather import gather
from rempart.identities.judgements import Answer, Judgement, fold, to_json
from rempart.identities.kept import keep, read_kept
from rempart.identities.watchlist import read_watchlist, screen
from rempart.matching.uses import LookUp, log_use
from rempart.wording import wording

USES = "screenings.jsonl"  # in the folder of the analysis
_words = wording(language_of_environment())
_ = _words.text
app = typer.Typer(
    help=_("Which accounts may be one person's: people's judgements, and screening against a list."),
    no_args_is_help=True,
)
Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help=_("Folder that `rempart analyse` or `rempart read` wrote."), show_default=False),
]
By = Annotated[str | None, typer.Option("--by", help=_("Who does this; your account on this machine by default."))]


class NoTables(BadInput):
    """The folder holds no tables."""


class UnknownAccount(BadInput):
    """An account is not in the tables."""


class BadAnswer(BadInput):
    """The answer is none of the three."""


class UnreadableList(BadInput):
    """The list cannot be opened."""


class BadColumns(BadInput):
    """The map of columns cannot be understood."""


def register(to: typer.Typer) -> None:
    """Adds the commands to the command line."""
    to.add_typer(app, name="identities")


@app.command(
    name="screen",
    help=_("Compares a list of people banned from work with minors with the accounts: candidates, with reasons."),
)
def screen_command(
    watchlist: Annotated[Path, typer.Argument(metavar="WATCHLIST", help=_("CSV that your unit may hold; never FIJAIS."), show_default=False)],
    folder: Folder,
    columns: Annotated[str | None, typer.Option("--map", help=_('Columns of the list: "family_name=Nom,birth_date=Né le"; without it, by their names.'))] = None,
    by: By = None,
) -> None:  # fmt: skip
    """`rempart identities screen`: 0 whether there are candidates or not, 1 when a cell of the list could not be read."""
    tables = _tables(folder)
    told = read_watchlist(_bytes_of(watchlist), columns=_columns(columns) if columns else None)
    accounts = load_table(tables, "accounts")
    use = LookUp(
        by=by or getpass.getuser(),
        at=datetime.now(UTC),
        act="screen",
        looked_up=len(told.entries),
        exhibits=tuple(sorted(pc.unique(accounts["exhibit_sha256"]).to_pylist())),
    )
    log_use(folder / USES, told.sha256, use)  # before anything of it is seen
    gathered = gather(tables, engine=DuckEngine())
    screened = screen(told, identifiers=gathered.identifiers)
    identities_told.print_screened(screened, gathered.identifiers)
    out.print(shown(_("The screening is written down in {path}.", path=folder / USES)))
    raise typer.Exit(1 if screened.not_examined else 0)


@app.command(
    help=_(
        "Says of two accounts: one person's, not one person's, or cannot say. Kept beside the tables; nothing is overwritten."
    )
)
def judge(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    folder: Folder,
    one: Annotated[str, typer.Argument(metavar="ONE", help=_("Account, as the report names it."), show_default=False)],
    other: Annotated[str, typer.Argument(metavar="OTHER", help=_("Another account."), show_default=False)],
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help=_("positive, negative or unsure; unsure takes an answer back."), show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help=_("Why: what was read and compared."))],
    by: By = None,
) -> None:  # fmt: skip
    """`rempart identities judge`."""
    _require_accounts(_tables(folder), one, other)
    judgement = Judgement(
        left=one, right=other, answer=_answer(answer), who=by or getpass.getuser(), at=datetime.now(UTC), reason=reason
    )
    keep(folder, judgement)
    identities_told.print_judged(judgement, fold(read_kept(folder)))


@app.command(
    name="list", help=_("Tells every judgement that was made, which of them stand, and the identities that they give.")
)
def list_judgements(
    folder: Folder, as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of sentences."))] = False
) -> None:
    """`rempart identities list`."""
    _tables(folder)
    made = read_kept(folder)
    if as_json:
        typer.echo(to_json(made).decode("utf-8"))
    else:
        identities_told.print_list(made, fold(made))


# -- steps ----------------------------------------------------------------------------------------------


def _tables(folder: Path) -> Path:
    for tables in (folder / "tables", folder):
        if (tables / "accounts.parquet").is_file():
            return tables
    raise NoTables("{name} holds no tables; `rempart analyse` and `rempart read` write them.", name=folder.name)


def _require_accounts(tables: Path, *accounts: str) -> None:
    known = set(load_table(tables, "accounts", columns=["account_id"])["account_id"].to_pylist())
    for account in accounts:
        if account not in known:
            raise UnknownAccount("The tables hold no account {account}; the report names them.", account=account)


def _answer(told: str) -> Answer:
    try:
        return Answer(told)
    except ValueError as error:
        raise BadAnswer("The answer is positive, negative or unsure.") from error


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableList(
            "The list {name} cannot be read: {reason}.", name=path.name, reason=reason_of(error)
        ) from error


def _columns(told: str) -> Mapping[str, str]:
    """Heading -> field, from `field=Heading,…`."""
    pairs = [part.partition("=") for part in told.split(",")]
    if not all(field.strip() and heading.strip() for field, _sign, heading in pairs):
        raise BadColumns('--map takes fields and headings such as "family_name=Nom,birth_date=Né le".')
    return {heading.strip(): field.strip() for field, _sign, heading in pairs}
