"""Settings of the web server that Lighthouse looks at: those of a real installation, with static files compressed and hashed."""

from bench.settings import *  # noqa: F403
from bench.settings import STORAGES, env

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_ROOT = f"{env.str('BENCH_DIR')}/static"
SEARCH_ENGINES = True
