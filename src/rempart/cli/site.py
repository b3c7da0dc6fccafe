"""`rempart serve`, `check`, `site`, `work`, `sign`: a site and its processes. Django is loaded inside the commands only."""

import hashlib
import json
import secrets
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, get_args

import typer

from rempart.cli.screen import errors, language_of_environment, out, shown
from rempart.errors import BadInput, NotAllowed
from rempart.wording import wording

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from rempart.web.config import FaceConfig, Site
    from rempart.web.demo import Demo
    from rempart.web.people.roles import Role
    from rempart.web.safety import Safety
    from rempart.web.serve import Event

_words = wording(language_of_environment())
_ = _words.text
app = typer.Typer(help=_("The site: made, brought up to date, and who may enter."), no_args_is_help=True)

DATA = Path("rempart-data")
Data = Annotated[Path, typer.Option("--data", envvar="REMPART_DATA", help=_("Folder of the site."))]
Name = Annotated[str, typer.Argument(metavar="NAME", help=_("A name, at most 100 signs."), show_default=False)]
FaceName = Literal["public", "desk", "worker", "signer"]
ProfileName = Literal["association", "hotline", "enquete"]
Once = Annotated[bool, typer.Option("--once", help=_("Do what is due, then leave."))]


class NameTaken(NotAllowed):
    """A partner of this name is there already."""


def register(to: typer.Typer) -> None:
    """Adds the commands to the command line."""
    to.command(help=_("Runs a site: the public face, the desk, the worker and the signer, on this machine."))(serve)
    to.command(help=_("Lists what is unsafe in the configuration of a site."))(check)
    to.command(help=_("Does the periodic work of a site."))(work)
    to.command(help=_("Signs what was received."))(sign)
    to.add_typer(app, name="site")


def serve(
    data: Data = DATA,
    demo: Annotated[
        bool,
        typer.Option("--demo", help=_("A demonstration with invented reports; thrown away unless --data is given.")),
    ] = False,
    face: Annotated[
        str, typer.Option("--face", help=_("Only one process: public, desk, worker or signer (for systemd)."))
    ] = "",
) -> None:
    """`rempart serve`."""
    if demo and face:
        raise BadInput("--demo starts everything; leave out --face.")
    if demo:
        _serve_demo(data)
    if face:
        _serve_face(data, face)
    from rempart.web.config import Site  # noqa: PLC0415 - the site only where it is asked for

    _serve_site(Site.at(data), None)


def _serve_demo(data: Path) -> NoReturn:
    from rempart.web.demo import make_demo  # noqa: PLC0415 - the same

    if data != DATA:
        demo = make_demo(data, now=datetime.now(UTC))
        _serve_site(demo.site, demo)
    with tempfile.TemporaryDirectory(prefix="rempart-demo-") as folder:
        demo = make_demo(Path(folder), now=datetime.now(UTC))
        _serve_site(demo.site, demo)


def _serve_face(data: Path, told: str) -> NoReturn:
    from rempart.web.config import Face, Site  # noqa: PLC0415 - the same
    from rempart.web.faces import run_face  # noqa: PLC0415

    if told not in get_args(FaceName):
        raise BadInput("--face takes public, desk, worker or signer.")
    run_face(Site.at(data), Face(told), lang=_words.lang, tell=lambda text: errors.print(shown(text)))
    raise typer.Exit(0)


def _serve_site(site: "Site", demo: "Demo | None") -> NoReturn:
    from rempart.web.config import Face  # noqa: PLC0415 - the same
    from rempart.web.faces import require_safety  # noqa: PLC0415
    from rempart.web.serve import serve as run  # noqa: PLC0415
    from rempart.web.setup import django_as  # noqa: PLC0415

    if demo is None:
        django_as(site, Face.OWNER)
        require_safety(site, Face.OWNER, lang=_words.lang, tell=lambda text: errors.print(shown(text)))
    raise typer.Exit(run(site, tell=lambda event: _tell(event, site, demo)))


def _tell(event: "Event", site: "Site", demo: "Demo | None") -> None:
    if event.face:
        errors.print(
            shown(
                _(
                    "The process “{face}” ended (code {code}); it is started again in {seconds} s.",
                    face=event.face,
                    code=event.code,
                    seconds=round(event.again_s),
                )
            )
        )
        return
    out.print(shown(_("Public face: {address}", address=_address(site.config.public))))
    out.print(shown(_("Desk: {address}", address=_address(site.config.desk))))
    if demo:
        _tell_demo(demo)
    out.print(shown(_("Ctrl-C ends everything.")))
    sys.stdout.flush()


def _tell_demo(demo: "Demo") -> None:
    out.print(
        shown(_("This is a demonstration: the people and the reports are invented, and nothing leaves this machine."))
    )
    for account in demo.accounts:
        out.print(
            shown(_("At the desk: name {user}, password {password}", user=account.user, password=account.password))
        )
    out.print(shown(_("The first one has every role; the second one is for what another person must do.")))
    if demo.code:
        out.print(shown(_("A receipt whose mailbox holds an answer: {code}", code=demo.code)))


