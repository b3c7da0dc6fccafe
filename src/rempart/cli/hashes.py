"""`rempart hashes …`: lists of known files, added sealed, told, and looked up; every use is written down."""

import getpass
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from rempart.cli import hashes_told
from rempart.cli.screen import Bars, errors, language_of_environment, shown
from rempart.engine.queries import DuckEngine
from rempart.errors import BadInput, NotAllowed
from rempart.evidence import keys
from rempart.evidence.digest import digest_three
from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import Purpose
from rempart.matching.known import combine, find_known
from rempart.matching.listing import DIGESTS
from rempart.matching.lists.form import ListOptions
from rempart.matching.lists.mapped import parse_map, read_map, with_map
from rempart.matching.reading import ListReading
from rempart.matching.store import ListStore, Mode, NewList
from rempart.matching.uses import LookUp
from rempart.wording import wording

_words = wording(language_of_environment())
_ = _words.text
FOLDER = "hashlists"  # below the data folder of a site
DATA = Path("rempart-data")
_DIGEST = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
app = typer.Typer(
    help=_("Lists of known files: added sealed, told, and looked up; every use is written down."), no_args_is_help=True
)

Data = Annotated[Path, typer.Option("--data", envvar="REMPART_DATA", help=_("Folder of the site."))]
Keys = Annotated[Path | None, typer.Option("--keys", help=_("Folder of the keys; keys in the folder of the site by default."))]  # fmt: skip
By = Annotated[str | None, typer.Option("--by", help=_("Who does this, for the use log; your account on this machine by default."))]  # fmt: skip


class NoKeys(BadInput):
    """There is no key that opens a list."""


class BytesNotAllowed(NotAllowed):
    """The profile keeps the bytes of files closed."""


class UnknownThing(BadInput):
    """What is to be looked up is no digest and no file."""


def register(to: typer.Typer) -> None:
    """Adds the commands to the command line."""
    to.add_typer(app, name="hashes")


@app.command(help=_("Adds a list of known files: recognised from its content, sealed, its provenance kept."))
def add(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    path: Annotated[Path, typer.Argument(metavar="LIST", help=_("File, archive or folder of pages."), show_default=False)],
    name: Annotated[str, typer.Option("--name", help=_("How the list is told: who issues it, and for whom."))],
    list_version: Annotated[str | None, typer.Option("--list-version", help=_("Version, where the list tells none."))] = None,
    issued: Annotated[str | None, typer.Option("--date", help=_("Day of issue, such as 2026-11-21."))] = None,
    kind: Annotated[str | None, typer.Option("--kind", help=_("sha256, sha1, md5 or pdq, for bare digests."))] = None,
    known_good: Annotated[bool, typer.Option("--known-good", help=_("Known software: sets aside, and says nothing more."))] = False,
    columns: Annotated[str | None, typer.Option("--map", help=_('For a table: "md5=Hash,code=Category", or a TOML file.'))] = None,
    scheme: Annotated[str | None, typer.Option("--scheme", help=_("Whose categories these are, where the list tells none."))] = None,
    country: Annotated[str | None, typer.Option("--country", help=_("Country of the categories, where the list tells none."))] = None,
    continues: Annotated[bool, typer.Option("--continue", help=_("Adds to the list of this name: a later delivery."))] = False,
    replaces: Annotated[bool, typer.Option("--replace", help=_("Takes the place of the list of this name."))] = False,
    by: By = None,
    data: Data = DATA,
    keys_folder: Keys = None,
) -> None:  # fmt: skip
    """`rempart hashes add`: 1 when a listing may be lost, because a row could not be read."""
    new = NewList(
        name=name,
        added_at=datetime.now(UTC),
        added_by=by or getpass.getuser(),
        version=list_version,
        issued_on=_day(issued),
        known_good=known_good,
        mode=_mode(continues=continues, replaces=replaces),
    )
    recipients = _ring(data, keys_folder).recipients().active(Purpose.DESK, Purpose.ESCROW)
    options = _options(kind, columns, scheme=scheme, country=country)
    with Bars() as bars:
        bars.stage(_("Reading {name}", name=path.name), 2 * _bytes_below(path))
        reading = ListReading(path, options=options, progress=bars.advance)
        kept = ListStore(data / FOLDER).add(reading, new, recipients=recipients)
    hashes_told.print_added(kept, keys=len(recipients))
    raise typer.Exit(0 if reading.tally.is_complete else 1)


@app.command(name="list", help=_("Tells which lists are kept: versions, dates, counts, and how often they were used."))
def list_lists(
    data: Data = DATA,
    uses: Annotated[bool, typer.Option("--uses", help=_("Tell every use: who, when, which list, how many look-ups."))] = False,
) -> None:  # fmt: skip
    """`rempart hashes list`; needs no key, and follows the chain of the use log."""
    store = ListStore(data / FOLDER)
    told = store.uses()
    hashes_told.print_lists(store.lists(), told)
    if uses:
        hashes_told.print_uses(told)


