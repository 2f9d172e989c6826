from tenancy.views.files import (
    media,
)
from tenancy.views.health import (
    livez,
    readyz,
)
from tenancy.views.problems import (
    retry_delivery,
)

__all__ = [
    "livez",
    "media",
    "readyz",
    "retry_delivery",
]