def _address(config: "FaceConfig") -> str:
    """With the name localhost where it is one of the face's: browsers give passkeys to a name, never to a number."""
    if config.bind.startswith("unix:"):
        return config.bind
    host, _colon, port = config.bind.rpartition(":")
    is_named = host == "127.0.0.1" and "localhost" in config.hosts
    return f"http://localhost:{port}/" if is_named else f"http://{config.bind}/"


def check(
    data: Data = DATA,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON instead of sentences."))] = False,
) -> None:
    """`rempart check`: 0 safe, 1 something could not be seen, 2 unsafe."""
    from rempart.web.config import Face, Site  # noqa: PLC0415 - the site only where it is asked for
    from rempart.web.safety import examine  # noqa: PLC0415
    from rempart.web.setup import django_as  # noqa: PLC0415

    site = Site.at(data)
    django_as(site, Face.OWNER)
    found = examine(site, Face.OWNER, now=datetime.now(UTC))
    _print_json(found) if as_json else _print_safety(found, is_production=site.config.production)
    raise typer.Exit(2 if found.unsafe else 1 if found.not_examined else 0)


def _print_json(found: "Safety") -> None:
    lang = _words.lang
    unsafe = [
        {"code": one.code, "names": one.names, "sentence": one.sentence(lang), "remedy": one.remedy(lang)}
        for one in found.unsafe
    ]
    typer.echo(json.dumps({"unsafe": unsafe, "not_examined": found.not_examined}, ensure_ascii=False, indent=1))


def _print_safety(found: "Safety", *, is_production: bool) -> None:
    from rempart.web.safety import title_of, told  # noqa: PLC0415 - the same

    if found.unsafe:
        out.print(shown(told(found.unsafe, _words.lang)))
        out.print()
    for code in found.not_examined:
        out.print(shown(_("? not seen: {title} ({code})", title=title_of(code, _words.lang), code=code)))
    count = len(found.unsafe)
    if not count:
        out.print(_("Nothing unsafe was found."))
        return
    out.print(_words.count("{count} unsafe configuration.", "{count} unsafe configurations.", count), style="bold")
    if is_production:
        out.print(_("The faces of this site do not start before they are mended."))
    else:
        out.print(_("This site is not in production: its faces start all the same."))


def work(data: Data = DATA, once: Once = False) -> None:
    """`rempart work`."""
    from rempart.web.config import Face, Site  # noqa: PLC0415 - the site only where it is asked for

    if not once:
        _serve_face(data, Face.WORKER)
    from rempart.web.setup import django_as  # noqa: PLC0415

    site = Site.at(data)
    django_as(site, Face.WORKER)
    from rempart.web.worker import work_once  # noqa: PLC0415 - models exist once Django runs

    done = work_once(site)
    for one in done:
        out.print(shown(_("{name}: failed ({kind})", name=one.name, kind=one.failure) if one.failure else one.name))
    if not done:
        out.print(_("Nothing is due."))
    raise typer.Exit(3 if any(one.failure for one in done) else 0)


def sign(data: Data = DATA, once: Once = False) -> None:
    """`rempart sign`."""
    from rempart.web.config import Face, Site  # noqa: PLC0415 - the site only where it is asked for

    if not once:
        _serve_face(data, Face.SIGNER)
    from rempart.web.setup import django_as  # noqa: PLC0415

    site = Site.at(data)
    django_as(site, Face.SIGNER)
    from rempart.web.signing import sign_all  # noqa: PLC0415 - models exist once Django runs

    count = sign_all(site)
    out.print(_words.count("{count} leaf signed.", "{count} leaves signed.", count))


@app.command(help=_("Makes a site in a folder; what is there already stays."))
def init(
    data: Data = DATA,
    name: Annotated[str, typer.Option("--name", help=_("What the pages are called."))] = "Rempart",
    profile: Annotated[
        str, typer.Option("--profile", help=_("association, hotline or enquete; only enquete takes media bytes."))
    ] = "hotline",
) -> None:
    """`rempart site init`."""
    from rempart.web.config import FILE, Face, SiteConfig  # noqa: PLC0415 - the site only where it is asked for
    from rempart.web.setup import django_as, make_folders, prepare_tables  # noqa: PLC0415

    for known in get_args(ProfileName):
        if profile == known:
            is_new = not (data / FILE).exists()
            site = make_folders(data, SiteConfig(name=name, profile=known))
            break
    else:
        raise BadInput("--profile takes association, hotline or enquete.")
    django_as(site, Face.OWNER)
    prepare_tables(site)
    _make_home(site)
    if not is_new:
        out.print(shown(_("There was a site in {path}; what was missing was added.", path=data)))
        return
    out.print(shown(_("The site is in {path}. Next:", path=data)))
    out.print(shown(f"  rempart keys init --data {data} --escrow-out /media/usb/guard.key"), soft_wrap=True)
    out.print(shown(f"  rempart site user NAME --role head --role analyst --data {data}"), soft_wrap=True)
    out.print(shown(f"  rempart check --data {data}"), soft_wrap=True)
    out.print(shown(f"  rempart serve --data {data}"), soft_wrap=True)


