"""The one schema of the tables that an analysis adds to those of a reading, column by column, with units.

`docs/tables.md` is written from this module. Null always means "not told, or not measured"; zero is a value.
"""

from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc

from rempart.engine.columns import column
from rempart.identities.compare import Identities
from rempart.identities.gather import IDENTIFIERS
from rempart.identities.suggest import SUGGESTIONS, suggestions_table
from rempart.matching.known import MATCHES
from rempart.matching.near import CLUSTERS
from rempart.network.build import Network
from rempart.network.graph import LISTED, SET_ASIDE, UNLISTED
from rempart.network.measures import Measure, load_measures


def _measured(measure: Measure) -> pa.Field:
    """A measure that was not taken, such as files of no list when no list was given, is a column of nulls."""
    kinds = {"flag": pa.bool_(), "roles": pa.list_(pa.string()), "share": pa.float64()}
    return column(measure.code, kinds.get(measure.unit, pa.int64()), measure.means_en, required=False)


_TEXT, _COUNT = pa.string(), pa.int64()
_ACCOUNT = column("account_id", _TEXT, "as in accounts")
_FILE = column("file_id", _TEXT, "`likeness:…` the middle of a group of pictures that look alike, `sha256:…`, or `name:name|bytes|milliseconds` where no bytes were read")  # fmt: skip
_STANDINGS = {LISTED: "listed", UNLISTED: "unlisted", SET_ASIDE: "set_aside"}

MEMBERS = pa.schema(
    [
        _ACCOUNT,
        column("names", pa.list_(_TEXT), "display names met, in order of appearance", required=False),
        *(_measured(measure) for measure in load_measures()),
        column("community", _COUNT, "number of the published community; null where no stable one holds the account", required=False),
        column("held", pa.float64(), "share of the runs that place the account in that community, 0 to 1"),
    ]
)  # fmt: skip
FILES = pa.schema(
    [
        _FILE,
        column("basis", _TEXT, "what makes the file one file: likeness, sha256 or name"),
        column("standing", _TEXT, "listed, unlisted, or set_aside (a list of known software names it); null: not compared", required=False),
        column("sharers", _COUNT, "accounts that sent it"),
        column("sendings", _COUNT, "messages that carry it"),
        column("introducer", _TEXT, "account of the earliest sending; null where the instants do not settle it", required=False),
    ]
)  # fmt: skip
SENDINGS = pa.schema(
    [
        _ACCOUNT,
        _FILE,
        column("exhibit_sha256", _TEXT, "SHA-256 of the exhibit, 64 hex digits"),
        column("row", _COUNT, "message that carries the file, as in messages"),
    ]
)
PLACES = pa.schema(
    [
        _ACCOUNT,
        column("country", _TEXT, "ISO 3166 code of the telephone prefix that the export gives", required=False),
        column("language", _TEXT, "ISO 639 code of the language of most words", required=False),
        column("words", _COUNT, "words that this rests on", required=False),
        column("share", pa.float64(), "share of them in that language, 0 to 1", required=False),
        column("best", _COUNT, "likeliest hours east of UTC by the hours of writing; null under 14 days of writing", required=False),
        column("likelihood", pa.float64(), "of that offset, 0 to 1", required=False),
        column("offsets", pa.list_(_COUNT), "the plausible offsets: together 95 % likely", required=False),
    ]
)  # fmt: skip
RESULT_TABLES: Mapping[str, pa.Schema] = MappingProxyType(
    {
        "identifiers": IDENTIFIERS,
        "identity_suggestions": SUGGESTIONS,
        "network_members": MEMBERS,
        "network_files": FILES,
        "network_sharing": SENDINGS,
        "network_places": PLACES,
        "matches": MATCHES,
        "likeness": CLUSTERS,
    }
)
WHEN_KNOWN = ("matches", "likeness")  # there only when a list was given, or pictures were compared


def result_tables(
    identities: Identities, network: Network, *, matches: pa.Table | None, clusters: pa.Table | None
) -> Mapping[str, pa.Table]:
    """What analysis.json names the first of, whole, each as its schema in RESULT_TABLES says."""
    told = {
        "identifiers": identities.identifiers,
        "identity_suggestions": suggestions_table(identities.suggestions.open),
        "network_members": network.members,
        "network_files": _files(network),
        "network_sharing": _sendings(network),
        "network_places": _places(network),
        "matches": matches,
        "likeness": clusters,
    }
    return {name: _as_told(name, table) for name, table in told.items() if table is not None}


def _as_told(name: str, table: pa.Table) -> pa.Table:
    schema = RESULT_TABLES[name]
    return table.select(schema.names).cast(schema)


def _files(network: Network) -> pa.Table:
    states = network.files["listed"].to_pylist()
    standing = pa.array([_STANDINGS.get(state) for state in states], pa.string())
    return network.files.append_column("standing", standing)


def _sendings(network: Network) -> pa.Table:
    """Every sending: who, which file, in which message; in order of time."""
    sharing = network.sharing
    return pa.table(
        {
            "account_id": sharing.members.take(pa.array(sharing.member)),
            "file_id": sharing.files.take(pa.array(sharing.file)),
            "exhibit_sha256": sharing.exhibits.take(pa.array(sharing.exhibit)),
            "row": pa.array(sharing.row),
        }
    )


def _places(network: Network) -> pa.Table:
    """Country by phone prefix, language, and plausible time zones of each account."""
    zones, members = network.zones.members, network.countries.members
    place = pc.index_in(members["account_id"].combine_chunks(), value_set=zones["account_id"].combine_chunks())
    for name in ("best", "likelihood", "offsets"):
        members = members.append_column(name, zones[name].combine_chunks().take(place))
    return members
