"""What the walks came to, at the end of a run."""

from collections import Counter
from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    walks = [
        counts
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, counts in getattr(report, "user_properties", [])
        if name == "isolation"
    ]
    if not walks:
        return
    total: Counter[str] = Counter()
    for counts in walks:
        total.update({name: count for name, count in counts.items() if isinstance(count, int)})
    people = sorted({counts["role"] for counts in walks})
    terminalreporter.section("isolation")
    terminalreporter.line(
        f"{total['addresses']} addresses asked by {', '.join(people)}, {total['requests']} requests;"
        f" traces of the other organization: {total['traces']}"
    )
    terminalreporter.line(
        f"{total['writes']} writes with the other's keys, {total['writes'] - total['changes']} without effect on its rows"
    )
