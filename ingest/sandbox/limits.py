"""Limits that a process sets itself. Apart from the rest of the sandbox: every command sets one as it starts."""


def forbid_core_dumps() -> bool:
    """Forbid this process and its children to leave a core dump, which would hold the text of reports. False where the
    system has none (Windows)."""
    try:
        import resource
    except ImportError:
        return False
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return True


def limit(memory_mb: int) -> bool:
    """Forbid this process to write files, leave a core dump or use more memory (0: no limit). False where the system
    has no such limits (Windows)."""
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
    """Lower a limit of this process to a value, or to what is allowed already if that is less."""
    import resource

    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))
