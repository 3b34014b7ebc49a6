"""What searches compare: functions of the database, so that what is typed and what is kept are folded alike, and
the indexes that make them quick.

Plain PostgreSQL throughout, because embedded servers come without pg_trgm and unaccent: full-text search of words by
their beginnings (GIN), and references as their letters and figures (B-tree). Every function is immutable and written
in SQL's own form, which is bound when it is made: a restored dump needs no search path.
"""

from django.db import migrations

#: Small letters with a mark, and without; the apostrophes after them have no counterpart and go.
MARKED = (
    "àáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćĉċčďēĕėęěĝğġģĥĩīĭįĵķĺļľńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżžſơưǎǐǒǔǖǘǚ"
    "ǜǟǡǧǩǫǭǰǵǹǻȁȃȅȇȉȋȍȏȑȓȕȗșțȟȧȩȫȭȯȱȳøđłħıßŧ"
)
PLAIN = (
    "aaaaaaceeeeiiiinooooouuuuyyaaaccccdeeeeegggghiiiijklllnnnooorrrssssttuuuuuuwyzzzsouaiouuuu"
    "uaagkoojgnaaaeeiioorruusthaeooooyodlhist"
)
APOSTROPHES = "''’‘ʼ`"

FORWARD = f"""
CREATE FUNCTION concord_fold(typed text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN regexp_replace(translate(lower(typed), '{MARKED}{APOSTROPHES}', '{PLAIN}'), '[^[:alnum:]]+', ' ', 'g');
CREATE FUNCTION concord_compact(typed text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN upper(regexp_replace(typed, '[^[:alnum:]]+', '', 'g'));
CREATE FUNCTION concord_words(names text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN to_tsvector('pg_catalog.simple'::regconfig, concord_fold(names));
CREATE FUNCTION concord_story(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN to_tsvector('pg_catalog.english'::regconfig, concord_fold(words));
CREATE FUNCTION concord_beginnings(typed text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN CASE WHEN btrim(concord_fold(typed)) = '' THEN ''
        ELSE replace(btrim(concord_fold(typed)), ' ', ':* & ') || ':*' END;
CREATE FUNCTION concord_asked(typed text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN to_tsquery('pg_catalog.simple'::regconfig, concord_beginnings(typed));
CREATE FUNCTION concord_asked_story(typed text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN to_tsquery('pg_catalog.english'::regconfig, concord_beginnings(typed));

CREATE INDEX search_client_names ON parties_client
    USING gin (concord_words(surname || ' ' || forename || ' ' || ss_ref)) WHERE erased_at IS NULL;
CREATE INDEX search_organisation_names ON parties_organisation
    USING gin (concord_words(name || ' ' || reference));
CREATE INDEX search_service_names ON parties_service USING gin (concord_words(name || ' ' || reference));
CREATE INDEX search_client_reference ON parties_client (concord_compact(ss_ref) text_pattern_ops);
CREATE INDEX search_line_reference ON register_carepackageline (concord_compact(reference) text_pattern_ops);
CREATE INDEX search_case_reference ON engine_case (concord_compact(reference) text_pattern_ops);
CREATE INDEX search_story_words ON engine_content USING gin (concord_story(text)) WHERE text <> '';
"""

INDEXES = "client_names organisation_names service_names client_reference line_reference case_reference story_words"
BACKWARD = f"""
DROP INDEX {", ".join(f"search_{each}" for each in INDEXES.split())};
DROP FUNCTION concord_asked_story(text), concord_asked(text), concord_beginnings(text), concord_story(text),
    concord_words(text), concord_compact(text), concord_fold(text);
"""


class Migration(migrations.Migration):
    """Functions and indexes; no table changes."""

    dependencies = [
        ("search", "0001_initial"),
        ("parties", "0002_absence"),
        ("engine", "0009_at_risk_queue"),
        ("register", "0003_import_layout"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
