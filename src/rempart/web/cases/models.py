"""Tables of the desk: one row per act (Event), and beside it columns of enums and numbers that order the work.

Everything that people write is sealed in Event.sealed or Chunk.sealed, to a key of the report or dossier that it belongs to.
Invariants, held by triggers: Event and Leaf are never changed or deleted; Tombstone neither; a SubjectKey goes only when a
Tombstone says so. Report, Dossier and the others hold nothing that their events do not tell.
Source: reference/security.md §5.4 (what may stay in clear), reference/workflow.md §5.1, §5.3.
"""

from django.db import models
from django.db.models import Q

from rempart.web.people.models import Organisation, Person


class Head(models.Model):
    """One row: how many leaves the journal has."""

    id = models.SmallIntegerField(primary_key=True)
    size = models.BigIntegerField()

    class Meta:
        db_table = "desk_head"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="desk_head_is_one_row")]


class Leaf(models.Model):
    """An entry of the journal, written with the event that it proves (`subject`)."""

    seq = models.BigIntegerField(primary_key=True)
    data = models.BinaryField()
    subject = models.UUIDField(unique=True)

    class Meta:
        db_table = "desk_leaf"


class Event(models.Model):
    """One act or one consultation. subject: of what it is, None for the site as a whole. sealed: its words, None without any.

    actor: pseudonym of a Person, or "worker". supersedes: the earlier event that this one takes back or replaces.
    """

    id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField(unique=True)  # of its leaf: the order of events
    at = models.DateTimeField()
    actor = models.CharField(max_length=16)
    action = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=12)
    subject = models.UUIDField(null=True)
    motive = models.CharField(max_length=24)
    sealed = models.BinaryField(null=True)
    supersedes = models.UUIDField(null=True)
    salt = models.BinaryField(max_length=16)

    class Meta:
        db_table = "desk_event"
        indexes = [
            models.Index(fields=["subject", "seq"], name="desk_event_subject"),
            models.Index(fields=["actor", "seq"], name="desk_event_actor"),
            models.Index(fields=["action", "seq"], name="desk_event_action"),
            models.Index(fields=["action", "at"], name="desk_event_act_time"),
            models.Index(fields=["motive", "seq"], name="desk_event_motive"),
            models.Index(fields=["at", "seq"], name="desk_event_time"),
        ]


class SubjectKey(models.Model):
    """The key to which the words of one report or dossier are sealed. wrapped: its private half, sealed to the desk and the guard."""

    subject = models.UUIDField(primary_key=True)
    recipient = models.CharField(max_length=80)
    wrapped = models.BinaryField()

    class Meta:
        db_table = "desk_key"


class Tombstone(models.Model):
    """Says that the words of a subject were erased, when, and by which rule; the event says who."""

    subject = models.UUIDField(primary_key=True)
    erased_at = models.DateTimeField()
    ground = models.CharField(max_length=24)

    class Meta:
        db_table = "desk_tombstone"


class Dossier(models.Model):
    """The case. level: 0 (P0) to 3 (P3), 4 not ranked yet; reasons: codes joined by a blank. Its title is sealed in its events."""

    id = models.UUIDField(primary_key=True)
    number = models.BigIntegerField(unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    lead = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="led")
    status = models.CharField(max_length=24)
    opened_at = models.DateTimeField()
    level = models.SmallIntegerField()
    points_min = models.FloatField()
    points_max = models.FloatField()
    reasons = models.CharField(max_length=400)
    due_at = models.DateTimeField(null=True)
    rank_again_at = models.DateTimeField(null=True)
    is_restricted = models.BooleanField(default=False)
    is_held = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    erase_date = models.DateField(null=True)

    class Meta:
        db_table = "desk_dossier"
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=4), name="desk_dossier_level"),
        ]
        indexes = [models.Index(fields=["organisation", "level", "-points_min"], name="desk_dossier_order")]


