"""Bounds on what this process may cost, for one that reads what strangers wrote."""

import sys


def bound(memory: int, seconds: int) -> None:
    """Bound address space (bytes) and processor time where the system can (Windows cannot; the parent's clock holds there too)."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