@app.command(help=_("Looks files, folders or digests up in every list. Exit code 0 whether listed or not."))
def check(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    things: Annotated[list[str], typer.Argument(metavar="THING", help=_("Files, folders, or digests (MD5, SHA-1, SHA-256, PDQ)."), show_default=False)],
    profile: Annotated[str, typer.Option("--profile", help=_("Only enquete lets the bytes of files be read."))] = "association",
    identity: Annotated[list[Path] | None, typer.Option("--identity", help=_("File of a private key that opens the lists; the key of the desk by default."))] = None,
    by: By = None,
    data: Data = DATA,
    keys_folder: Keys = None,
) -> None:  # fmt: skip
    """`rempart hashes check`: 1 when a file could not be read."""
    from rempart.matching.alike import find_alike  # noqa: PLC0415 - loading numba takes a second

    store, looked = ListStore(data / FOLDER), Looked(labels=[], digests=[], unread=[])
    if not store.lists():
        raise BadInput("No list is kept here. `rempart hashes add LIST --name NAME` adds one.")
    _look(things, looked, profile)
    told = LookUp(by=by or getpass.getuser(), at=datetime.now(UTC), act="check", looked_up=len(looked.labels))
    listings = store.open_all(identities=_identities(data, keys_folder, identity), use=told)
    engine = DuckEngine()
    exact = find_known(looked.media(), listings, engine=engine)
    near = find_alike(looked.likeness(), listings, engine=engine)
    hashes_told.print_matches(looked.labels, combine(exact, near), lists=len(listings))
    for label in looked.unread:
        errors.print(shown(_("{name} could not be read.", name=label)))
    raise typer.Exit(1 if looked.unread else 0)


# -- steps ----------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Looked:
    """What is looked up: a label and the digests of each thing, by kind; and what could not be read."""

    labels: list[str]
    digests: list[dict[str, str]]
    unread: list[str]

    def add(self, label: str, digests: dict[str, str]) -> None:
        self.labels.append(label)
        self.digests.append(digests)

    def media(self) -> pa.Table:
        """As the media table has them; the row is the place of the label, from 1."""
        columns = {kind: [one.get(kind) for one in self.digests] for kind in ("sha256", "sha1", "md5")}
        rows = list(range(1, len(self.labels) + 1))
        texts = {kind: pa.array(values, pa.string()) for kind, values in columns.items()}
        return pa.table({"exhibit_sha256": [""] * len(rows), "row": pa.array(rows, pa.int64()), **texts})

    def likeness(self) -> pa.Table:
        """As the likeness table has them: what was typed and may be the PDQ hash of a picture, in all its forms."""
        from rempart.matching.alike import turned_forms  # noqa: PLC0415 - loading numba takes a second

        typed = [(row, one["pdq"]) for row, one in enumerate(self.digests, 1) if "pdq" in one]
        return pa.table(
            {
                "exhibit_sha256": [""] * len(typed),
                "row": pa.array([row for row, _ in typed], pa.int64()),
                "sha256": pa.nulls(len(typed), pa.string()),
                "frame_s": pa.nulls(len(typed), pa.float64()),
                "pdq": pa.array([pdq for _, pdq in typed], pa.string()),
                "turned": pa.array([turned_forms(pdq) for _, pdq in typed], pa.binary()),
            }
        )


def _look(things: list[str], looked: Looked, profile: str) -> None:
    with Bars() as bars:
        bars.stage(_("Looking at files"), len(things))
        for done, thing in enumerate(things, 1):
            path = Path(thing)
            if path.exists():
                _require_bytes(profile)
                _look_at_files(path, looked)
            elif _DIGEST.fullmatch(thing):
                digest = thing.lower()
                looked.add(digest, {kind: digest for kind, digits in DIGESTS.items() if digits == len(digest)})
            else:
                raise UnknownThing("{name} is no file, and no digest of 32, 40 or 64 hexadecimal digits.", name=thing)
            bars.advance(done)


def _look_at_files(path: Path, looked: Looked) -> None:
    for file in _files(path):
        try:
            with file.open("rb") as opened:
                found = digest_three(opened)
        except OSError:
            looked.unread.append(str(file))
            continue
        looked.add(str(file), {"sha256": found.sha256, "sha1": found.sha1, "md5": found.md5})


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink())
    else:
        yield path


def _bytes_below(path: Path) -> int:
    return sum(file.stat().st_size for file in _files(path) if file.is_file())


def _require_bytes(profile: str) -> None:
    if profile not in {"association", "hotline", "enquete"}:
        raise BadInput("--profile takes association, hotline or enquete.")
    if profile != "enquete":
        raise BytesNotAllowed(
            "Only the profile enquete may read the bytes of files (--profile enquete). A digest can be typed in any profile."
        )


def _options(kind: str | None, columns: str | None, *, scheme: str | None, country: str | None) -> ListOptions:
    if kind is not None and kind not in DIGESTS:
        raise BadInput("--kind takes sha256, sha1, md5 or pdq.")
    told = ListOptions(kind=kind, scheme=scheme, country=country)
    if not columns:
        return told
    more = ListOptions(columns=parse_map(columns)) if "=" in columns else read_map(Path(columns))
    return with_map(told, more)


def _mode(*, continues: bool, replaces: bool) -> Mode:
    if continues and replaces:
        raise BadInput("--continue adds to a list and --replace takes its place: give one of them.")
    return "continue" if continues else "replace" if replaces else "new"


def _day(told: str | None) -> date | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError as error:
        raise BadInput("--date takes a day such as 2026-11-21.") from error


def _ring(data: Path, keys_folder: Path | None) -> Keyring:
    ring = Keyring(keys_folder or data / "keys")
    if not ring.recipients().active(Purpose.DESK):
        raise NoKeys(
            "A list is kept sealed, and there is no key of the desk to seal for. Run `rempart keys init`, or name the folder with "
            "--keys."
        )
    return ring


def _identities(data: Path, keys_folder: Path | None, files: list[Path] | None) -> tuple[str, ...]:
    """The private keys that open lists: those named, or the one of the desk."""
    paths = files or [_ring(data, keys_folder).private_path("desk")]
    try:
        return tuple(key for path in paths for key in keys.read_identities(path))
    except FileNotFoundError as error:
        raise NoKeys("The private key of the desk is not here; name its file with --identity.") from error
