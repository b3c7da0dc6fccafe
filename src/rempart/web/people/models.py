"""Tables of who works at the desk, for which organisation, with which roles.

Invariants: a pseudonym is given once and never changes, because the ledger bears it; a role is ended, never deleted; a person
has each role at most once at a time.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Organisation(models.Model):
    """An association, a hotline or a unit. Rows of another one do not exist for its people."""

    name = models.CharField(max_length=200, unique=True)
    is_home = models.BooleanField(default=False)  # where what comes by the public door goes

    class Meta:
        db_table = "desk_organisation"
        constraints = [
            models.UniqueConstraint(fields=["is_home"], condition=Q(is_home=True), name="desk_organisation_one_home")
        ]


class Person(models.Model):
    """Somebody with an account. pseudonym: what the ledger calls them. daily_limit_s: seconds of exposure a day."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    pseudonym = models.CharField(max_length=16, unique=True)
    daily_limit_s = models.IntegerField(default=7_200)

    class Meta:
        db_table = "desk_person"


class Grant(models.Model):
    """A role that a person has or had. since, until: until None, it holds. The ledger keeps who gave and who ended it."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=24)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "desk_grant"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role"], condition=Q(until_at__isnull=True), name="desk_grant_once"
            )
        ]
