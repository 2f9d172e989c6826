import django.db.models.deletion
from django.db import migrations, models

from tenancy.rls import SameOrganization

# The due day is a day of the organization; reminders come at eight in its morning. The owner of the tables writes for all organizations.
FOLLOW_UPS_TO_TASKS = """
    INSERT INTO crm_task (created_at, updated_at, title, notes, state, priority, due_on, remind, remind_at, repeat_rule,
                          assignee_id, created_by_id, customer_id, follow_up_of_id, organization_id)
    SELECT now(), now(),
           CASE WHEN NOT p.is_private THEN p.subject
                WHEN o.default_language = 'de' THEN 'Wiedervorlage eines privaten Kontakts'
                ELSE 'Follow-up of a private contact' END,
           '', 'open', 2, p.follow_up_on, 'same_day',
           CASE WHEN (p.follow_up_on + time '08:00') AT TIME ZONE o.time_zone > now()
                THEN (p.follow_up_on + time '08:00') AT TIME ZONE o.time_zone END,
           '', p.author_id, p.author_id, p.customer_id, p.id, p.organization_id
    FROM crm_protocol p JOIN tenancy_organization o ON o.id = p.organization_id
    WHERE p.follow_up_on IS NOT NULL
"""
TASKS_TO_FOLLOW_UPS = """
    UPDATE crm_protocol p SET follow_up_on = t.due_on
    FROM crm_task t WHERE t.follow_up_of_id = p.id AND t.state IN ('open', 'in_progress', 'waiting')
"""
# Keys are checked at the end of the transaction, and a table with checks to come cannot be altered.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"
CHECK_LATER = "SET CONSTRAINTS ALL DEFERRED"


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0015_compared_again_after_the_change'),
    ]

    operations = [
        migrations.AddField(
            model_name='task',
            name='follow_up_of',
            field=models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_up', to='crm.protocol'),
        ),
        SameOrganization("crm_task", "follow_up_of_id", "crm_protocol"),
        migrations.RunSQL(
            [FOLLOW_UPS_TO_TASKS, CHECK_NOW, CHECK_LATER], [TASKS_TO_FOLLOW_UPS, CHECK_NOW, CHECK_LATER]
        ),
        migrations.RemoveIndex(model_name='protocol', name='protocol_follow_up'),
        migrations.RemoveField(model_name='protocol', name='follow_up_on'),
    ]
