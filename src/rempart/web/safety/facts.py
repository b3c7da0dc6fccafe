"""What `safety` judges: facts of the site, its keys, its database, this process and this machine, gathered once.

None stands for what could not be seen, never for "nothing there". Nothing is changed here, and no file's words leave it.
"""

import hashlib
import logging
import os
import resource
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import rempart
from rempart.errors import RempartError
from rempart.evidence.keyring import KeyFault, Keyring
from rempart.evidence.keys import Purpose
from rempart.evidence.ledger.notes import Vkey, parse_vkey
from rempart.web.config import FILE, Face, Site
from rempart.web.safety.database import DatabaseFacts, look_at_database
from rempart.web.safety.machine import MachineFacts, look_at_machine

_REQUEST_LOGGERS = ("django.request", "django.security", "django.db.backends")
_LOOKED_INTO = ("", "keys", "door", "desk", "ledger", "journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFact:
    """Who may do what with a file or folder."""

    mode: int  # permission bits alone
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """The keys as `evidence.keyring` sees them. newest_intake_at: when the newest key of the month in use was made."""

    faults: tuple[KeyFault, ...] | None
    newest_intake_at: datetime | None
    own_vkeys: tuple[Vkey, ...]  # of the two logs, as far as they can be read
    secret_lengths: Mapping[Face, int | None]  # None: may not be read by this process
    has_same_secrets: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFacts:
    """This process."""

    is_root: bool
    core_bytes: int
    open_files: int
    is_dev_mode: bool
    has_assertions: bool
    hash_seed: str | None  # None: drawn by Python
    has_debug_variable: bool
    is_debug: bool | None  # None: Django is not set up
    logs_requests: bool
    writable_code: str | None  # the first file of Rempart that everybody may write


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the rules look at. public_uid: the user of the public face; None when there is no folder to tell."""

    site: Site
    face: Face
    now: datetime
    public_uid: int | None
    files: Mapping[str, FileFact]  # by path below the data folder; "" is the folder itself
    unseen: tuple[str, ...]  # folders that this process may not look into
    passwords: Mapping[str, FileFact | None]  # files of passwords that rempart.toml names; None: absent or out of reach
    keys: KeyFacts
    database: DatabaseFacts
    process: ProcessFacts
    machine: MachineFacts


def gather(site: Site, face: Face, *, now: datetime) -> Facts:
    """Looks at everything once, as this process may."""
    files, unseen = _files(site)
    door = files.get("door")
    return Facts(
        site=site,
        face=face,
        now=now,
        public_uid=os.geteuid() if face is Face.PUBLIC else door.uid if door else None,
        files=files,
        unseen=unseen,
        passwords={name: _file(site.folder / name) for name in _password_files(site)},
        keys=_keys(site, now),
        database=look_at_database(site, face),
        process=look_at_process(),
        machine=look_at_machine(
            site.folder, files=[site.ledger / "checkpoint", site.journal / "checkpoint", site.door_database]
        ),
    )


def _file(path: Path) -> FileFact | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return FileFact(mode=stat.S_IMODE(found.st_mode), uid=found.st_uid)


def _files(site: Site) -> tuple[dict[str, FileFact], tuple[str, ...]]:
    files: dict[str, FileFact] = {}
    unseen: list[str] = []
    for name in _LOOKED_INTO:
        folder = site.folder / name
        own = _file(folder)
        if own is None:
            continue
        files[name] = own
        try:
            below = sorted(folder.iterdir())
        except OSError:
            unseen.append(name)
            continue
        files |= {path.relative_to(site.folder).as_posix(): fact for path in below if (fact := _file(path))}
    files.setdefault(FILE, FileFact(mode=0, uid=-1))
    return files, tuple(unseen)


def _password_files(site: Site) -> tuple[str, ...]:
    config = site.config
    named = (
        config.database.owner_password_file,
        config.database.door_password_file,
        config.mail.imap_password_file,
    )
    return tuple(name for name in named if name)


def _keys(site: Site, now: datetime) -> KeyFacts:
    ring = Keyring(site.keys)
    secrets = {face: _secret(site, face) for face in (Face.PUBLIC, Face.DESK, Face.WORKER)}
    return KeyFacts(
        faults=_key_faults(ring, now),
        newest_intake_at=_newest_intake(ring),
        own_vkeys=tuple(
            vkey for path in (ring.vkey_path, ring.journal_vkey_path) if (vkey := _own_vkey(path)) is not None
        ),
        secret_lengths={face: None if text is None else _strength(text) for face, text in secrets.items()},
        has_same_secrets=_has_twins(list(secrets.values())),
    )


def _key_faults(ring: Keyring, now: datetime) -> tuple[KeyFault, ...] | None:
    try:
        return ring.check(now.date())
    except OSError:
        return None


def _newest_intake(ring: Keyring) -> datetime | None:
    try:
        entries = ring.recipients().entries
    except (RempartError, OSError):
        return None
    made = [one.created_date for one in entries if one.purpose == Purpose.INTAKE and one.retired_date is None]
    return datetime.combine(max(made), datetime.min.time(), UTC) if made else None


def _own_vkey(path: Path) -> Vkey | None:
    try:
        return parse_vkey(path.read_text("utf-8").strip())
    except (RempartError, OSError, UnicodeDecodeError):
        return None


def _secret(site: Site, face: Face) -> str | None:
    """The secret of a face; "" when there is none, None when this process may not read it."""
    try:
        return (site.keys / f"{face}.secret").read_text("ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        return None


def _has_twins(texts: list[str | None]) -> bool | None:
    known = [hashlib.sha256(text.encode()).digest() for text in texts if text]
    return True if len(set(known)) < len(known) else None if None in texts else False


def _strength(text: str) -> int:
    """Its length; a secret of few different signs counts as short."""
    return len(text) if len(set(text)) >= 10 else len(set(text))


def look_at_process() -> ProcessFacts:
    """This process, as Python and the system tell."""
    return ProcessFacts(
        is_root=os.geteuid() == 0,
        core_bytes=resource.getrlimit(resource.RLIMIT_CORE)[0],
        open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        is_dev_mode=sys.flags.dev_mode,
        has_assertions=not sys.flags.optimize,
        hash_seed=os.environ.get("PYTHONHASHSEED"),
        has_debug_variable=bool(os.environ.get("REMPART_DEBUG")),
        is_debug=_is_debug(),
        logs_requests=any(_logs(name) for name in _REQUEST_LOGGERS),
        writable_code=_writable_code(Path(rempart.__path__[0])),
    )


def _is_debug() -> bool | None:
    from django.conf import settings  # noqa: PLC0415 - only asked, not set up

    return bool(settings.DEBUG) if settings.configured else None


def _logs(name: str) -> bool:
    logger = logging.getLogger(name)
    return logger.isEnabledFor(logging.WARNING) and logger.hasHandlers()


def _writable_code(folder: Path) -> str | None:
    for path in (folder, *sorted(folder.rglob("*.py"))):
        if path.stat().st_mode & 0o002:
            return path.relative_to(folder.parent).as_posix()
    return None
