"""What the conversation view shows beside the messages: the alerts with their places, and the conversations."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.analysis.document import AgeStated
from rempart.analysis.outline import AlertPlaced, Outline
from rempart.web.desk.shown_messages import chat_title, instant, tactic_title
from rempart.wording import Lang

MAX_PLACES = 12  # of one tactic in the list; the others are marked on their messages


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlace:
    """A way to a message."""

    at: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTactic:
    """A tactic, its strength in words, and where it is quoted; `more`: places that are not listed."""

    title: str
    is_strong: bool
    places: tuple[ShownPlace, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAge:
    """An age as it was said; `at` None: the message cannot be found by its number."""

    said: str
    at: int | None
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAlert:
    """A signal to be read, never a finding. `addressee` empty: the whole group; `raised_at` empty: instant unknown."""

    id: str
    is_immediate: bool
    speaker: str
    addressee: str
    chat: str
    why: str
    raised: int | None
    raised_at: str
    messages: int
    first: int
    tactics: tuple[ShownTactic, ...]
    ages: tuple[ShownAge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChat:
    """A conversation that can be gone to. `alerts`: how many alerts stand in it."""

    title: str
    first: int
    messages: int
    alerts: int


def shown_alerts(outline: Outline, lang: Lang) -> list[ShownAlert]:
    """The alerts, in the order of the analysis: the immediate ones first."""
    names = {account.id: account.shown for account in outline.accounts}
    codes = {chat.id: code for code, chat in enumerate(outline.conversations)}
    return [
        ShownAlert(
            id=placed.shown.id,
            is_immediate=placed.shown.level == "immediate",
            speaker=placed.shown.speaker_name,
            addressee=placed.shown.addressee_name or "",
            chat=chat_title(outline, codes[placed.shown.conversation]),
            why=placed.shown.why,
            raised=placed.raised,
            raised_at=instant(placed.shown.raised_at, lang, zone="utc") if placed.shown.raised_at else "",
            messages=len(placed.positions),
            first=placed.positions[0] if placed.positions else 0,
            tactics=tuple(_tactics(placed, lang)),
            ages=tuple(_age(age, at, names) for age, at in zip(placed.shown.ages, placed.ages, strict=True)),
        )
        for placed in outline.alerts
    ]


def shown_chats(outline: Outline) -> list[ShownChat]:
    """The conversations that hold messages: those with alerts first, then the longest."""
    alerts: dict[str, int] = {}
    for placed in outline.alerts:
        alerts[placed.shown.conversation] = alerts.get(placed.shown.conversation, 0) + 1
    chats = [
        ShownChat(
            title=chat_title(outline, code), first=chat.first, messages=chat.messages, alerts=alerts.get(chat.id, 0)
        )
        for code, chat in enumerate(outline.conversations)
        if chat.messages
    ]
    return sorted(chats, key=lambda chat: (-chat.alerts, -chat.messages, chat.first))


def _tactics(placed: AlertPlaced, lang: Lang) -> Sequence[ShownTactic]:
    return [
        ShownTactic(
            title=tactic_title(tactic.tactic, lang),
            is_strong=tactic.strength == "strong",
            places=tuple(
                ShownPlace(at=at, number=number)
                for at, number in zip(places[:MAX_PLACES], tactic.message_ids, strict=False)
            ),
            more=max(0, len(places) - MAX_PLACES),
        )
        for tactic, places in zip(placed.shown.tactics, placed.tactics, strict=True)
    ]


def _age(age: AgeStated, at: int | None, names: dict[str, str]) -> ShownAge:
    if age.years is None:
        told = _("a minor, by school or word")
    else:
        told = ngettext("%(years)s year", "%(years)s years", age.years) % {"years": age.years}
    fields = {
        "account": names.get(age.account, age.account),
        "age": told,
        "name": names.get(age.said_by, age.said_by),
    }
    return ShownAge(said=_("%(account)s: %(age)s, said by %(name)s") % fields, at=at, number=age.message_id)
