"""Turns alerts into what the documents show: ids, instants, messages and the reason in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rempart.analysis.document import AgeStated, AlertShown, BehaviourShown, TacticShown
from rempart.analysis.names import Names
from rempart.conversations.store import texts_at
from rempart.detection.alerts import Alert, Evidence
from rempart.detection.behaviour import Behaviour
from rempart.detection.run import Detection
from rempart.detection.signals import SIGNALS
from rempart.wording import Wording

TITLES = {signal.code: signal.title for signal in SIGNALS}
MAX_QUESTIONS_READ = 2000  # of the speaker's messages in a pair; enough for a share
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the documents are made from: the detection, the names behind its codes, the language."""

    detection: Detection
    names: Names
    words: Wording


def show_alerts(sources: Sources) -> tuple[AlertShown, ...]:
    """All alerts, the immediate ones first, then by instant of the message that raised them; ids A1, A2 …"""
    sources.names.fetch(index for alert in sources.detection.alerts for index in alert.indexes)
    behaviours = dict(zip(map(id, sources.detection.alerts), sources.detection.behaviours, strict=True))
    return tuple(
        _show(sources, alert, behaviours[id(alert)], number)
        for number, alert in enumerate(ordered(sources.detection), start=1)
    )


def ordered(detection: Detection) -> list[Alert]:
    """The alerts in the order in which `show_alerts` numbers them."""
    return sorted(detection.alerts, key=lambda alert: _order(detection, alert))


def instant(detection: Detection, index: int) -> datetime | None:
    """The instant of a message; None when the export does not tell it."""
    line = detection.timeline
    return _EPOCH + timedelta(microseconds=int(line.at_us[index])) if line.known_at[index] else None


def _order(detection: Detection, alert: Alert) -> tuple[int, int, int]:
    raised = alert.raised[-1][1]
    return (0 if alert.level == "immediate" else 1, int(detection.timeline.at_us[raised]), raised)


def _show(sources: Sources, alert: Alert, behaviour: Behaviour, number: int) -> AlertShown:
    detection, names = sources.detection, sources.names
    conversation = names.conversation_id(alert.conversation)
    speaker, addressee = names.account_id(alert.speaker) or "", names.account_id(alert.addressee)
    raised = dict(alert.raised)[alert.level]
    strong = [index for item in alert.evidence if item.strong for index in item.indexes]
    return AlertShown(
        id=f"A{number}",
        level=alert.level,
        reasons=alert.reasons,
        conversation=conversation,
        conversation_title=names.title(conversation),
        speaker=speaker,
        speaker_name=names.shown_name(speaker),
        addressee=addressee,
        addressee_name=names.account_name(addressee),
        first_at=instant(detection, min(strong)),
        last_at=instant(detection, max(strong)),
        raised_at=instant(detection, raised),
        raised_message_id=names.quoted(raised).number,
        tactics=tuple(_tactic(names, item) for item in alert.evidence),
        ages=tuple(_ages(detection, names, alert)),
        behaviour=_behaviour(detection, names, alert, behaviour),
        why=_why(alert, sources.words),
    )


def _tactic(names: Names, item: Evidence) -> TacticShown:
    messages = [names.quoted(index) for index in item.indexes]
    return TacticShown(
        tactic=item.tactic,
        strength="strong" if item.strong else "weak",
        message_ids=tuple(message.number for message in messages),
        rows=tuple(message.row for message in messages),
        locators=tuple(message.ref.locator for message in messages),
    )


def _ages(detection: Detection, names: Names, alert: Alert) -> list[AgeStated]:
    """Ages stated on both sides in the conversation, whoever said them."""
    shown: list[AgeStated] = []
    for account in (alert.addressee, alert.speaker):
        for index, age in detection.stated.get((alert.conversation, account), ()):
            message = names.quoted(index)
            shown.append(
                AgeStated(
                    account=names.account_id(account) or "",
                    said_by=message.speaker,
                    years=age.years,
                    minor=age.minor,
                    at=message.at,
                    message_id=message.number,
                    locator=message.ref.locator,
                )
            )
    return shown


def _behaviour(detection: Detection, names: Names, alert: Alert, behaviour: Behaviour) -> BehaviourShown:
    moves = [item.indexes[0] for item in alert.evidence if item.tactic == "private_channel"]
    return BehaviourShown(
        messages_by_speaker=behaviour.messages_by_speaker,
        messages_by_addressee=behaviour.messages_by_addressee,
        initiative_share=_rounded(behaviour.initiative_share),
        unanswered_share=_rounded(behaviour.unanswered_share),
        longest_unanswered_run=behaviour.longest_unanswered_run,
        night_share=_rounded(behaviour.night_share),
        question_share=_rounded(_questions(detection, names, alert)),
        new_contacts_24h=behaviour.new_contacts_24h,
        first_contact_to_strong_s=behaviour.first_contact_to_strong_s,
        platform_move_at=instant(detection, min(moves)) if moves else None,
    )


def _questions(detection: Detection, names: Names, alert: Alert) -> float | None:
    """Share of the speaker's messages in the exchange that hold a question mark."""
    line = detection.timeline
    members = line.members_of(int(line.exchange[alert.raised[0][1]]))
    own = [int(line.position[index]) for index in members if line.speaker[index] == alert.speaker][:MAX_QUESTIONS_READ]
    texts = texts_at(names.folder, own)
    return sum("?" in text for text in texts.values()) / len(texts) if texts else None


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def _why(alert: Alert, words: Wording) -> str:
    """The rule that held, with its tactics, as one sentence."""
    strong = [TITLES[item.tactic][words.lang] for item in alert.evidence if item.strong]
    parts: list[str] = []
    if "threat_payment" in alert.reasons:
        parts.append(words.text("a threat stands with a demand for payment or a countdown"))
    if "meeting_minor" in alert.reasons:
        parts.append(words.text("a meeting has a place and a time, and the addressee is indicated to be a minor"))
    if "three_strong" in alert.reasons:
        parts.append(words.text("at least three different strong tactics within 50 messages or 24 hours"))
    return words.text(
        "{reasons}. Strong tactics: {tactics}.", reasons=_sentence(parts, words), tactics=", ".join(strong)
    )


def _sentence(parts: Sequence[str], words: Wording) -> str:
    joined = words.text("; ").join(parts)
    return joined[:1].upper() + joined[1:]
