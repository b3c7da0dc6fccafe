"""`rempart verify` and `rempart witness`: what they print, how they leave, and the witness over HTTP."""

import contextlib
import http.client
import json
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rempart.cli import ledgers
from rempart.cli.witness import Service, WitnessServer
from rempart.evidence.bag import make_bag
from rempart.evidence.ledger import notes, stamps, witness_files
from rempart.evidence.ledger.checkpoints import Checkpoint
from rempart.evidence.ledger.files import Busy, NotKept
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.ledger.witness import SIZE, encode_request
from rempart.wording import Lang
from tests.cli.shell import Ask, ask
from tests.evidence.handover import make_site
from tests.evidence.ledger.authority import authority
from tests.evidence.ledger.made import ORIGIN, SIGNER, STRANGER, WITNESS, entries, files_of, make_log, signed
from tests.evidence.ledger.test_stamps import PEM

ROOT = Path(__file__).parents[2]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder as a site keeps it: the ledger, and the public key beside it."""
    make_log(tmp_path / "ledger", 300)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/signer.vkey").write_text(f"{SIGNER.vkey.text}\n{WITNESS.vkey.text}\n")
    return tmp_path


def altered(site: Path) -> Path:
    """The ledger with one entry altered."""
    bundle = site / "ledger/tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 17\0", b"entrY 17\0"))
    return site / "ledger"


# -- verify ---------------------------------------------------------------------------------------------


def test_an_intact_ledger_leaves_with_zero(site: Path) -> None:
    """In a process of its own, with a key file from elsewhere; size, root and witness are printed."""
    answer = ask("verify", site / "ledger", "--vkey", site / "keys/signer.vkey")

    assert (answer.code, answer.err) == (0, "")
    assert "300 entries, intact" in answer.out
    assert TileLog(site / "ledger").root.hex() in answer.out
    assert f"Cosigned by {WITNESS.name} at 2026-11-22 09:30:00+00:00" in answer.out


def test_a_site_is_verified_with_the_key_beside_its_ledger(site: Path, ask_here: Ask) -> None:
    """The folder of the site, or of its ledger."""
    assert ask_here("verify", site).code == 0
    assert ask_here("verify", site / "ledger").code == 0


def test_an_altered_ledger_is_told_in_words(site: Path, ask_here: Ask) -> None:
    """Which entry, in which file; the exit code says that not all is well."""
    answer = ask_here("verify", altered(site))

    assert answer.code == 1
    assert "Entry 17 in tile/entries/000 was altered." in answer.out
    assert "intact" not in answer.out


def test_an_altered_ledger_is_told_in_french(site: Path) -> None:
    """The same, for who reads French."""
    answer = ask("verify", altered(site), lang="fr")

    assert "L’entrée 17 dans tile/entries/000 a été modifiée." in answer.out


def test_json_tells_everything_to_a_program(site: Path, ask_here: Ask) -> None:
    """Intact and altered; one object for each place."""
    good = ask_here("verify", site, "--json")
    bad = ask_here("verify", altered(site), "--json")
    (told,), (wrong,) = json.loads(good.out), json.loads(bad.out)

    assert (good.code, bad.code) == (0, 1)
    assert (told["intact"], told["size"], told["findings"]) == (True, 300, [])
    assert told["root"] == TileLog(make(site / "again")).root.hex()
    assert [(one["code"], one["place"], one["entry"]) for one in wrong["findings"]] == [
        ("entry_altered", "tile/entries/000", 17)
    ]


def make(folder: Path) -> Path:
    """The same ledger once more."""
    make_log(folder, 300)
    return folder


def test_several_places_are_verified_at_once(site: Path, ask_here: Ask) -> None:
    """One bad one is enough not to leave with zero."""
    make_log(site / "other/ledger", 3)
    answer = ask_here("verify", altered(site), site / "other", "--vkey", site / "keys/signer.vkey", "--json")

    assert (answer.code, [one["intact"] for one in json.loads(answer.out)]) == (1, [False, True])


def test_a_rollback_is_seen_with_a_witness_s_checkpoint(site: Path, ask_here: Ask) -> None:
    """The option may be given several times."""
    held = site / "held.checkpoint"
    held.write_bytes((site / "ledger/checkpoint").read_bytes())
    make_log(site / "older/ledger", 290)
    command = ("verify", site / "older", "--vkey", site / "keys/signer.vkey")

    assert ask_here(*command).code == 0
    answer = ask_here(*command, "--witnessed", held, "--witnessed", held)
    assert answer.code == 1
    assert answer.out.count("the last 10 were taken away") == 2


def test_stamps_need_certificates_to_be_judged(site: Path, ask_here: Ask) -> None:
    """Without them the verification is not complete, and says so."""
    head = TileLog(site / "ledger").head(ORIGIN)
    stamps.queue(site / "ledger", head)
    answer = authority().answer((site / "ledger/stamps/300.tsq").read_bytes())
    stamps.keep(site / "ledger", head, answer=answer, authorities=None)
    (site / "roots.pem").write_bytes(authority().root.public_bytes(PEM))

    without = ask_here("verify", site)
    with_them = ask_here("verify", site, "--certificates", site / "roots.pem")

    assert (without.code, with_them.code) == (1, 0)
    assert "Not judged:" in without.out
    assert "The first 300 entries existed at 2026-11-22 09:30:00+00:00" in with_them.out


def test_what_a_signer_leaves_for_a_moment_is_looked_at_twice(
    site: Path, ask_here: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries written and not yet signed: when they are signed meanwhile all is well, else they are told."""
    log = TileLog(site / "ledger")
    log.append(entries(2, first=300))
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)

    left = ask_here("verify", site)
    monkeypatch.setattr("time.sleep", lambda _seconds: log.publish(signed(log.head(ORIGIN))))
    signed_meanwhile = ask_here("verify", site)

    assert (left.code, waits) == (1, [ledgers.PATIENCE_S])
    assert "holds more than the 300 entries" in left.out
    assert signed_meanwhile.code == 0


