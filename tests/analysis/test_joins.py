"""The walk over files, accounts and the network: what lists state, what no list knows, and the way from a number to the messages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest

from rempart.analysis.document import Analysis
from rempart.analysis.network_document import ActorShown, NetworkShown
from rempart.analysis.walk import Options, Outcome
from rempart.wording import LANGS, Lang
from tests.analysis.sharing import BRINGER, CHILD, LISTED, NEW, Opener, data_of, walked
from tests.analysis.test_report import Page

SCHEMA = Path(__file__).parents[2] / "docs" / "analysis.schema.json"


@pytest.fixture(scope="module")
def opener() -> Opener:
    """The lists of the walk."""
    return Opener()


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory, opener: Opener) -> Outcome:
    """The walk with lists."""
    return walked(tmp_path_factory.mktemp("listed"), options=Options(open_lists=opener))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The walk without any list, in French."""
    return walked(tmp_path_factory.mktemp("bare"), options=Options(lang="fr"))


def network_of(document: Analysis) -> NetworkShown:
    """The section on the network."""
    assert document.network is not None
    return document.network


def actor_of(document: Analysis, account: str) -> ActorShown:
    """A key actor by account."""
    return next(actor for actor in network_of(document).actors if actor.account == account)


def value_of(actor: ActorShown, code: str) -> float | None:
    """A measure of a key actor."""
    return next(value.value for value in actor.values if value.code == code)


def rows_of(outcome: Outcome) -> dict[tuple[str, int], dict[str, Any]]:
    """The messages of the tables, by the name that the document gives them."""
    rows = pq.read_table(outcome.folder / "tables" / "messages.parquet").to_pylist()
    return {(row["exhibit_sha256"][:12], row["row"]): row for row in rows}


