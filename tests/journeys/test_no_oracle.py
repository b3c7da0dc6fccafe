"""Nobody learns from the public face whether a person, an account or a code is known: the answers and their times are the same."""

import json
import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from rempart.intake.receipt import code_of
from tests.journeys.asking import Comparison, Reply, ask, compare, form, request
from tests.journeys.house import House, running_house
from tests.reliability.sites import ROOT

PAIRS = 2_000
NOTICED = 4.5  # |t| above it is taken for a difference; by chance it happens once in 150,000 runs
KNOWN = "pseudo_que_tous_signalent"
LETTERS = 40  # in the closed mailbox: reading them would take a time that one can measure
_OWN = re.compile(rb'[0-9A-Z]{4}(-[0-9A-Z]{4}){5}|<span>[0-9A-Z]{4}-?</span>|(?<=name="filed" value=")[^"]+')


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A site behind a proxy on this machine, where an account was reported twice already."""
    folder = tmp_path_factory.mktemp("quiet")
    with running_house(folder, exit_url="https://example.org/") as house:
        for _ in range(2):
            assert ask(house, naming(KNOWN)).status == 200
        yield house


@pytest.fixture(scope="module")
def closed(quiet: House) -> str:
    """The code of a report that was answered at length and then closed."""
    token = secrets.token_bytes(16)
    ask(quiet, naming(KNOWN, token=token.hex()))
    quiet.team("answer", code_of(token), "\f".join(["une longue réponse " * 100] * LETTERS))
    quiet.team("close", code_of(token))
    return code_of(token)


def naming(account: str, *, token: str = "") -> bytes:
    """A whole report that names an account."""
    told = {"category": "stranger_contact", "service": "ChatApp", "account": account, "words": "Il écrit à mon frère."}
    return form("/fr/b/", **told, token=token or secrets.token_hex(16), at="review", go="send")


def unknown() -> str:
    """An account that nobody named, of the same length as the known one."""
    return secrets.token_hex(20)[: len(KNOWN)]


def never() -> str:
    """A code that was never given out."""
    return code_of(secrets.token_bytes(16))


def masked(reply: Reply) -> Reply:
    """The reply with the receipt's own signs covered, one for one."""
    body = _OWN.sub(lambda found: b"#" * len(found[0]), reply.body)
    return Reply(status=reply.status, headers=reply.headers, body=body)


