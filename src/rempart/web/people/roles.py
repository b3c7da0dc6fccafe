"""Which role may do what: the one table. What is not in it is not allowed.

Least privilege: nobody has a right for convenience; no role may delete; to confirm one's own reading is a right that no
role has. Technical administrators see no content, auditors the journal only.
Source: reference/workflow.md §5.5 (union of the roles of peers; IRIS #977, Primero self_approve).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    """One thing that somebody may do; every page asks for one."""

    USE_DESK = "use_desk"  # own account, help, own exposure
    ENTER_REPORT = "enter_report"
    READ_QUEUE = "read_queue"
    READ_REPORT = "read_report"
    READ_CONTACT = "read_contact"  # name, address and telephone of a reporter
    TRIAGE_REPORT = "triage_report"  # take, urgency, remit, duplicate, ask for more
    QUALIFY_REPORT = "qualify_report"
    SECOND_READ = "second_read"
    REFER = "refer"
    ANSWER_REPORTER = "answer_reporter"
    JUDGE_LINK = "judge_link"
    JUDGE_IDENTITY = "judge_identity"  # whether two accounts are one person's
    SEARCH = "search"
    STATE_FACT = "state_fact"
    OPEN_DOSSIER = "open_dossier"
    READ_DOSSIER = "read_dossier"
    WRITE_DOSSIER = "write_dossier"  # notes, tasks, people, accounts
    ADD_EXHIBIT = "add_exhibit"
    ANALYSE = "analyse"
    READ_CONVERSATION = "read_conversation"
    CHANGE_OWN_MEMBERS = "change_own_members"  # colleagues on a dossier that one leads
    CHANGE_MEMBERS = "change_members"  # on any dossier that one knows of; and to restrict one
    REVIEW_DOSSIER = "review_dossier"  # exculpatory review
    EXPORT = "export"
    HOLD = "hold"
    ERASE = "erase"
    LIFT_LIMIT = "lift_limit"  # more exposure today for somebody else
    READ_FIGURES = "read_figures"
    MANAGE_LISTS = "manage_lists"  # lists of known files: counts and uses, never what they matched
    MANAGE_PEOPLE = "manage_people"
    READ_JOURNAL = "read_journal"


class Role(StrEnum):
    """What somebody does here."""

    LISTENER = "listener"  # écoutant, saisie
    ANALYST = "analyst"
    SECOND_READER = "second_reader"
    JURIST = "jurist"
    VOLUNTEER = "volunteer"  # bénévole-profil
    INVESTIGATOR = "investigator"
    COORDINATOR = "coordinator"  # of operations
    CUSTODIAN = "custodian"  # dépositaire d'identité
    HEAD = "head"  # responsable
    ADMINISTRATOR = "administrator"  # technique
    AUDITOR = "auditor"


_P = Permission
_READS = frozenset({_P.USE_DESK, _P.READ_QUEUE, _P.READ_REPORT, _P.SEARCH})
_WORKS_DOSSIERS = frozenset(
    {
        _P.OPEN_DOSSIER,
        _P.READ_DOSSIER,
        _P.WRITE_DOSSIER,
        _P.ADD_EXHIBIT,
        _P.ANALYSE,
        _P.READ_CONVERSATION,
        _P.JUDGE_IDENTITY,
        _P.STATE_FACT,
        _P.CHANGE_OWN_MEMBERS,
    }
)
ROLES: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.LISTENER: frozenset({_P.USE_DESK, _P.ENTER_REPORT}),
        Role.ANALYST: _READS
        | _WORKS_DOSSIERS
        | {_P.ENTER_REPORT, _P.TRIAGE_REPORT, _P.QUALIFY_REPORT, _P.ANSWER_REPORTER, _P.JUDGE_LINK, _P.REFER},
        Role.SECOND_READER: _READS | {_P.SECOND_READ, _P.READ_DOSSIER, _P.READ_CONVERSATION},
        Role.JURIST: _READS | {_P.QUALIFY_REPORT, _P.READ_DOSSIER, _P.WRITE_DOSSIER, _P.REVIEW_DOSSIER, _P.HOLD},
        Role.VOLUNTEER: frozenset(
            {_P.USE_DESK, _P.ENTER_REPORT, _P.READ_DOSSIER, _P.WRITE_DOSSIER, _P.ADD_EXHIBIT, _P.READ_CONVERSATION}
        ),
        Role.INVESTIGATOR: _READS
        | _WORKS_DOSSIERS
        | {_P.TRIAGE_REPORT, _P.QUALIFY_REPORT, _P.JUDGE_LINK, _P.REFER, _P.REVIEW_DOSSIER, _P.HOLD, _P.EXPORT},
        Role.COORDINATOR: frozenset({_P.USE_DESK, _P.READ_DOSSIER, _P.READ_FIGURES}),
        Role.CUSTODIAN: frozenset({_P.USE_DESK, _P.READ_QUEUE, _P.READ_REPORT, _P.READ_CONTACT}),
        Role.HEAD: _READS
        | {
            _P.READ_DOSSIER,
            _P.CHANGE_OWN_MEMBERS,
            _P.CHANGE_MEMBERS,
            _P.REVIEW_DOSSIER,
            _P.EXPORT,
            _P.HOLD,
            _P.ERASE,
            _P.LIFT_LIMIT,
            _P.READ_FIGURES,
            _P.MANAGE_PEOPLE,
            _P.MANAGE_LISTS,
        },
        Role.ADMINISTRATOR: frozenset({_P.USE_DESK, _P.MANAGE_PEOPLE, _P.MANAGE_LISTS}),
        Role.AUDITOR: frozenset({_P.USE_DESK, _P.READ_JOURNAL}),
    }
)


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """All that somebody with these roles may do; nothing without a role."""
    return frozenset().union(*(ROLES[role] for role in roles))
