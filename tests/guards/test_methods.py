"""Ways of paying are asked for what they support, by their registry, and not for their names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from commerce.enums import PaymentMethod

ROOT = Path(settings.BASE_DIR)
# Where each way says what it supports, and where the names are made.
REGISTRY = {"commerce/rules/methods.py", "commerce/enums.py"}
NAMES = "|".join(method.value for method in PaymentMethod)
IN_TEMPLATES = re.compile(rf"""method\s*(==|!=|in)\s*["'](?:{NAMES})["']""")


def named(node: ast.AST) -> bool:
    """Whether an expression names a way of paying, alone or among others."""
    return any(
        isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == "PaymentMethod"
        and part.attr in PaymentMethod.__members__
        for part in ast.walk(node)
    )


def asked(source: str) -> Iterator[int]:
    """The lines that compare with a way of paying by its name, look for it, or select by it."""
    for node in ast.walk(ast.parse(source)):
        if any(named(part) for part in questioned(node)):
            yield node.lineno


def questioned(node: ast.AST) -> list[ast.AST]:
    """What a piece of code compares, matches or selects by."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.MatchValue):
        return [node.value]
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return [word.value for word in node.keywords] if name in ("Q", "filter", "exclude", "get") else []
    return []


def files(pattern: str) -> Iterator[tuple[str, str]]:
    for app in ("tenancy", "crm", "places", "tours", "commerce", "cms", "templates"):
        for path in (ROOT / app).rglob(pattern):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and name not in REGISTRY:
                yield name, path.read_text()


def test_code_asks_the_registry_of_methods():
    assert [(name, line) for name, source in files("*.py") for line in asked(source)] == []


def test_templates_ask_the_registry_of_methods():
    assert [name for name, source in files("*.html") if IN_TEMPLATES.search(source)] == []


@pytest.mark.parametrize(
    "source",
    [
        "order.method == PaymentMethod.CARD",
        "PaymentMethod.FREE in usable",
        "order.method in (PaymentMethod.CARD, PaymentMethod.FREE)",
        "Order.objects.filter(method=PaymentMethod.CARD)",
        "Q(method__in=[PaymentMethod.CARD])",
        "match method:\n    case PaymentMethod.CARD:\n        pass",
    ],
)
def test_question_by_name_is_found(source):
    assert len(list(asked(source))) == 1
