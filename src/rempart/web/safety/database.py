"""What the databases tell over a connection of their own: what a commit means there, who may read, what stands unchanged.

Asked as the role of the face that asks. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rempart.web.config import Face, Site
from rempart.web.databases import databases

_KEPT_TABLES: tuple[str, ...] = (
    *import_module("rempart.web.door.migrations.0002_nothing_is_rewritten").TABLES,
    "door_tombstone",
)
_DESK: Any = import_module("rempart.web.cases.migrations.0003_nothing_is_rewritten")
_UPDATE, _DELETE = "UPDATE", "DELETE"
# Which changes of a table its triggers must refuse, or look at.
_GUARDED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((*_KEPT_TABLES, *_DESK.KEPT, "desk_key"), (_UPDATE, _DELETE)),
    **dict.fromkeys(_DESK.STAYS, (_DELETE,)),
}
_TYPES = {_DELETE: 8, _UPDATE: 16}  # bits of PostgreSQL's pg_trigger.tgtype
_SECRET_TABLES = ("door_deposit", "door_leaf", "door_exhibit", "door_draft", "door_status", "door_tombstone")
_COMMIT_SETTINGS = ("synchronous_commit", "fsync", "full_page_writes")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRole:
    """The role of the public face on PostgreSQL."""

    is_owner: bool  # of the tables, or member of the role that owns them
    is_superuser: bool
    reads: tuple[str, ...]  # tables that it may read and must not
    rewrites: tuple[str, ...]  # tables that it may change and must not


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """None: not seen. settings: pragmas of SQLite by alias, such as "door synchronous"; or settings of PostgreSQL."""

    failure: str | None  # the kind of failure, when a database could not be asked
    settings: Mapping[str, str]
    door_role: DoorRole | None
    unguarded: tuple[str, ...] | None  # tables without the triggers that keep their rows
    pending: tuple[str, ...] | None  # migrations that the tables have not had


def look_at_database(site: Site, face: Face) -> DatabaseFacts:
    """Both databases, or the door's alone for the public face."""
    from django.db import Error  # noqa: PLC0415 - Django's settings exist when this is called
    from django.db.utils import ConnectionHandler  # noqa: PLC0415

    try:
        told = databases(site, face)
        is_sqlite = site.config.database.engine == "sqlite"
        for one in told.values() if is_sqlite else ():
            Path(one["NAME"]).stat()  # to ask a database that is not there would make it
    except OSError as error:  # no database, or no file of a password
        return _not_seen(type(error).__name__)
    connections = ConnectionHandler(told)
    try:
        aliases = list(connections)
        door = connections["door" if "door" in aliases else "default"]
        settings = {name: value for alias in aliases for name, value in _settings(alias, connections[alias]).items()}
        is_postgresql = door.vendor == "postgresql"
        return DatabaseFacts(
            failure=None,
            settings=settings,
            door_role=_door_role(door, site.config.database.door) if is_postgresql else None,
            unguarded=tuple(table for alias in aliases for table in _unguarded(connections[alias])),
            pending=_pending([connections[alias] for alias in aliases]),
        )
    except Error as error:
        return _not_seen(type(error).__name__)
    finally:
        connections.close_all()


def _not_seen(failure: str) -> DatabaseFacts:
    return DatabaseFacts(failure=failure, settings={}, door_role=None, unguarded=None, pending=None)


def _rows(connection: Any, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - any backend
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _settings(alias: str, connection: Any) -> dict[str, str]:  # noqa: ANN401 - any backend
    if connection.vendor == "sqlite":
        names = ("journal_mode", "synchronous")
        return {f"{alias} {name}": str(_rows(connection, f"PRAGMA {name}")[0][0]) for name in names}
    return {name: str(_rows(connection, f"SHOW {name}")[0][0]) for name in _COMMIT_SETTINGS}


def _door_role(connection: Any, role: str) -> DoorRole | None:  # noqa: ANN401 - any backend
    """None when there is no such role."""
    found = _rows(connection, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
    if not found:
        return None
    owners = _rows(
        connection,
        "SELECT pg_has_role(%s, tableowner, 'MEMBER') FROM pg_tables WHERE tablename = ANY(%s)",
        [role, list(_KEPT_TABLES)],
    )
    return DoorRole(
        is_owner=any(row[0] for row in owners),
        is_superuser=bool(found[0][0]),
        reads=_allowed(connection, role, tables=_SECRET_TABLES, right="SELECT"),
        rewrites=_allowed(connection, role, tables=_KEPT_TABLES, right="UPDATE, DELETE, TRUNCATE"),
    )


def _allowed(connection: Any, role: str, *, tables: Sequence[str], right: str) -> tuple[str, ...]:  # noqa: ANN401
    query = (
        "SELECT tablename FROM pg_tables WHERE tablename = ANY(%s) AND has_table_privilege(%s, "
        "quote_ident(schemaname) || '.' || quote_ident(tablename), %s) ORDER BY tablename"
    )
    return tuple(row[0] for row in _rows(connection, query, [list(tables), role, right]))


def _unguarded(connection: Any) -> tuple[str, ...]:  # noqa: ANN401 - any backend
    """Tables of this database whose rows could be changed or deleted; tables that are not made yet are told as migrations."""
    tables = set(connection.introspection.table_names())
    if connection.vendor == "sqlite":
        made = _rows(connection, "SELECT tbl_name, upper(sql) FROM sqlite_master WHERE type = 'trigger'")
        guards = {(table, verb) for table, sql in made for verb in _TYPES if f"BEFORE {verb} ON" in sql}
    else:
        query = (
            "SELECT c.relname, bit_or(t.tgtype::int) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') GROUP BY c.relname"
        )
        guards = {(table, verb) for table, bits in _rows(connection, query) for verb in _TYPES if bits & _TYPES[verb]}
    return tuple(
        table
        for table, verbs in _GUARDED.items()
        if table in tables and any((table, verb) not in guards for verb in verbs)
    )


def _pending(connections: Sequence[Any]) -> tuple[str, ...] | None:
    from django.db import Error  # noqa: PLC0415
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    known = set(MigrationLoader(None).graph.nodes)
    pending: set[tuple[str, str]] = set()
    for connection in connections:
        try:
            pending |= known - {
                (app, name) for app, name in _rows(connection, "SELECT app, name FROM django_migrations")
            }
        except Error:  # the role of the door may not read the list
            return None
    return tuple(sorted(f"{app}.{name}" for app, name in pending))
