"""Somebody of the tests at a page of the desk: signed in, with the motive told where there is one to tell."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

from rempart.web.cases.models import Dossier, Event
from rempart.web.people.access import Actor
from tests.web.entering import HEADERS, let_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A person with a browser."""

    actor: Actor
    client: Client

    def get(self, name: str, /, *args: object) -> Any:
        """A page, by its name."""
        return self.client.get(reverse(name, args=args), **HEADERS)

    def post(self, name: str, /, *args: object, **fields: object) -> Any:
        """A form that is sent, and the page that follows."""
        return self.client.post(reverse(name, args=args), fields, follow=True, **HEADERS)

    def send(self, name: str, /, *args: object, **fields: object) -> Any:
        """A form that is sent, without what follows."""
        return self.client.post(reverse(name, args=args), fields, **HEADERS)

    def says_why(self, dossier: Dossier) -> None:
        """Tells the motive of the day."""
        self.send("dossier_motive", dossier.number, motive="follow_up")


def visitor(actor: Actor) -> Visitor:
    """This person, signed in."""
    client = Client()
    let_in(client, actor.person.user)
    return Visitor(actor=actor, client=client)


def looks(subject: UUID) -> int:
    """How many consultations of something were written down."""
    return Event.objects.filter(subject=subject, action="consulted").count()


def text(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode("utf-8"))


def now() -> datetime:
    """This instant: pages ask the clock themselves."""
    return datetime.now(UTC)
