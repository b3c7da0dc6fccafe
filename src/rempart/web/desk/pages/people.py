"""Colleagues and their roles: who may do what, given and ended by somebody else, with a reason, after showing again who one is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from rempart.web.cases.reports import required_reason
from rempart.web.desk.acting import by_of, done
from rempart.web.desk.declaring import act, actor, page
from rempart.web.desk.histories import name_of
from rempart.web.desk.queries.people import colleagues_of
from rempart.web.desk.role_words import PERMISSIONS
from rempart.web.desk.role_words import ROLES as ROLE_WORDS
from rempart.web.desk.words import word
from rempart.web.people.access import access_colleague
from rempart.web.people.accounts import end_role, grant_role, parse_role
from rempart.web.people.roles import ROLES, Permission, Role
from rempart.web.people.signing_in import sudo


@page(Permission.MANAGE_PEOPLE)
def overview(request: HttpRequest) -> HttpResponse:
    """Everybody here with their roles, and what each role may do."""
    who = actor(request)
    colleagues = [
        {
            "number": one.person.pk,
            "name": name_of(one.person),
            "pseudonym": one.person.pseudonym,
            "is_me": one.person.pk == who.person.pk,
            "roles": [(role, word(ROLE_WORDS, role)) for role in one.roles],
            "open_roles": [(str(role), word(ROLE_WORDS, role)) for role in Role if role not in one.roles],
        }
        for one in colleagues_of(who.person.organisation_id)
    ]
    table = [
        (word(ROLE_WORDS, role), sorted(word(PERMISSIONS, permission) for permission in allowed))
        for role, allowed in ROLES.items()
    ]
    return render(request, "desk/people.html", {"colleagues": colleagues, "table": table})


@act(Permission.MANAGE_PEOPLE)
@sudo
def give(request: HttpRequest, number: int) -> HttpResponse:
    """Gives a role."""
    return _change(request, number, is_given=True)


@act(Permission.MANAGE_PEOPLE)
@sudo
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Ends a role."""
    return _change(request, number, is_given=False)


def _change(request: HttpRequest, number: int, *, is_given: bool) -> HttpResponse:
    by = by_of(request)
    person = access_colleague(by.actor, number, need=Permission.MANAGE_PEOPLE)
    role, reason = parse_role(request.POST.get("role", "")), required_reason(by)
    verb = grant_role if is_given else end_role
    verb(person, role=role, by=by.actor.pseudonym, at=by.at, reason=reason)
    told = _("{name} has the role “{role}” now.") if is_given else _("{name} no longer has the role “{role}”.")
    return done(request, told.format(name=name_of(person), role=word(ROLE_WORDS, role)), to="/people/")
