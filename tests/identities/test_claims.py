"""Whose a number or an e-mail in a message is said to be."""

import pytest

from rempart.identities.claims import Claim, claim_of

PHONE, EMAIL = "06 39 98 12 34", "zoe@example.org"


def claimed(form: str) -> Claim:
    """The claim on the value that stands for {}."""
    value = EMAIL if "@" in form else PHONE
    form = form.replace("@", "{}")
    return claim_of(form.format(value), start=form.index("{}"))


@pytest.mark.parametrize(
    "form",
    [
        "mon numéro pour la bourse d'échange : {}", "mon numéro de téléphone c'est le {}", "pour le covoiturage, je réponds au {}",
        "nouveau téléphone : {}", "écrivez-moi à @ pour le catalogue", "mon adresse : @", "tu peux m’appeler au {}",
        "{} c'est mon numéro", "my number is {}", "my new phone number: {}", "write to me at @", "new phone: {}", "call me on {}",
        "My tel. Call me: {}", "meine Nummer für die Tauschbörse: {}", "mijn adres: @", "mi número: {}", "{} is my number",
        "elle est venue hier. mon numéro : {}", "MON NUMÉRO {}, demande à ma sœur sinon",
    ],
)  # fmt: skip
def test_what_is_said_to_be_ones_own_is_own(form: str) -> None:
    """French, English, and the plainest forms of three more."""
    assert claimed(form) is Claim.OWN


@pytest.mark.parametrize(
    "form",
    [
        "call my friend at {}", "my friend's number is {}", "his new phone: {}", "her email: @", "call her on {}",
        "she has a new number: {}", "{} is my brother's", "this is not my number: {}", "Zoe's number: {}",
        "appelle ma sœur au {}", "son numéro : {}", "le numéro de Zoé : {}", "{} c'est mon frère", "appelle-la au {}",
        "ce n'est pas mon numéro {}", "elle a un nouveau téléphone : {}", "my mum's phone, call me there: {}", "su correo: @",
    ],
)  # fmt: skip
def test_a_contact_of_somebody_else_is_not_ones_own(form: str) -> None:
    """Also where the sentence says "me" or "my" beside it."""
    assert claimed(form) is Claim.OTHERS


@pytest.mark.parametrize("form", ["{}", "the shop: {}", "write to @ for the catalogue", "la liste est à demander à @"])
def test_a_contact_of_nobody_in_particular_stays_unclear(form: str) -> None:
    """A shop, a club, or the writer: the sentence does not say."""
    assert claimed(form) is Claim.UNCLEAR


def test_each_of_two_numbers_has_its_own_words() -> None:
    """What is said of the one says nothing of the other."""
    text = f"my number is {PHONE}, my friend's is 06 39 98 55 66"

    assert claim_of(text, start=text.index(PHONE)) is Claim.OWN
    assert claim_of(text, start=text.index("06 39 98 55 66")) is Claim.OTHERS