def shown(name: str, told: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the figures whether the test passes or not."""
    first, second = told.medians_ms
    figures = f"medians {first:.3f} and {second:.3f} ms, Welch's t {told.t:+.2f}, noticed from {told.noticed_us:.0f} us"
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {told.pairs} pairs kept, {figures}\n")


# -- reports --------------------------------------------------------------------------------------------


def test_a_report_of_a_known_account_is_answered_like_any_other(quiet: House) -> None:
    """Status, headers, length, and every byte but the receipt's own."""
    known, other = ask(quiet, naming(KNOWN)), ask(quiet, naming(unknown()))

    assert masked(known) == masked(other)
    assert len(known.body) == len(other.body)
    assert known.body != other.body
    assert b'class="code"' in known.body


def test_the_same_form_again_is_answered_like_the_first_time(quiet: House) -> None:
    """A repeated form gets the very receipt, but for the signature of its proof."""
    again = naming(KNOWN, token=secrets.token_hex(16))

    first, second = ask(quiet, again), ask(quiet, again)

    assert masked(first) == masked(second)
    assert first.headers == second.headers


def test_a_known_account_takes_no_other_time(quiet: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands of reports in pairs: the time from sending to the last byte of the receipt tells nothing."""
    told = compare(quiet, lambda: naming(KNOWN), lambda: naming(unknown()), pairs=PAIRS)

    shown("known and unknown account", told, capsys)
    assert abs(told.t) < NOTICED


# -- codes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/fr/m/", "/en/m/", "/fr/p/"])
def test_a_closed_code_is_answered_like_one_that_never_was(quiet: House, closed: str, path: str) -> None:
    """The mailbox, and the proof of filing: to the last byte."""
    mine, theirs = ask(quiet, form(path, code=closed)), ask(quiet, form(path, code=never()))

    assert mine.status == theirs.status == 200
    assert mine.headers == theirs.headers
    assert _without_hash(mine) == _without_hash(theirs)


def test_writing_under_a_closed_code_is_answered_like_under_none(quiet: House, closed: str) -> None:
    """And nothing is kept of either."""
    before = quiet.messages()

    mine = ask(quiet, form("/fr/m/", code=closed, message="bonjour", go="write"))
    theirs = ask(quiet, form("/fr/m/", code=never(), message="bonjour", go="write"))

    assert mine == theirs
    assert quiet.messages() == before


def test_an_open_code_is_answered_otherwise(quiet: House) -> None:
    """The tests above do not pass because no code opens anything."""
    token = secrets.token_bytes(16)
    ask(quiet, naming(KNOWN, token=token.hex()))

    assert ask(quiet, form("/fr/m/", code=code_of(token))) != ask(quiet, form("/fr/m/", code=never()))


def test_a_closed_code_takes_no_other_time(quiet: House, closed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """However many letters lie behind it."""
    told = compare(quiet, lambda: form("/fr/m/", code=closed), lambda: form("/fr/m/", code=never()), pairs=PAIRS)

    shown("closed and wrong code", told, capsys)
    assert abs(told.t) < NOTICED


def test_a_difference_of_time_would_be_noticed(quiet: House, capsys: pytest.CaptureFixture[str]) -> None:
    """The same instrument tells a code with a slip, which is refused before any table is asked, from a wrong one."""
    told = compare(quiet, lambda: form("/fr/m/", code="ABCD"), lambda: form("/fr/m/", code=never()), pairs=PAIRS // 10)

    shown("code with a slip and wrong code", told, capsys)
    assert abs(told.t) > NOTICED


# -- partners -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def partner(quiet: House) -> Callable[..., str]:
    """Makes a partner and gives its token."""

    def make(name: str, *, is_active: bool = True) -> str:
        call = [sys.executable, "-m", "rempart.cli.main", "site", "partner", name, "--data", str(quiet.site.folder)]
        token = subprocess.run(call, check=True, cwd=ROOT, capture_output=True, text=True).stdout.split()[-1]
        with closing(sqlite3.connect(quiet.site.door_database, timeout=30)) as database, database:
            database.execute("UPDATE door_partner SET is_active = ? WHERE name = ?", [is_active, name])
        return token

    return make


def partner_report(token: str, account: str = KNOWN) -> bytes:
    """A report by the API."""
    told = {"kind": "account", "accounts": [{"service": "ChatApp", "name": account}]}
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": secrets.token_hex(16),
    }
    return request("POST", "/p/reports", body=json.dumps(told).encode(), headers=headers)


def test_a_token_that_was_withdrawn_is_answered_like_one_that_never_was(
    quiet: House, partner: Callable[..., str]
) -> None:
    """To the last byte, like no token at all."""
    withdrawn = partner("withdrawn", is_active=False)

    told = [ask(quiet, partner_report(token)) for token in (withdrawn, secrets.token_urlsafe(32), "x")]

    assert told[0] == told[1] == told[2]
    assert told[0].status == 401


def test_a_partner_learns_nothing_of_accounts(quiet: House, partner: Callable[..., str]) -> None:
    """Status, headers, names of fields and length are the same for a known and an unknown account."""
    token = partner("platform")

    known, other = (ask(quiet, partner_report(token, account)) for account in (KNOWN, unknown()))

    names = [sorted(json.loads(reply.body)) for reply in (known, other)]
    assert known.status == other.status == 201
    assert [name for name, _ in known.headers] == [name for name, _ in other.headers]
    assert names[0] == names[1]
    assert len(known.body) - len(str(json.loads(known.body)["leaf"])) == len(other.body) - len(
        str(json.loads(other.body)["leaf"])
    )


def test_a_partner_cannot_tell_closed_from_unknown(quiet: House, partner: Callable[..., str]) -> None:
    """The status of a report: 404 alike."""
    token = partner("asker")
    told = json.loads(ask(quiet, partner_report(token)).body)
    headers = {"Authorization": f"Bearer {token}"}
    quiet.team("close", told["receipt"])

    mine = ask(quiet, request("GET", f"/p/reports/{told['id']}", headers=headers))
    theirs = ask(quiet, request("GET", f"/p/reports/{secrets.token_hex(32)}", headers=headers))

    assert mine == theirs
    assert mine.status == 404


def _without_hash(reply: Reply) -> bytes:
    """The hash that a prober can make alone from the code is covered."""
    return re.sub(rb"(?<=sha256\(code\) )[0-9a-f]{64}", b"#" * 64, reply.body)
