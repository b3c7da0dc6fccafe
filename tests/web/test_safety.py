"""`rempart check`: every unsafe configuration is named with a sentence and a remedy; a safe one passes; what is not seen is said."""

import os
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rempart.evidence.keyring import Flaw, KeyFault, Keyring
from rempart.evidence.keys import identity_file, new_identity, recipient_of
from rempart.evidence.ledger.notes import LOG_KEY, WITNESS_KEY, new_signer
from rempart.web.config import (
    DatabaseConfig,
    Face,
    FaceConfig,
    LedgerConfig,
    MailConfig,
    Site,
    SiteConfig,
    WitnessConfig,
)
from rempart.web.safety import Finding, Safety, judge, title_of, told, words_of
from rempart.web.safety.config import FEWEST_THREADS
from rempart.web.safety.database import DatabaseFacts, DoorRole, look_at_database
from rempart.web.safety.facts import Facts, FileFact, gather, look_at_process
from rempart.web.safety.machine import MachineFacts, Swap, look_at_machine, parse_memory, parse_swaps
from rempart.web.safety.place import OLD_KEY_DAYS, RESERVE_BYTES
from rempart.web.safety.rules import RULES
from rempart.web.setup import make_folders
from rempart.wording import LANGS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = date(2026, 11, 22)
WITNESS = new_signer("partner.example/witness", kind=WITNESS_KEY, seed=bytes(range(32)))
PUBLIC_UID = 54_321  # nobody on the machine of the tests
SAFE_MACHINE = MachineFacts(
    memory_bytes=8_000_000_000,
    free_bytes=50_000_000_000,
    swaps=(),
    is_clock_synchronised=True,
    newest_file_at=NOW - timedelta(hours=1),
)
CODES = {rule.__name__ for rule in RULES}


