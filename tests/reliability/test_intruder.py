"""Promise P3: an intruder who has everything that the public process can read opens 0 of 10,000 reports and finds none of their words."""

import base64
import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from rempart.evidence.keys import NotAKey, identity_from_seed, new_identity, parse_identity, recipient_of
from rempart.evidence.sealing import WrongKey, seal, unseal
from rempart.intake.receipt import code_of
from rempart.web.config import Site
from tests.reliability.checks import DATABASE, codes_in
from tests.reliability.disk import python
from tests.reliability.sites import ROOT, make_site
from tests.reliability.writer import token

REPORTS = 10_000
WORDS = b"report number"  # in every report's text
FILE_WORDS = b"lines of export number"  # in every file


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, bytes]:
    """A door that received 10,000 reports, and what its process printed."""
    folder = tmp_path_factory.mktemp("stolen")
    site = make_site(folder / "site")
    (folder / "site/tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(folder / "site/tmp")}
    command = python("-m", "tests.reliability.writer", str(site.folder), "0", str(REPORTS))
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=environment)
    return site, done.stdout + done.stderr


def forms_of(words: bytes) -> Iterator[bytes]:
    """The words as a disk may hold them: plain, UTF-16, hexadecimal, base 64 at its three places."""
    yield words
    yield words.decode().encode("utf-16-le")
    yield words.hex().encode()
    for place in range(3):
        yield base64.b64encode(b"x" * place + words)[4 if place else 0 : -4]


def files_of_the_public_process(site: Site) -> Iterator[Path]:
    """All that it can read: everything but private keys, which have another owner in production."""
    yield from (
        path
        for path in site.folder.rglob("*")
        if path.is_file() and path.suffix != ".key" and path.name != "desk.secret"
    )


def test_none_of_the_words_is_anywhere(stolen: tuple[Site, bytes]) -> None:
    """Database, write-ahead log, temporary files, vault and output hold no word of a report or a file."""
    site, said = stolen
    data = [(path.name, path.read_bytes()) for path in files_of_the_public_process(site)] + [("output", said)]

    assert sum(len(held) for _, held in data) > REPORTS * 4_000
    for form in (*forms_of(WORDS), *forms_of(FILE_WORDS)):
        assert [name for name, held in data if form in held] == []


def test_nothing_stolen_opens_a_report(stolen: tuple[Site, bytes]) -> None:
    """Every key-like text and every hash in the loot is tried as a key on every report: 0 of 10,000 open."""
    site, said = stolen
    with closing(sqlite3.connect(site.folder / DATABASE)) as database:
        sealed = [bytes(row[0]) for row in database.execute("SELECT sealed FROM door_deposit")]
        lookups = [bytes(row[0]) for row in database.execute("SELECT lookup FROM door_mailbox LIMIT 20")]
    keys = list(_keys_in(site, said)) + [identity_from_seed(lookup) for lookup in lookups]

    assert len(sealed) == REPORTS
    assert sum(_opens(data, keys) for data in sealed) == 0


def test_the_key_of_the_team_opens_what_the_intruder_cannot() -> None:
    """The test above fails for the right reason: with the private key the same kind of report opens."""
    identity = new_identity()

    assert _opens(seal(WORDS, recipients=[recipient_of(identity)]), [identity])


def test_receipts_are_not_in_the_loot(stolen: tuple[Site, bytes]) -> None:
    """A code is in the reporter's hands only: the database holds its hash."""
    site, said = stolen
    codes = codes_in(said)
    held = (site.folder / DATABASE).read_bytes()

    assert len(codes) == REPORTS
    assert codes[0] == code_of(token(0))
    assert not any(code.encode() in held or code.replace("-", "").encode() in held for code in codes[:200])


def _keys_in(site: Site, said: bytes) -> Iterator[str]:
    for data in [path.read_bytes() for path in files_of_the_public_process(site)] + [said]:
        for text in re.findall(rb"AGE-SECRET-KEY-1[0-9A-Z]+", data):
            with suppress(NotAKey):
                yield parse_identity(text.decode())


def _opens(sealed: bytes, keys: list[str]) -> bool:
    try:
        unseal(sealed, identities=keys)
    except WrongKey:
        return False
    return True
