"""The section of `analysis.json` on identities: accounts that may be one person's, as proposals with their reasons and rivals.

Only a person's judgement holds accounts together; nothing here does.
"""

from datetime import datetime

from rempart.analysis.record import Document, Messages, Unexamined


class AccountNamed(Document, frozen=True, kw_only=True):
    """An account: its id and its last display name, the id where there is none."""

    account: str
    name: str


class SharedIdentifier(Document, frozen=True, kw_only=True):
    """Two accounts that hold the same phone number, e-mail address, wallet or platform id, joined exactly.

    sentence: for people, with the basis and the period. basis: of left and right (export, stated, service). time: same_time, close, apart,
    unknown. holders: accounts that hold it; shared: too many at the same time to be one person's. messages: that state it.
    """

    id: str
    left: AccountNamed
    right: AccountNamed
    kind: str
    value: str
    basis: tuple[str, str]
    time: str
    from_at: datetime | None
    to_at: datetime | None
    gap_days: int | None
    holders: int
    shared: bool
    sentence: str
    messages: Messages


class Reason(Document, frozen=True, kw_only=True):
    """One comparison: what was seen, and its weight in bits; above 0 it speaks for one person, below 0 against."""

    comparison: str
    level: str
    bits: float
    sentence: str


class IdentitySuggestion(Document, frozen=True, kw_only=True):
    """Two accounts to be compared by a person. probability: the model's, on its assumptions, in [0, 1]; rivals: other explanations."""

    id: str
    left: AccountNamed
    right: AccountNamed
    probability: float
    bits: float
    reasons: tuple[Reason, ...]
    rivals: tuple[str, ...]


class NamesBorne(Document, frozen=True, kw_only=True):
    """An account that showed more than one name, in the order in which the exhibits show them."""

    account: str
    names: tuple[str, ...]


class Comparison(Document, frozen=True, kw_only=True):
    """How the suggestions were made. threshold: least probability shown; measured, trained: whether rates come from these accounts."""

    library: str
    seed: int
    threshold: float
    measured: bool
    trained: bool


class IdentitiesShown(Document, frozen=True, kw_only=True):
    """What is proposed of the accounts. Each list is the first of its total; tables/identifiers.parquet holds every identifier."""

    accounts: int
    identifiers: int
    comparison: Comparison
    shared: tuple[SharedIdentifier, ...]
    shared_total: int
    groups: tuple[tuple[AccountNamed, ...], ...]
    groups_total: int
    suggestions: tuple[IdentitySuggestion, ...]
    suggestions_total: int
    names: tuple[NamesBorne, ...]
    names_total: int
    not_examined: tuple[Unexamined, ...]
