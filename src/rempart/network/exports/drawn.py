"""GraphML and GEXF, for Gephi, yEd and NetworkX; written piece by piece, escaped, without what XML cannot hold.

Source: GraphML primer (graphml.graphdrawing.org), GEXF 1.2 draft (gexf.net). Tier: source-verified; read back with NetworkX.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from rempart.network.build import Network
from rempart.network.exports.plain import NOTICE, Link, Node, links_of, nodes_of

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NODE_KEYS = (
    ("kind", "string"),
    ("label", "string"),
    ("platform", "string"),
    ("community", "int"),
    ("shares", "int"),
    ("introduced", "int"),
    ("listed", "string"),
)
_XML_TYPE = {"int": "int", "string": "string"}
_GEXF_TYPE = {"int": "integer", "string": "string"}


def write_graphml(network: Network, file: BinaryIO) -> None:
    """The network as GraphML, a directed graph; `file` is open for writing bytes."""
    _write(file, _graphml(network))


def write_gexf(network: Network, file: BinaryIO) -> None:
    """The network as GEXF 1.2, a directed graph; `file` is open for writing bytes."""
    _write(file, _gexf(network))


def _write(file: BinaryIO, lines: Iterator[str]) -> None:
    for line in lines:
        file.write(line.encode("utf-8"))


def _graphml(network: Network) -> Iterator[str]:
    yield f'{_HEAD}<!-- {escape(NOTICE)} -->\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for name, kind in _NODE_KEYS:
        yield f'<key id="{name}" for="node" attr.name="{name}" attr.type="{_XML_TYPE[kind]}"/>\n'
    yield '<key id="link" for="edge" attr.name="kind" attr.type="string"/>\n'
    yield '<key id="weight" for="edge" attr.name="weight" attr.type="int"/>\n'
    yield '<graph id="network" edgedefault="directed">\n'
    for node in nodes_of(network):
        data = "".join(f'<data key="{name}">{escape(value)}</data>' for name, value in _values(node))
        yield f"<node id={quoteattr(node.id)}>{data}</node>\n"
    for link in links_of(network):
        data = f'<data key="link">{link.kind}</data><data key="weight">{link.weight}</data>'
        yield f"<edge id={quoteattr(link.id)} {_ends(link)}>{data}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _gexf(network: Network) -> Iterator[str]:
    yield f'{_HEAD}<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
    yield f"<meta><creator>Rempart</creator><description>{escape(NOTICE)}</description></meta>\n"
    yield '<graph defaultedgetype="directed" mode="static">\n<attributes class="node" mode="static">\n'
    for name, kind in _NODE_KEYS:
        yield f'<attribute id="{name}" title="{name}" type="{_GEXF_TYPE[kind]}"/>\n'
    yield '</attributes>\n<attributes class="edge" mode="static"><attribute id="kind" title="kind" type="string"/></attributes>\n'
    yield "<nodes>\n"
    for node in nodes_of(network):
        told = "".join(f'<attvalue for="{name}" value={quoteattr(value)}/>' for name, value in _values(node))
        yield f"<node id={quoteattr(node.id)} label={quoteattr(node.label)}><attvalues>{told}</attvalues></node>\n"
    yield "</nodes>\n<edges>\n"
    for link in links_of(network):
        told = f'<attvalues><attvalue for="kind" value="{link.kind}"/></attvalues>'
        yield f'<edge id={quoteattr(link.id)} {_ends(link)} weight="{link.weight}">{told}</edge>\n'
    yield "</edges>\n</graph>\n</gexf>\n"


def _values(node: Node) -> Iterator[tuple[str, str]]:
    for name, _ in _NODE_KEYS:
        value = getattr(node, name)
        if value is not None:
            yield name, str(value)


def _ends(link: Link) -> str:
    return f"source={quoteattr(link.source)} target={quoteattr(link.target)}"
