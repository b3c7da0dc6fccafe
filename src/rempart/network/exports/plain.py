"""The network as nodes and links, once, for every format; in a fixed order, with text that every format can hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from rempart.network.build import Network

NOTICE = "Signals and statements to be checked by a person; no finding of fact."
# Characters that XML 1.0 cannot hold, and lone surrogates, which no file can.
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LISTED = {1: "listed", 0: "unlisted", -1: "not compared", 2: "set aside"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """kind: account, file or group. community: None for none. Numbers are None where they do not apply."""

    id: str
    kind: str
    label: str
    platform: str
    community: int | None = None
    shares: int | None = None
    introduced: int | None = None
    listed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """kind: shared (account to file), reply, forward, mention (account to account), member (account to group)."""

    id: str
    source: str
    target: str
    kind: str
    weight: int


def clean(text: str) -> str:
    """The text with what XML cannot hold shown as the replacement character."""
    return _NEVER.sub("\ufffd", text)


def nodes_of(network: Network) -> Iterator[Node]:
    """Accounts, then files, then groups, each in order."""
    columns = ["account_id", "names", "community", "shares", "introduced"]
    for batch in network.members.select(columns).to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield Node(
                id=clean(row["account_id"]),
                kind="account",
                label=clean((row["names"] or [row["account_id"]])[0]),
                platform=clean(row["account_id"].partition(":")[0]),
                community=row["community"],
                shares=row["shares"],
                introduced=row["introduced"],
            )
    for batch in network.files.select(["file_id", "listed", "sendings"]).to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            name = clean(row["file_id"])
            told = _LISTED[row["listed"]]
            yield Node(id=f"file:{name}", kind="file", label=name, platform="", shares=row["sendings"], listed=told)
    for group in sorted(set(network.belonging["group_id"].to_pylist())):
        name = clean(group)
        yield Node(id=f"group:{name}", kind="group", label=name, platform=name.partition(":")[0])


def links_of(network: Network) -> Iterator[Link]:
    """Sharings, flows by kind, memberships; numbered in order."""
    for number, (kind, source, target, weight) in enumerate(_pieces(network), start=1):
        yield Link(id=f"e{number}", source=clean(source), target=clean(target), kind=kind, weight=weight)


def _pieces(network: Network) -> Iterator[tuple[str, str, str, int]]:
    sharing = network.sharing
    for start in range(0, len(sharing.edge_member), 50_000):
        cut = slice(start, start + 50_000)
        members = sharing.members.take(pa.array(sharing.edge_member[cut])).to_pylist()
        files = sharing.files.take(pa.array(sharing.edge_file[cut])).to_pylist()
        for member, file, count in zip(members, files, sharing.edge_shares[cut].tolist(), strict=True):
            yield "shared", member, f"file:{file}", count
    known = network.members["account_id"].combine_chunks()
    for kind in ("reply", "forward", "mention"):
        flow = network.flows[kind]
        here = pc.and_(pc.is_in(flow["source_id"], value_set=known), pc.is_in(flow["target_id"], value_set=known))
        for row in flow.filter(here).select(["source_id", "target_id", "messages"]).to_pylist():
            yield kind, row["source_id"], row["target_id"], row["messages"]
    told = network.belonging.filter(pc.is_in(network.belonging["account_id"], value_set=known))
    for row in told.select(["group_id", "account_id", "messages"]).to_pylist():
        yield "member", row["account_id"], f"group:{row['group_id']}", max(int(row["messages"]), 0)
