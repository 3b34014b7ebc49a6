"""What workers do, one file a topic. Handlers declare themselves with `tasks.handlers.handles`."""

from importlib import import_module

HANDLERS = (
    "notify",
    "mail",
    "batch",
    "imports",
    "reaction",
    "jobs",
    "files",
    "first_access",
    "reset",
    "reports",
    "figures",
    "retention",
)


def load() -> None:
    """Declare every handler."""
    for name in HANDLERS:
        import_module(f"tasks.actors.{name}")
