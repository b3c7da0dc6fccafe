"""`rempart verify` judges ledgers and bags; `rempart witness …` runs a witness."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from rempart.cli import witness
from rempart.cli.screen import language_of_environment, out, shown
from rempart.errors import BadInput, RempartError
from rempart.evidence.bag_check import verify_bag
from rempart.evidence.ledger import checkpoints, files, notes, stamps
from rempart.evidence.ledger.faults import Code, fault
from rempart.evidence.ledger.layout import CHECKPOINT
from rempart.evidence.ledger.notes import LOG_KEY, MOST_NOTE_BYTES, WITNESS_KEY, Vkey
from rempart.evidence.ledger.verify import Trust, Verification, verify_log
from rempart.wording import Lang, wording

if TYPE_CHECKING:
    from rempart.web.auditing import Audit

JOURNAL = "journal"  # folder of the second log of a site, and the end of its name
PATIENCE_S = 2.0  # a signer writes, signs and publishes within a few hundredths of a second
SITE = "rempart.toml"  # what makes a folder the data folder of a site
_MOST_GIVEN_BYTES = 4 << 20
_words = wording(language_of_environment())
_ = _words.text

Places = Annotated[
    list[Path], typer.Argument(metavar="PATH", help=_("Folders of ledgers, or bags."), show_default=False)
]
VkeyOption = Annotated[
    Path | None,
    typer.Option("--vkey", help=_("File of public keys, one a line: the ledger's, and those of its witnesses.")),
]
WitnessedOption = Annotated[
    list[Path] | None, typer.Option("--witnessed", help=_("Checkpoint that a witness holds; may be given again."))
]
CertificatesOption = Annotated[
    Path | None, typer.Option("--certificates", help=_("PEM file of the authorities of time stamps that you trust."))
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("Print JSON instead of sentences."))]


class Statement(Protocol):
    """One thing that is wrong, or was not judged."""

    @property
    def code(self) -> str:
        """What, for programs."""
        ...

    @property
    def place(self) -> str:
        """Where: a file."""
        ...

    @property
    def entry(self) -> int | None:
        """Which entry of the ledger, where it is known."""
        ...

    def sentence(self, lang: Lang = "en") -> str:
        """What, for people."""
        ...


class Judged(Protocol):
    """What is said of a ledger or of a bag."""

    @property
    def findings(self) -> Sequence[Statement]:
        """What is wrong."""
        ...

    @property
    def not_examined(self) -> Sequence[Statement]:
        """What was not judged, and why."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OfJournal:
    """A statement on the files of the journal, which have the same names as those of the ledger."""

    told: Statement

    @property
    def code(self) -> str:
        """What, for programs."""
        return self.told.code

    @property
    def place(self) -> str:
        """Where: a file."""
        return f"{JOURNAL}/{self.told.place}"

    @property
    def entry(self) -> int | None:
        """Which entry of the journal, where it is known."""
        return self.told.entry

    def sentence(self, lang: Lang = "en") -> str:
        """What, for people."""
        return wording(lang).text("Journal: {sentence}", sentence=self.told.sentence(lang))


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedWhole:
    """What is said of a bag, or of a site with its two logs."""

    findings: tuple[Statement, ...]
    not_examined: tuple[Statement, ...]
    ledger: Verification | None = None
    journal: Verification | None = None
    audit: "Audit | None" = None  # None where there are no rows to compare, or they could not be compared


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What the options named."""

    vkeys: tuple[Vkey, ...] | None
    witnessed: tuple[tuple[str, bytes], ...]
    authorities: stamps.Authorities | None


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command(help=_("Checks ledgers and bags: every byte, every signature; names what is wrong and where."))(verify)
    app.add_typer(witness.app, name="witness")


def verify(
    paths: Places,
    vkey: VkeyOption = None,
    witnessed: WitnessedOption = None,
    certificates: CertificatesOption = None,
    as_json: JsonOption = False,
) -> None:
    """`rempart verify`."""
    given = _Given(
        vkeys=notes.parse_vkeys(_bytes_of(vkey).decode("utf-8", "replace")) if vkey else None,
        witnessed=tuple((path.name, _bytes_of(path)) for path in witnessed or []),
        authorities=stamps.parse_authorities(_bytes_of(certificates)) if certificates else None,
    )
    if sum((path / SITE).exists() for path in paths) > 1:
        raise BadInput("Verify one site at a time: each is read with settings of its own.")
    judged = [(path, _judge(path, given)) for path in paths]
    if as_json:
        typer.echo(json.dumps([_fields(path, one) for path, one in judged], ensure_ascii=False, indent=1))
    else:
        for path, one in judged:
            _print(path, one)
    raise typer.Exit(0 if all(not one.findings and not one.not_examined for _path, one in judged) else 1)


def _bytes_of(path: Path) -> bytes:
    try:
        return files.read_file(path, most_bytes=_MOST_GIVEN_BYTES)
    except OSError as error:
        raise BadInput("{name} cannot be read.", name=path.name) from error


def _judge(path: Path, given: _Given) -> Judged:
    if (path / "bagit.txt").exists():
        return _judge_bag(path, given)
    if (path / SITE).exists():
        return _judge_site(path, given)
    for folder in (path, path / "ledger"):
        if (folder / CHECKPOINT).exists() or (folder / "tile").exists():
            return _judge_ledger(folder, given)
    raise BadInput("{name} is neither the folder of a ledger nor a site nor a bag.", name=path.name)


def _judge_ledger(folder: Path, given: _Given) -> Verification:
    trust = _trust(folder, given)
    found = verify_log(folder, trust=trust)
    if found.findings and all(one.may_pass for one in found.findings):
        time.sleep(PATIENCE_S)
        found = verify_log(folder, trust=trust)
    return found


def _judge_bag(path: Path, given: _Given) -> JudgedWhole:
    """Judged by our own copy of the verifier, not by the one in the bag; nothing of the bag is run."""
    found = verify_bag(path, vkeys=given.vkeys or (), authorities=given.authorities)
    return JudgedWhole(findings=found.findings, not_examined=found.not_examined)


def _judge_site(path: Path, given: _Given) -> JudgedWhole:
    """Both logs, then every row and every sealed file against them."""
    ledger = _judge_ledger(path / "ledger", replace(given, witnessed=_witnessed(given, of_journal=False)))
    journal = _judge_ledger(path / JOURNAL, _given_for_journal(given))
    findings: tuple[Statement, ...] = (*ledger.findings, *_of_journal(journal.findings))
    gaps: tuple[Statement, ...] = (*ledger.not_examined, *_of_journal(journal.not_examined))
    try:
        audit = _audit(path)
    except RempartError:  # a log cannot be read, which its own verification has said in more words
        gap = fault(Code.NOT_JUDGED_ROWS, "ledger")
        return JudgedWhole(findings=findings, not_examined=(*gaps, gap), ledger=ledger, journal=journal)
    return JudgedWhole(
        findings=(*findings, *audit.faults), not_examined=gaps, ledger=ledger, journal=journal, audit=audit
    )


def _of_journal(faults: Iterable[Statement]) -> tuple[Statement, ...]:
    return tuple(OfJournal(told=one) for one in faults)


def _given_for_journal(given: _Given) -> _Given:
    """What the options named, as far as it is the journal's. Raises: BadInput, when they name keys and not its own."""
    vkeys = given.vkeys
    if vkeys is not None:
        vkeys = tuple(one for one in vkeys if one.kind != LOG_KEY or one.name.endswith(f"/{JOURNAL}"))
        if not any(one.kind == LOG_KEY for one in vkeys):
            raise BadInput(
                "The public key of the journal is needed too: write the line of keys/journal.vkey, as its keepers published "
                "it, into the file of --vkey."
            )
    return replace(given, vkeys=vkeys, witnessed=_witnessed(given, of_journal=True))


