"""Makes a site: folders with their modes, secrets, tables, and on PostgreSQL the role that may insert but not read.

Run again it completes what is missing and changes nothing that is there.
"""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from rempart.evidence import durable
from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import KEY_BYTES
from rempart.web.config import FILE, Face, Site, SiteConfig, save_config

_FOLDERS = (
    ("keys", 0o755),
    ("door", 0o750),
    ("door/exhibits", 0o750),
    ("desk", 0o700),
    ("ledger", 0o755),
    ("journal", 0o755),
)
# What the public role may do on PostgreSQL. Nothing that people wrote can be read back, sealed as it is.
DOOR_GRANTS = {
    "door_head": "SELECT, UPDATE",
    "door_leaf": "INSERT",
    "door_deposit": "INSERT",
    "door_exhibit": "INSERT",
    "door_mailbox": "SELECT, INSERT",
    "door_message": "SELECT, INSERT",  # a reporter reads the answers; every text is sealed to the code
    "door_draft": "INSERT",
    "door_partner": "SELECT",
}


def make_folders(folder: Path, config: SiteConfig) -> Site:
    """The folder with its configuration (written only where there is none) and the secrets of its processes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, mode in _FOLDERS:
        (folder / name).mkdir(exist_ok=True)
        (folder / name).chmod(mode)
    if not (folder / FILE).exists():
        save_config(folder, config)
    for face in (Face.PUBLIC, Face.DESK, Face.WORKER):
        _write_secret(folder / "keys" / f"{face}.secret")
    return Site.at(folder)


def prepare_tables(site: Site) -> None:
    """Makes or upgrades the tables of both databases, and the keys of the desk; Django must run as the owner (`django_as`)."""
    from django.core.management import call_command  # noqa: PLC0415 - needs settings
    from django.db import connections  # noqa: PLC0415

    from rempart.web.cases.keys import make_keys  # noqa: PLC0415 - needs settings

    make_keys(site.keys, datetime.now(UTC).date())
    _make_journal_key(site)
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    call_command("createcachetable", database="default", verbosity=0)
    if connections["default"].vendor == "postgresql":
        _grant_to_door(site)


def django_as(site: Site, face: Face) -> None:
    """Runs Django in this process as one face of a site; once per process, because settings are read once."""
    os.environ.update(
        REMPART_DATA=str(site.folder), REMPART_FACE=str(face), DJANGO_SETTINGS_MODULE="rempart.web.settings"
    )
    import django  # noqa: PLC0415 - reads the settings when it is set up

    django.setup()


def _make_journal_key(site: Site) -> None:
    """Of a site whose ledger has a key already; `rempart keys init` makes both else. A lost one is not replaced in silence."""
    ring = Keyring(site.keys)
    if ring.vkey_path.exists() and not ring.journal_vkey_path.exists():
        ring.add_journal(seed=secrets.token_bytes(KEY_BYTES))


def _write_secret(path: Path) -> None:
    if not path.exists():
        with durable.replacing(path) as file:  # mode 0600
            file.write(secrets.token_urlsafe(50).encode("ascii") + b"\n")


def _grant_to_door(site: Site) -> None:
    from django.db import connections  # noqa: PLC0415

    quote = connections["default"].ops.quote_name
    role = quote(site.config.database.door)
    with connections["default"].cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        for table, rights in DOOR_GRANTS.items():
            cursor.execute(f"GRANT {rights} ON {table} TO {role}")
