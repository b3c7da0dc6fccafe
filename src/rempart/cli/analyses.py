"""`rempart read`, `analyse`, `demo-case`, `demo`: from exports to tables and the ranked report."""

import getpass
import os
import webbrowser
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rempart.analysis.walk import Options, Outcome, analyse, read_exhibits
from rempart.cli.analyses_told import print_outcome, print_readings
from rempart.cli.engines import open_engine
from rempart.cli.listings import list_opener
from rempart.cli.screen import Bars, language_of_environment, out, shown
from rempart.conversations.reader import Reader
from rempart.conversations.readers import READERS
from rempart.conversations.readers.delimited import parse_column_map, with_map
from rempart.conversations.reading import Profile
from rempart.errors import BadInput
from rempart.fictional.case import DEMO_SCALE, SMALLEST_SCALE, Files, write_case
from rempart.wording import Lang, wording

_ = wording(language_of_environment()).text

Exports = Annotated[
    list[Path], typer.Argument(metavar="EXPORT", help=_("Exports: files, zip archives or folders."), show_default=False)
]
LangOption = Annotated[
    str | None, typer.Option("--lang", help=_("fr or en; the language of the environment by default."))
]
ProfileOption = Annotated[
    str, typer.Option("--profile", help=_("association, hotline or enquete; only enquete lets media bytes be hashed."))
]
ColumnsOption = Annotated[
    str | None,
    typer.Option("--columns", help=_('For another CSV or JSON Lines: "text=Body,author=From,sent_at=Date".')),
]
JobsOption = Annotated[
    int, typer.Option("--jobs", min=1, help=_("Processes to use at most."), show_default=_("one per processor"))
]
EngineOption = Annotated[
    str, typer.Option("--engine", help=_("duckdb, spark, or the address of a Spark cluster (spark://host:7077)."))
]
CORES = os.cpu_count() or 1


class NoLists(BadInput):
    """Rows were asked for a hash list that is not written."""


def register(to: typer.Typer) -> None:
    """Adds the commands to the command line."""
    to.command(help=_("Reads exports into tables (Parquet), accounting for every byte."))(read)
    to.command(name="analyse", help=_("Reads exports, detects, ranks, and writes the report."))(analyse_command)
    to.command(name="demo-case", help=_("Makes harmless fictional exports with a documented truth."))(demo_case)
    to.command(help=_("Analyses the shipped fictional case and opens its report."))(demo)


def read(
    exports: Exports,
    to: Annotated[Path, typer.Option("--to", help=_("Folder for the tables."))],
    lang: LangOption = None,
    profile: ProfileOption = "association",
    columns: ColumnsOption = None,
) -> None:
    """`rempart read`."""
    options = Options(lang=_lang(lang), profile=_profile(profile), readers=_readers(columns))
    with Bars() as bars:
        readings = read_exhibits(exports, out=to, options=options, observer=bars)
    print_readings(readings, options.lang)
    raise typer.Exit(0 if all(reading.is_complete for reading in readings) else 1)


def analyse_command(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    exports: Exports,
    to: Annotated[Path, typer.Option("--out", help=_("Folder for the report, analysis.json and the tables."))],
    facts: Annotated[Path | None, typer.Option("--facts", help=_("TOML file of what people established."))] = None,
    lang: LangOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", help=_("Instant to judge urgency by, ISO 8601 with zone; the last message by default.")
        ),
    ] = None,
    prevalence: Annotated[
        list[float] | None,
        typer.Option("--prevalence", help=_("Share of dangerous conversations among those looked at.")),
    ] = None,
    profile: ProfileOption = "association",
    columns: ColumnsOption = None,
    jobs: JobsOption = CORES,
    engine: EngineOption = "duckdb",
    hashes: Annotated[
        Path | None,
        typer.Option("--hashes", help=_("Folder with the sealed lists of known files (`rempart hashes`).")),
    ] = None,
    identity_key: Annotated[
        list[Path] | None,
        typer.Option("--identity-key", help=_("Private key that opens the lists; the key of the desk by default.")),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", help=_("Who looks files up, for the use log; your account on this machine by default.")),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help=_("Seed of what is drawn; the same gives the same."))] = 1,
) -> None:
    """`rempart analyse`."""
    options = Options(
        lang=_lang(lang),
        profile=_profile(profile),
        jobs=jobs,
        facts_text=_text_of(facts) if facts else None,
        as_of=_instant(as_of) if as_of else None,
        prevalences=_prevalences(prevalence or []),
        readers=_readers(columns),
        open_lists=list_opener(hashes, identity_files=identity_key or (), by=by or getpass.getuser())
        if hashes
        else None,
        seed=seed,
    )
    with open_engine(engine) as opened:
        outcome = _walk(exports, to, replace(options, engine=opened))
    raise typer.Exit(0 if outcome.is_complete else 1)


