from urllib.parse import urlsplit

import pytest
from django.conf import settings

from cms.rules import find_frame


@pytest.mark.parametrize(
    ("url", "framed"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://m.youtube.com/shorts/abc_-1", "https://www.youtube-nocookie.com/embed/abc_-1"),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1"),
        ("https://open.spotify.com/intl-de/episode/4rOoJ6", "https://open.spotify.com/embed/episode/4rOoJ6"),
        (
            "https://www.openstreetmap.org/export/embed.html?bbox=9.9%2C53.5%2C10%2C53.6",
            "https://www.openstreetmap.org/export/embed.html?bbox=9.9%2C53.5%2C10%2C53.6",
        ),
        ("https://www.komoot.com/de-de/tour/123", "https://www.komoot.com/tour/123/embed"),
    ],
)
def test_known_addresses_become_frames_that_the_policy_lets_in(url, framed):
    frame = find_frame(url)
    assert frame is not None
    assert frame.url == framed
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(frame.url))
    assert origin in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["frame-src"]


@pytest.mark.parametrize(
    "url",
    [
        "http://youtu.be/dQw4w9WgXcQ",
        "https://youtu.be.evil.example/x",
        "https://www.youtube.com/watch?v=%22%3E%3Cscript%3E",
        "https://vimeo.com/about",
        "https://[broken",
        "https://example.com/",
        "javascript:alert(1)",
    ],
)
def test_other_addresses_are_not_framed(url):
    assert find_frame(url) is None
