"""What must hold of a door after any accident: the database is whole, every leaf proves a row, every receipt that was shown is there."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from rempart.intake.receipt import lookup_of

DATABASE = "door/door.db"


def faults_of(folder: Path, receipts: Iterable[str]) -> list[str]:
    """What is wrong with a SQLite door; empty when nothing is. receipts: the codes that somebody was shown."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        if (told := database.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            return [f"damaged: {told}"]
        return [*_contradictions(database, folder), *_lost(database, receipts)]


def _contradictions(database: sqlite3.Connection, folder: Path) -> list[str]:
    leaves = dict(database.execute("SELECT subject, data FROM door_leaf"))
    sealed = {
        key: hashlib.sha256(data).hexdigest() for key, data in database.execute("SELECT id, sealed FROM door_deposit")
    }
    files = dict(database.execute("SELECT id, address FROM door_exhibit"))
    size = database.execute("SELECT size FROM door_head").fetchone()[0]
    told = {subject: json.loads(bytes(data))["blob"] for subject, data in leaves.items()}
    faults = [] if size == len(leaves) else [f"{size} leaves counted, {len(leaves)} there"]
    if told != sealed | files:
        faults.append("leaves and rows differ")
    for address in files.values():
        path = folder / "door/exhibits" / address[:2] / address[2:]
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != address:
            faults.append("a file that a report names is not in the vault")
    return faults


def _lost(database: sqlite3.Connection, receipts: Iterable[str]) -> list[str]:
    known = {bytes(lookup) for (lookup,) in database.execute("SELECT lookup FROM door_deposit")}
    boxes = {bytes(lookup) for (lookup,) in database.execute("SELECT lookup FROM door_mailbox")}
    return ["a receipt was shown and its report is lost" for code in receipts if lookup_of(code) not in known & boxes]


def codes_in(said: bytes) -> list[str]:
    """The receipts of whole lines `<number> <code>`."""
    return [line.split()[1].decode() for line in said.split(b"\n")[:-1]]
