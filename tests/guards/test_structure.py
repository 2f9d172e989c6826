"""The rules of docs/structure.md, checked in the code itself."""

import ast
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ["tenancy", "crm", "places", "tours", "commerce", "cms"]
# What one app may use of another. The kernel offers more, because every app stands on it.
PUBLIC = {"enums", "models", "queries", "rules", "operations", "signals"}
KERNEL = PUBLIC | {
    "audit",
    "cache",
    "documents",
    "emails",
    "fields",
    "filters",
    "forms",
    "gateways",
    "jobs",
    "lists",
    "money",
    "outbox",
    "panels",
    "permissions",
    "rls",
    "scope",
    "throttle",
    "validators",
}
FLOORS = PUBLIC | {
    "__init__",
    "api",
    "apps",
    "documents",
    "emails",
    "filters",
    "forms",
    "panels",
    "permissions",
    "receivers",
    "tasks",
    "urls",
    "views",
    "viewsets",
    "wagtail_hooks",
    "webhook_urls",
    "webhooks",
}
OWN_ROOMS = {
    "tenancy": {
        "adapters",
        "cache",
        "fields",
        "jobs",
        "lists",
        "middleware",
        "money",
        "origin",
        "outbox",
        "presence",
        "rls",
        "scope",
        "throttle",
        "validators",
    },
    "cms": {"middleware", "page_cache", "snippets"},
    "commerce": {"cart"},
}
OWN_FOLDERS = {
    "tenancy": {"audit", "gateways", "postgresql"},
    "commerce": {"gateways"},
    "crm": {"gateways"},
    "cms": {"blocks", "pages", "templatetags"},
}
FOLDERS = {
    "documents",
    "emails",
    "forms",
    "management",
    "migrations",
    "models",
    "operations",
    "panels",
    "queries",
    "rules",
    "templatetags",
    "views",
    "viewsets",
}


def _python_files(app: str) -> list[Path]:
    return [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names if node.module in APPS)
    return found


def test_apps_use_only_the_public_modules_of_each_other():
    crossings = set()
    for app in APPS:
        for path in _python_files(app):
            for name in _imports(path):
                other, _dot, rest = name.partition(".")
                allowed = KERNEL if other == "tenancy" else PUBLIC
                if other in APPS and other != app and rest and rest.split(".")[0] not in allowed:
                    crossings.add(f"{path.relative_to(ROOT)} imports {name}")
    assert crossings == set()


def test_files_have_the_names_of_the_floors():
    strangers = set()
    for app in APPS:
        for path in (ROOT / app).iterdir():
            if path.suffix == ".py" and path.stem not in FLOORS | OWN_ROOMS.get(app, set()):
                strangers.add(str(path.relative_to(ROOT)))
            if path.is_dir() and path.name not in FOLDERS | OWN_FOLDERS.get(app, set()) | {"__pycache__"}:
                strangers.add(str(path.relative_to(ROOT)))
    assert strangers == set()


def test_foreign_keys_never_point_upwards():
    upward = set()
    for model in apps.get_models():
        app = model._meta.app_label
        if app not in APPS:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not field.concrete or target is None or isinstance(target, str):
                continue
            other = target._meta.app_label
            if other in APPS and APPS.index(other) > APPS.index(app):
                upward.add(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert upward == set()


def test_every_enqueued_job_exists():
    from config.celery import app as celery_app

    celery_app.loader.import_default_modules()
    known = set(celery_app.tasks)
    named = set()
    for app in APPS:
        for path in _python_files(app):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                    continue
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                position = {"enqueue": 0, "enqueue_once": 1}.get(called)
                if position is not None and len(node.args) > position and isinstance(node.args[position], ast.Constant):
                    named.add(node.args[position].value)
    assert named - known == set()
    assert named != set()


def test_every_scheduled_job_exists():
    from config.celery import app as celery_app

    celery_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled - set(celery_app.tasks) == set()
