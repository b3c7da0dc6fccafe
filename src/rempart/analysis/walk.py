"""The walk: exhibits -> tables -> detection -> ranking -> documents. The faces call it; it asks no clock.

Everything written goes under one folder: `tables/*.parquet`, `analysis.json`, `report.html`. Exhibits are opened
read-only. The same exhibits, facts, options and versions give the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.analysis.alerts_shown import Sources, show_alerts
from rempart.analysis.document import (
    AlertShown,
    Analysis,
    ExhibitRead,
    Totals,
    Unexamined,
    UnreadBytes,
    Versions,
)
from rempart.analysis.identities_shown import show_identities
from rempart.analysis.joins import Ground, Joined, ListOpener, join_all
from rempart.analysis.known_shown import show_known
from rempart.analysis.measured import predictive_values
from rempart.analysis.names import Names
from rempart.analysis.network_shown import Shown, show_network
from rempart.analysis.observer import Observer
from rempart.analysis.proposals import NOTHING, Proposed, propose
from rempart.analysis.ranking import Ranking, rank_subjects, subjects_of, unplaced
from rempart.analysis.report import render_report
from rempart.analysis.result_tables import WHEN_KNOWN
from rempart.conversations.parts import Exhibit, open_exhibit
from rempart.conversations.reader import Reader
from rempart.conversations.readers import READERS
from rempart.conversations.reading import Profile, Reading, read_exhibit, recognise
from rempart.conversations.store import TableWriter, load_table
from rempart.detection.run import RULES_VERSION, Detection, run
from rempart.engine.queries import DuckEngine, Engine
from rempart.errors import BadInput, OutsideFailure, reason_of
from rempart.identities.kept import read_kept
from rempart.matching.likeness import Opener, open_parts
from rempart.priority.facts import Facts, parse_facts
from rempart.priority.weights import load_weights
from rempart.version import VERSION
from rempart.wording import Lang, Wording, wording


class BadFolder(BadInput):
    """The folder to write to cannot be used."""


class NotSaved(OutsideFailure):
    """The disk refused a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to walk. `as_of`: the instant against which urgency is told; None takes the last instant of the exhibits.

    engine: where the tables are joined and the texts looked at; this machine when None. The outcome does not depend on it.
    joins: whether files, accounts and the network are looked at over all tables. open_lists: the lists of known files, None for none.
    seed: of what is drawn for identities and communities; the same seed gives the same outcome.
    """

    lang: Lang = "en"
    profile: Profile = "association"
    jobs: int = 1
    facts_text: str | None = None
    as_of: datetime | None = None
    prevalences: tuple[float, ...] = ()
    readers: tuple[Reader, ...] = field(default=READERS)
    engine: Engine | None = None
    joins: bool = True
    open_lists: ListOpener | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the walk gave: the document, the readings behind it, and where things were written."""

    document: Analysis
    readings: tuple[Reading, ...]
    folder: Path

    @property
    def is_complete(self) -> bool:
        """True when everything could be read."""
        return all(reading.is_complete for reading in self.readings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """The document, and what a report shows beside it: the sources behind the alerts, and the titles of the ranking.

    tables: what the document names the first of, whole, by the name of the file. joined: the readings over all tables, None when they
    were not asked for.
    """

    document: Analysis
    sources: Sources
    titles: dict[str, str]
    tables: Mapping[str, pa.Table]
    joined: Joined | None = None


def read_exhibits(paths: Sequence[Path], *, out: Path, options: Options, observer: Observer) -> tuple[Reading, ...]:
    """Hashes and reads every exhibit into the tables of `out`; an exhibit given twice is read once.

    Nothing is written before every exhibit has been recognised. Raises: BadInput and OutsideFailure of the readers.
    """
    _check_folder(paths, out)
    exhibits = _open(paths, observer)
    recognised = [recognise(exhibit, options.readers) for exhibit in exhibits]
    readings: list[Reading] = []
    with TableWriter(out) as writer:
        for exhibit, taken in zip(exhibits, recognised, strict=True):
            observer.stage(wording(options.lang).text("Reading {name}", name=exhibit.name), _size(exhibit))
            reading = read_exhibit(
                exhibit, writer=writer, readers=taken, profile=options.profile, progress=observer.advance
            )
            readings.append(reading)
    return tuple(readings)


def analyse(paths: Sequence[Path], *, out: Path, options: Options, observer: Observer) -> Outcome:
    """The whole walk over the exhibits at `paths`; documents and tables go to `out`.

    Raises: BadInput (nothing usable was given; what stood in `out` is intact), OutsideFailure.
    """
    _ranking(options)  # facts that cannot be used are told before anything is read
    if out.is_dir():
        read_kept(out)  # and so are judgements
    readings = read_exhibits(paths, out=out / "tables", options=options, observer=observer)
    opener = open_parts([reading.exhibit for reading in readings])
    concluded = conclude(exhibits_read(readings), out=out, options=options, observer=observer, opener=opener)
    for name in WHEN_KNOWN:  # an earlier walk into this folder may have known more
        (out / "tables" / f"{name}.parquet").unlink(missing_ok=True)
    for name, table in concluded.tables.items():
        _save_table(out / "tables" / f"{name}.parquet", table)
    save_document(out, concluded.document)
    report = render_report(concluded.document, concluded.sources, concluded.titles)
    _save(out / "report.html", report.encode("utf-8"))
    observer.advance(1)
    return Outcome(document=concluded.document, readings=readings, folder=out)


def exhibits_read(readings: Sequence[Reading]) -> tuple[ExhibitRead, ...]:
    """What the document tells of every exhibit; with the tables all that `conclude` needs."""
    return tuple(_exhibit(reading) for reading in readings)


def conclude(
    read: Sequence[ExhibitRead], *, out: Path, options: Options, observer: Observer, opener: Opener | None = None
) -> Concluded:
    """The document over the tables in `out`, which nothing is written to; its last stage is the caller's to end.

    opener: gives the bytes of media, where the exhibits are at hand. Raises: BadInput for facts that cannot be used, OutsideFailure.
    """
    words, told = wording(options.lang), _ranking(options)
    engine = options.engine or DuckEngine()
    observer.stage(words.text("Looking at the messages"), sum(exhibit.messages for exhibit in read))
    detection = run(out / "tables", jobs=options.jobs, engine=engine, progress=observer.advance)
    sources = Sources(detection=detection, names=Names(out / "tables", detection.timeline), words=words)
    ground = Ground(
        tables=out / "tables",
        engine=engine,
        jobs=options.jobs,
        seed=options.seed,
        open_lists=options.open_lists,
        opener=opener,
        judgements=read_kept(out),
    )
    joined = join_all(ground, sources, observer) if options.joins else None
    observer.stage(words.text("Writing the report"), 1)
    document, titles = _document(sources, read, told, options, _Joins(joined=joined, ground=ground))
    return Concluded(
        document=document,
        sources=sources,
        titles=titles,
        tables=joined.tables if joined else MappingProxyType({}),
        joined=joined,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joins:
    """The readings over all tables, None when they were not asked for, and what they rest on."""

    joined: Joined | None
    ground: Ground


def save_document(out: Path, document: Analysis) -> None:
    """Writes `analysis.json`, whole or not at all. Raises: NotSaved."""
    _save(out / "analysis.json", msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")


def _ranking(options: Options) -> Ranking:
    weights = load_weights()
    facts = parse_facts(options.facts_text, weights=weights) if options.facts_text is not None else Facts()
    return Ranking(facts=facts, weights=weights)


def _check_folder(paths: Sequence[Path], out: Path) -> None:
    """Refuses to write inside an exhibit, which would change it."""
    for path in paths:
        if path.is_dir() and out.resolve().is_relative_to(path.resolve()):
            raise BadFolder(
                "The results would be written inside the exhibit and change it. Choose another --out folder."
            )
    if out.exists() and not out.is_dir():
        raise BadFolder("{name} is a file, not a folder. Choose another --out folder.", name=out.name)


def _open(paths: Sequence[Path], observer: Observer) -> tuple[Exhibit, ...]:
    exhibits: dict[str, Exhibit] = {}
    for path in paths:
        observer.stage(path.name, _bytes_below(path))
        exhibit = open_exhibit(path, progress=observer.advance)
        exhibits.setdefault(exhibit.sha256, exhibit)
    return tuple(exhibits.values())


def _bytes_below(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _size(exhibit: Exhibit) -> int:
    return sum(part.size_bytes for part in exhibit.bundle.parts)


def _document(
    sources: Sources, read: Sequence[ExhibitRead], told: Ranking, options: Options, joins: _Joins
) -> tuple[Analysis, dict[str, str]]:
    detection, words = sources.detection, sources.words
    as_of = options.as_of or _last_instant(detection)
    alerts = show_alerts(sources)
    ranking, titles = rank_subjects(
        sources, alerts, told=told, as_of=as_of, proposed=_proposed(sources, alerts, told, joins)
    )
    document = Analysis(
        rempart=Versions(version=VERSION, rules_version=RULES_VERSION, weights_version=told.weights.version),
        as_of=as_of,
        language=options.lang,
        profile=options.profile,
        exhibits=tuple(read),
        totals=_totals(read, joins.ground.tables),
        alerts=alerts,
        ranking=ranking,
        not_examined=(*_not_examined(read, detection, words, options.profile), *_unplaced(sources, told.facts)),
        predictive_value=predictive_values(words, chosen=options.prevalences),
    )
    return _with_joins(document, joins, sources), titles


def _proposed(sources: Sources, alerts: Sequence[AlertShown], told: Ranking, joins: _Joins) -> Proposed:
    if joins.joined is None:
        return NOTHING
    ground = joins.ground
    return propose(
        joins.joined.network,
        joins.joined.identities,
        subjects=subjects_of(sources, alerts, told.facts),
        tables=ground.tables,
        engine=ground.engine,
    )


def _with_joins(document: Analysis, joins: _Joins, sources: Sources) -> Analysis:
    """The document with its sections on files, identities and the network."""
    joined, ground, words = joins.joined, joins.ground, sources.words
    if joined is None:
        return document
    shown = Shown(network=joined.network, names=sources.names, engine=ground.engine, words=words)
    return msgspec.structs.replace(
        document,
        known_files=show_known(joined.known, tables=ground.tables, engine=ground.engine, words=words),
        identities=show_identities(joined.identities, names=sources.names, seed=ground.seed, words=words),
        network=show_network(shown),
    )


def _last_instant(detection: Detection) -> datetime | None:
    line = detection.timeline
    known = line.at_us[line.known_at]
    return datetime.fromtimestamp(int(known.max()) // 1_000_000, UTC) if len(known) else None


def _exhibit(reading: Reading) -> ExhibitRead:
    return ExhibitRead(
        sha256=reading.exhibit.sha256,
        name=reading.exhibit.name,
        kind=reading.exhibit.kind,
        size_bytes=reading.exhibit.size_bytes,
        read_bytes=sum(part.size_bytes for part in reading.parts),
        reader=", ".join(reading.readers),
        messages=reading.messages,
        accounts=reading.accounts,
        conversations=reading.conversations,
        media=reading.media,
        bytes=reading.bytes_by_class,
        unread_share=reading.unread_share,
        unread=tuple(
            UnreadBytes(
                part=part,
                byte_start=row.byte_start,
                byte_end=row.byte_end,
                code=row.code,
                reason=row.reason,
                locator=row.locator,
                loss=row.loss,
            )
            for part, row in reading.unread
        ),
    )


def _totals(read: Sequence[ExhibitRead], tables: Path) -> Totals:
    """An account that stands in several exhibits counts once."""
    size = sum(exhibit.read_bytes for exhibit in read)
    unread = sum(exhibit.bytes.get("unread", 0) for exhibit in read)
    return Totals(
        messages=sum(exhibit.messages for exhibit in read),
        accounts=pc.count_distinct(load_table(tables, "accounts", columns=["account_id"])["account_id"]).as_py(),
        conversations=sum(exhibit.conversations for exhibit in read),
        media=sum(exhibit.media for exhibit in read),
        unread_share=unread / size if size else 0.0,
    )


def _not_examined(
    read: Sequence[ExhibitRead], detection: Detection, words: Wording, profile: Profile
) -> list[Unexamined]:
    """Media, bytes that could not be read, and what detection could not look at."""
    told: list[Unexamined] = []
    media = sum(exhibit.media for exhibit in read)
    if media:
        told.append(
            Unexamined(
                what=words.count("{count} medium", "{count} media", media),
                reason=words.text("opened only to take digests and to compare pictures; never shown")
                if profile == "enquete"
                else words.text("named with size and hash where told; never opened or shown"),
            )
        )
    lost = sum(place.loss for exhibit in read for place in exhibit.unread)
    if lost:
        told.append(
            Unexamined(
                what=words.count("{count} place that could not be read", "{count} places that could not be read", lost),
                reason=words.text("listed by exhibit with the bytes and the reason"),
            )
        )
    told += [
        Unexamined(what=words.count(gap.one, gap.many, gap.number), reason=words.text(gap.reason))
        for gap in detection.not_examined
    ]
    return told


def _unplaced(sources: Sources, facts: Facts) -> list[Unexamined]:
    """Facts about accounts that the exhibits do not hold are kept in sight, not dropped."""
    words = sources.words
    return [
        Unexamined(
            what=words.count("{count} fact about {account}", "{count} facts about {account}", number, account=account),
            reason=words.text("the exhibits do not hold this account, so it is not ranked"),
        )
        for account, number in unplaced(sources, facts).items()
    ]


def _save(path: Path, data: bytes) -> None:
    """Writes beside the file and renames, so that a half-written document never stands there."""
    try:
        fresh = path.with_name(path.name + ".part")
        fresh.write_bytes(data)
        fresh.replace(path)
    except OSError as error:
        raise NotSaved(
            "{name} could not be saved: {reason}.", can_retry=True, name=path.name, reason=reason_of(error)
        ) from error


def _save_table(path: Path, table: pa.Table) -> None:
    """Beside the conversation tables, whole or not at all. Raises: NotSaved."""
    data = pa.BufferOutputStream()
    pq.write_table(table, data, compression="zstd")
    _save(path, data.getvalue().to_pybytes())
