"""Roles and databases inside the embedded PostgreSQL."""

from launcher.keys import key
from launcher.postgres import HELP, ROLE, Cluster, environment, run
from launcher.say import Trouble


def ensure_role(it: Cluster) -> None:
    """Make the product's own role, or give it the password that is in the secrets now.

    It may create databases (the tests do), and it is no superuser: so the database's rules hold for it.
    """
    password = key(it.secrets, "database")
    query(
        it,
        f"""DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} LOGIN CREATEDB; END IF;
        END $$; ALTER ROLE {ROLE} PASSWORD '{password}'; GRANT pg_monitor, pg_signal_backend TO {ROLE}""",
    )


def ensure_database(it: Cluster, name: str) -> None:
    """Make the database `name` if there is none."""
    if not query(it, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608
        query(it, f'CREATE DATABASE "{name}" OWNER {ROLE}')


def drop_database(it: Cluster, name: str) -> None:
    """Remove the database `name` and all that is in it."""
    query(it, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def stamp(it: Cluster, name: str) -> str:
    """Return the note that `put_stamp` left on the database; it goes when the database goes."""
    return query(it, f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'")  # noqa: S608


def put_stamp(it: Cluster, name: str, value: str) -> None:
    """Leave a note on the database `name`."""
    query(it, f"COMMENT ON DATABASE \"{name}\" IS '{value}'")


def query(it: Cluster, sql: str) -> str:
    """Run SQL as the superuser and return what it prints; names and values in it are ours, never a user's.

    Raises Trouble when the server refuses.
    """
    env = {**environment(), "PGPASSWORD": key(it.secrets, "database-superuser"), "PGCONNECT_TIMEOUT": "10"}
    argv = [it.program("psql"), "-XqtA", "-v", "ON_ERROR_STOP=1", "-h", str(it.sockets), "-U", "postgres", "-c", sql]
    done = run(argv, cwd=it.root, env=env)
    if done.returncode:
        raise Trouble("PostgreSQL refused what the set-up asked of it.", why=done.stderr.strip(), do=HELP)
    return done.stdout.strip()
