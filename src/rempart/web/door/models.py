"""Tables of the door. Everything that people wrote is sealed; what stays in clear are enums, counts and hashes.

Invariants, held by triggers: no Deposit, Leaf, Exhibit, Message or Tombstone is ever changed or deleted, save that a Deposit or Message
with a Tombstone is emptied once of its sealed bytes and its salt. Leaf.seq has no gap: it comes from the one row of Head, in the
transaction that inserts what the leaf proves.
"""

from django.db import models
from django.db.models import Q


class Head(models.Model):
    """One row: how many leaves there are."""

    id = models.SmallIntegerField(primary_key=True)
    size = models.BigIntegerField()

    class Meta:
        db_table = "door_head"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="door_head_is_one_row")]


class Leaf(models.Model):
    """An entry of the ledger, written in the transaction of the row that it proves. subject: the id of that row."""

    seq = models.BigIntegerField(primary_key=True)
    data = models.BinaryField()
    subject = models.UUIDField(null=True, db_index=True)

    class Meta:
        db_table = "door_leaf"


class Deposit(models.Model):
    """A report, sealed. lookup: SHA-256 of its receipt code. content_mac: recognises the same form sent twice."""

    id = models.UUIDField(primary_key=True)
    received_at = models.DateTimeField(db_index=True)  # rounded down to the minute
    lookup = models.BinaryField(max_length=32)
    content_mac = models.BinaryField(max_length=16)
    sealed = models.BinaryField()
    salt = models.BinaryField(max_length=16)
    door = models.CharField(max_length=16)
    lane = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    reporter = models.CharField(max_length=16)
    category = models.CharField(max_length=24)
    urgency = models.SmallIntegerField()
    age_band = models.CharField(max_length=16)
    contact_going_on = models.CharField(max_length=8)
    language = models.CharField(max_length=2)
    files = models.SmallIntegerField()

    class Meta:
        db_table = "door_deposit"
        constraints = [
            models.UniqueConstraint(fields=["lookup", "content_mac"], name="door_deposit_once"),
            models.CheckConstraint(condition=Q(urgency__gte=0, urgency__lte=4), name="door_deposit_urgency"),
        ]


class ExhibitRow(models.Model):
    """A sealed file of the vault that came with a deposit. address: SHA-256 of its sealed bytes."""

    id = models.UUIDField(primary_key=True)
    address = models.CharField(max_length=64)
    deposit = models.UUIDField(db_index=True)
    sealed_bytes = models.BigIntegerField()
    salt = models.BinaryField(max_length=16)

    class Meta:
        db_table = "door_exhibit"


class Status(models.TextChoices):
    """All that a reporter is told of the progress."""

    RECEIVED = "received"
    READ = "read"
    CLOSED = "closed"


class Mailbox(models.Model):
    """Where a reporter comes back with the code. recipient: the key derived from the code, to seal answers to.

    deposit, salt, leaf_seq: of the first report under this code; with the code they prove the filing without its words.
    """

    lookup = models.BinaryField(max_length=32, primary_key=True)
    deposit = models.UUIDField()
    salt = models.BinaryField(max_length=16)
    leaf_seq = models.BigIntegerField()
    recipient = models.CharField(max_length=80)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.RECEIVED)
    changed_date = models.DateField()

    class Meta:
        db_table = "door_mailbox"


class StatusChange(models.Model):
    """Who told a reporter how far the report is, and when; Mailbox.status is the newest of these."""

    id = models.UUIDField(primary_key=True)
    lookup = models.BinaryField(max_length=32, db_index=True)
    status = models.CharField(max_length=16, choices=Status.choices)
    salt = models.BinaryField(max_length=16)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "door_status"


class Message(models.Model):
    """A message from a reporter (sealed to the team) or to one (sealed to the mailbox)."""

    id = models.UUIDField(primary_key=True)
    lookup = models.BinaryField(max_length=32, db_index=True)
    from_reporter = models.BooleanField()
    sealed = models.BinaryField()
    content_mac = models.BinaryField(max_length=16)
    salt = models.BinaryField(max_length=16)
    sent_at = models.DateTimeField()  # rounded down to the minute

    class Meta:
        db_table = "door_message"
        constraints = [models.UniqueConstraint(fields=["lookup", "content_mac"], name="door_message_once")]


class Tombstone(models.Model):
    """Says that a Deposit or Message (`subject`) was emptied, when and by which rule. proof: the subject of the leaf that says who."""

    subject = models.UUIDField(primary_key=True)
    proof = models.UUIDField(unique=True)
    erased_at = models.DateTimeField()  # rounded down to the minute
    ground = models.CharField(max_length=24)
    salt = models.BinaryField(max_length=16)

    class Meta:
        db_table = "door_tombstone"


class Draft(models.Model):
    """A step of a form whose sender agreed to be kept before the end; the newest row of a token counts."""

    id = models.UUIDField(primary_key=True)
    lookup = models.BinaryField(max_length=32, db_index=True)
    sealed = models.BinaryField()
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "door_draft"
        indexes = [models.Index(fields=["lookup", "saved_at"], name="door_draft_forms")]


class Partner(models.Model):
    """A platform or association that reports through the API. token_hash: SHA-256 of its token."""

    name = models.CharField(max_length=100, unique=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    quota_per_day = models.IntegerField(default=10_000)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "door_partner"