def _witnessed(given: _Given, *, of_journal: bool) -> tuple[tuple[str, bytes], ...]:
    """The checkpoints of one of the two logs; what is none is for the verification of the ledger to say."""
    return tuple((name, note) for name, note in given.witnessed if _names_journal(note) == of_journal)


def _names_journal(note: bytes) -> bool:
    try:
        return checkpoints.read_checkpoint(note).checkpoint.origin.endswith(f"/{JOURNAL}")
    except BadInput:
        return False


def _audit(path: Path) -> "Audit":
    """The rows and sealed files of a site; only here the site's programs are loaded."""
    from rempart.web.config import Face, Site  # noqa: PLC0415 - so that other commands start quickly
    from rempart.web.setup import django_as  # noqa: PLC0415

    site = Site.at(path.resolve())
    django_as(site, Face.OWNER)
    from rempart.web.auditing import audit_site  # noqa: PLC0415 - needs the settings

    return audit_site(site)


def _trust(folder: Path, given: _Given) -> Trust:
    vkeys = given.vkeys if given.vkeys is not None else _keys_beside(folder)
    logs = [one for one in vkeys if one.kind == LOG_KEY]
    if not logs:
        raise BadInput(
            "The public key of the ledger is needed: --vkey FILE, the file that its keepers published "
            "(keys/signer.vkey on their machine)."
        )
    origin = _origin(folder)
    return Trust(
        vkey=next((one for one in logs if one.name == origin), logs[0]),
        witness_keys=tuple(one for one in vkeys if one.kind == WITNESS_KEY),
        witnessed=given.witnessed,
        authorities=given.authorities,
    )


