"""Addresses of the built files, each with a mark of its contents: browsers may keep them and still see a new build."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static


@lru_cache(maxsize=64)
def address(path: str) -> str:
    """Return the address of a static file; without a build (some tests) it has no mark."""
    collected = Path(settings.STATIC_ROOT) / path
    found = collected if collected.is_file() else finders.find(path)
    if not found:
        return static(path)
    return f"{static(path)}?v={sha256(Path(str(found)).read_bytes()).hexdigest()[:10]}"