def safe_config() -> SiteConfig:
    """A site in production as docs/site.md describes it."""
    return SiteConfig(
        name="Essai",
        production=True,
        public=FaceConfig(bind="127.0.0.1:8000", hosts=("example.org",), https=True, trusted_proxies=("127.0.0.1",)),
        desk=FaceConfig(bind="127.0.0.1:8001", hosts=("desk.example.org",), https=True, trusted_proxies=("127.0.0.1",)),
        ledger=LedgerConfig(
            origin="example.org/ledger",
            witnesses=(WitnessConfig(url="https://partner.example/", vkey=WITNESS.vkey.text),),
        ),
    )


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys and tables, made once."""
    from tests.web.conftest import _SITE

    folder = tmp_path_factory.mktemp("pattern") / "site"
    site = make_folders(folder, safe_config())
    ring = Keyring(site.keys)
    ring.add_intake(DAY)
    ring.add_guard(recipient_of(new_identity()), day=DAY)
    ring.add_signer("example.org/ledger", seed=bytes(32))
    ring.add_journal(seed=b"j" * 32)
    ring.add_desk(DAY)
    ring.add_blind(seed=b"b" * 32)
    for source, target in (
        (_SITE.door_database, site.door_database),
        (_SITE.desk_database, site.desk_database),
    ):
        with sqlite3.connect(source) as database, sqlite3.connect(target) as copy:
            database.backup(copy)
        database.close()
        copy.close()
    return folder


@pytest.fixture
def site(pattern: Path, tmp_path: Path) -> Site:
    """A site of the test alone."""
    folder = tmp_path / "site"
    _copy(pattern, folder)
    return Site(folder=folder, config=safe_config())


def _copy(source: Path, target: Path) -> None:
    target.mkdir(mode=stat.S_IMODE(source.stat().st_mode))
    for path in source.iterdir():
        if path.is_dir():
            _copy(path, target / path.name)
        else:
            (target / path.name).write_bytes(path.read_bytes())
            (target / path.name).chmod(stat.S_IMODE(path.stat().st_mode))


def look(site: Site, *, face: Face = Face.OWNER) -> Facts:
    """The facts of a site, on a machine and in a process that are as they should be."""
    facts = gather(site, face, now=NOW)
    process = replace(
        facts.process,
        is_root=False,
        core_bytes=0,
        open_files=4_096,
        hash_seed=None,
        is_dev_mode=False,
        has_debug_variable=False,
        writable_code=None,
        has_assertions=True,
    )
    return replace(facts, process=process, machine=SAFE_MACHINE, public_uid=PUBLIC_UID)


def with_config(site: Site, **changes: Any) -> Site:
    """The site with another configuration."""
    return replace(site, config=msgspec.structs.replace(site.config, **changes))


def with_public(site: Site, **changes: Any) -> Site:
    """The site with another public face."""
    return with_config(site, public=msgspec.structs.replace(site.config.public, **changes))


def with_desk(site: Site, **changes: Any) -> Site:
    """The site with another desk."""
    return with_config(site, desk=msgspec.structs.replace(site.config.desk, **changes))


def with_witness(site: Site, vkey: str) -> Site:
    """The site with another witness."""
    witness = WitnessConfig(url="https://partner.example/", vkey=vkey)
    return with_config(site, ledger=LedgerConfig(origin="example.org/ledger", witnesses=(witness,)))


def codes(safety: Safety) -> list[str]:
    """The names of what was found."""
    return [finding.code for finding in safety.unsafe]


def test_a_site_as_the_guide_describes_it_is_safe(site: Site) -> None:
    """In production, with nothing unseen."""
    assert judge(look(site)) == Safety(unsafe=(), not_examined=())


# -- each unsafe configuration, built for real ----------------------------------------------------------

Change = Callable[[Site], Site]


def _chmod(name: str, mode: int) -> Change:
    def change(site: Site) -> Site:
        (site.folder / name).chmod(mode)
        return site

    return change


def _write(name: str, content: str, mode: int = 0o600) -> Change:
    def change(site: Site) -> Site:
        path = site.folder / name
        path.unlink(missing_ok=True)
        path.write_text(content)
        path.chmod(mode)
        return site

    return change


def _remove(name: str) -> Change:
    def change(site: Site) -> Site:
        (site.folder / name).unlink()
        return site

    return change


def _sql(statement: str, *, at: str = "door") -> Change:
    def change(site: Site) -> Site:
        with sqlite3.connect(site.door_database if at == "door" else site.desk_database) as database:
            database.executescript(statement)
        database.close()
        return site

    return change


def _same_secret(site: Site) -> Site:
    (site.keys / "desk.secret").write_text((site.keys / "public.secret").read_text())
    return site


def _old_key(site: Site) -> Site:
    path = site.recipients
    made = DAY - timedelta(days=OLD_KEY_DAYS + 1)
    path.write_text(path.read_text().replace(f"created_date = {DAY}", f"created_date = {made}"))
    return site


def _no_guard(site: Site) -> Site:
    path = site.recipients
    head, *blocks = path.read_text().split("[[recipient]]")
    path.write_text(head + "".join(f"[[recipient]]{block}" for block in blocks if '"escrow"' not in block))
    return site


def _no_intake(site: Site) -> Site:
    path = site.recipients
    head, *blocks = path.read_text().split("[[recipient]]")
    path.write_text(head + "".join(f"[[recipient]]{block}" for block in blocks if '"intake"' not in block))
    return site


def _no_desk(site: Site) -> Site:
    path = site.recipients
    head, *blocks = path.read_text().split("[[recipient]]")
    path.write_text(head + "".join(f"[[recipient]]{block}" for block in blocks if '"desk"' not in block))
    (site.keys / "desk.key").unlink()
    return site


def _one_key_for_both(site: Site) -> Site:
    for half in ("key", "vkey"):
        (site.keys / f"journal.{half}").write_bytes((site.keys / f"signer.{half}").read_bytes())
    return site


def _guard_here(site: Site) -> Site:
    identity = new_identity()
    Keyring(site.keys).add_guard(recipient_of(identity), day=DAY)
    return _write("keys/backup.txt", identity_file(identity, remark="guard").decode())(site)


def _password(mode: int) -> Change:
    def change(site: Site) -> Site:
        path = site.folder / "imap.password"
        path.write_text("a password of a test")
        path.chmod(mode)
        return with_config(site, mail=MailConfig(imap_host="mail.example", imap_password_file=str(path)))

    return change


def _no_password(site: Site) -> Site:
    return with_config(site, database=DatabaseConfig(owner_password_file=str(site.folder / "none")))


def _own_witness(seed: bytes) -> Change:
    """seed: of one of the two keys of the pattern that sign."""

    def change(site: Site) -> Site:
        return with_witness(site, new_signer("example.org/ledger", kind=WITNESS_KEY, seed=seed).vkey.text)

    return change


BUILT: list[tuple[str, Change]] = [
    ("hosts_any", lambda site: with_public(site, hosts=("*",))),
    ("hosts_any", lambda site: with_public(site, hosts=(".example.org",))),
    ("hosts_any", lambda site: with_desk(site, hosts=("desk.example.org", "*"))),
    ("hosts_none", lambda site: with_public(site, hosts=())),
    ("no_https", lambda site: with_public(site, https=False)),
    ("no_proxy", lambda site: with_public(site, trusted_proxies=())),
    ("no_proxy", lambda site: with_desk(site, trusted_proxies=())),
    ("proxy_anybody", lambda site: with_public(site, trusted_proxies=("0.0.0.0/0",))),
    ("proxy_anybody", lambda site: with_public(site, trusted_proxies=("::/0",))),
    ("proxy_anybody", lambda site: with_public(site, trusted_proxies=("proxy.example",))),
    ("way_round_proxy", lambda site: with_public(site, bind="0.0.0.0:8000")),
    ("way_round_proxy", lambda site: with_public(site, bind="[::]:8000", trusted_proxies=("unix",))),
    ("same_address", lambda site: with_desk(site, bind="127.0.0.1:8000")),
    ("desk_open", lambda site: with_desk(site, bind="0.0.0.0:8001", https=False, trusted_proxies=())),
    ("few_threads", lambda site: with_public(site, threads=FEWEST_THREADS - 1)),
    ("upload_too_large", lambda site: with_config(site, max_upload_bytes=2_000_000_000)),
    ("exit_plain", lambda site: with_config(site, exit_url="http://weather.example/")),
    ("exit_plain", lambda site: with_config(site, exit_url="https://example.org/other")),
    ("exit_plain", lambda site: with_config(site, exit_url="https:///")),
    ("demo_in_production", lambda site: with_config(site, demo=True)),
    ("enquete_in_public", lambda site: with_config(site, profile="enquete")),
    ("no_witness", lambda site: with_config(site, ledger=LedgerConfig(origin="example.org/ledger"))),
    ("bad_witness", lambda site: with_witness(site, "not a key")),
    ("bad_witness", lambda site: with_witness(site, new_signer("p", kind=LOG_KEY, seed=b"p" * 32).vkey.text)),
    ("own_witness", _own_witness(bytes(32))),
    ("own_witness", _own_witness(b"j" * 32)),
    ("database_away", _remove("door/door.db")),
    ("commit_not_durable", lambda site: with_config(site, database=DatabaseConfig(synchronous="NORMAL"))),
    ("commit_not_durable", lambda site: with_config(site, database=DatabaseConfig(synchronous="OFF"))),
    ("rows_unguarded", _sql("DROP TRIGGER door_leaf_no_delete")),
    ("rows_unguarded", _sql("DROP TRIGGER door_tombstone_no_update")),
    ("rows_unguarded", _sql("DROP TRIGGER desk_event_no_update", at="desk")),
    ("rows_unguarded", _sql("DROP TRIGGER desk_key_no_delete", at="desk")),
    ("rows_unguarded", _sql("DROP TRIGGER desk_grant_no_delete", at="desk")),
    ("rows_unguarded", _sql("DROP TRIGGER door_deposit_no_update; CREATE TRIGGER door_deposit_no_update BEFORE INSERT ON door_deposit BEGIN SELECT 1; END")),
    ("tables_stale", _sql("DELETE FROM django_migrations WHERE name LIKE '0002%'")),
    ("no_intake_key", _remove("keys/recipients.toml")),
    ("no_intake_key", _no_intake),
    ("no_guard_key", _no_guard),
    ("guard_key_here", _guard_here),
    ("private_key_open", _chmod("keys/intake-2026-11.key", 0o640)),
    ("private_key_open", _chmod("keys/signer.key", 0o604)),
    ("private_key_open", _chmod("keys/public.secret", 0o644)),
    ("private_key_damaged", _write("keys/intake-2026-11.key", "nothing of value\n")),
    ("private_key_damaged", _write("keys/signer.vkey", WITNESS.vkey.text + "\n", 0o644)),
    ("no_signer", _remove("keys/signer.key")),
    ("private_key_open", _chmod("keys/journal.key", 0o640)),
    ("private_key_open", _chmod("keys/desk.key", 0o640)),
    ("private_key_open", _chmod("keys/blind.key", 0o604)),
    ("private_key_damaged", _write("keys/journal.vkey", WITNESS.vkey.text + "\n", 0o644)),
    ("private_key_damaged", _one_key_for_both),
    ("private_key_damaged", _write("keys/desk.key", "nothing of value\n")),
    ("no_journal_key", _remove("keys/journal.key")),
    ("no_desk_key", _remove("keys/desk.key")),
    ("no_desk_key", _no_desk),
    ("no_blind_key", _remove("keys/blind.key")),
    ("no_blind_key", _write("keys/blind.key", "too short\n")),
    ("keys_folder_open", _chmod("keys", 0o775)),
    ("intake_key_old", _old_key),
    ("keys_open_to_public", _chmod("keys/signer.key", 0o604)),
    ("keys_open_to_public", _chmod("keys/journal.key", 0o604)),
    ("keys_open_to_public", _chmod("keys/desk.key", 0o604)),
    ("keys_open_to_public", _chmod("keys/blind.key", 0o604)),
    ("no_secret", _remove("keys/public.secret")),
    ("no_secret", _write("keys/desk.secret", "too short")),
    ("no_secret", _write("keys/desk.secret", "ab" * 40)),
    ("same_secret", _same_secret),
    ("folder_readable", _chmod("door", 0o755)),
    ("folder_readable", _chmod("desk", 0o705)),
    ("folder_writable", _chmod("", 0o757)),
    ("folder_writable", _chmod("rempart.toml", 0o646)),
    ("password_open", _password(0o640)),
    ("password_away", _no_password),
]  # fmt: skip


@pytest.mark.parametrize(("code", "change"), BUILT, ids=[f"{code}-{n}" for n, (code, _) in enumerate(BUILT)])
def test_each_unsafe_configuration_is_found_and_named(site: Site, code: str, change: Change) -> None:
    """Built on the disk or in rempart.toml exactly as it would be on a machine."""
    assert code in codes(judge(look(change(site))))


# -- what the machine, the process or PostgreSQL tells --------------------------------------------------


def machine(**changes: Any) -> Callable[[Facts], Facts]:
    """Another machine."""
    return lambda facts: replace(facts, machine=replace(facts.machine, **changes))


def process(**changes: Any) -> Callable[[Facts], Facts]:
    """Another process."""
    return lambda facts: replace(facts, process=replace(facts.process, **changes))


def _in_a_hundred_years(facts: Facts) -> Facts:
    then = datetime(2126, 1, 2, tzinfo=UTC)
    return replace(facts, now=then, keys=replace(facts.keys, newest_intake_at=then))


SAFE_ROLE = DoorRole(is_owner=False, is_superuser=False, reads=(), rewrites=())
SAFE_SETTINGS = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}


def postgresql(role: DoorRole | None = SAFE_ROLE, **settings: str) -> Callable[[Facts], Facts]:
    """A site on PostgreSQL."""

    def change(facts: Facts) -> Facts:
        database = DatabaseFacts(
            failure=None, settings={**SAFE_SETTINGS, **settings}, door_role=role, unguarded=(), pending=()
        )
        site = with_config(facts.site, database=DatabaseConfig(engine="postgresql"))
        return replace(facts, site=site, database=database)

    return change


TOLD: list[tuple[str, Callable[[Facts], Facts]]] = [
    ("debug_on", process(is_debug=True)),
    ("debug_variable", process(has_debug_variable=True)),
    ("requests_logged", process(logs_requests=True)),
    ("runs_as_root", lambda facts: replace(process(is_root=True)(facts), face=Face.PUBLIC)),
    ("core_dumps", process(core_bytes=1)),
    ("core_dumps", process(core_bytes=-1)),
    ("few_files", process(open_files=256)),
    ("dev_mode", process(is_dev_mode=True)),
    ("no_assertions", process(has_assertions=False)),
    ("hash_seed_fixed", process(hash_seed="0")),
    ("code_writable", process(writable_code="rempart/errors.py")),
    ("upload_too_large", machine(memory_bytes=1_000_000_000)),
    ("swap_open", machine(swaps=(Swap(name="/dev/sda2", is_safe=False),))),
    ("clock_wrong", lambda facts: replace(facts, now=datetime(1970, 1, 2, tzinfo=UTC))),
    ("clock_wrong", _in_a_hundred_years),
    ("clock_wrong", machine(newest_file_at=NOW + timedelta(hours=2))),
    ("clock_alone", machine(is_clock_synchronised=False)),
    ("disk_full", machine(free_bytes=RESERVE_BYTES - 1)),
    ("journal_not_wal", lambda facts: replace(facts, database=replace(facts.database, settings={"door journal_mode": "delete"}))),
    ("commit_not_synchronous", postgresql(synchronous_commit="off")),
    ("fsync_off", postgresql(fsync="off")),
    ("full_page_writes_off", postgresql(full_page_writes="off")),
    ("door_is_owner", postgresql(replace(SAFE_ROLE, is_owner=True))),
    ("door_is_superuser", postgresql(replace(SAFE_ROLE, is_superuser=True))),
    ("door_reads", postgresql(replace(SAFE_ROLE, reads=("door_deposit",)))),
    ("door_rewrites", postgresql(replace(SAFE_ROLE, rewrites=("door_leaf",)))),
    ("keys_open_to_public", lambda facts: replace(facts, public_uid=facts.files["keys/signer.key"].uid)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "change"), TOLD, ids=[f"{code}-{n}" for n, (code, _) in enumerate(TOLD)])
def test_each_unsafe_machine_is_found_and_named(site: Site, code: str, change: Callable[[Facts], Facts]) -> None:
    """One fact is changed, and one name comes out of it."""
    assert codes(judge(change(look(site)))) == [code]


def test_every_rule_is_built_by_a_test() -> None:
    """No rule that nobody has seen at work; more than the twenty that were asked for."""
    assert {code for code, _ in (*BUILT, *TOLD)} == CODES
    assert len(CODES) >= 24


def test_a_safe_site_on_postgresql_passes(site: Site) -> None:
    """The rules of SQLite do not speak there."""
    assert judge(postgresql()(look(site))) == Safety(unsafe=(), not_examined=())


# -- what is not seen -----------------------------------------------------------------------------------


def _not_looked(facts: Facts) -> Facts:
    """As the public process sees it: the files are there, and closed to it."""
    faults = (KeyFault(flaw=Flaw.NOT_LOOKED, name="signer.key"),)
    return replace(facts, keys=replace(facts.keys, faults=faults))


UNSEEN: list[tuple[set[str], Callable[[Facts], Facts]]] = [
    ({"guard_key_here", "private_key_damaged", "no_blind_key"}, _not_looked),
    ({"swap_open"}, machine(swaps=None)),
    ({"swap_open"}, machine(swaps=(Swap(name="/swap.img", is_safe=None),))),
    ({"clock_alone"}, machine(is_clock_synchronised=None)),
    ({"disk_full"}, machine(free_bytes=None)),
    ({"upload_too_large"}, machine(memory_bytes=None)),
    ({"debug_on"}, process(is_debug=None)),
    ({"runs_as_root"}, process(is_root=True)),  # who sets the site up may be root
    ({"door_is_owner", "door_is_superuser", "door_reads", "door_rewrites"}, postgresql(None)),
    ({"keys_open_to_public"}, lambda facts: replace(facts, public_uid=None)),
    ({"tables_stale"}, lambda facts: replace(facts, database=replace(facts.database, pending=None))),
    ({"same_secret"}, lambda facts: replace(facts, keys=replace(facts.keys, has_same_secrets=None))),
]


@pytest.mark.parametrize(("unseen", "change"), UNSEEN)
def test_what_could_not_be_seen_is_neither_safe_nor_unsafe(
    site: Site, unseen: set[str], change: Callable[[Facts], Facts]
) -> None:
    """The third answer."""
    found = judge(change(look(site)))

    assert found.unsafe == ()
    assert set(found.not_examined) == unseen


def test_encrypted_swap_is_safe(site: Site) -> None:
    """And so is swap in memory."""
    swaps = (Swap(name="/dev/dm-1", is_safe=True), Swap(name="/dev/zram0", is_safe=True))

    assert judge(machine(swaps=swaps)(look(site))) == Safety(unsafe=(), not_examined=())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_face_that_may_not_read_keys_says_so(site: Site) -> None:
    """The public process sees neither the keys of the desk nor whether they are right."""
    for name in ("signer.key", "intake-2026-11.key", "desk.secret"):
        (site.keys / name).chmod(0)

    found = judge(look(site, face=Face.PUBLIC))

    assert {"guard_key_here", "private_key_damaged", "same_secret"} <= set(found.not_examined)


# -- words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_rule_has_words_in_both_languages(code: str) -> None:
    """What it looks at, what is unsafe, what to do; names are shown where they help."""
    words = words_of(code)

    assert len(set(msgspec.to_builtins(words).values())) >= 4
    assert ("{names}" in words.en) == ("{names}" in words.fr)
    assert all(text.endswith(".") for text in (words.en, words.fr, words.do_en, words.do_fr))
    assert all(title_of(code, lang) for lang in LANGS)


def test_no_words_are_left_of_a_rule_that_went() -> None:
    """words.toml and the rules are one list."""
    from rempart.web.safety import _all_words

    assert set(_all_words()) == CODES


def test_the_list_says_code_sentence_and_remedy() -> None:
    """One clear list, in the language of the reader."""
    finding = Finding(code="folder_readable", names=("door", "desk"))

    english, french = told([finding], "en"), told([finding], "fr")

    assert english.splitlines() == [
        "✗ folder_readable: Everybody on this machine may look into door, desk.",
        "  → chmod o-rwx these folders.",
    ]
    assert "Tout le monde" in french


def test_no_sentence_shows_what_a_file_holds(site: Site) -> None:
    """Names of files, never a key, a password or a secret."""
    secret = (site.keys / "public.secret").read_text().strip()
    for name in ("public.secret", "signer.key", "intake-2026-11.key"):
        (site.keys / name).chmod(0o644)
    _same_secret(site)

    words = told(judge(look(site)).unsafe, "en")

    assert "signer.key" in words
    assert not [held for held in (secret, "AGE-SECRET-KEY", "PRIVATE+KEY") if held in words]


# -- how the facts are gathered -------------------------------------------------------------------------


def test_memory_is_that_of_the_machine_or_of_its_control_group() -> None:
    """A container has less than its host."""
    meminfo = "MemTotal:        8000000 kB\nMemFree: 1 kB\n"

    assert parse_memory(meminfo) == 8_192_000_000
    assert parse_memory(meminfo, limit="max\n") == 8_192_000_000
    assert parse_memory(meminfo, limit="1000000\n") == 1_000_000
    assert parse_memory("nothing") is None


def test_swaps_are_safe_when_they_are_encrypted_or_in_memory() -> None:
    """A file is as safe as its disk, which is not seen from here."""
    table = "Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n/dev/dm-1 partition 1 0 -3\n/dev/dm-2 partition 1 0 -3\n/dev/dm-9 partition 1 0 -3\n/dev/zram0 partition 1 0 5\n/swap.img file 1 0 -4\n"

    swaps = parse_swaps(table, uuids={"dm-1": "CRYPT-PLAIN-swap", "dm-2": "LVM-abc"})

    assert [swap.is_safe for swap in swaps] == [False, True, False, None, True, None]
    assert parse_swaps("Filename Type Size Used Priority\n", uuids={}) == ()


def test_this_machine_is_looked_at(tmp_path: Path) -> None:
    """Memory and disk are seen on Linux; the newest file is the newest."""
    old, new = tmp_path / "old", tmp_path / "new"
    for path, age in ((old, 1_000), (new, 2_000)):
        path.touch()
        os.utime(path, (age, age))

    found = look_at_machine(tmp_path, files=[old, new, tmp_path / "none"])

    assert found.newest_file_at == datetime.fromtimestamp(2_000, UTC)
    assert found.free_bytes
    assert found.memory_bytes
    assert look_at_machine(tmp_path, files=[]).newest_file_at is None


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment as a careless service file has it."""
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.setenv("REMPART_DEBUG", "1")


