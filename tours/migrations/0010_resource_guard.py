from django.db import migrations

# What departures that overlap use of a resource together never exceeds its stock. Like foreign keys, the triggers look at rows as the
# owner of the tables. They read after they have waited for each other: one lock for each organization, taken after the departures'
# own, so that nobody who holds it waits for a departure. See docs/adr on resources.
CREATE = """
-- How much of a resource is free during all of a departure, beside what the others use; nothing while it is out of service.
CREATE FUNCTION tours_resource_free(
    wanted bigint, own_schedule bigint, own_start timestamptz, own_end timestamptz
) RETURNS bigint LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    resource tours_resource%ROWTYPE;
    turnaround interval;
    peak bigint;
BEGIN
    SELECT * INTO resource FROM tours_resource WHERE id = wanted;
    IF NOT resource.is_active THEN
        RETURN 0;
    END IF;
    turnaround := resource.turnaround_minutes * interval '1 minute';
    -- The sum that runs over what begins (plus) and what is ready again (minus) is highest where most is used.
    SELECT max(running) INTO peak FROM (
        SELECT sum(delta) OVER (ORDER BY moment, delta ROWS UNBOUNDED PRECEDING) AS running FROM (
            SELECT s.starts_at, s.ends_at + turnaround AS ready_at,
                   need.quantity * CASE need.basis WHEN 'seat' THEN s.booked_count + s.blocked_count ELSE 1 END AS amount
            FROM tours_resourceneed need JOIN tours_schedule s ON s.variant_id = need.variant_id
            WHERE need.resource_id = wanted AND s.organization_id = resource.organization_id AND s.id <> own_schedule
              AND s.status <> 'cancelled' AND s.booked_count + s.blocked_count > 0
              -- No departure lasts longer than 32,767 minutes, and nothing is made ready for longer than a day.
              AND s.starts_at < own_end + turnaround AND s.starts_at > own_start - interval '24 days'
              AND s.ends_at + turnaround > own_start
        ) AS used
        CROSS JOIN LATERAL (VALUES (greatest(starts_at, own_start), amount), (ready_at, -amount)) AS event (moment, delta)
    ) AS sums;
    RETURN greatest(resource.stock - coalesce(peak, 0), 0);
END $$;

CREATE FUNCTION tours_lock_resources(of_organization bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('tours_resource ' || of_organization, 0));
$$;

-- A departure that takes more seats, or another time, finds enough of all that its variant needs.
CREATE FUNCTION tours_check_resources_of_schedule() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    need record;
    free bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM tours_resourceneed WHERE variant_id = NEW.variant_id) THEN
        RETURN NULL;
    END IF;
    PERFORM tours_lock_resources(NEW.organization_id);
    FOR need IN
        SELECT n.resource_id, n.quantity, n.basis, r.name
        FROM tours_resourceneed n JOIN tours_resource r ON r.id = n.resource_id
        WHERE n.variant_id = NEW.variant_id ORDER BY n.resource_id
    LOOP
        free := tours_resource_free(need.resource_id, NEW.id, NEW.starts_at, NEW.ends_at);
        IF (need.quantity * CASE need.basis WHEN 'seat' THEN NEW.booked_count + NEW.blocked_count ELSE 1 END > free) THEN
            RAISE EXCEPTION 'Not enough of a resource is free'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'resource_stock', TABLE = TG_TABLE_NAME,
                      DETAIL = json_build_object('resource', need.name, 'free', free, 'seats',
                          CASE need.basis WHEN 'seat' THEN greatest(
                              free / need.quantity - coalesce(OLD.booked_count + OLD.blocked_count, 0), 0
                          ) ELSE 0 END)::text;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER resources_suffice AFTER UPDATE OF booked_count, blocked_count, starts_at, ends_at, variant_id ON tours_schedule
FOR EACH ROW WHEN (
    NEW.status <> 'cancelled' AND NEW.booked_count + NEW.blocked_count > 0
    AND (NEW.booked_count + NEW.blocked_count > OLD.booked_count + OLD.blocked_count
         OR NEW.starts_at < OLD.starts_at OR NEW.ends_at > OLD.ends_at OR NEW.variant_id <> OLD.variant_id)
)
EXECUTE FUNCTION tours_check_resources_of_schedule();

CREATE TRIGGER resources_suffice_at_once AFTER INSERT ON tours_schedule
FOR EACH ROW WHEN (NEW.status <> 'cancelled' AND NEW.booked_count + NEW.blocked_count > 0)
EXECUTE FUNCTION tours_check_resources_of_schedule();

-- What is used of a resource from now on never exceeds its stock.
CREATE FUNCTION tours_check_resource(wanted bigint) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    resource tours_resource%ROWTYPE;
    turnaround interval;
    most record;
BEGIN
    SELECT * INTO resource FROM tours_resource WHERE id = wanted;
    turnaround := resource.turnaround_minutes * interval '1 minute';
    SELECT moment, running INTO most FROM (
        SELECT moment, sum(delta) OVER (ORDER BY moment, delta ROWS UNBOUNDED PRECEDING) AS running FROM (
            SELECT s.starts_at, s.ends_at + turnaround AS ready_at,
                   need.quantity * CASE need.basis WHEN 'seat' THEN s.booked_count + s.blocked_count ELSE 1 END AS amount
            FROM tours_resourceneed need JOIN tours_schedule s ON s.variant_id = need.variant_id
            WHERE need.resource_id = wanted AND s.organization_id = resource.organization_id
              AND s.status IN ('open', 'full', 'closed') AND s.booked_count + s.blocked_count > 0
              AND s.starts_at > now() - interval '24 days' AND s.ends_at + turnaround > now()
        ) AS used
        CROSS JOIN LATERAL (VALUES (starts_at, amount), (ready_at, -amount)) AS event (moment, delta)
    ) AS sums ORDER BY running DESC, moment LIMIT 1;
    IF most.running > resource.stock THEN
        RAISE EXCEPTION 'More of a resource is in use than that'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'resource_in_use', TABLE = 'tours_resource',
                  DETAIL = json_build_object('resource', resource.name, 'used', most.running, 'at', most.moment)::text;
    END IF;
END $$;

CREATE FUNCTION tours_check_resource_itself() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM tours_lock_resources(NEW.organization_id);
    PERFORM tours_check_resource(NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER resource_suffices AFTER UPDATE OF stock, turnaround_minutes ON tours_resource
FOR EACH ROW WHEN (NEW.stock < OLD.stock OR NEW.turnaround_minutes > OLD.turnaround_minutes)
EXECUTE FUNCTION tours_check_resource_itself();

CREATE FUNCTION tours_check_need() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Whoever books such a departure at this moment does not see the new need: the departures are waited for first.
    PERFORM 1 FROM tours_schedule
        WHERE variant_id = NEW.variant_id AND organization_id = NEW.organization_id
          AND ends_at > now() AND status IN ('open', 'full', 'closed')
        ORDER BY id FOR NO KEY UPDATE;
    PERFORM tours_lock_resources(NEW.organization_id);
    PERFORM tours_check_resource(NEW.resource_id);
    RETURN NULL;
END $$;

CREATE TRIGGER need_is_met AFTER INSERT OR UPDATE OF resource_id, variant_id, quantity, basis ON tours_resourceneed
FOR EACH ROW EXECUTE FUNCTION tours_check_need();
"""
DROP = """
DROP TRIGGER need_is_met ON tours_resourceneed;
DROP FUNCTION tours_check_need();
DROP TRIGGER resource_suffices ON tours_resource;
DROP FUNCTION tours_check_resource_itself();
DROP FUNCTION tours_check_resource(bigint);
DROP TRIGGER resources_suffice_at_once ON tours_schedule;
DROP TRIGGER resources_suffice ON tours_schedule;
DROP FUNCTION tours_check_resources_of_schedule();
DROP FUNCTION tours_lock_resources(bigint);
DROP FUNCTION tours_resource_free(bigint, bigint, timestamptz, timestamptz);
"""


class Migration(migrations.Migration):
    """What departures use of a resource together never exceeds its stock."""

    dependencies = [("tours", "0009_resources_and_decisions")]

    operations = [migrations.RunSQL(CREATE, DROP)]
