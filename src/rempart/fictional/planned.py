"""What is planned in the groups: who opens, invites, pins and renames, who states what about himself, who must be heard.

Telegram writes no line when a member becomes an administrator; pinning, renaming and inviting show who is one.
"""

from collections.abc import Callable, Iterator

from rempart.fictional.groups import Groups, Plan, benign
from rempart.fictional.members import JOINED_BY, Member
from rempart.fictional.sharing import Moment, awake

_WIDE_AWAKE = 60  # of a hundred
_PLANTED_TALK = 6  # messages that a planted account writes at least, so that its hours show
_DAYS = 186
_SOON = 0.02  # share of the period between joining and the first statement


def plan_groups(groups: Groups) -> None:
    """Plans everything, for all groups and members."""
    _plan_roles(groups, None, (0, 1, 2))
    for community in groups.cast.communities:
        if community.meets:
            _plan_roles(groups, community.number, (community.creator, community.inviter, community.keeper))
    for member in groups.cast.members:
        plans = list(_statements(groups, member))
        plans += [_talk(member)] * (_PLANTED_TALK if member.plant else 0)
        _spread(groups, member, plans)


def _plan_roles(groups: Groups, number: int | None, roles: tuple[int, int, int]) -> None:
    creator, inviter, keeper = (groups.cast.members[place] for place in roles)
    ticks = len(groups.instants)
    groups.plan(0 if number is None else number + 1, _acts(creator, number, "creator", "create_group"))
    for share in (0.05, 0.1, 0.2):
        groups.plan(int(share * ticks), _acts(inviter, number, "inviter", "invite_members"))
    for share in (0.3, 0.5, 0.75):
        groups.plan(int(share * ticks), _acts(keeper, number, "administrator", "pin_message"))
    groups.plan(int(0.6 * ticks), _acts(keeper, number, "administrator", "edit_group_title"))


def _acts(member: Member, number: int | None, role: str, action: str) -> Plan:
    def act(groups: Groups, moment: Moment) -> None:
        group = groups.by_number[number]
        told: dict[str, object] = {"action": action}
        match action:
            case "create_group":
                told |= {"title": group.title, "members": [member.name_at(moment.share)]}
            case "invite_members":
                told["members"] = _invited(groups, number, member)
            case "edit_group_title":
                told["title"] = group.title
            case _:
                told["message_id"] = group.last[-1] if group.last else 1
        groups.do(member, group, role, told, moment)

    return act


def _invited(groups: Groups, number: int | None, inviter: Member) -> list[str]:
    """Names of three members of the community, as Telegram writes them: without their ids."""
    places = range(len(groups.cast.members)) if number is None else groups.cast.communities[number].members
    return [groups.cast.members[groups.dice.pick(places)].name for _ in range(3)]


def _statements(groups: Groups, member: Member) -> Iterator[Plan]:
    says = groups.cast.words.says[member.lang]
    for forms, told in ((says.phone, member.phone), (says.email, member.email), (says.department, member.department)):
        if told and forms:
            form = groups.dice.pick(forms)
            yield _states(member, form.format(phone=told, email=told, department=told))


def _states(member: Member, text: str) -> Plan:
    return lambda groups, moment: groups.say(member, text, moment)


def _talk(member: Member) -> Plan:
    return lambda groups, moment: groups.say(member, benign(groups.cast.words, member.lang, groups.dice), moment)


def _spread(groups: Groups, member: Member, plans: list[Callable[[Groups, Moment], None]]) -> None:
    """Lays the plans over the time in which the account is in use, at hours at which its owner is wide awake."""
    count = len(groups.cast.members)
    start = max(member.from_share, member.place / count * JOINED_BY + _SOON)
    length = max(0.0, min(member.to_share, 0.99) - start)
    ticks = len(groups.instants)
    for at, plan in enumerate(plans):
        wanted = int((start + length * (at + 0.5) / len(plans)) * ticks)
        groups.plan(_awake_from(groups, member, wanted), plan)


def _awake_from(groups: Groups, member: Member, tick: int) -> int:
    """The first tick from there at which the member is wide awake, within a day; `tick` when there is none."""
    ticks = len(groups.instants)
    for later in range(tick, min(ticks, tick + ticks // _DAYS + 8)):
        if awake(member, groups.instants[later]) >= _WIDE_AWAKE:
            return later
    return tick
