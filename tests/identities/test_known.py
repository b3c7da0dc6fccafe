"""The list of what is known in advance is read whole or refused."""

from collections.abc import Iterator
from importlib import resources
from itertools import chain

import pytest

from rempart.identities.known import BadKnown, fold_plain, load_known, parse_known
from rempart.intake.advice import Advice, Situation, advise, strip_channels
from rempart.intake.report import Category, Urgency

TEXT = resources.files("rempart.identities").joinpath("known.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('name = "snapchat"', 'name = "insta"', "two services are called insta"),
        ('hosts = ["snapchat.com"]', 'hosts = ["instagram.com"]', "two services stand at instagram.com"),
        ("'^/add/([A-Za-z0-9._-]{3,30})$'", "'^/add/x$'", "exactly one group"),
        ("'^/add/([A-Za-z0-9._-]{3,30})$'", "'^/add/('", "refused"),
        ('"3018",', '"30 18",', "digits only"),
        ('names = ["signal app"]', 'nanes = ["signal app"]', "nanes"),
        ('version = "1"', "version = ", "refused"),
    ],
)
def test_a_damaged_list_is_refused_with_what_is_wrong(before: str, after: str, told: str) -> None:
    """Nothing is read with half a list."""
    assert before in TEXT

    with pytest.raises(BadKnown, match=told):
        parse_known(TEXT.replace(before, after, 1))


def _every_advice() -> Iterator[Advice]:
    for category in Category:
        for urgency in Urgency:
            yield from advise(Situation(category=category.value, urgency=urgency.value))


def test_every_number_and_site_of_the_advice_is_known_as_help() -> None:
    """What the form itself shows can never join two reports."""
    known = load_known()
    channels = tuple(
        {
            channel.name: channel for channel in chain(strip_channels(), *(item.channels for item in _every_advice()))
        }.values()
    )
    calls = [channel.call for channel in channels if channel.call]
    sites = [channel.url.split("/")[2] for channel in channels if channel.url]

    assert len(calls) >= 3
    assert [call for call in calls if call.replace(" ", "") not in known.help_numbers] == []
    assert [site for site in sites if not known.helps_at(site.removeprefix("www."))] == []


def test_a_service_is_known_under_its_hosts_only() -> None:
    """A host that merely ends like it is another."""
    known = load_known()

    assert known.service_at("notinstagram.com") is None
    assert known.service_at("com") is None
    assert (found := known.service_at("about.instagram.com")) is not None
    assert found.name == "instagram"


def test_folding_leaves_words_only() -> None:
    """Case, accents and signs go."""
    assert fold_plain("  N'ÉTÉ_pas… ") == "n ete pas"
    assert fold_plain("?!") == ""
