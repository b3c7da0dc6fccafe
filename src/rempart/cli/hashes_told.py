"""What the commands of `rempart hashes` tell: what a list gave, which lists there are, and what a look-up found."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pyarrow as pa
from rich.table import Table
from rich.text import Text

from rempart.cli.screen import language_of_environment, out, shown
from rempart.matching.known import listed_sentence
from rempart.matching.listing import DIGESTS, FORM_TITLES, NotReadCount
from rempart.matching.store import Delivery, KeptList
from rempart.matching.uses import Use
from rempart.wording import wording

_words = wording(language_of_environment())
_ = _words.text
_KINDS = {"sha256": "SHA-256", "sha1": "SHA-1", "md5": "MD5", "pdq": "PDQ"}
_SHOWN_PLACES = 3


def print_added(kept: KeptList, *, keys: int) -> None:
    """What came in with the last delivery, and what was not read because of what."""
    last = kept.deliveries[-1]
    table = Table(title=_title(kept), title_justify="left", show_header=False)
    for name, value in _facts(kept, last):
        table.add_row(name, shown(value))
    out.print(table)
    for fault in last.tally.not_read:
        out.print(shown(_not_read(fault)))
    out.print(_words.count("Sealed for {count} key; nothing of it lies readable in the folder of the site.", "Sealed for {count} keys; nothing of it lies readable in the folder of the site.", keys))  # fmt: skip
    out.print(_("The file that you gave is still where it was: put it away as your agreement on the list says."))
    if kept.standing == "known_good":
        out.print(_("This list sets aside. It never says that a file is harmless."))


def print_lists(lists: Sequence[KeptList], uses: Sequence[Use]) -> None:
    """One row a list, or a sentence when there is none."""
    if not lists:
        out.print(_("No list is kept here. `rempart hashes add LIST --name NAME` adds one."))
        return
    table = Table(title=_("Lists of known files"), title_justify="left")
    for name in (_("List"), _("Form and version"), _("Says")):
        table.add_column(name, overflow="fold")
    table.add_column(_("Rows"), justify="right")
    for name in (_("Digests"), _("Dated"), _("Added"), _("Not read"), _("Uses")):
        table.add_column(name, overflow="fold")
    for kept in lists:
        table.add_row(*_row(kept, [use for use in uses if use.list_id == kept.list_id]))
    out.print(table)


def print_uses(uses: Sequence[Use]) -> None:
    """One line a use, oldest first."""
    for use in uses:
        asked = _words.count("{count} look-up", "{count} look-ups", use.looked_up) if use.act != "add" else _("sealed")
        line = _("{at}, {by}: {act} {list}, {asked}", at=f"{use.at:%Y-%m-%d %H:%M}", by=use.by, act=_act(use.act), list=use.list_id, asked=asked)  # fmt: skip
        out.print(shown(line))


def print_matches(labels: Sequence[str], matches: pa.Table, *, lists: int) -> None:
    """Each thing that a list names, with every statement; then how many things no list names."""
    told = matches.to_pylist()
    found = {int(match["row"]) for match in told}
    for row in sorted(found):
        out.print(shown(labels[row - 1]), style="bold")
        for match in (one for one in told if one["row"] == row):
            out.print(shown(f"  {listed_sentence(match, _words)} [{_KINDS[match['method']]}]"))
    missing = len(labels) - len(found)
    in_lists = _words.count("in {count} list", "in {count} lists", lists)
    if missing:
        out.print(_words.count("{count} thing: looked up {in_lists}, not found.", "{count} things: looked up {in_lists}, not found.", missing, in_lists=in_lists))  # fmt: skip
    if found:
        out.print(_("A list states, Rempart does not: a person compares and decides. What is not found may still be known to others."))  # fmt: skip


def _title(kept: KeptList) -> str:
    return shown(f"{kept.name} ({kept.list_id})").plain


def _facts(kept: KeptList, last: Delivery) -> Iterator[tuple[str, str]]:
    tally = last.tally
    yield _("Form"), _form(last)
    yield _("Version"), last.version or _("none told")
    yield _("Says"), _standing(kept)
    yield _("Rows"), _words.number(tally.rows)
    if tally.tombstones:
        yield _("Taken back"), _words.number(tally.tombstones)
    yield _("Digests"), _digests(last)
    yield _("Dated"), _dated(last)
    if len(kept.in_use) > 1:
        yield _("Rows of all deliveries"), _words.number(kept.rows)


def _row(kept: KeptList, uses: Sequence[Use]) -> Iterator[str | Text]:
    in_use, last = kept.in_use, kept.in_use[-1]
    yield shown(f"{kept.name}\n{kept.list_id}" if kept.name != kept.list_id else kept.name)
    yield shown(f"{_form(last)}\n{last.version or _('no version told')}")
    yield _standing(kept)
    yield _words.number(kept.rows)
    yield "\n".join(dict.fromkeys(_digests(one) for one in in_use))
    yield _dated(last)
    yield shown(f"{last.added_at:%Y-%m-%d}\n{last.added_by}")
    yield _words.number(sum(fault.count for one in in_use for fault in one.tally.not_read))
    opened = [use for use in uses if use.act != "add"]
    yield f"{_words.number(len(opened))}\n{opened[-1].at:%Y-%m-%d}" if opened else _words.number(0)


def _form(delivery: Delivery) -> str:
    named = {**FORM_TITLES, "plain": _("bare digests"), "table": _("table")}
    return named.get(delivery.form, delivery.form)


def _standing(kept: KeptList) -> str:
    return _("known software: sets aside") if kept.standing == "known_good" else _("listed")


def _digests(delivery: Delivery) -> str:
    counts = Counter(delivery.tally.digests)
    return ", ".join(f"{_KINDS[kind]} {_words.number(counts[kind])}" for kind in DIGESTS if counts[kind])


def _dated(delivery: Delivery) -> str:
    first, last = delivery.tally.first_on, delivery.tally.last_on
    if first and last:
        return f"{first}" if first == last else f"{first} – {last}"
    return str(delivery.issued_on) if delivery.issued_on else _("no date told")


def _act(act: str) -> str:
    return {"add": _("added"), "open": _("opened"), "check": _("looked up in")}.get(act, act)


def _not_read(fault: NotReadCount) -> str:
    places = ", ".join(fault.places[:_SHOWN_PLACES]) + (", …" if fault.count > _SHOWN_PLACES else "")
    line = _words.count("{count} place was not read: {reason} ({places})", "{count} places were not read: {reason} ({places})", fault.count, reason=_(fault.reason), places=places)  # fmt: skip
    return f"  {line}"
