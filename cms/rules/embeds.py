"""Which other sites may show something inside a page, and how their addresses become one that can be framed."""

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit


@dataclass(frozen=True, slots=True)
class Frame:
    """What may be framed: from whom, at which address, and how high it is compared with its width."""

    provider: str
    url: str
    ratio: str = "16 / 9"


def find_frame(url: str) -> Frame | None:
    """Return what the address of a page at YouTube, Vimeo, Spotify, OpenStreetMap or komoot shows in a frame; None for any other.

    The content policy lets in the same sites: `FRAME_SOURCES` in the settings.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
        steps = [quote(step, safe="") for step in parts.path.split("/") if step]
        asked = parse_qs(parts.query)
    except ValueError:
        return None
    if parts.scheme != "https":
        return None
    match host, steps:
        case (("youtube.com" | "youtube-nocookie.com"), ["watch"]) if asked.get("v"):
            return _youtube(asked["v"][0])
        case (("youtube.com" | "youtube-nocookie.com"), [("embed" | "shorts" | "live"), video]):
            return _youtube(video)
        case "youtu.be", [video]:
            return _youtube(video)
        case "vimeo.com", [video, *_rest] if video.isdigit():
            return Frame("Vimeo", f"https://player.vimeo.com/video/{video}?dnt=1")
        case "open.spotify.com", [*_language, ("track" | "album" | "playlist" | "episode" | "show") as kind, what]:
            return Frame("Spotify", f"https://open.spotify.com/embed/{kind}/{what}", "16 / 7")
        case "openstreetmap.org", ["export", "embed.html"] if asked.get("bbox"):
            return Frame(
                "OpenStreetMap", f"https://www.openstreetmap.org/export/embed.html?bbox={quote(asked['bbox'][0])}"
            )
        case "komoot.com", [*_language, "tour", tour] if tour.isdigit():
            return Frame("komoot", f"https://www.komoot.com/tour/{tour}/embed", "4 / 3")
    return None


def _youtube(video: str) -> Frame | None:
    if not video.replace("-", "").replace("_", "").isalnum():
        return None
    return Frame("YouTube", f"https://www.youtube-nocookie.com/embed/{video}")
