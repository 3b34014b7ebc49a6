"""Two things that no single row can see: spans of one owner do not overlap, and a line's contract fits its service.

Each check locks the owner first, so that two transactions cannot both see an empty calendar.
"""

from django.db import migrations

SPANS = """
CREATE FUNCTION register_rate_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM register_servicelevel WHERE id = NEW.service_level_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM register_rate r
        WHERE r.service_level_id = NEW.service_level_id AND r.id <> NEW.id
          AND r.organisation_id IS NOT DISTINCT FROM NEW.organisation_id
          AND r.contract_id IS NOT DISTINCT FROM NEW.contract_id
          AND daterange(r.start, r."end", '[]') && daterange(NEW.start, NEW."end", '[]')
    ) THEN
        RAISE EXCEPTION 'two rates of service level % share a day', NEW.service_level_id
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'rate_alone';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER rate_alone AFTER INSERT OR UPDATE ON register_rate
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION register_rate_alone();

CREATE FUNCTION register_suspension_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM register_carepackageline WHERE id = NEW.line_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM register_linesuspension s
        WHERE s.line_id = NEW.line_id AND s.id <> NEW.id
          AND daterange(s.start, s."end", '[]') && daterange(NEW.start, NEW."end", '[]')
    ) THEN
        RAISE EXCEPTION 'two suspensions of line % share a day', NEW.line_id
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'suspension_alone';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER suspension_alone AFTER INSERT OR UPDATE ON register_linesuspension
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION register_suspension_alone();

CREATE FUNCTION register_contribution_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM register_carepackageline WHERE id = NEW.line_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM register_contribution c
        WHERE c.line_id = NEW.line_id AND c.id <> NEW.id
          AND daterange(c.start, c."end", '[]') && daterange(NEW.start, NEW."end", '[]')
    ) THEN
        RAISE EXCEPTION 'two contributions to line % share a day', NEW.line_id
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'contribution_alone';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER contribution_alone AFTER INSERT OR UPDATE ON register_contribution
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION register_contribution_alone();
"""

OWNER = """
CREATE FUNCTION register_line_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT organisation_id FROM register_contract WHERE id = NEW.contract_id)
       IS DISTINCT FROM (SELECT organisation_id FROM parties_service WHERE id = NEW.service_id) THEN
        RAISE EXCEPTION 'line %: the contract and the service belong to two organisations', NEW.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_owner';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER line_owner AFTER INSERT OR UPDATE OF contract_id, service_id ON register_carepackageline
    FOR EACH ROW EXECUTE FUNCTION register_line_owner();
"""

UNDO = """
DROP TRIGGER line_owner ON register_carepackageline;
DROP TRIGGER contribution_alone ON register_contribution;
DROP TRIGGER suspension_alone ON register_linesuspension;
DROP TRIGGER rate_alone ON register_rate;
DROP FUNCTION register_line_owner(), register_contribution_alone(), register_suspension_alone(), register_rate_alone();
"""


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [("register", "0001_initial"), ("parties", "0001_initial")]

    operations = [migrations.RunSQL(SPANS, "SELECT 1"), migrations.RunSQL(OWNER, UNDO)]
