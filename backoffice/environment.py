"""Reads the settings' environment variables, and says in words what is wrong with a value.

Kept apart from `settings.py` so that settings read as a list of facts.
"""

import os
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


def text(name: str, default: str | None = None) -> str:
    """Return the variable `name`; without a default it must be set. Set to nothing counts as not set."""
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"Set {name}; `./concord demo` and `./concord test` set it for you.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """Return `name` as a yes or no; an unknown word is an error, never a silent no."""
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int) -> int:
    """Return `name` as a whole number that is not negative."""
    value = os.environ.get(name, str(default)).strip()
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def database(name: str = "DATABASE_URL") -> dict[str, object]:
    """Turn `postgresql://user:password@host:port/name?host=/socket` into Django's settings.

    A `host` in the query (a socket folder) wins over the one in the address, as libpq has it.
    """
    parts = urlsplit(text(name))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must start with postgresql:// (PostgreSQL 18 is the only database).")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "query": query,
    }


def clamav(name: str) -> tuple[str, str] | tuple[str, str, int] | None:
    """Turn `tcp://host:3310` or `unix:///path/clamd.sock` into where clamd listens, None when unset."""
    value = os.environ.get(name, "")
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return "unix", unquote(parts.path)
    if parts.scheme == "tcp" and parts.hostname:
        return "tcp", parts.hostname, parts.port or 3310
    raise ImproperlyConfigured(f"{name} must look like tcp://host:3310 or unix:///path/clamd.sock.")


def smtp(name: str = "CONCORD_SMTP_URL") -> dict[str, object] | None:
    """Turn `smtp://user:password@host:587?tls=1` into Django's mail settings, None when unset."""
    value = os.environ.get(name, "")
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must look like smtp://user:password@host:587?tls=1.")
    query = parse_qs(parts.query)
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and query.get("tls", ["0"])[-1] == "1",
    }