def test_among_several_keys_the_one_of_the_ledger_is_taken(site: Path, ask_here: Ask) -> None:
    """A file of keys may serve several ledgers."""
    other = notes.new_signer("zoe.example/ledger", kind=1, seed=b"q" * 32).vkey.text
    (site / "all.vkeys").write_text(f"{other}\n{SIGNER.vkey.text}\n{WITNESS.vkey.text}\n")

    assert ask_here("verify", site, "--vkey", site / "all.vkeys").code == 0


def test_what_cannot_be_verified_is_refused(site: Path, ask_here: Ask) -> None:
    """No ledger, no key, a key of a witness only, files that are not there or none."""
    (site / "witness.vkey").write_text(WITNESS.vkey.text)
    (site / "none.vkey").write_text("a key\n")
    make_log(site / "alone/ledger", 3)
    cases = [
        (("verify", site / "keys"), "neither the folder of a ledger nor a site nor a bag"),
        (("verify", site / "nowhere"), "neither the folder of a ledger nor a site nor a bag"),
        (("verify", site / "alone"), "public key of the ledger is needed"),
        (("verify", site, "--vkey", site / "witness.vkey"), "public key of the ledger is needed"),
        (("verify", site, "--vkey", site / "none.vkey"), "not a key of a ledger"),
        (("verify", site, "--vkey", site / "nowhere"), "nowhere cannot be read"),
        (("verify", site, "--witnessed", site / "nowhere"), "nowhere cannot be read"),
        (("verify", site, "--certificates", site / "none.vkey"), "no certificates"),
    ]

    for command, sentence in cases:
        answer = ask_here(*command)
        assert (answer.code, answer.is_one_line) == (2, True)
        assert sentence in answer.err


def test_a_ledger_without_its_checkpoint_is_told(site: Path, ask_here: Ask) -> None:
    """Nothing can be judged, and that is said."""
    (site / "ledger/checkpoint").unlink()
    answer = ask_here("verify", site)

    assert answer.code == 1
    assert "checkpoint is missing" in answer.out
    assert "Not judged:" in answer.out


