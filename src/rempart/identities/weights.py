"""What agreement says, in numbers: for every way two accounts can be alike, its share among pairs of one person (m) and of two (u).

The weight of an agreement is log2(m / u) bits; the bits of a pair and of the prior add up to its probability (Fellegi and Sunter 1969).
Every comparison stands for one thing: handle and handle-without-digits are levels of one comparison, never two, because weights of
correlated comparisons are counted twice (reference, Identities §2: precision 0.994 with one, 0.30 with two).
The fixed numbers are chosen: m from the planted truth of `fictional.people`, rounded; u a little above what was measured there, and for
numbers and e-mails far above, because families share numbers and operators give them out again. Where enough rows allow, u is measured
on the data, and m trained (see `linking`).
What an account states in messages weighs less than a field of the export, and what it does not call its own far less: for two accounts of
one number, export and export 16.4 bits, export and stated 15.1, stated and stated 13.9, unclear 9.2; of one e-mail 19.8, 18.6, 17.9, 11.6.
Of 2,000 accounts and fewer, 16.5 bits reach the default threshold. The m of a level is a share of the pairs of which both values have such
a source, so that those of one comparison do not add up to 1. These are chosen, on no data, and never learned: few pairs state anything.
Two different values say something only where the export gives both, because people state several.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

POOL = 5_000  # a value is never taken as rarer than one in so many: an export is a part of a service
PRIOR_ACCOUNTS = 2_000  # with fewer, the prior is that of so many, for the same reason
EXPECTED_PAIRS = 0.2  # pairs of one person per account, before anything is compared; a third of what is planted
MIN_M, MIN_U = 0.02, 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A way to agree. code: as in `sentences`; m, u: shares in (0, 1]; sql: on columns with _l and _r; "" is everything else.

    rarity: column whose frequency takes the place of u; None where the value does not matter.
    """

    code: str
    m: float
    u: float
    sql: str = ""
    rarity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One comparison. null: column that must be known on both sides, else it says nothing; levels: the first that holds counts.

    silent: SQL of further pairs of which it says nothing.
    measured: whether u may be measured and m trained on the data.
    """

    code: str
    null: str
    levels: tuple[Level, ...]
    measured: bool = True
    silent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """comparisons: with the shares used. measured: u is of the data; trained: m too. prior: before anything is compared."""

    comparisons: tuple[Compared, ...]
    prior: float
    measured: bool
    trained: bool


def _both(equal: str, column: str, basis: str) -> str:
    return f"{equal} AND {column}_l = '{basis}' AND {column}_r = '{basis}'"


def _one(equal: str, column: str) -> str:
    """One side of the export, the other stated as its own."""
    return f"{equal} AND (({column}_l = 'export' AND {column}_r = 'own') OR ({column}_l = 'own' AND {column}_r = 'export'))"


def _unlike(value: str) -> str:
    return f"{value}_l <> {value}_r AND ({value}_as_l <> 'export' OR {value}_as_r <> 'export')"


_HOURS_APART = "least(abs(hour_l - hour_r), 24 - abs(hour_l - hour_r))"
_PHONE, _EMAIL = "phone_l = phone_r", "email_l = email_r"
_LONG = "length(name_l) >= 8 AND length(name_r) >= 8"
COMPARISONS = (
    Compared(
        code="name",
        null="name",
        levels=(
            Level(code="same", m=0.55, u=2e-4, sql="name_l = name_r AND NOT short_l", rarity="name"),
            Level(code="close", m=0.18, u=1e-4, sql=f"levenshtein(name_l, name_r) <= 2 AND {_LONG}"),
            Level(code="consonants", m=0.06, u=2e-5, sql="bones_l = bones_r"),
            Level(
                code="earlier",
                m=0.03,
                u=5e-5,
                sql="former_l = name_r OR former_r = name_l OR former_l = former_r",
            ),
            Level(code="short", m=0.02, u=5e-3, sql="name_l = name_r"),
            Level(code="other", m=0.16, u=0.99),
        ),
    ),
    Compared(
        code="handle",
        null="handle",
        levels=(
            Level(code="same", m=0.4, u=3e-4, sql="handle_l = handle_r", rarity="handle"),
            Level(code="letters", m=0.2, u=2e-3, sql="stem_l = stem_r"),
            Level(code="other", m=0.4, u=0.99),
        ),
    ),
    Compared(
        code="phone",
        null="phone",
        measured=False,
        levels=(
            Level(code="same", m=0.85, u=MIN_U, sql=_both(_PHONE, "phone_as", "export")),
            Level(code="export_stated", m=0.7, u=2e-5, sql=_one(_PHONE, "phone_as")),
            Level(code="stated", m=0.6, u=4e-5, sql=_both(_PHONE, "phone_as", "own")),
            Level(code="unclear", m=0.3, u=5e-4, sql=_PHONE),
            Level(code="other", m=0.15, u=0.99),
        ),
        silent=_unlike("phone"),
    ),
    Compared(
        code="email",
        null="email",
        measured=False,
        levels=(
            Level(code="same", m=0.9, u=1e-6, sql=_both(_EMAIL, "email_as", "export")),
            Level(code="export_stated", m=0.8, u=2e-6, sql=_one(_EMAIL, "email_as")),
            Level(code="stated", m=0.75, u=3e-6, sql=_both(_EMAIL, "email_as", "own")),
            Level(code="unclear", m=0.3, u=1e-4, sql=_EMAIL),
            Level(code="other", m=0.1, u=0.99),
        ),
        silent=_unlike("email"),
    ),
    Compared(
        code="hour",
        null="hour",
        levels=(
            Level(code="close", m=0.6, u=0.125, sql=f"{_HOURS_APART} <= 1"),
            Level(code="near", m=0.25, u=0.167, sql=f"{_HOURS_APART} <= 3"),
            Level(code="other", m=0.15, u=0.708),
        ),
    ),
)


def prior(accounts: int) -> float:
    """The probability that two accounts taken at random are one person's, in (0, 1)."""
    return 2 * EXPECTED_PAIRS / (max(accounts, PRIOR_ACCOUNTS) - 1)


def with_shares(compared: Compared, *, m: Sequence[float | None], u: Sequence[float | None]) -> Compared:
    """The comparison with shares from the data, level by level; None keeps the fixed one; a measured u counts only where it is higher.

    Shares that would turn a comparison round (agreement that speaks against, or none that speaks for) are refused as a whole: the
    comparison comes back as it was.
    """
    levels = tuple(
        replace(
            level,
            m=level.m if new_m is None else min(max(new_m, MIN_M), 0.999),
            u=level.u if new_u is None else min(max(new_u, level.u), 0.999),
        )
        for level, new_m, new_u in zip(compared.levels, m, u, strict=True)
    )
    first, last = levels[0], levels[-1]
    sound = first.m > 10 * first.u if compared.code != "hour" else first.m > first.u
    return replace(compared, levels=levels) if sound and last.m < last.u else compared
