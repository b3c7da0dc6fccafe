"""Gates and factors that known files, the network and identities suggest; each counts only once a person has established it.

Nothing is suggested from belonging to a group or a community, nor from a place in the middle alone: a sending, a file or a message
stands behind each. Suggested for key actors and for accounts with alerts or facts; of the others the tables tell.
Source: reference, Prioritisation C3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from rempart.analysis.record import MessageRef
from rempart.engine.queries import Engine, Query
from rempart.identities.compare import Identities
from rempart.network import examples
from rempart.network.actors import Actor
from rempart.network.build import Network
from rempart.priority.ranked import Suggestion
from rempart.priority.weights import Wording
from rempart.records import Ref
from rempart.wording import wording

MAX_REFS = 20
MIN_VOLUME = 10  # below, `volume` gives no point
MAX_TOLD = 100  # accounts put forward without an alert
FIRST_STOPPED = 10  # members at the head of the what-if list who are shown for reading
LOCATED = """
SELECT m.exhibit_sha256, m."row", m.part, m.byte_start, m.byte_end
FROM messages m JOIN wanted w ON w.exhibit_sha256 = m.exhibit_sha256 AND w."row" = m."row"
"""
Number = int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What is suggested, by account; told: accounts to be read even without an alert."""

    suggestions: Mapping[str, tuple[Suggestion, ...]]
    told: tuple[str, ...]

    def of(self, account: str) -> tuple[Suggestion, ...]:
        """What is suggested of an account."""
        return self.suggestions.get(account, ())


