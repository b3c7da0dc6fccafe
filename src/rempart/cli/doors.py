"""`rempart intake …`: reports that come by e-mail or as a table are kept as every other report. Django is loaded inside the commands only."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rempart.cli.screen import Bars, errors, language_of_environment, out, shown
from rempart.errors import BadInput
from rempart.intake.columns import parse_columns
from rempart.intake.table import MAX_BYTES, Refusal, Table, read_table
from rempart.wording import wording

if TYPE_CHECKING:
    from rempart.web.config import Site
    from rempart.web.doors.mail import Refused, Round

_words = wording(language_of_environment())
_ = _words.text
app = typer.Typer(help=_("Takes in reports that came by e-mail or as a table."), no_args_is_help=True)

DATA = Path("rempart-data")
MOST_TOLD = 20
Data = Annotated[Path, typer.Option("--data", envvar="REMPART_DATA", help=_("Folder of the site."))]


def register(to: typer.Typer) -> None:
    """Adds the commands to the command line."""
    to.add_typer(app, name="intake")


@app.command(
    help=_("Takes in e-mails; the files of a folder are moved to done/ or refused/ in it, a file named alone stays.")
)
def mail(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help=_("Folders of .eml files, or .eml files."), show_default=False)
    ],
    data: Data = DATA,
) -> None:
    """`rempart intake mail`: 0 all kept, 1 some were refused."""
    site = _site(data)
    from rempart.web.doors.mail import Round, receive_folder, receive_one  # noqa: PLC0415 - models exist once Django runs
    from rempart.web.public.means import means  # noqa: PLC0415 - the same

    if missing := [path for path in paths if not path.exists()]:
        raise BadInput("There is no {name}. Nothing was taken in.", name=missing[0].name)
    told = Round()
    for path in paths:
        if path.is_dir():
            told += receive_folder(path, site=site, means=means)
        else:
            told += receive_one(_bytes_of(path), name=path.name, site=site, means=means())
    _tell_mails(told)
    raise typer.Exit(1 if told.refused else 0)


@app.command(name="csv", help=_("Takes in a table, a report a row; docs/columns.md lists the columns."))
def csv_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The table, as CSV."), show_default=False)],
    by: Annotated[str, typer.Option("--by", help=_("Who brings the table; stands inside the sealed reports."))] = "",
    data: Data = DATA,
    columns: Annotated[
        str | None,
        typer.Option("--columns", help=_('For other headings: "narrative=Body,none=Internal"; none leaves one out.')),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only say what would be taken in."))] = False,
) -> None:
    """`rempart intake csv`: 0 every row is kept, 1 some rows were refused."""
    from rempart.web.config import Site  # noqa: PLC0415 - the site only where it is asked for

    if not (by.strip() or dry_run):
        raise BadInput("Name the person who brings the table with --by. Nothing was kept.")
    named = parse_columns(columns) if columns else {}
    language = _words.lang if dry_run else Site.at(data).config.language
    table = read_table(_bytes_of(file), language=language, columns=named)
    _tell_refusals(table.refusals)
    if dry_run:
        out.print(
            _words.count("{count} report could be taken in.", "{count} reports could be taken in.", len(table.rows))
        )
    else:
        _keep(table, by=by, data=data)
    raise typer.Exit(1 if table.refusals else 0)


def _keep(table: Table, *, by: str, data: Path) -> None:
    _site(data)
    from rempart.web.doors.table import keep_rows  # noqa: PLC0415 - the same
    from rempart.web.public.means import means  # noqa: PLC0415 - models exist once Django runs

    with Bars() as bars:
        bars.stage(_("Keeping the reports"), len(table.rows))
        kept = keep_rows(table.rows, by=by, means=means, observer=bars.advance)
    out.print(_words.count("{count} report kept.", "{count} reports kept.", kept.received))
    if kept.repeated:
        out.print(_words.count("{count} row had come before.", "{count} rows had come before.", kept.repeated))


def _site(data: Path) -> "Site":
    """The site, with Django set up as its owner."""
    from rempart.web.config import Face, Site  # noqa: PLC0415 - the site only where it is asked for
    from rempart.web.setup import django_as  # noqa: PLC0415 - the same

    site = Site.at(data)
    django_as(site, Face.OWNER)
    return site


def _tell_mails(told: "Round") -> None:
    out.print(_words.count("{count} e-mail kept.", "{count} e-mails kept.", told.received))
    if told.repeated:
        out.print(_words.count("{count} e-mail had come before.", "{count} e-mails had come before.", told.repeated))
    for refused in told.refused[:MOST_TOLD]:
        errors.print(shown(f"{refused.name}{_(': ')}{_words.error(refused.error)}"))
    _tell_rest(told.refused)


def _tell_refusals(refusals: Sequence[Refusal]) -> None:
    for refusal in refusals[:MOST_TOLD]:
        place = (
            _("line {line}, “{column}”", line=refusal.line, column=refusal.column)
            if refusal.column
            else _("line {line}", line=refusal.line)
        )
        errors.print(shown(f"{place}{_(': ')}{refusal.told_in(_words.lang)}"))
    _tell_rest(refusals)


def _tell_rest(told: "Sequence[Refusal] | Sequence[Refused]") -> None:
    if told:
        more = len(told) - MOST_TOLD
        errors.print(_words.count("{count} was refused.", "{count} were refused.", len(told)))
        if more > 0:
            errors.print(
                _words.count("{count} further one is not listed.", "{count} further ones are not listed.", more)
            )


def _bytes_of(path: Path) -> bytes:
    """The bytes of a file, one more than is taken of one that is too large."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput("{name} cannot be read. Nothing was taken in.", name=path.name) from error
