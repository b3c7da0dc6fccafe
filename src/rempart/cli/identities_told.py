"""What the commands of `rempart identities` tell: candidates with their reasons and rivals, judgements, and what stands of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from rich.table import Table

from rempart.cli.screen import language_of_environment, out, shown
from rempart.identities.judgements import Answer, Conflict, Judged, Judgement
from rempart.identities.rivals import Rival
from rempart.identities.sentences import RIVALS
from rempart.identities.watchlist import Candidate, Likeness, Screened
from rempart.records import NotExamined, Strength
from rempart.wording import wording

_words = wording(language_of_environment())
_ = _words.text


def print_screened(screened: Screened, identifiers: pa.Table) -> None:
    """Every candidate, strong ones first, and what was not compared."""
    use = screened.use
    compared = _("{entries} compared with {accounts}.", entries=_words.count("{count} entry of the list", "{count} entries of the list", use.entries), accounts=_words.count("{count} account", "{count} accounts", use.accounts))  # fmt: skip
    out.print(compared)
    if screened.candidates:
        names = _names(identifiers)
        for item in screened.candidates:
            _print_candidate(item, names)
        out.print(_("These are candidates to compare, not findings about anybody. A person compares, and the authority that keeps the list confirms."))  # fmt: skip
    else:
        out.print(_("No candidate. Somebody on the list may still be here under other names and numbers."))
    for gap in screened.not_examined:
        out.print(shown(_gap(gap)))


def print_judged(made: Judgement, judged: Judged) -> None:
    """What was kept, and what it leads to."""
    out.print(shown(_("Kept: {judgement}", judgement=_judgement(made))))
    group = next((group for group in judged.groups if made.left in group or made.right in group), ())
    if made.answer is Answer.POSITIVE and group:
        out.print(shown(_("Accounts held as one person's: {accounts}", accounts=", ".join(group))))
    for conflict in judged.conflicts:
        out.print(shown(_conflict(conflict)))


def print_list(made: Sequence[Judgement], judged: Judged) -> None:
    """Every judgement, oldest first, and the identities."""
    if not made:
        out.print(_("Nobody has judged anything here."))
        return
    table = Table(title=_("Judgements"), title_justify="left")
    for name in (_("Made"), _("By"), _("Accounts"), _("Answer"), _("Reason"), _("State")):
        table.add_column(name, overflow="fold")
    refused = [conflict.positive for conflict in judged.conflicts]
    for item in sorted(made, key=lambda one: one.at):
        stands = judged.standing[item.pair] == item
        state = _("not applied") if item in refused else _("stands") if stands else _("superseded")
        accounts = "\n".join(item.pair)
        made_at = f"{item.at:%Y-%m-%d %H:%M %Z}"
        table.add_row(made_at, shown(item.who), shown(accounts), _answer(item.answer), shown(item.reason), state)
    out.print(table)
    for number, group in enumerate(judged.groups, 1):
        out.print(shown(_("Identity {number}: {accounts}", number=number, accounts=", ".join(group))))
    for conflict in judged.conflicts:
        out.print(shown(_conflict(conflict)))


def _print_candidate(item: Candidate, names: Mapping[str, str]) -> None:
    strength = _("strong") if item.strength is Strength.STRONG else _("weak")
    account = f"{item.account_id} ({names[item.account_id]})" if item.account_id in names else item.account_id
    title = _("Line {line} of the list and {account}: {strength}", line=item.line, account=account, strength=strength)
    out.print(shown(title), style="bold")
    for one in item.likenesses:
        out.print(shown(f"  {_likeness(one)}"))
    for code in item.rivals:
        out.print(shown(f"  {_('What else may explain it: {rival}', rival=_(RIVALS[Rival(code)]))}"))


def _names(identifiers: pa.Table) -> Mapping[str, str]:
    worn: dict[str, list[str]] = defaultdict(list)
    rows = identifiers.filter(pc.equal(identifiers["kind"], "name")).select(["account_id", "value"]).to_pylist()
    for row in rows:
        worn[row["account_id"]].append(row["value"])
    return {account: ", ".join(dict.fromkeys(names)) for account, names in worn.items()}


def _likeness(one: Likeness) -> str:
    value = one.value
    sentences = {
        "name": _("The list and the account have the name {value}.", value=value),
        "close_name": _("The name {value} of the list and a name of the account differ by one or two letters.", value=value),
        "birth_date": _("The list and what people established have the birth date {value}.", value=value),
        "phone": _("The list and the account have the number {value}.", value=value),
        "email": _("The list and the account have the e-mail address {value}.", value=value),
        "account": _("The list names the account {value}.", value=value),
        "handle": _("The list names a handle {value}, without its service.", value=value),
    }  # fmt: skip
    stated = " " + _("It only stands in a message of the account.") if one.stated else ""
    return sentences[one.what] + stated


def _gap(gap: NotExamined) -> str:
    return _("Not compared: {what}: {reason}.", what=_words.count(gap.one, gap.many, gap.number), reason=_(gap.reason))


def _answer(answer: Answer) -> str:
    told = {
        Answer.POSITIVE: _("one person's"),
        Answer.NEGATIVE: _("not one person's"),
        Answer.UNSURE: _("cannot say"),
    }
    return told[answer]


def _judgement(made: Judgement) -> str:
    return _(
        "{one} and {other}: {answer}, by {who}: {reason}",
        one=made.pair[0],
        other=made.pair[1],
        answer=_answer(made.answer),
        who=made.who,
        reason=made.reason,
    )


def _conflict(conflict: Conflict) -> str:
    return _(
        "Not applied: {positive}. It would join by way of others, {path}, what a judgement keeps apart: {negative}.",
        positive=_judgement(conflict.positive),
        path=" - ".join(conflict.path),
        negative=_judgement(conflict.negative),
    )
