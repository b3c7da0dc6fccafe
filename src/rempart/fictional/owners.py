"""Whole accounts of the case: what the device of a member would give, with its owner's number, address book and chats."""

from collections.abc import Sequence
from pathlib import Path

from rempart.fictional.dice import Dice
from rempart.fictional.groups import START_S, benign
from rempart.fictional.members import SEED, Member
from rempart.fictional.telegram import Fields, dated, laid_out, message
from rempart.fictional.words import Words

CHATS, CHAT_LENGTH = 2, 20
LINES = CHATS * CHAT_LENGTH  # messages of one account
_CONTACTS = 30
_FIRST_ID = 2_900_000_000


def write_account(folder: Path, number: int, *, owner: Member, members: Sequence[Member], words: Words) -> None:
    """Writes the export of the owner's account below the folder; the contacts are members who have a number."""
    dice = Dice(SEED + 104_729 * (number + 1))
    numbered = [member for member in members if member.phone]
    contacts = sorted({dice.pick(numbered).place for _ in range(_CONTACTS)}) if numbered else []
    friends = [members[place] for place in contacts[:CHATS]] or [members[-1]]
    account: Fields = {
        "about": "Here is the data you requested.",
        "personal_information": _personal(owner, number),
        "contacts": {"about": "", "list": [_contact(members[place]) for place in contacts]},
        "chats": {
            "about": "",
            "list": [_chat(at, owner, friends[at % len(friends)], words, dice) for at in range(CHATS)],
        },
    }
    path = folder / f"account_{number + 1:02d}" / "result.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(laid_out(account, depth=0) + b"\n")


def _personal(owner: Member, number: int) -> Fields:
    return {
        "user_id": int(owner.id.removeprefix("user")),
        "first_name": owner.name,
        "last_name": "",
        "phone_number": f"+33 2 61 91 {number // 100 % 100:02d} {number % 100:02d}",  # ARCEP: set aside for fiction
        "username": f"@{owner.name}",
        "bio": "",
    }


def _contact(member: Member) -> Fields:
    return {"first_name": member.name, "last_name": "", "phone_number": member.phone, **dated(START_S)}


def _chat(at: int, owner: Member, friend: Member, words: Words, dice: Dice) -> Fields:
    at_s = START_S + dice.number(60) * 86_400
    lines: list[Fields] = []
    for number in range(1, CHAT_LENGTH + 1):
        at_s += 10 + dice.number(600)
        lines.append(message(number, at_s, dice.pick((owner, friend)), benign(words, owner.lang, dice)))
    return {"name": friend.name, "type": "personal_chat", "id": _FIRST_ID + owner.place * CHATS + at, "messages": lines}