def led_to(outcome: Outcome, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The messages that these names lead to."""
    rows = rows_of(outcome)
    for name in names:
        exhibit, _, row = name.removeprefix("sha256:").partition("/row:")
        yield rows[exhibit, int(row)]


def test_without_a_list_nothing_is_known_and_nothing_unknown(bare: Outcome) -> None:
    """No list given is no finding: not zero, but not examined, and the report says so."""
    known, network = bare.document.known_files, network_of(bare.document)
    bringer = actor_of(bare.document, BRINGER)

    assert known is not None
    assert (known.asked, known.files, known.files_total) == (False, (), 0)
    assert known.not_examined
    assert not network.lists_asked
    assert not network.bringers
    assert value_of(bringer, "introduced_unlisted") is None
    assert value_of(bringer, "listed_files") is None
    assert not (bare.folder / "tables" / "matches.parquet").exists()


def test_a_listing_is_told_as_the_statement_of_its_list(listed: Outcome) -> None:
    """Listed by X as Y on date Z: with the list, its row and the messages, and never what the file is."""
    known = listed.document.known_files

    assert known is not None
    (file,) = known.files
    (statement,) = file.listed
    assert statement.sentence == 'listed by Invented member, in Demo 7 as "2" of Scheme A on 2026-01-03'
    assert (statement.list_id, statement.listing_row, statement.method) == ("demo", 1, "sha1")
    assert file.messages.total == len(file.messages.first) == file.accounts
    assert {row["account_id"] for row in led_to(listed, file.messages.first)} >= {BRINGER}


def test_known_software_is_set_aside_and_never_listed(listed: Outcome) -> None:
    """A list of known software sets a file aside; it stands among no known files and no new ones."""
    known = listed.document.known_files

    assert known is not None
    assert (known.files_total, known.set_aside) == (1, 1)
    assert [one.known_good for one in known.lists] == [False, True]


def test_lists_are_opened_once_with_what_their_log_needs(listed: Outcome, opener: Opener) -> None:
    """Who opens lists is told the exhibits and how many media are looked up, before anything of a list is seen."""
    (told,) = opener.told

    assert told == ((listed.document.exhibits[0].sha256,), listed.document.totals.media)


def test_who_brings_what_no_list_knows_leads_to_the_first_sendings(listed: Outcome) -> None:
    """The first sender of unlisted files is told with those sendings, and with no file that a list names."""
    (bringer,) = network_of(listed.document).bringers
    media = pq.read_table(listed.folder / "tables" / "media.parquet").to_pylist()
    named = {(row["exhibit_sha256"][:12], row["row"]): row["name"] for row in media}
    behind = [named[row["exhibit_sha256"][:12], row["row"]] for row in led_to(listed, bringer.messages.first)]

    assert (bringer.account, bringer.files) == (BRINGER, 6)
    assert f"f{NEW}.bin" in behind
    assert f"f{LISTED}.bin" not in behind
    assert len(behind) == bringer.files


def test_every_number_of_a_key_actor_leads_to_messages(listed: Outcome) -> None:
    """From analysis.json alone a reader comes to the rows of the tables, and from there to the bytes of the exhibit."""
    document = json.loads((listed.folder / "analysis.json").read_text("utf-8"))
    actor = next(one for one in document["network"]["actors"] if one["account"] == BRINGER)
    raw = (listed.folder.parent / "export" / "result.json").read_bytes()
    walked_to = 0
    for value in actor["values"]:
        if not value["value"]:
            assert value["messages"] == {"total": 0, "first": []}
            continue
        assert value["messages"]["total"], value["code"]
        for row in led_to(listed, tuple(value["messages"]["first"])):
            told = json.loads(raw[row["byte_start"] : row["byte_end"]])
            assert str(told["id"]) == row["message_id"]
            walked_to += 1

    assert walked_to > 8


def test_sendings_in_the_document_are_those_of_the_tables(listed: Outcome) -> None:
    """The table of sendings holds every sending of a key actor, as many as the document counts."""
    sendings = pq.read_table(listed.folder / "tables" / "network_sharing.parquet").to_pylist()
    shares = value_of(actor_of(listed.document, BRINGER), "shares")

    assert len(sendings) == network_of(listed.document).sendings
    assert sum(row["account_id"] == BRINGER for row in sendings) == shares == 8


def test_contact_with_the_account_of_a_child_stands_first_and_leads_to_the_answer(listed: Outcome) -> None:
    """An account that answered one who says to be 12 is flagged with that answer; the child's own is not."""
    network = network_of(listed.document)
    first = network.actors[0]
    contact = next(value for value in first.values if value.code == "child_contact")
    (row,) = led_to(listed, contact.messages.first)

    assert (first.account, contact.value, row["text"]) == (BRINGER, 1, "hello to you")
    assert all(actor.account != CHILD for actor in network.actors if value_of(actor, "child_contact"))


def test_machine_readings_are_proposed_and_count_nothing(listed: Outcome) -> None:
    """A file on a list, new files and volume suggest factors with their messages; level and points wait for a person."""
    ranked = next(one for one in listed.document.ranking if one.subject == BRINGER)
    factors = {factor.code: factor for factor in ranked.factors}
    gates = {gate.code: gate for gate in ranked.gates}

    assert (ranked.level, ranked.points.min, ranked.confirmed_by) == ("unranked", 0, ())
    assert factors["distributes_or_administers"].state == "suggested"
    assert factors["distributes_or_administers"].points.min == 0
    assert all(ref.startswith("sha256:") for ref in factors["distributes_or_administers"].evidence)
    assert gates["G5"].state == "suggested"
    assert not gates["G5"].holds


def test_who_only_sent_files_on_is_not_put_forward_for_it(listed: Outcome) -> None:
    """Files that no list knows put forward who brought them, not those who passed them on."""
    passed_on = [one for one in listed.document.ranking if one.subject != BRINGER]

    assert all(gate.code != "G5" for one in passed_on for gate in one.gates)


def test_departments_are_told_with_the_message_and_the_share_unknown(listed: Outcome) -> None:
    """A stated department leads to its message; all other accounts are counted as unknown."""
    departments = network_of(listed.document).departments
    (stated,) = departments.stated
    (row,) = led_to(listed, stated.messages.first)

    assert (stated.code, stated.name, stated.accounts) == ("69", "Rhône", 1)
    assert row["text"] == "j'habite dans le 69"
    assert departments.unknown == departments.accounts - 1


def test_the_document_with_all_sections_is_of_the_published_schema(listed: Outcome, bare: Outcome) -> None:
    """`analysis.json` is readable by anybody, with lists and without."""
    schema = json.loads(SCHEMA.read_text("utf-8"))

    for outcome in (listed, bare):
        jsonschema.validate(json.loads((outcome.folder / "analysis.json").read_text("utf-8")), schema)


def test_walks_without_joins_leave_their_sections_out(tmp_path: Path) -> None:
    """What was not asked for is null, not empty, and the report has no chapter on it."""
    outcome = walked(tmp_path, options=Options(joins=False))
    document = outcome.document

    assert (document.known_files, document.identities, document.network) == (None, None, None)
    assert 'id="network"' not in (outcome.folder / "report.html").read_text("utf-8")


def test_the_same_exhibits_lists_and_seed_give_the_same_bytes(listed: Outcome, tmp_path: Path) -> None:
    """Communities, drawings and suggestions repeat to the byte."""
    again = walked(tmp_path, options=Options(open_lists=Opener()))

    for name in ("analysis.json", "report.html", "tables/network_members.parquet", "tables/matches.parquet"):
        assert (again.folder / name).read_bytes() == (listed.folder / name).read_bytes(), name


@pytest.mark.parametrize("lang", LANGS)
def test_the_chapters_stand_in_the_order_of_urgency_and_every_link_leads_somewhere(
    listed: Outcome, bare: Outcome, lang: Lang
) -> None:
    """Who first, alerts, known files, who brings what is new, key actors, identities, network, places; nothing is loaded or run."""
    text = ((listed if lang == "en" else bare).folder / "report.html").read_text("utf-8")
    page = Page(text)
    chapters = ["ranking", "alerts", "known", "bringers", "actors", "identities", "network", "places", "not-examined"]
    places = [text.index(f'<h2 id="{chapter}"') for chapter in chapters]

    assert places == sorted(places)
    assert page.links <= page.anchors
    assert not page.outside
    assert not page.tags & {"script", "img", "iframe", "form"}


def test_the_report_never_says_what_a_file_or_a_person_is(listed: Outcome) -> None:
    """The words of a verdict stand nowhere in the new chapters."""
    text = (listed.folder / "report.html").read_text("utf-8").lower()
    chapters = text[text.index('<h2 id="known"') : text.index('<h2 id="not-examined"')]

    assert not [
        word for word in ("offender", "criminal", "guilty", "suspect", "perpetrator", "illegal") if word in chapters
    ]
    assert "listed by" in chapters


def test_bytes_of_the_evidence_stay_as_they_were(listed: Outcome) -> None:
    """Looking files up changes none of them."""
    folder = listed.folder.parent / "export" / "files"

    assert all((folder / f"f{file}.bin").read_bytes() == data_of(file) for file in range(1, 9))
