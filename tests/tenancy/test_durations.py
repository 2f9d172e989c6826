import pytest
from django.utils.translation import override

from tenancy.templatetags.durations import duration


@pytest.mark.parametrize(
    ("minutes", "language", "text"),
    [
        (45, "en", "45 min"),
        (60, "en", "1 hr"),
        (105, "en", "1 hr 45 min"),
        (150, "de", "2 Std. 30 Min."),
    ],
)
def test_durations_are_said_in_hours_and_minutes(minutes, language, text):
    with override(language):
        assert duration(minutes) == text