class Member(models.Model):
    """Who works on a dossier, or did. until_at None: still."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "desk_member"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "person"], condition=Q(until_at__isnull=True), name="desk_member_once"
            )
        ]


_WALK = ("organisation", "is_open", "order", "received_at", "number")
_FILTERS = ("level", "category", "language", "status", "messages", "is_drawn", "due_at", "assigned_to", "dossier")


class Report(models.Model):
    """A report that was opened; its words stay in the deposit of the same id. is_open: somebody has something to do with it.

    failure: the kind of failure when it could not be opened; then it waits at the top of its urgency, and nothing is lost.
    order: `level` and points as one number, so that the queue is one walk along an index.
    """

    id = models.UUIDField(primary_key=True)
    number = models.BigIntegerField(unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    received_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    lookup = models.BinaryField(max_length=32)
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
    failure = models.CharField(max_length=24, default="")
    status = models.CharField(max_length=24)
    outcome = models.CharField(max_length=16, default="")
    closure = models.CharField(max_length=24, default="")
    is_open = models.BooleanField(default=True)
    level = models.SmallIntegerField()
    points_min = models.FloatField()
    points_max = models.FloatField()
    reasons = models.CharField(max_length=400)
    unknown = models.SmallIntegerField(default=0)
    order = models.BigIntegerField()
    is_drawn = models.BooleanField(
        default=False
    )  # low once, and drawn to be read all the same; stays so when it is placed higher
    due_at = models.DateTimeField(null=True)
    rank_again_at = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="assigned")
    locked_until = models.DateTimeField(null=True)
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.PROTECT, related_name="reports")
    duplicate_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="duplicates")
    messages = models.SmallIntegerField(default=0)  # from the reporter, not read yet
    is_held = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    erase_date = models.DateField(null=True)

    class Meta:
        db_table = "desk_report"
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=4), name="desk_report_level"),
            models.CheckConstraint(condition=Q(urgency__gte=0, urgency__lte=4), name="desk_report_urgency"),
            # “Undetermined” never becomes illegal: such a report cannot stand where illegal ones go (SCART's fault).
            models.CheckConstraint(
                condition=~Q(outcome="undetermined") | ~Q(status__in=("police_first", "referred", "followed_up")),
                name="desk_report_undetermined",
            ),
        ]
        indexes = [
            # The walk along the queue; what it can be filtered by stands in the index too, so that a rare thing is found without
            # looking at every row.
            models.Index(fields=[*_WALK, *_FILTERS], name="desk_report_walk"),
            models.Index(fields=["organisation", "is_open", "level", "due_at"], name="desk_report_level_due"),
            models.Index(fields=["organisation", "is_open", "received_at"], name="desk_report_age"),
            models.Index(fields=["organisation", "received_at", "level"], name="desk_report_inflow"),
            models.Index(fields=["organisation", "opened_at"], name="desk_report_opened"),
            models.Index(
                fields=["organisation", "closed_at"], condition=Q(closed_at__isnull=False), name="desk_report_closed"
            ),
            models.Index(
                fields=["organisation", "erase_date"], condition=Q(erase_date__isnull=False), name="desk_report_term"
            ),
            models.Index(fields=["organisation", "received_at"], condition=Q(is_drawn=True), name="desk_report_drawn"),
            models.Index(fields=["assigned_to", "is_open", "due_at"], name="desk_report_mine_due"),
            models.Index(fields=["erase_date"], name="desk_report_erase"),
            models.Index(fields=["lookup"], name="desk_report_lookup"),
        ]


class Trace(models.Model):
    """Blind index: HMAC of an identifier or of a band of a text, under a key that the door does not have."""

    kind = models.CharField(max_length=12)
    mac = models.BinaryField(max_length=16)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="traces")

    class Meta:
        db_table = "desk_trace"
        constraints = [models.UniqueConstraint(fields=["mac", "report"], name="desk_trace_once")]


class Link(models.Model):
    """Two reports that share something; `a` came first. Only a person joins them, and may take it back.

    proposed_by: who proposed it, and so does not judge it; None where their traces did.
    """

    id = models.UUIDField(primary_key=True)
    a = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="links_from")
    b = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="links_to")
    kinds = models.CharField(max_length=80)  # what they share: codes joined by a blank
    similarity = models.FloatField(null=True)  # of the texts, 0..1; None when they were not compared
    state = models.CharField(max_length=12)  # proposed, joined, refused, withdrawn
    at = models.DateTimeField()
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="proposed_links")

    class Meta:
        db_table = "desk_link"
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="desk_link_once"),
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "joined", "refused", "withdrawn")), name="desk_link_state"
            ),
        ]


class Task(models.Model):
    """What is to be done on a dossier; its words are in the event of the same id."""

    id = models.UUIDField(primary_key=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="tasks")
    assigned_to = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="tasks")
    due_date = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "desk_task"


class Analysis(models.Model):
    """The walk over one exhibit of a dossier. state: waiting, running, done, failed. done, total: of the stage, in its unit.

    running_until: a worker holds it until then. outline: sealed; None before it is done.
    """

    id = models.UUIDField(primary_key=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="analyses")
    exhibit = models.CharField(max_length=64)  # address in the vault
    state = models.CharField(max_length=8)
    stage = models.CharField(max_length=16, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    tries = models.SmallIntegerField(default=0)
    running_until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=40, default="")
    messages = models.BigIntegerField(default=0)
    alerts = models.IntegerField(default=0)
    outline = models.BinaryField(null=True)

    class Meta:
        db_table = "desk_analysis"
        indexes = [models.Index(fields=["state", "asked_at"], name="desk_analysis_next")]


class Chunk(models.Model):
    """A run of messages of an analysed export, sealed to the key of its dossier; numbers from 0, without a gap."""

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="chunks")
    number = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "desk_chunk"
        constraints = [models.UniqueConstraint(fields=["analysis", "number"], name="desk_chunk_once")]


class FoldedChunk(models.Model):
    """The words of the chunk of the same number, folded for the search inside an export; sealed to the key of the dossier too."""

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="folded")
    number = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "desk_folded"
        constraints = [models.UniqueConstraint(fields=["analysis", "number"], name="desk_folded_once")]


class AnalysisPart(models.Model):
    """A piece of what an analysis found over all messages together (names: `analysis.sections`); sealed to the key of the dossier too.

    None of an analysis that was made before Rempart looked at it.
    """

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="parts")
    name = models.CharField(max_length=16)
    sealed = models.BinaryField()

    class Meta:
        db_table = "desk_part"
        constraints = [models.UniqueConstraint(fields=["analysis", "name"], name="desk_part_once")]


class Exposure(models.Model):
    """How long and how much somebody looked at words or media on one day. limit_s: of that day, lifted only by another person."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="exposures")
    day_date = models.DateField()
    seconds = models.IntegerField(default=0)
    items = models.IntegerField(default=0)
    limit_s = models.IntegerField()
    last_at = models.DateTimeField(null=True)
    credit_s = models.IntegerField(default=0)  # counted in advance when the last item was shown
    since_break_s = models.IntegerField(default=0)
    since_break_items = models.IntegerField(default=0)

    class Meta:
        db_table = "desk_exposure"
        constraints = [models.UniqueConstraint(fields=["person", "day_date"], name="desk_exposure_once")]


class Assessed(models.Model):
    """Something that a person has assessed, so that nobody has to look again. mac: blind, of the file's SHA-256 or of a place."""

    mac = models.BinaryField(max_length=16, primary_key=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        db_table = "desk_assessed"


class Cursor(models.Model):
    """How far the ledger of the door was read. seq: the first leaf not read; mark: SHA-256 of the leaf before it, b"" for none."""

    name = models.CharField(max_length=16, primary_key=True)
    seq = models.BigIntegerField()
    mark = models.BinaryField(max_length=32)

    class Meta:
        db_table = "desk_cursor"


class OpenedDraft(models.Model):
    """An unfinished form of the door that somebody opened here; goes with its draft. saved_at: of the draft; at: of the outcome."""

    draft = models.UUIDField(primary_key=True)
    lookup = models.BinaryField(max_length=32)
    saved_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, default="")  # "" none yet, taken, left
    at = models.DateTimeField()

    class Meta:
        db_table = "desk_draft"
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=("", "taken", "left")), name="desk_draft_outcome"),
        ]
