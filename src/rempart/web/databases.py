"""Where rows are kept: SQLite in two files (door, desk), or one PostgreSQL with two roles. The public face knows only the door."""

from pathlib import Path
from typing import Any

from rempart.web.config import DatabaseConfig, Face, Site

DOOR, DESK = "door", "default"
_BUSY_S = 30  # how long a writer waits for another one; a report is slow rather than refused


def databases(site: Site, face: Face) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for a process. The public face has one alias only, and the role that can insert but not read."""
    config = site.config.database
    if config.engine == "postgresql":
        return {DESK: _postgresql(config, face=face, folder=site.folder)}
    door = _sqlite(site.door_database, config.synchronous)
    return {DESK: door} if face is Face.PUBLIC else {DESK: _sqlite(site.desk_database, config.synchronous), DOOR: door}


def _sqlite(path: Path, synchronous: str) -> dict[str, Any]:
    return {
        "ENGINE": "rempart.web.sqlite",  # with writers in turns
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": _BUSY_S,
            "transaction_mode": "IMMEDIATE",
            # WAL + FULL: a commit returns when its bytes are on the disk. NORMAL loses receipts at a power cut (measured).
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA foreign_keys=ON;"
            " PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;",
        },
    }


def _postgresql(config: DatabaseConfig, *, face: Face, folder: Path) -> dict[str, Any]:
    role, password_file = (
        (config.door, config.door_password_file) if face is Face.PUBLIC else (config.owner, config.owner_password_file)
    )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": config.name,
        "HOST": config.host,
        "PORT": config.port,
        "USER": role,
        "PASSWORD": (folder / password_file).read_text("utf-8").strip() if password_file else "",
        "CONN_MAX_AGE": None,
        "OPTIONS": {"options": "-c synchronous_commit=on"},
    }


class Router:
    """Rows of the door go to the door's database; everything else to the desk's."""

    def __init__(self) -> None:
        from django.conf import settings  # noqa: PLC0415 - the router is made while settings are read

        self._door = DOOR if DOOR in settings.DATABASES else DESK

    def db_for_read(self, model: Any, **_hints: Any) -> str | None:  # noqa: ANN401 - Django's signature
        """The alias to read a model from."""
        return self._door if model._meta.app_label == "door" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool | None:  # noqa: ANN401 - Django's signature
        """Each table is made where it lives."""
        return (db == self._door) if app_label == "door" else (db == DESK)