NOTHING = Proposed(suggestions={}, told=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    code: str
    refs: tuple[MessageRef, ...]
    accounts: tuple[str, ...]
    why: Wording


def propose(
    network: Network, identities: Identities, *, subjects: Sequence[str], tables: Path, engine: Engine
) -> Proposed:
    """What the three readings suggest of key actors and of `subjects` (accounts with alerts or facts)."""
    told = _to_read(network)
    accounts = list(dict.fromkeys([*told, *subjects]))
    values = _values(network, accounts)
    doubles = _doubles(identities)
    drafts = {
        account: [
            *_of_network(network, account, values.get(account, {}), engine=engine),
            *_of_identities(doubles.get(account, ())),
        ]
        for account in accounts
    }
    locators = _locators([ref for one in drafts.values() for draft in one for ref in draft.refs], tables, engine)
    return Proposed(
        suggestions={
            account: tuple(
                Suggestion(
                    code=draft.code,
                    refs=(*(locators[ref] for ref in draft.refs if ref in locators), *draft.accounts),
                    why=draft.why,
                )
                for draft in one
            )
            for account, one in drafts.items()
        },
        told=tuple(account for account in told if drafts[account]),
    )


def _to_read(network: Network) -> list[str]:
    """The head of the what-if list; then key actors who brought files that no list knows, or who wrote to a child's account and sent
    a file that a list names. At most MAX_TOLD, in the order of the key actors."""
    names = network.sharing.members
    head = [str(names[step.added].as_py()) for step in network.curve[:FIRST_STOPPED]]
    brought = [actor.account_id for actor in network.actors if _is_put_forward(actor)]
    return list(dict.fromkeys([*head, *brought]))[:MAX_TOLD]


def _is_put_forward(actor: Actor) -> bool:
    wrote, listed = actor.values.get("child_contact"), actor.values.get("listed_files")
    return bool(actor.values.get("introduced_unlisted") or (wrote and listed))


def _values(network: Network, accounts: Sequence[str]) -> Mapping[str, Mapping[str, Number]]:
    known = network.members.filter(pc.is_in(network.members["account_id"], value_set=pa.array(accounts, pa.string())))
    return {row["account_id"]: row for row in known.to_pylist()}


def _of_network(network: Network, account: str, values: Mapping[str, Number], *, engine: Engine) -> Iterable[_Draft]:
    def refs(measure: str) -> tuple[MessageRef, ...]:
        return network.rows_of(account, measure, engine=engine)[:MAX_REFS]

    listed, fresh, files = (values.get(code) or 0 for code in ("listed_files", "introduced_unlisted", "files"))
    if fresh and values.get("child_contact"):
        why = Wording(
            fr=f"fichiers inconnus de toute liste, apportés en premier : {_said('fr', fresh)} ; a écrit au compte d’une personne qui se dit mineure",
            en=f"brought first {_said('en', fresh)} file(s) that no list knows, and wrote to an account that states to be a minor's",
        )
        yield _Draft(code="G5", refs=refs("introduced_unlisted"), accounts=(), why=why)
    if listed:
        why = Wording(
            fr=f"fichiers envoyés qu’une liste cite : {_said('fr', listed)} ; ce que la liste en dit est à vérifier",
            en=f"sent {_said('en', listed)} file(s) that a list names; what the list says of them is to be checked",
        )
        yield _Draft(code="distributes_or_administers", refs=refs("listed_files"), accounts=(), why=why)
    if files >= MIN_VOLUME:
        why = Wording(
            fr=f"fichiers différents comptés dans les pièces : {_said('fr', files)}",
            en=f"{_said('en', files)} different files counted in the exhibits",
        )
        yield _Draft(code="volume", refs=refs("files"), accounts=(), why=why)
    yield from _of_role(network, account, refs("shares"))


def _of_role(network: Network, account: str, refs: tuple[MessageRef, ...]) -> Iterable[_Draft]:
    """Only for the head of the what-if list: what would have stopped with it."""
    for step in network.curve[:FIRST_STOPPED]:
        if network.sharing.members[step.added].as_py() == account:
            part = next((actor.share for actor in network.actors if actor.account_id == account), None)
            sent = {lang: wording(lang).percent(part or 0.0) for lang in ("fr", "en")}
            why = Wording(
                fr=f"parmi les {FIRST_STOPPED} comptes sans lesquels le plus d’envois auraient cessé (part de ses propres envois : {sent['fr']})",
                en=f"among the {FIRST_STOPPED} accounts without which most sendings would have stopped (its own share: {sent['en']})",
            )
            yield _Draft(code="network_role", refs=refs, accounts=(), why=why)


def _doubles(identities: Identities) -> Mapping[str, tuple[str, ...]]:
    """Accounts that may be the same person's, by suggestions that nobody has judged and by identifiers that both exports give."""
    pairs = [(item.left, item.right) for item in identities.suggestions.open]
    pairs += [
        (edge.left, edge.right)
        for edge in identities.hard.edges
        if edge.own and not edge.shared and edge.time in ("same_time", "close")
    ]
    found: dict[str, dict[str, None]] = {}
    for left, right in pairs:
        found.setdefault(left, {})[right] = None
        found.setdefault(right, {})[left] = None
    return {account: tuple(others) for account, others in found.items()}


def _of_identities(others: tuple[str, ...]) -> Iterable[_Draft]:
    if others:
        why = Wording(
            fr="un autre compte est peut-être celui de la même personne ; le chapitre sur les identités en donne les raisons",
            en="another account may be the same person's; the reasons stand in the chapter on identities",
        )
        yield _Draft(code="changed_identity", refs=(), accounts=others[:MAX_REFS], why=why)


def _locators(refs: Sequence[MessageRef], tables: Path, engine: Engine) -> Mapping[MessageRef, str]:
    """Where the bytes of these messages stand in their exhibits."""
    wanted = sorted(set(refs))
    asked = pa.table(
        {
            "exhibit_sha256": pa.array([exhibit for exhibit, _ in wanted], pa.string()),
            "row": pa.array([row for _, row in wanted], pa.int64()),
        }
    )
    rows = engine.query(LOCATED, {"messages": tables / "messages.parquet", "wanted": asked}).to_pylist()
    return {
        (row["exhibit_sha256"], row["row"]): Ref(
            exhibit_sha256=row["exhibit_sha256"],
            part=row["part"],
            byte_start=row["byte_start"],
            byte_end=row["byte_end"],
        ).locator
        for row in rows
    }


def _said(lang: str, number: float) -> str:
    return wording("fr" if lang == "fr" else "en").number(number)


def _example() -> Mapping[str, pa.Table]:
    wanted = pa.table({"exhibit_sha256": [examples.FIRST], "row": pa.array([3], pa.int64())})
    return {"messages": examples.tables()["messages"], "wanted": wanted}


QUERIES = (Query(name="located", sql=LOCATED, example=_example),)
