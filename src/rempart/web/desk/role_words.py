"""Roles and permissions in words, for the page of people and for help."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ROLES: Mapping[str, str | Promise] = {
    "listener": _("listener, data entry"),
    "analyst": _("analyst"),
    "second_reader": _("second reader"),
    "jurist": _("jurist"),
    "volunteer": _("volunteer with a profile"),
    "investigator": _("investigator"),
    "coordinator": _("coordinator of operations"),
    "custodian": _("custodian of identities"),
    "head": _("head of unit"),
    "administrator": _("technical administrator"),
    "auditor": _("auditor"),
}
PERMISSIONS: Mapping[str, str | Promise] = {
    "use_desk": _("use the desk"),
    "enter_report": _("enter a report for somebody"),
    "read_queue": _("see the queue"),
    "read_report": _("read reports"),
    "read_contact": _("see who reported, and how to reach them"),
    "triage_report": _("take and sort reports"),
    "qualify_report": _("qualify reports"),
    "second_read": _("read a second time"),
    "refer": _("refer"),
    "answer_reporter": _("answer reporters"),
    "judge_link": _("join reports, and undo it"),
    "judge_identity": _("judge whether two accounts are one person's"),
    "search": _("search"),
    "state_fact": _("state facts that order the work"),
    "open_dossier": _("open dossiers"),
    "read_dossier": _("read own dossiers"),
    "write_dossier": _("write into own dossiers"),
    "add_exhibit": _("add exhibits"),
    "analyse": _("have exports analysed"),
    "read_conversation": _("read conversations"),
    "change_own_members": _("add people to dossiers that they lead, and take them off"),
    "change_members": _("add people to dossiers, and restrict them"),
    "review_dossier": _("make the exculpatory review"),
    "export": _("export and hand over"),
    "hold": _("place and lift legal holds"),
    "erase": _("have something erased early, two together"),
    "lift_limit": _("give a colleague more time of reading"),
    "read_figures": _("see the figures of the unit"),
    "manage_people": _("give and end roles"),
    "manage_lists": _("bring in and remove lists of known files"),
    "read_journal": _("read the journal"),
}