def test_a_bag_is_judged_by_our_own_verifier(tmp_path: Path, ask_here: Ask) -> None:
    """Not by the program in the bag; without the keepers' key that key is told not to be judged."""
    made = make_site(tmp_path / "site")
    make_bag(made.order(), target=tmp_path / "bag")
    (tmp_path / "key").write_text(SIGNER.vkey.text)
    command = ("verify", tmp_path / "bag", "--vkey", tmp_path / "key")
    with_key, without = ask_here(*command), ask_here("verify", tmp_path / "bag")
    (tmp_path / "bag/verifier.py").write_text("print('Conforme.')")
    tampered = ask_here(*command, "--json")

    assert (with_key.code, without.code, tampered.code) == (0, 1, 1)
    assert "The bag is intact." in with_key.out
    assert "registre.vkey is the key of the ledger's keepers" in without.out
    assert {one["place"] for one in json.loads(tampered.out)[0]["findings"]} == {"verifier.py"}


MAKE_SITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from rempart.web.config import Face, SiteConfig
from rempart.web.setup import django_as, make_folders, prepare_tables

site = make_folders(Path(sys.argv[1]), SiteConfig(name="Essai"))
django_as(site, Face.OWNER)
prepare_tables(site)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
from rempart.evidence.keyring import Keyring
from rempart.web.people.accounts import home_of
from rempart.web.signing import sign_all
ring = Keyring(site.keys)
ring.add_signer("example.org/ledger", seed=b"s" * 32)
ring.add_journal(seed=b"j" * 32)
home_of("Essai", at=NOW)
sign_all(site)
"""


def test_a_site_is_compared_with_its_ledger(tmp_path: Path) -> None:
    """Rows and sealed files too; a ledger that was damaged leaves them unjudged. Two sites at once are refused."""
    data = tmp_path / "data"
    subprocess.run([sys.executable, "-c", MAKE_SITE, str(data)], check=True, cwd=ROOT, capture_output=True)
    whole = ask("verify", data)
    (data / "ledger/checkpoint").write_bytes(b"")
    damaged = ask("verify", data)
    (tmp_path / "rempart.toml").write_bytes(b"")
    two = ask("verify", data, tmp_path)

    assert (whole.code, damaged.code, two.code) == (0, 1, 2)
    assert "0 entries, intact" in whole.out
    assert "1 entry, intact" in whole.out
    assert "Compared with the database: 0 acts, 1 event of the desk, 0 sealed files." in whole.out
    assert "The database and the sealed files of the site" in damaged.out
    assert "one site at a time" in two.err


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "Leaf 0 was added behind the counter of the database."),
        ("fr", "La feuille 0 a été ajoutée dans la base de données sans passer par son compteur."),
    ],
)
def test_a_row_that_was_tampered_with_is_told_in_the_language_of_the_reader(
    tmp_path: Path, lang: Lang, sentence: str
) -> None:
    """With a code and the number of the leaf for programs."""
    data = tmp_path / "data"
    subprocess.run([sys.executable, "-c", MAKE_SITE, str(data)], check=True, cwd=ROOT, capture_output=True)
    with contextlib.closing(sqlite3.connect(data / "door/door.db")) as database, database:
        database.execute("INSERT INTO door_leaf VALUES (0, x'00', NULL)")

    told, listed = ask("verify", data, lang=lang), ask("verify", data, "--json", lang=lang)

    found = {one["code"]: one for one in json.loads(listed.out)[0]["findings"]}
    assert (told.code, listed.code) == (1, 1)
    assert sentence in told.out
    assert set(found) == {"leaf_added", "leaf_broken"}
    assert found["leaf_added"] == {"code": "leaf_added", "place": "leaf 0", "entry": 0, "sentence": sentence}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A whole site: nothing was received, one event was signed."""
    folder = tmp_path / "data"
    subprocess.run([sys.executable, "-c", MAKE_SITE, str(folder)], check=True, cwd=ROOT, capture_output=True)
    return folder


def test_an_event_that_was_changed_is_told_as_one_of_the_journal(data: Path) -> None:
    """Behind the triggers; the two logs are told apart in words, and for programs."""
    with contextlib.closing(sqlite3.connect(data / "desk/desk.db")) as database, database:
        database.execute("DROP TRIGGER desk_event_no_update")
        database.execute("UPDATE desk_event SET actor = 'p-zzzzzzzz'")

    told, listed = ask("verify", data), json.loads(ask("verify", data, "--json").out)[0]

    assert told.code == 1
    assert "Journal: Who, what, when, why or of what was changed in the event that leaf 0 proves." in told.out
    assert [(one["code"], one["place"]) for one in listed["findings"]] == [("event_altered", "journal leaf 0")]
    assert (listed["size"], listed["journal"]["size"], listed["events"]) == (0, 1, 1)


