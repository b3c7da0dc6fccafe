"""What the commands of `rempart keys` tell: who opens what, what a loss means, and what is wrong with the keys."""

from collections.abc import Iterator

from rempart.cli.screen import language_of_environment
from rempart.evidence.keyring import Flaw, KeyFault
from rempart.evidence.keys import Purpose, Recipient
from rempart.wording import wording

_ = wording(language_of_environment()).text
Chapter = tuple[str, tuple[str, ...]]  # a heading and its sentences


def chapters() -> Iterator[Chapter]:
    """Each key: what it opens, where it is, what its loss and its theft mean."""
    yield (
        _("The key of the month (keys/intake-YEAR-MONTH.key)"),
        (
            _("It opens the reports received in its month. Those who read reports need it; the public site does not."),
            _("Lost: the reports of that month open with the guard key only. Nothing else is touched."),
            _(
                "Stolen: who also has the sealed reports can read those of that month. Run `rempart keys rotate --again`."
            ),
        ),
    )
    yield (
        _("The guard key (on no machine of the site)"),
        (
            _("It opens everything that was received while it was in use. It serves on the day when other keys are lost."),
            _("Lost: nothing is lost yet, but a key of a month lost after it takes its reports with it for ever."),
            _("Lost: make another one with `rempart keys rotate --escrow-out FILE`; it protects what comes after it."),
            _("Stolen: who also has the sealed reports can read all of them. Make another one, and tell your data protection officer."),
            _("Nobody can make it again: not Rempart, not its authors, not a court."),
        ),
    )  # fmt: skip
    yield (
        _("The key of the ledger (keys/signer.key)"),
        (
            _("It signs the list of what happened. It opens nothing."),
            _("Lost: what was signed stays proven; keep signer.vkey. A new ledger begins, and your witnesses must be told."),
            _("Stolen: a false list could be signed. Your witnesses and the time stamps show it; tell them at once."),
        ),
    )  # fmt: skip
    yield (
        _("The key of the journal (keys/journal.key)"),
        (
            _("It signs the list of what is done at the desk. It opens nothing."),
            _("Lost: what was signed stays proven; keep journal.vkey. A new journal begins, and your witnesses must be told."),
            _("Stolen: a false journal could be signed. Your witnesses and the time stamps show it; tell them at once."),
        ),
    )  # fmt: skip
    yield (
        _("The keys of the desk (keys/desk.key, keys/blind.key)"),
        (
            _(
                "The first opens what people write about reports; the second finds what reports share, without their words."
            ),
            _(
                "Lost: what was written opens with the guard key only; what reports share is found again by opening them."
            ),
            _("Stolen: who also has the desk's database can read what was written. Tell your data protection officer."),
        ),
    )
    yield (
        _("The code of a receipt (with the person who reported)"),
        (
            _("It opens the messages of one report. The site does not hold it and cannot give it again."),
            _("Lost: the report is kept and read all the same; its messages stay closed."),
        ),
    )


def describe(entry: Recipient, *, private_half_here: bool) -> str:
    """A key in one line: what for, since when, until when, and whether its private half is on this machine."""
    purpose = {
        Purpose.INTAKE: _("key of the month"),
        Purpose.ESCROW: _("guard key"),
        Purpose.DESK: _("key of the desk"),
    }[entry.purpose]
    until = entry.retired_date or _("in use")
    where = _("private half here") if private_half_here else _("private half elsewhere")
    return f"{purpose}, {entry.created_date} – {until}, {where}"


def fault(told: KeyFault) -> str:
    """What is wrong, and what to do."""
    sentence = {
        Flaw.NO_LIST: _("There are no keys: nothing can be received. Run `rempart keys init`."),
        Flaw.LIST_DAMAGED: _("It is damaged: nothing can be received. Take it from the backup."),
        Flaw.NO_INTAKE: _("No key of the month is in use. Run `rempart keys rotate`."),
        Flaw.NO_GUARD: _("No guard key is in use: a lost key of a month would be lost reports. Run `rempart keys init`."),
        Flaw.OLD_MONTH: _("It is of an earlier month. Run `rempart keys rotate`."),
        Flaw.PRIVATE_MISSING: _("It is missing: the reports of its time open with the guard key only. Take it from the backup."),
        Flaw.PRIVATE_DAMAGED: _("It does not hold the key of its name. Take it from the backup."),
        Flaw.PRIVATE_OPEN: _("Others on this machine may read or change it. Run `chmod 600` on it."),
        Flaw.FOLDER_OPEN: _("Others on this machine may put keys of theirs there. Run `chmod 755` on it."),
        Flaw.GUARD_HERE: _("It holds the guard key, which belongs on no machine of the site. Take it away."),
        Flaw.NO_SIGNER: _("The key of the ledger is missing: nothing can be signed. Run `rempart keys init`, or take it from the backup."),
        Flaw.SIGNER_OTHER: _("signer.key and signer.vkey are not the two halves of one key. Take both from the backup."),
        Flaw.NO_JOURNAL: _("The key of the journal is missing: nothing that is done at the desk can be signed. Run `rempart site upgrade`, or take it from the backup."),
        Flaw.JOURNAL_OTHER: _("journal.key and journal.vkey are not the two halves of one key of their own. Take both from the backup."),
        Flaw.NO_DESK: _("The key of the desk is missing: nothing can be written there. Run `rempart site upgrade`."),
        Flaw.NO_BLIND: _("It is missing or damaged: nothing shows what reports share. Take it from the backup, or run `rempart site upgrade`."),
        Flaw.NOT_LOOKED: _("Who runs this command may not read it, so it was not looked at."),
        Flaw.UNLISTED: _("It holds a private key that the list does not name: an interrupted rotation, or a key of somebody else."),
    }[told.flaw]  # fmt: skip
    return _("{name}: {sentence}", name=told.name, sentence=sentence)


def trustees_sheet(count: int) -> str:
    """What lies beside the parts, for the person who needs them in ten years."""
    return "\n\n".join(
        (
            _("The parts of a guard key, shared between {count} people.", count=count),
            _("A part is named by two of them. Those two, and nobody alone, can bring the guard key back."),
            _("Each of them keeps a copy of this whole folder, and the private key (AGE-SECRET-KEY-1…) apart from it."),
            _("With Rempart: rempart keys join guard-part-1-2.age --identity FIRST.key --identity SECOND.key --to GUARD.key"),
            _("Without Rempart, with age: age -d -i FIRST.key guard-part-1-2.age | age -d -i SECOND.key > GUARD.key"),
            _("If they cannot meet: the first opens the outer seal and sends what comes out to the second; it is still sealed."),
            _("Try it once a year."),
        )
    ) + "\n"  # fmt: skip
