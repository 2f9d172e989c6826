"""Settings of the product in a storm: those of a developer's machine, with every guest at an address of their own."""

from config.settings.dev import *  # noqa: F403

# The guests of a storm say where they come from as a proxy would; else they would share the limits of one address.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