def demo_case(
    to: Annotated[Path, typer.Option("--to", help=_("Folder for the exports and the truth."))],
    scale: Annotated[
        float, typer.Option("--scale", min=SMALLEST_SCALE, help=_("1 is 10,000 members and 73,000 messages."))
    ] = 1.0,
    media: Annotated[
        bool, typer.Option("--media", help=_("With the files that go round (invented pictures) and hash lists."))
    ] = False,
    known: Annotated[
        int, typer.Option("--known", min=0, help=_("Rows of the largest hash list, filled up with invented ones."))
    ] = 0,
) -> None:
    """`rempart demo-case`."""
    if known and not media:
        raise NoLists("Hash lists are written with the files only: add --media. Nothing was written.")
    files = Files(known=known) if media else None
    with Bars() as bars:
        write_case(to, scale=scale, observer=bars, stage=_("Writing the fictional case"), files=files)
    out.print(shown(_("Written to {path}", path=to)))


def demo(
    to: Annotated[Path, typer.Option("--to", help=_("Folder for the case and its report."))] = Path("out/demo"),
    lang: LangOption = None,
    open_report: Annotated[bool, typer.Option("--open/--no-open", help=_("Open the report in the browser."))] = True,
) -> None:
    """`rempart demo`."""
    with Bars() as bars:
        write_case(to / "case", scale=DEMO_SCALE, observer=bars, stage=_("Writing the fictional case"))
    outcome = _walk([to / "case" / "exports"], to / "analysis", Options(lang=_lang(lang), jobs=CORES))
    report = (outcome.folder / "report.html").resolve()
    if open_report:
        webbrowser.open(report.as_uri())


def _walk(exports: list[Path], to: Path, options: Options) -> Outcome:
    with Bars() as bars:
        outcome = analyse(exports, out=to, options=options, observer=bars)
    print_outcome(outcome, options.lang)
    return outcome


def _lang(told: str | None) -> Lang:
    if told is None:
        return language_of_environment()
    if told == "fr":
        return "fr"
    if told == "en":
        return "en"
    raise BadInput("--lang takes fr or en.")


def _profile(told: str) -> Profile:
    profiles: tuple[Profile, ...] = ("association", "hotline", "enquete")
    for profile in profiles:
        if told == profile:
            return profile
    raise BadInput("--profile takes association, hotline or enquete.")


def _readers(columns: str | None) -> tuple[Reader, ...]:
    return (with_map(parse_column_map(columns)), *READERS) if columns else READERS


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("The facts file {name} cannot be read as text.", name=path.name) from error


def _instant(told: str) -> datetime:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise BadInput("--as-of takes an instant such as 2026-11-21T10:00:00+01:00.") from error
    if moment.tzinfo is None:
        raise BadInput("--as-of needs a zone, such as +01:00 or Z.")
    return moment


def _prevalences(told: list[float]) -> tuple[float, ...]:
    if any(not 0 < share < 1 for share in told):
        raise BadInput("--prevalence takes a share between 0 and 1, such as 0.01.")
    return tuple(told)
