"""Which time zones people choose from, and which one they mean."""

import zoneinfo
from typing import Final


def time_zone_name(text: str) -> str:
    """Return the IANA time zone that somebody means, such as “Europe/Berlin” by “berlin”; the text itself when it is not clear."""
    wanted = text.strip().replace(" ", "_").casefold()
    zones = zoneinfo.available_timezones()
    for matches in (
        [zone for zone in zones if zone.casefold() == wanted],
        [zone for zone in zones if zone.casefold().endswith(f"/{wanted}") and zone.split("/")[0] in CONTINENTS],
    ):
        if len(matches) == 1:
            return matches[0]
    return text.strip()


# The first parts of the names of time zones that are not only kept for old times.
CONTINENTS: Final = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


def time_zone_choices() -> list[str]:
    """Return the IANA time zones that people choose from, by name."""
    return [*sorted(zone for zone in zoneinfo.available_timezones() if zone.split("/")[0] in CONTINENTS), "UTC"]
