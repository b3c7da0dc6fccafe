"""The form, one question a screen: each press sends everything back and gets the next screen; the last one gives the receipt.

Nothing is kept before "Send", but for the steps of a person who agreed to it, and for files. Nothing of a form stands in an address.
"""

from django.http import HttpRequest, HttpResponse

from rempart.intake.answers import read_partly
from rempart.intake.paths import Path
from rempart.web.public.chrome import not_that_way
from rempart.web.public.files import take_files
from rempart.web.public.languages import language
from rempart.web.public.screens import screen_page
from rempart.web.public.sending import keep_step, send
from rempart.web.public.state import REVIEW, new_form, read_form, step


def adult(request: HttpRequest) -> HttpResponse:
    """The form for adults."""
    return _walk(request, Path.ADULT)


def child(request: HttpRequest) -> HttpResponse:
    """The form for children and teenagers."""
    return _walk(request, Path.CHILD)


def _walk(request: HttpRequest, path: Path) -> HttpResponse:
    if refused := not_that_way(request, "GET", "HEAD", "POST", takes_files=path is Path.ADULT):
        return refused
    if request.method != "POST":
        return screen_page(new_form(path))
    form, go = read_form(request.POST.dict(), path=path), request.POST.get("go", "")
    if form.screen and form.screen.takes_file:
        form, refusal = take_files(request, form, go=go)
        if refusal:
            return screen_page(form, problems=[refusal], status=400)
    if go == "send" and form.at == REVIEW:
        return send(request, form)
    after, problems = step(form, go=go or "next")
    if after.answers.get("keep") and after.at != form.at:
        keep_step(request, after, read_partly(after.answers, given=after.given(language())))
    return screen_page(after, problems=problems, status=400 if problems else 200)