def test_a_damaged_journal_is_told_with_its_folder(data: Path) -> None:
    """Its files have the names of the ledger's."""
    (data / "journal/checkpoint").write_bytes(b"")

    told, listed = ask("verify", data), json.loads(ask("verify", data, "--json").out)[0]

    assert told.code == 1
    assert "Journal: checkpoint is not a checkpoint any more" in told.out
    assert "journal/checkpoint" in {one["place"] for one in listed["findings"]}


def test_both_keys_are_needed_when_one_is_given(data: Path, tmp_path: Path) -> None:
    """Who brings the published key of the ledger brings that of the journal too; the witness of one is not asked for the other."""
    ledger, journal = (data / "keys" / f"{name}.vkey" for name in ("signer", "journal"))
    (tmp_path / "both").write_text(ledger.read_text() + journal.read_text())

    alone = ask("verify", data, "--vkey", ledger)
    both = ask(
        "verify",
        data,
        "--vkey",
        tmp_path / "both",
        "--witnessed",
        data / "ledger/checkpoint",
        "--witnessed",
        data / "journal/checkpoint",
    )

    assert (alone.code, both.code) == (2, 0)
    assert "public key of the journal is needed too" in alone.err


# -- witness --------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, ask_here: Ask) -> Path:
    """The folder of a witness made by the command, which knows the ledger."""
    (tmp_path / "ledger.vkey").write_text(SIGNER.vkey.text)
    made = ask_here("witness", "init", tmp_path / "witness", "--name", WITNESS.name, "--log", tmp_path / "ledger.vkey")
    assert made.code == 0
    return tmp_path / "witness"


def test_init_prints_the_public_key_and_hides_the_private_one(tmp_path: Path, ask_here: Ask) -> None:
    """A new key each time; what must stay private is readable by its owner alone and never printed."""
    answers = [ask_here("witness", "init", tmp_path / name, "--name", WITNESS.name) for name in ("one", "two")]
    public = [(tmp_path / name / "witness.vkey").read_text().strip() for name in ("one", "two")]

    assert public[0] != public[1]
    for answer, key, name in zip(answers, public, ("one", "two"), strict=True):
        assert key in answer.out
        assert "PRIVATE" not in answer.out
        assert stat.S_IMODE((tmp_path / name / "witness.key").stat().st_mode) == 0o600


def test_init_refuses_a_folder_that_is_taken(folder: Path, ask_here: Ask) -> None:
    """Nothing is written over."""
    before = files_of(folder)
    answer = ask_here("witness", "init", folder, "--name", WITNESS.name)

    assert (answer.code, answer.is_one_line) == (2, True)
    assert files_of(folder) == before


@pytest.fixture
def server(folder: Path) -> Iterator[WitnessServer]:
    """The witness at work, on a port of this machine."""
    service = Service(folder)
    with WitnessServer(("127.0.0.1", 0), service) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()
    service.close()


def post(server: WitnessServer, body: bytes, *, path: str = "/add-checkpoint") -> tuple[int, str, bytes]:
    """(status, content type, body) of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.request("POST", path, body)
    answer = connection.getresponse()
    told = answer.status, answer.headers["Content-Type"], answer.read()
    connection.close()
    return told


def request_of(log: TileLog, size: int, *, old: int = 0) -> bytes:
    """The request that continues the log from one size to another."""
    note = signed(Checkpoint(origin=ORIGIN, size=size, root=log.root_at(size)), witness=None)
    return encode_request(note, old_size=old, proof=log.consistency(old, size=size))


def test_a_log_is_cosigned_over_http(server: WitnessServer, folder: Path, tmp_path: Path) -> None:
    """Step by step; what was answered is on the disk."""
    log = make_log(tmp_path / "log", 20)
    for old, size in ((0, 5), (5, 20), (20, 20)):
        status, _, body = post(server, request_of(log, size, old=old))

        assert (status, body[:4]) == (200, "— ".encode())
        held = witness_files.load_witness(folder).state[ORIGIN]
        assert f"\n{size}\n" in held.text
        assert body.decode() in held.data.decode()
    assert post(server, request_of(log, 5)) == (409, SIZE, b"20\n")


def test_a_cosignature_never_leaves_before_it_is_remembered(
    server: WitnessServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk refuses there is no answer but that; afterwards the log may ask again."""
    log = make_log(tmp_path / "log", 20)

    def refuse(*_arguments: object) -> None:
        raise NotKept("no room", can_retry=True)

    with monkeypatch.context() as context:
        context.setattr(witness_files, "save_memory", refuse)
        status, _, body = post(server, request_of(log, 5))
    again = post(server, request_of(log, 20))

    assert (status, "—".encode() in body) == (503, False)
    assert again[0] == 200


