"""Limits that a process sets on itself.

Separate from the rest of the sandbox because every command sets one at startup.
"""


def forbid_core_dumps() -> bool:
    """Forbid core dumps, which would contain the text of reports, for this process and its children.

    Returns False if the system does not support this (Windows).
    """
    try:
        import resource
    except ImportError:
        return False
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return True


def limit(memory_mb: int) -> bool:
    """Forbid this process to write files, leave a core dump or use more than `memory_mb` of memory (0: no limit).

    Returns False if the system has no such limits (Windows).
    """
    if not forbid_core_dumps():
        return False
    import resource

    limits = [(resource.RLIMIT_FSIZE, 0)]
    if memory_mb:
        limits.append((resource.RLIMIT_AS, memory_mb * 1_048_576))
    for which, value in limits:
        lower(which, value)
    return True


def lower(which: int, value: int) -> None:
    """Lower a limit of this process to `value`, or keep the current limit if that is lower."""
    import resource

    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))
