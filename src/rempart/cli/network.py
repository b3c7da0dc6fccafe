"""`rempart network …`: the sharing network of an analysed folder, for other programs."""

import contextlib
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from rempart.analysis.result_tables import WHEN_KNOWN
from rempart.cli.engines import open_engine
from rempart.cli.screen import language_of_environment, out, shown
from rempart.conversations.store import load_table
from rempart.errors import BadInput, OutsideFailure, reason_of
from rempart.network.build import Known, Network, build
from rempart.network.exports import write_case, write_ftm, write_gexf, write_graphml, write_i2
from rempart.wording import wording

_words = wording(language_of_environment())
_ = _words.text
app = typer.Typer(help=_("The sharing network of an analysed folder, for other programs."), no_args_is_help=True)


class NotAnalysed(BadInput):
    """The folder holds no tables."""


class NotExported(OutsideFailure):
    """The disk refused the file."""


class Form(StrEnum):
    """What the other program reads."""

    GRAPHML = "graphml"
    GEXF = "gexf"
    I2 = "i2"
    FTM = "ftm"
    CASE = "case"


ONE_FILE: dict[Form, Callable[[Network, BinaryIO], None]] = {
    Form.GRAPHML: write_graphml,
    Form.GEXF: write_gexf,
    Form.FTM: write_ftm,
    Form.CASE: write_case,
}
NAMES = {
    Form.GRAPHML: ("network.graphml",),
    Form.GEXF: ("network.gexf",),
    Form.I2: ("entities.csv", "links.csv"),
    Form.FTM: ("network.ftm.jsonl",),
    Form.CASE: ("network.case.jsonld",),
}


def register(to: typer.Typer) -> None:
    """Adds the commands to the command line."""
    to.add_typer(app, name="network")


@app.callback()
def _group() -> None:
    """Keeps `export` a command of its own while it is the only one."""


@app.command(help=_("Writes the network for another program: signals to be checked by a person, no text, no medium."))
def export(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=_("What `rempart analyse --out` wrote."), show_default=False)
    ],
    to: Annotated[Path, typer.Option("--to", help=_("Folder to write to."))],
    form: Annotated[
        Form,
        typer.Option("--format", help=_("graphml, gexf (Gephi), i2 (two CSV), ftm (FollowTheMoney), case (CASE/UCO).")),
    ] = Form.GRAPHML,
    engine: Annotated[str, typer.Option("--engine", help=_("duckdb, or spark."))] = "duckdb",
    seed: Annotated[int, typer.Option("--seed", min=0, help=_("Seed of the communities; as given to analyse."))] = 1,
) -> None:
    """`rempart network export`."""
    tables = folder / "tables"
    if not (tables / "messages.parquet").is_file():
        raise NotAnalysed(
            "{name} holds no tables. Run `rempart analyse EXPORT --out {name}` first.", name=folder.name or str(folder)
        )
    with open_engine(engine) as joined:
        network = build(tables, engine=joined, seed=seed, known=_known(tables))
        _write(network, form, to)
    for name in NAMES[form]:
        out.print(shown(str(to / name)))


def _known(tables: Path) -> Known:
    """What the analysis knew of the same tables, so that files are joined as there."""
    found = {name: load_table(tables, name) for name in WHEN_KNOWN if (tables / f"{name}.parquet").is_file()}
    return Known(matches=found.get("matches"), likeness=found.get("likeness"))


def _write(network: Network, form: Form, to: Path) -> None:
    try:
        to.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(_whole(to / name)) for name in NAMES[form]]
            if form is Form.I2:
                write_i2(network, entities=files[0], links=files[1])
            else:
                ONE_FILE[form](network, files[0])
    except OSError as error:
        raise NotExported(
            "{name} could not be written: {reason}.", can_retry=True, name=to.name, reason=reason_of(error)
        ) from error


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