def test_of_many_racing_requests_one_history_is_cosigned(server: WitnessServer, folder: Path, tmp_path: Path) -> None:
    """Twenty forks at once from the same size: one of them is cosigned, the others are conflicts."""
    base = make_log(tmp_path / "log", 5)
    assert post(server, request_of(base, 5))[0] == 200
    bodies = []
    for number in range(20):
        with TileLog(tmp_path / str(number)) as fork:
            fork.append([*entries(5), b"fork %d" % number])
            bodies.append(request_of(fork, 6, old=5))

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(status for status, _, _ in pool.map(lambda body: post(server, body), bodies))

    assert statuses == [200] + [409] * 19
    assert "\n6\n" in witness_files.load_witness(folder).state[ORIGIN].text


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/add-checkpoint", {}, 404),
        ("GET", "/state.json", {}, 404),
        ("POST", "/", {"Content-Length": "2"}, 404),
        ("POST", "/add-checkpoint", {}, 411),
        ("POST", "/add-checkpoint", {"Content-Length": "-1"}, 411),
        ("POST", "/add-checkpoint", {"Transfer-Encoding": "chunked"}, 411),
        ("POST", "/add-checkpoint", {"Content-Length": str(1 << 40)}, 413),
        ("POST", "/add-checkpoint", {"Content-Length": "9" * 500}, 413),
        ("POST", "/add-checkpoint", {"Content-Length": "2"}, 400),
    ],
)
def test_other_requests_are_refused_and_learn_nothing(
    server: WitnessServer, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """Nothing is read beyond the limit, and no header tells what answers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(b"xx" if status == 400 else None)
    answer = connection.getresponse()

    assert answer.status == status
    assert answer.headers["Server"] == "witness"
    connection.close()


def test_one_folder_has_one_witness_at_work(server: WitnessServer, folder: Path) -> None:
    """Two memories would be two histories."""
    assert server.service.witness.signer.name == WITNESS.name
    with pytest.raises(Busy):
        Service(folder)


def test_serve_says_what_is_wrong_before_it_listens(folder: Path, tmp_path: Path, ask_here: Ask) -> None:
    """No witness there, no memory, an address that is not ours."""
    nothing = ask_here("witness", "serve", tmp_path / "nothing")
    elsewhere = ask_here("witness", "serve", folder, "--address", "192.0.2.1")
    (folder / "state.json").unlink()
    forgotten = ask_here("witness", "serve", folder)

    assert [one.code for one in (nothing, elsewhere, forgotten)] == [2, 3, 2]
    assert all(one.is_one_line for one in (nothing, elsewhere, forgotten))
    assert "192.0.2.1:7380 cannot be listened on" in elsewhere.err
    assert "will not sign without" in forgotten.err


def test_a_held_checkpoint_is_printed_as_it_is(
    server: WitnessServer, folder: Path, tmp_path: Path, ask_here: Ask
) -> None:
    """To a file, which `rempart verify --witnessed` reads; without one it says what it holds."""
    empty = ask_here("witness", "held", folder)
    log = make_log(tmp_path / "log", 20)
    post(server, request_of(log, 20))
    printed = ask_here("witness", "held", folder)
    unknown = ask_here("witness", "held", folder, "--origin", "zoe.example/ledger")
    (tmp_path / "held").write_text(printed.out)
    (tmp_path / "key").write_text(SIGNER.vkey.text)
    verified = ask_here("verify", log.folder, "--vkey", tmp_path / "key", "--witnessed", tmp_path / "held", "--json")

    assert (empty.code, printed.code, unknown.code) == (2, 0, 2)
    assert printed.out.startswith(f"{ORIGIN}\n20\n")
    assert ORIGIN in unknown.err
    assert json.loads(verified.out)[0]["findings"] == []
    assert STRANGER.vkey.text not in printed.out
