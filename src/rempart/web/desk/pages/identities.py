"""Accounts of a dossier that may be one person's: suggestions with their reasons and rivals, and what people judged of them.

A suggestion is a question. Only a person's answer holds two accounts together or apart, in this dossier, and it can be taken back.
"""

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from rempart.web.cases import identities as verbs
from rempart.web.cases.dossiers import NotThere
from rempart.web.cases.identities import Finding, Seen, Whose
from rempart.web.cases.models import Dossier
from rempart.web.cases.reports import By
from rempart.web.desk.declaring import actor
from rempart.web.desk.dossier_frame import Context, Look, dossier_act, tab
from rempart.web.desk.dossier_words import PAIRS, PAIRS_TOLD, ROLES
from rempart.web.desk.network_filters import number_in
from rempart.web.desk.pages.known_files import pages_of
from rempart.web.desk.queries.identities import Proposed, proposed_in
from rempart.web.desk.shown_dossier import people_options
from rempart.web.desk.shown_identities import PAGE, conflicts_of, grounds_of, groups_of, judged_of, pairs_of
from rempart.web.desk.words import choices, word
from rempart.web.people.roles import Permission


@tab("dossier_identities", need=Permission.READ_CONVERSATION)
def identities(request: HttpRequest, look: Look) -> Context:
    """Pairs that are still a question, what was judged, and what the judgements give together."""
    told, number = proposed_in(look.dossier), look.dossier.number
    may = actor(request).may(Permission.JUDGE_IDENTITY)
    last = max(1, -(-len(told.sorted.open) // PAGE))
    page = min(max(number_in(request.GET, "page") or 1, 1), last)
    return {
        "pairs": pairs_of(told, first=(page - 1) * PAGE, most=PAGE),
        "pages": pages_of(page, last, total=len(told.sorted.open)),
        "open": len(told.sorted.open),
        "held_back": len(told.sorted.held_back),
        "judged": judged_of(told, number=number, may_judge=may),
        "groups": groups_of(told),
        "conflicts": conflicts_of(told),
        "made": told.made,
        "before": told.before,
        "broken": told.broken,
        "left_out": told.left_out,
        "told_lang": told.lang,
        "may_judge": may,
        "may_add": may and look.pen.may_write,
        "answers": choices(PAIRS),
        "roles": choices(ROLES),
        "people": people_options(look.read),
    }


@dossier_act(Permission.JUDGE_IDENTITY, to="dossier_identities")
def judge(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """A person's answer on two accounts, with a reason; what they were proposed for is kept with it."""
    told, answer = proposed_in(dossier), request.POST.get("answer", "")
    left, right = sorted((request.POST.get("left", ""), request.POST.get("right", "")))
    proposal = told.proposals.get((left, right))
    grounds = grounds_of(proposal) if proposal is not None else ()
    verbs.judge_pair(dossier, Finding(pair=(left, right), answer=answer, grounds=grounds), known=told.known, by=by)
    return _("The judgement is kept: {answer}. It can be taken back below.").format(answer=word(PAIRS_TOLD, answer))


@dossier_act(Permission.JUDGE_IDENTITY, to="dossier_identities")
def take_back(request: HttpRequest, dossier: Dossier, by: By, *, entry: UUID) -> str:
    """Takes a judgement back, with a reason."""
    verbs.take_back_pair(dossier, entry, by=by)
    return _("The judgement was taken back. It stays to be seen in the history, and no longer counts.")


@dossier_act(Permission.JUDGE_IDENTITY, to="dossier_identities")
def to_people(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """Puts accounts that were judged to be one person's among the people of the dossier, with dates and source."""
    told = proposed_in(dossier)
    accounts = request.POST.get("accounts", "").replace("\r\n", "\n").split("\n")
    if not set(accounts) <= told.known:
        raise NotThere("These accounts are not in the exhibits of this dossier. Nothing was changed.")
    verbs.add_accounts(
        dossier,
        [_seen(account, told) for account in accounts],
        whose=Whose(**{name: request.POST.get(name, "") for name in ("person", "label", "role")}),
        source=_("judged at the desk to be one person's account, from the analysed exhibits"),
        by=by,
    )
    return _("The accounts are among the people of the dossier, as statements with their source.")


def _seen(account: str, told: Proposed) -> Seen:
    rows = [held for held, _analysis in told.held.get(account, ())]
    first = min((row.first_at for row in rows if row.first_at is not None), default=None)
    last = max((row.last_at for row in rows if row.last_at is not None), default=None)
    return Seen(account=account, first_at=first, last_at=last)
