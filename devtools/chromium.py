"""Finds a Chromium for the browser tests, or gets one."""

import os
import shutil
import subprocess
from pathlib import Path

HOW_TO_GET_ONE = "Set CHROMIUM_PATH, install Debian's package “chromium”, or run “playwright install chromium”."


def find_chromium() -> str | None:
    """Return the path of a Chromium: CHROMIUM_PATH, the system's, Playwright's own, or Debian's package when we are root."""
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        return named if Path(named).exists() else None
    return _installed() or _from_playwright() or _from_debian()


def _installed() -> str | None:
    return next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)


def _from_playwright() -> str | None:
    from playwright.sync_api import sync_playwright  # only where browsers are wanted

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def _from_debian() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        try:
            done = subprocess.run(
                ["apt-get", "-q", *arguments], env=environment, timeout=600, capture_output=True, check=False
            )
        except subprocess.TimeoutExpired:
            return None
        if done.returncode != 0:
            return None
    return _installed()
