import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

# A row of `tours_guideassignment` follows its departure, whoever writes either of them. The departure is locked before it is read, so
# that it cannot be moved at the same moment by somebody who does not see the new row yet.
FOLLOW = """
CREATE FUNCTION tours_assignment_during() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT CASE WHEN departure.status <> 'cancelled' THEN tstzrange(departure.starts_at, departure.ends_at) END
    INTO NEW.during
    FROM tours_schedule departure WHERE departure.id = NEW.schedule_id FOR NO KEY UPDATE;
    RETURN NEW;
END $$;

CREATE TRIGGER assignment_during BEFORE INSERT OR UPDATE OF schedule_id, status, during ON tours_guideassignment
FOR EACH ROW EXECUTE FUNCTION tours_assignment_during();

CREATE FUNCTION tours_schedule_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tours_guideassignment SET during = NULL WHERE schedule_id = NEW.id; -- the other trigger fills it in
    RETURN NULL;
END $$;

CREATE TRIGGER schedule_moved AFTER UPDATE OF starts_at, ends_at, status ON tours_schedule
FOR EACH ROW WHEN (
    OLD.starts_at <> NEW.starts_at OR OLD.ends_at <> NEW.ends_at
    OR (OLD.status = 'cancelled') <> (NEW.status = 'cancelled')
)
EXECUTE FUNCTION tours_schedule_moved();

UPDATE tours_guideassignment SET during = NULL;

-- Who was down twice at a time is asked about the later one.
UPDATE tours_guideassignment a SET status = 'pending'
WHERE status = 'confirmed' AND EXISTS (
    SELECT 1 FROM tours_guideassignment b
    WHERE b.guide_id = a.guide_id AND b.status = 'confirmed' AND b.id < a.id AND b.during && a.during
);
"""

UNFOLLOW = """
DROP TRIGGER schedule_moved ON tours_schedule;
DROP TRIGGER assignment_during ON tours_guideassignment;
DROP FUNCTION tours_schedule_moved();
DROP FUNCTION tours_assignment_during();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tours', '0007_blocked_seats'),
    ]

    operations = [
        migrations.AddField(
            model_name='guideassignment',
            name='answered_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='answered'),
        ),
        migrations.AddField(
            model_name='guideassignment',
            name='asked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='asked'),
        ),
        migrations.AddField(
            model_name='guideassignment',
            name='decline_reason',
            field=models.TextField(blank=True, verbose_name='reason for declining'),
        ),
        migrations.AddField(
            model_name='guideassignment',
            name='during',
            field=django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='guideassignment',
            name='override_reason',
            field=models.TextField(blank=True, verbose_name='why in spite of the warnings'),
        ),
        migrations.AddField(
            model_name='guideassignment',
            name='reminded_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='reminded'),
        ),
        migrations.AddField(
            model_name='guideassignment',
            name='role',
            field=models.CharField(choices=[('lead', 'Leads'), ('assistant', 'Assists')], default='lead', max_length=12, verbose_name='task'),
        ),
        migrations.AddIndex(
            model_name='guideassignment',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['asked_at'], name='assignment_waiting'),
        ),
        migrations.RunSQL(FOLLOW, UNFOLLOW),
        migrations.AddConstraint(
            model_name='guideassignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status', 'confirmed')), expressions=[(models.Func(models.F('guide'), models.F('guide'), models.Value('[]'), function='int8range'), '&&'), ('during', '&&')], name='guide_one_place_at_a_time'),
        ),
    ]
