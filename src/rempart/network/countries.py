"""Countries, by the prefix of a telephone number, and languages with the countries they make candidates; the rest is unknown.

A prefix tells where a line was taken out, not where a person is; only numbers written with their country code count. A language is
where to look for words, never where somebody is from: it narrows nothing by itself and is no factor of priority.
Source: ITU-T E.164 through `phonenumbers`; languages: frequent words (`place.toml`). Tier: source-verified.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from rempart.engine.queries import Engine, Query
from rempart.network import examples
from rempart.network.place import load_places

MIN_WORDS = 15
MIN_SHARE = 0.8  # of the words told apart, in one language
_DIGITS = (7, 15)  # E.164: at most 15 digits; shorter than 7 with the country code is no line of a person
_CHARS_READ = 400

PHONES = """
SELECT account_id, MIN(COALESCE(phone, native_id)) AS phone
FROM accounts WHERE COALESCE(phone, native_id) LIKE '+%' OR COALESCE(phone, native_id) LIKE '00%'
GROUP BY account_id ORDER BY account_id
"""
WORDS = f"""
WITH said AS (
  SELECT account_id, UNNEST(string_split(lower(substr(text, 1, {_CHARS_READ})), ' ')) AS word
  FROM messages WHERE kind = 'message' AND account_id IS NOT NULL AND forwarded_from IS NULL)
SELECT s.account_id, w.language, COUNT(*) AS words
FROM said s JOIN words w ON w.word = s.word GROUP BY s.account_id, w.language
ORDER BY s.account_id, w.language
"""  # noqa: S608 (a constant of this module)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many accounts stand for a country (or a language); countries: candidates of a language, else the country itself."""

    code: str
    accounts: int
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Countries:
    """members: account_id, country (ISO 3166, by the telephone prefix; null), language (ISO 639; null), words, share of them.

    by_phone, by_language: tallies, most accounts first. phone_unknown, language_unknown: accounts of which nothing is told.
    accounts: how many there are in all.
    """

    members: pa.Table
    by_phone: tuple[Tally, ...]
    by_language: tuple[Tally, ...]
    phone_unknown: int
    language_unknown: int
    accounts: int


def find_countries(tables: Path, *, engine: Engine, accounts: pa.ChunkedArray) -> Countries:
    """Countries and languages of these accounts, each once."""
    phones = engine.query(PHONES, {"accounts": tables / "accounts.parquet"})
    country = [country_of(phone) for phone in phones["phone"].to_pylist()]
    told = engine.query(WORDS, {"messages": tables / "messages.parquet", "words": _words()})
    language = _languages(told)
    members = pa.table({"account_id": accounts})
    members = members.append_column(
        "country", _looked_up(accounts, phones["account_id"], pa.array(country, pa.string()))
    )
    for name in ("language", "words", "share"):
        members = members.append_column(name, _looked_up(accounts, language["account_id"], language[name]))
    candidates = {language.code: language.countries for language in load_places().language}
    total = len(accounts)
    return Countries(
        members=members,
        by_phone=_tally(members["country"], {}),
        by_language=_tally(members["language"], candidates),
        phone_unknown=members["country"].null_count,
        language_unknown=members["language"].null_count,
        accounts=total,
    )


def country_of(phone: str) -> str | None:
    """The country (ISO 3166) of a number written with its country code; None: no country code, or shared by countries.

    +1, +7, +44 and the like belong to several countries; there the number itself decides, or nothing does.
    """
    plain = "".join(char for char in phone if char.isdigit())
    if phone.strip().startswith("00"):
        plain = plain[2:]
    elif not phone.strip().startswith("+"):
        return None
    if not _DIGITS[0] <= len(plain) <= _DIGITS[1]:
        return None
    regions = _regions(plain[:3])
    if len(regions) == 1:
        return regions[0] if len(regions[0]) == 2 else None
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(f"+{plain}", None))
    except phonenumbers.NumberParseException:
        return None
    return region if region and len(region) == 2 else None


@lru_cache(maxsize=1024)
def _regions(head: str) -> tuple[str, ...]:
    """The countries behind the calling code that these digits begin with; `001` (services of no country) is none."""
    for length in (1, 2, 3):
        found = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(head[:length]))
        if found:
            return tuple(found)
    return ()


def _words() -> pa.Table:
    pairs = [(word, language.code) for language in load_places().language for word in language.words]
    return pa.table({"word": [word for word, _ in pairs], "language": [code for _, code in pairs]})


def _languages(told: pa.Table) -> pa.Table:
    """account_id, language, words, share: of accounts with enough words, most of them in one language."""
    total = told.group_by("account_id").aggregate([("words", "sum")])
    ranked = told.sort_by([("account_id", "ascending"), ("words", "descending"), ("language", "ascending")])
    first = ranked.group_by("account_id", use_threads=False).aggregate([("language", "first"), ("words", "first")])
    whole = _looked_up(first["account_id"], total["account_id"], total["words_sum"])
    share = pc.divide(pc.cast(first["words_first"], pa.float64()), pc.cast(whole, pa.float64()))
    kept = pc.and_(pc.greater_equal(whole, MIN_WORDS), pc.greater_equal(share, MIN_SHARE))
    named = {"account_id": first["account_id"], "language": first["language_first"], "words": whole, "share": share}
    return pa.table(named).filter(kept)


def _looked_up(accounts: pa.ChunkedArray, keys: pa.ChunkedArray, values: pa.Array | pa.ChunkedArray) -> pa.Array:
    place = pc.index_in(accounts, value_set=_whole(keys))
    return pc.take(_whole(values), _whole(place))


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.Array):
        return column
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _tally(column: pa.ChunkedArray, candidates: Mapping[str, tuple[str, ...]]) -> tuple[Tally, ...]:
    counts = Counter({row["values"]: row["counts"] for row in pc.value_counts(pc.drop_null(column)).to_pylist()})
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Tally(code=code, accounts=count, countries=candidates.get(code, (code,))) for code, count in ranked)


def _example() -> Mapping[str, pa.Table]:
    tables = {name: examples.tables()[name] for name in ("accounts", "messages")}
    tables["words"] = pa.table({"word": ["the", "bonjour,"], "language": ["en", "fr"]})
    return tables


QUERIES = (
    Query(name="phones", sql=PHONES, example=_example),
    Query(name="words", sql=WORDS, example=_example),
)
