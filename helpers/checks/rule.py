"""How a function becomes a rule: it is registered under the name that ``data/form/rules.yml`` gives it."""

from collections.abc import Callable, Iterable

from helpers.checks.context import Context
from helpers.report.findings import Finding

Check = Callable[[Context], Iterable[Finding]]

CHECKS: dict[str, Check] = {}


def rule(name: str) -> Callable[[Check], Check]:
    """Tie a function to the rule it runs."""

    def register(check: Check) -> Check:
        CHECKS[name] = check
        return check

    return register
