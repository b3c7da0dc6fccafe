"""Every export is read back by another program, holds no text of a message, and is the same bytes each time."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import networkx as nx
import pytest

from rempart.network.build import Network, build
from rempart.network.exports import write_case, write_ftm, write_gexf, write_graphml, write_i2
from rempart.network.exports.plain import clean, links_of, nodes_of
from tests.network.small import ENGINE, FIRST, Row, network_of, said, shared, shown, tables_of

Writer = Callable[[Network, BinaryIO], None]
Reader = Callable[[Path], nx.Graph]
HOSTILE = "Bob <&\"'> \x01 =1+1"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """Three people, three files, a reply, and names that try to break every format."""
    folder = tmp_path_factory.mktemp("export")
    pairs = [shared(1, "user1", "a"), shared(2, "user2", "a", reply_to="1"), shared(3, "user2", "b")]
    people: list[Row] = [
        {"exhibit_sha256": FIRST, "account_id": "telegram:user1", "names": ["=cmd()"]},
        {"exhibit_sha256": FIRST, "account_id": "telegram:user2", "names": [HOSTILE]},
    ]
    messages = [*(one for one, _ in pairs), said(4, "user1", text="a private sentence")]
    media = [
        *(other for _, other in pairs),
        shown(4, name="]]> <é\ud83d\ude00>.jpg".encode("utf-16", "surrogatepass").decode("utf-16")),
    ]
    tables_of(folder, messages=messages, media=media, accounts=people)
    return build(folder, engine=ENGINE)


def bytes_of(write: Writer, network: Network) -> bytes:
    """What the writer writes."""
    file = io.BytesIO()
    write(network, file)
    return file.getvalue()


def i2(network: Network) -> tuple[bytes, bytes]:
    """Entities and links."""
    entities, links = io.BytesIO(), io.BytesIO()
    write_i2(network, entities=entities, links=links)
    return entities.getvalue(), links.getvalue()


@pytest.mark.parametrize("write", [write_graphml, write_gexf, write_ftm, write_case])
def test_the_same_network_gives_the_same_bytes_without_any_message(small: Network, write: Writer) -> None:
    """Deterministic; what people wrote stays in the tables."""
    told = bytes_of(write, small)

    assert told == bytes_of(write, small)
    assert b"private sentence" not in told
    assert b"to be checked by a person" in told


@pytest.mark.parametrize(("write", "read"), [(write_graphml, nx.read_graphml), (write_gexf, nx.read_gexf)])
def test_graph_formats_are_read_back_whole(small: Network, tmp_path: Path, write: Writer, read: Reader) -> None:
    """As many nodes and links as written, names with signs of XML and control characters too."""
    (tmp_path / "graph").write_bytes(bytes_of(write, small))
    graph = read(tmp_path / "graph")

    assert set(graph.nodes) == {node.id for node in nodes_of(small)}
    assert graph.number_of_edges() == len({(link.source, link.target, link.kind) for link in links_of(small)})
    assert graph.nodes["telegram:user2"]["label"] == HOSTILE.replace("\x01", "\ufffd")
    assert any("<é😀>" in node for node in graph.nodes)


def test_the_csv_holds_no_formula_and_every_row(small: Network) -> None:
    """A spreadsheet runs nothing; i2 finds both ends of every link."""
    entities, links = (list(csv.reader(io.StringIO(told.decode("utf-8-sig"), newline=""))) for told in i2(small))
    known = {row[0] for row in entities[1:]}

    assert entities[0][0] == "Identity"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in entities + links for cell in row)
    assert {row[1] for row in links[1:]} | {row[2] for row in links[1:]} <= known
    assert len(links) == 1 + sum(1 for _ in links_of(small))


def test_follow_the_money_lines_refer_to_what_is_there(small: Network) -> None:
    """Schemata and properties are those of followthemoney 4.11; both ends of a link are entities of the file."""
    lines = [json.loads(line) for line in bytes_of(write_ftm, small).splitlines()]
    allowed = {
        "UserAccount": {"name", "username", "service", "notes"},
        "Organization": {"name", "summary", "notes"},
        "Document": {"name", "fileName", "summary", "notes"},
        "UnknownLink": {"subject", "object", "role"},
    }
    ids = {line["id"] for line in lines}

    assert len(ids) == len(lines)
    for line in lines:
        assert set(line["properties"]) <= allowed[line["schema"]]
        assert all(isinstance(value, str) for values in line["properties"].values() for value in values)
        for end in ("subject", "object"):
            assert set(line["properties"].get(end, ())) <= ids
    assert Counter(line["schema"] for line in lines)["UserAccount"] == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib, beneath case-utils, speaks of its own future
def test_case_validate_accepts_the_document(small: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The validator of CASE, offline, with its own ontology; remarks on the spelling of a hash method are allowed."""
    from case_utils.case_validate import validate

    path = tmp_path / "case.jsonld"
    path.write_bytes(bytes_of(write_case, small))

    result = validate(str(path), case_version="case-1.5.0", allow_infos=True)

    assert result.conforms
    assert "hexBinary" in path.read_text("utf-8")
    assert capsys.readouterr().out == ""


def test_an_empty_network_is_still_a_document(tmp_path: Path) -> None:
    """No account, no failure in any format."""
    network = network_of(tmp_path)

    assert json.loads(bytes_of(write_case, network))["@graph"] == []
    assert bytes_of(write_ftm, network) == b""
    (tmp_path / "graph").write_bytes(bytes_of(write_graphml, network))
    assert nx.read_graphml(tmp_path / "graph").number_of_nodes() == 0
    assert len(i2(network)[0].splitlines()) == 1


def test_what_xml_cannot_hold_is_shown_as_replaced() -> None:
    """Control characters and lone surrogates; line breaks and emoji stay."""
    assert clean("a\x00b\x1fc\ud800\ufffe") == "a\ufffdb\ufffdc\ufffd\ufffd"
    assert clean("é\n\t😀") == "é\n\t😀"
