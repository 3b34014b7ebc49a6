#!/bin/sh
# Run once by the PostgreSQL image in an empty cluster: the product's own role and its database.
# The role is no superuser, so the database's own rules (events are never changed) hold for it.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$CONCORD_DATABASE_PASSWORD" --username "${POSTGRES_USER:-postgres}" <<'SQL'
CREATE ROLE concord LOGIN PASSWORD :'password';
CREATE DATABASE concord OWNER concord;
SQL
