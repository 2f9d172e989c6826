"""What languages are called."""

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language, to_locale


def language_name(code: str) -> str:
    """Return what a language is called in the active language, such as “German” for de; the code when it is not known."""
    try:
        return Locale.parse(code, sep="-").get_display_name(to_locale(get_language() or "en")) or code
    except (UnknownLocaleError, ValueError):
        return code