@app.command(help=_("Brings the tables of a site up to this version; make a backup first."))
def upgrade(data: Data = DATA) -> None:
    """`rempart site upgrade`."""
    from rempart.web.config import Face, Site  # noqa: PLC0415 - the site only where it is asked for
    from rempart.web.setup import django_as, make_folders, prepare_tables  # noqa: PLC0415

    site = make_folders(data, Site.at(data).config)
    django_as(site, Face.OWNER)
    prepare_tables(site)
    _make_home(site)
    out.print(_("The tables are those of this version."))


def _make_home(site: "Site") -> None:
    from rempart.web.people.accounts import home_of  # noqa: PLC0415 - models exist once Django runs

    home_of(site.config.name, at=datetime.now(UTC))


@app.command(help=_("Makes an account of the desk; prints a one-time password, which is changed at the first entry."))
def user(
    name: Name,
    data: Data = DATA,
    reset: Annotated[
        bool,
        typer.Option("--reset", help=_("For an account that is there: a new one-time password, no second factor.")),
    ] = False,
    role: Annotated[list[str] | None, typer.Option("--role", help=_("Gives this role, may be given again."))] = None,
    end_role: Annotated[
        list[str] | None, typer.Option("--end-role", help=_("Ends this role; may be given again."))
    ] = None,
) -> None:
    """`rempart site user`: with roles, an account that is there keeps its password."""
    _require_name(name)
    from rempart.web.config import Face, Site  # noqa: PLC0415 - the site only where it is asked for
    from rempart.web.setup import django_as  # noqa: PLC0415

    site = Site.at(data)
    django_as(site, Face.OWNER)
    from django.contrib.auth.models import User  # noqa: PLC0415 - models exist once Django runs

    from rempart.web.people.accounts import parse_role  # noqa: PLC0415

    given, ended = [parse_role(one) for one in role or ()], [parse_role(one) for one in end_role or ()]
    if reset or not (given or ended) or not User.objects.filter(username=name).exists():
        _let_enter(name, reset=reset)
    _change_roles(User.objects.get(username=name), site, given=given, ended=ended)


def _let_enter(name: str, *, reset: bool) -> None:
    from rempart.web.entrance.accounts import make_account, reset_account  # noqa: PLC0415 - models exist once Django runs

    password = reset_account(name) if reset else make_account(name)
    out.print(shown(_("The one-time password of {name}, which is shown only now and kept nowhere:", name=name)))
    typer.echo(password)
    out.print(
        shown(_("At the first entry it is changed, and a second factor is set up: a passkey or an authenticator app."))
    )


def _change_roles(user: "User", site: "Site", *, given: "Sequence[Role]", ended: "Sequence[Role]") -> None:
    """Makes the person of an account when there is none, gives and ends roles, and says which ones hold."""
    from rempart.web.people import accounts  # noqa: PLC0415 - models exist once Django runs

    now = datetime.now(UTC)
    person = accounts.person_of(user, organisation=site.config.name, by=accounts.OWNER, at=now)
    for one in given:
        accounts.grant_role(person, role=one, by=accounts.OWNER, at=now)
    for one in ended:
        accounts.end_role(person, role=one, by=accounts.OWNER, at=now)
    held = ", ".join(accounts.held_roles(person)) or _("none; give one with --role")
    out.print(shown(_("Roles of {name}: {roles}", name=user.username, roles=held)))


@app.command(help=_("Lets a platform or an association report through the API; its token is shown once."))
def partner(name: Name, data: Data = DATA) -> None:
    """`rempart site partner`."""
    _require_name(name)
    from rempart.web.config import Face, Site  # noqa: PLC0415 - the site only where it is asked for
    from rempart.web.setup import django_as  # noqa: PLC0415

    site = Site.at(data)
    django_as(site, Face.OWNER)
    from rempart.web.door.models import Partner  # noqa: PLC0415 - models exist once Django runs

    if Partner.objects.filter(name=name).exists():
        raise NameTaken("There is a partner of this name already; nothing was changed. Choose another name.")
    token = secrets.token_urlsafe(32)
    Partner(name=name, token_hash=hashlib.sha256(token.encode("ascii")).digest()).save(force_insert=True)
    out.print(shown(_("The token of {name}, which is shown only now and kept nowhere:", name=name)))
    typer.echo(token)


def _require_name(name: str) -> None:
    if not name.isprintable() or not 0 < len(name.strip()) <= 100:
        raise BadInput("A name has 1 to 100 signs, on one line.")