@pytest.mark.usefixtures("careless")
def test_this_process_is_looked_at() -> None:
    """Django is set up by the tests, without DEBUG and without logs of requests."""
    found = look_at_process()

    assert (found.hash_seed, found.has_debug_variable) == ("0", True)
    assert (found.is_debug, found.logs_requests, found.has_assertions) == (False, False, True)
    assert found.is_root is (os.geteuid() == 0)


def test_the_database_is_asked_over_a_connection_of_its_own(site: Site) -> None:
    """What a commit means there is what the connection says, not what rempart.toml says."""
    found = look_at_database(site, Face.OWNER)

    assert found.settings == {
        "default journal_mode": "wal",
        "default synchronous": "2",
        "door journal_mode": "wal",
        "door synchronous": "2",
    }
    assert (found.failure, found.unguarded, found.pending, found.door_role) == (None, (), (), None)
    assert set(look_at_database(site, Face.PUBLIC).settings) == {"default journal_mode", "default synchronous"}


def test_files_are_told_by_name_and_mode(site: Site) -> None:
    """Nothing of what is in them."""
    files = look(site).files

    assert files["keys/signer.key"] == FileFact(mode=0o600, uid=os.geteuid())
    assert files[""].mode == stat.S_IMODE(site.folder.stat().st_mode)
    assert "door/door.db" in files


def test_the_public_face_asks_only_the_door(site: Site) -> None:
    """It has no business with the desk's database, and may not open it; the signer reads it, because it signs the journal."""
    site.desk_database.unlink()

    found = look_at_database(site, Face.PUBLIC)

    assert (found.failure, found.unguarded) == (None, ())
    assert set(found.settings) == {"default journal_mode", "default synchronous"}
    assert [look_at_database(site, face).failure for face in (Face.OWNER, Face.SIGNER)] == ["FileNotFoundError"] * 2
    assert not site.desk_database.exists()
