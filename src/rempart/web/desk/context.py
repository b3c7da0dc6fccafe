"""What every page of the desk shows around its content."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import get_language

from rempart.version import VERSION


def chrome(_request: HttpRequest) -> dict[str, object]:
    """Name of the site, language, style sheets; whether this is a demonstration."""
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    config = SITE.config
    return {
        "lang": get_language() or config.language,
        "name_of_site": config.name,
        "is_demo": config.demo,
        "sheets": [f"{static(name)}?{VERSION}" for name in _SHEETS],
    }


_SHEETS = ("public/vendor/pico/pico.classless.min.css", "desk/desk.css")