def _keys_beside(folder: Path) -> tuple[Vkey, ...]:
    """The key that the site keeps beside its log; who could alter one could alter both, which the screen says."""
    place = folder.resolve()
    path = place.parent / "keys" / ("journal.vkey" if place.name == JOURNAL else "signer.vkey")
    return notes.parse_vkeys(_bytes_of(path).decode("utf-8", "replace")) if path.exists() else ()


def _origin(folder: Path) -> str | None:
    try:
        return checkpoints.read_checkpoint(
            files.read_file(folder / CHECKPOINT, most_bytes=MOST_NOTE_BYTES)
        ).checkpoint.origin
    except (OSError, BadInput):
        return None


# -- what is shown --------------------------------------------------------------------------------------


def _fields(path: Path, judged: Judged) -> dict[str, object]:
    """The JSON of one place."""
    fields: dict[str, object] = {
        "path": str(path),
        "intact": not judged.findings and not judged.not_examined,
        "findings": _listed(judged.findings),
        "not_examined": _listed(judged.not_examined),
    }
    ledger = judged.ledger if isinstance(judged, JudgedWhole) else judged
    if isinstance(ledger, Verification):
        fields |= _log_fields(ledger)
    if isinstance(judged, JudgedWhole):
        audit = judged.audit
        fields |= {
            "journal": _log_fields(judged.journal) if judged.journal else None,
            "acts": audit.leaves if audit else None,
            "events": audit.events if audit else None,
            "exhibits": audit.exhibits if audit else None,
            "erased": audit.erased if audit else None,
            "unsigned": audit.unsigned if audit else None,
        }
    return fields


def _log_fields(log: Verification) -> dict[str, object]:
    return {
        "size": log.size,
        "root": log.root.hex() if log.root else None,
        "more_findings": log.more,
        "witnesses": [{"name": one.vkey.name, "seen_at": str(one.seen_at)} for one in log.witnesses],
        "stamps": [{"size": size, "at": stamp.at.isoformat()} for size, stamp in log.stamps],
    }


def _listed(faults: Iterable[Statement]) -> list[dict[str, object]]:
    return [
        {"code": one.code, "place": one.place, "entry": one.entry, "sentence": one.sentence(_words.lang)}
        for one in faults
    ]


def _print(path: Path, judged: Judged) -> None:
    out.print(shown(str(path)), style="bold")
    for one in judged.findings:
        out.print(shown(f"  {one.sentence(_words.lang)}"))
    ledger = judged.ledger if isinstance(judged, JudgedWhole) else judged
    if isinstance(ledger, Verification):
        _print_ledger(ledger)
    if isinstance(judged, JudgedWhole):
        if judged.journal:
            out.print(_("  Journal of the desk:"))
            _print_ledger(judged.journal)
        _print_whole(judged)
    if judged.not_examined:
        out.print(_("  Not judged:"))
    for one in judged.not_examined:
        out.print(shown(f"    {one.sentence(_words.lang)}"))


def _print_ledger(found: Verification) -> None:
    if found.more:
        out.print(_("  … and {count} more.", count=_words.number(found.more)))
    if found.size is None or found.root is None:
        return
    if not found.findings:
        told = _words.count("{count} entry, intact", "{count} entries, intact", found.size)
        out.print(_("  {told}; root {root}", told=told, root=found.root.hex()))
    for one in found.witnesses:
        out.print(shown(_("  Cosigned by {name} at {instant}", name=one.vkey.name, instant=str(one.seen_at))))
    for size, stamp in found.stamps:
        out.print(_("  The first {size} entries existed at {instant} (time stamp)", size=size, instant=str(stamp.at)))


def _print_whole(judged: JudgedWhole) -> None:
    if judged.ledger is None and not judged.findings:
        out.print(_("  The bag is intact."))
    audit = judged.audit
    if audit is None:
        return
    told = _(
        "  Compared with the database: {acts}, {events}, {exhibits}.",
        acts=_words.count("{count} act", "{count} acts", audit.leaves),
        events=_words.count("{count} event of the desk", "{count} events of the desk", audit.events),
        exhibits=_words.count("{count} sealed file", "{count} sealed files", audit.exhibits),
    )
    out.print(told)
    if audit.erased:
        erased = _words.count(
            "{count} report or message was erased by a rule; the ledger says which and when.",
            "{count} reports and messages were erased by a rule; the ledger says which and when.",
            audit.erased,
        )
        out.print(f"  {erased}")
    if audit.unsigned:
        waiting = _words.count("{count} act waits for the signer.", "{count} acts wait for the signer.", audit.unsigned)
        out.print(f"  {waiting}")
