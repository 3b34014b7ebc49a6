"""Empties the database after a test that commits; half of Django's own way is emptying tables in which nothing is.

Django truncates every table and then fills those of content types and permissions anew, though no test changes them:
several tenths of a second after each such test, and there are hundreds. Here only tables that have rows lose them.
"""

from typing import Any

import pytest
from django.db import connection

#: Whether all is gone that stood before the first test.
emptied = False

#: Filled by the migrations, and the same for ever.
KEPT = ("django_migrations", "django_content_type", "auth_permission")
#: Deleting asks every table that refers to a row; for more rows than this, truncating is quicker.
MANY = 1_000

#: All tables are locked first, which waits for whoever still writes: their rows would else be the next test's. Triggers
#: that refuse to delete what was recorded are asked nothing; they are as they were afterwards.
FUNCTION = f"""
CREATE OR REPLACE FUNCTION empty_what_a_test_has_written() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    every text[] := ARRAY(SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = current_schema() AND tablename NOT IN {KEPT} ORDER BY tablename);
    filled text[] := '{{}}';
    guarded text[];
    rows bigint := 0;
    found bigint;
    name text;
BEGIN
    EXECUTE 'LOCK TABLE ' || array_to_string(every, ', ') || ' IN EXCLUSIVE MODE';
    FOREACH name IN ARRAY every LOOP
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %s LIMIT {MANY}) AS part', name) INTO found;
        IF found > 0 THEN
            filled := filled || name;
            rows := rows + found;
        END IF;
    END LOOP;
    IF rows >= {MANY} THEN
        EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE';
        RETURN;
    END IF;
    guarded := ARRAY(SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
        WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY (filled));
    FOREACH name IN ARRAY guarded LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', name);
    END LOOP;
    FOREACH name IN ARRAY filled LOOP
        EXECUTE format('DELETE FROM %s', name);
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    FOREACH name IN ARRAY guarded LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', name);
    END LOOP;
END $$
"""  # noqa: S608 (our own names)


def prepare() -> None:
    """Give the test database the function."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION)


def after_a_test(_case: Any) -> None:
    """Take the place of `TransactionTestCase._fixture_teardown`."""
    global emptied  # noqa: PLW0603
    with connection.cursor() as cursor:
        cursor.execute("SELECT empty_what_a_test_has_written()")
    emptied = True


def commits(item: pytest.Item, marked: pytest.Mark) -> bool:
    """Whether a test on the database commits what it writes."""
    fixtures = {"live_server", "transactional_db"}.intersection(getattr(item, "fixturenames", ()))
    return bool(marked.kwargs.get("transaction")) or bool(fixtures)
