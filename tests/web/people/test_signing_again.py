"""`sudo`: what asks that it be shown again who one is, how long that holds, and that no typed word is lost or kept meanwhile."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from rempart.web.people.signing_in import AGAIN_AFTER_S, sudo
from tests.web.entering import hidden_in, options_in, problems_in
from tests.web.people.visitors import Clock, Visitor

GUARDED = ("/account/password/", "/account/factors/app/", "/account/factors/passkey/", "/account/codes/")
STILL_YOU = "Is it still you?"
WORDS = 'a reason with "signs" & <accents é>'


@pytest.fixture
def inside(bob: Visitor, clock: Clock) -> Visitor:
    """Bob at his desk, with app and passkey, whose last proof is five minutes old."""
    bob.enter()
    bob.type_code()
    bob.add_passkey()
    clock.now += AGAIN_AFTER_S
    return bob


def test_a_proof_holds_for_five_minutes(bob: Visitor, clock: Clock) -> None:
    """Signing in is one."""
    bob.enter()
    bob.type_code()
    clock.now += AGAIN_AFTER_S - 1
    before = bob.client.get("/account/password/")
    clock.now += 1

    after = bob.client.get("/account/password/")

    assert (before.status_code, after.status_code) == (200, 302)
    assert after.headers["Location"] == "/account/confirm/?next=%2Faccount%2Fpassword%2F"


def test_a_proof_from_the_future_is_none(bob: Visitor, clock: Clock) -> None:
    """A clock that was set back does not lengthen it."""
    bob.enter()
    bob.type_code()
    clock.now -= 3_600

    assert bob.client.get("/account/password/").status_code == 302


@pytest.mark.parametrize("page", GUARDED)
def test_pages_that_change_the_account_are_guarded(inside: Visitor, page: str) -> None:
    """They ask first."""
    assert inside.client.get(page).headers["Location"].startswith("/account/confirm/")
    assert STILL_YOU in inside.client.post(page).content.decode()


@pytest.mark.parametrize("verb", ["name", "remove"])
def test_factors_are_not_changed_by_who_finds_the_place_empty(inside: Visitor, verb: str) -> None:
    """Nothing happens before it is shown who asks."""
    row = Authenticator.objects.get(type="webauthn")

    answer = inside.client.post(f"/account/factors/{row.pk}/{verb}/", {"name": "of the thief"})

    assert STILL_YOU in answer.content.decode()
    assert Authenticator.objects.get(pk=row.pk).data["name"] == "My key"


def test_the_password_leads_on_to_the_page_that_was_asked_for(inside: Visitor) -> None:
    """And to nowhere else."""
    wrong = inside.client.post("/account/confirm/", {"next": "/account/password/", "again_password": "wrong"})
    right = inside.client.post("/account/confirm/", {"next": "/account/password/", "again_password": inside.password})

    assert "The password is not right." in problems_in(wrong.content)
    assert hidden_in(wrong.content)["next"] == "/account/password/"
    assert right.headers["Location"] == "/account/password/"
    assert inside.client.get("/account/password/").status_code == 200


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:x"])
def test_it_never_leads_to_another_site(inside: Visitor, address: str) -> None:
    """An address that somebody sent in a link is not followed."""
    answer = inside.client.post("/account/confirm/", {"next": address, "again_password": inside.password})

    assert answer.headers["Location"] == "/"


def test_a_passkey_will_do(inside: Visitor) -> None:
    """The same key as at the entrance."""
    options = options_in(inside.client.get("/account/confirm/").content)

    answer = inside.client.post("/account/confirm/", {"next": "/", "again_credential": inside.key.sign(options)})

    assert answer.status_code == 302
    assert inside.client.get("/account/password/").status_code == 200


def test_a_passkey_that_is_not_theirs_will_not(inside: Visitor) -> None:
    """Another key, whatever it signs."""
    options = options_in(inside.client.get("/account/confirm/").content)
    inside.key.id = b"y" * 32

    answer = inside.client.post("/account/confirm/", {"again_credential": inside.key.sign(options)})

    assert problems_in(answer.content)
    assert inside.client.get("/account/password/").status_code == 302


def test_what_was_typed_goes_on_with_the_proof(inside: Visitor) -> None:
    """The page repeats every field as it was, and nothing of it is kept on the server."""
    number = Authenticator.objects.get(type="webauthn").pk
    page = inside.client.post(f"/account/factors/{number}/name/", {"name": WORDS}).content
    kept = " ".join(str(one.get_decoded()) for one in Session.objects.all())

    sent = {**hidden_in(page), "again_password": inside.password}
    answer = inside.client.post(f"/account/factors/{number}/name/", sent)

    assert hidden_in(page)["name"] == WORDS
    assert WORDS not in kept
    assert answer.headers["Location"] == "/account/"
    assert Authenticator.objects.get(pk=number).data["name"] == WORDS


def test_guesses_are_counted(inside: Visitor) -> None:
    """Five, then the right password waits too."""
    for number in range(5):
        inside.client.post("/account/confirm/", {"again_password": f"guess {number}"})

    refused = inside.client.post("/account/confirm/", {"again_password": inside.password})

    assert "Too many attempts." in problems_in(refused.content)
    assert inside.client.get("/account/password/").status_code == 302


def test_a_proof_of_one_person_is_none_of_another(inside: Visitor, alice: Visitor) -> None:
    """Who signs in after somebody else in the same browser begins anew."""
    inside.client.post("/account/confirm/", {"again_password": inside.password})
    alice.client = inside.client
    inside.leave()

    alice.enter()

    assert alice.client.get("/account/factors/").headers["Location"] == "/account/password/"
    assert "account_authentication_methods" in alice.client.session
    assert [one["username"] for one in alice.client.session["account_authentication_methods"]] == ["alice"]


def test_a_form_with_files_is_asked_for_before_it_is_sent(inside: Visitor) -> None:
    """Files are not repeated in a page; the view does not run."""
    ran: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        ran.append(request)
        return HttpResponse()

    request = RequestFactory().post("/somewhere/", {"file": SimpleUploadedFile("a.txt", b"x"), "words": WORDS})
    request.user, request.session = inside.user, inside.client.session

    answer = sudo(view)(request)
    request.close()

    assert answer.headers["Location"] == "/account/confirm/?next=%2Fsomewhere%2F"
    assert not ran
