import django.db.models.deletion
import tenancy.scope
from django.conf import settings
from django.db import migrations, models
from tenancy.rls import CURRENT_ORGANIZATION, IN_SCOPE, ProtectTables, ReadOnlyTables

# What a person signs in with is seen wherever the person is; a passkey belongs to a host, so only where it was made.
PROTECT_AUTHENTICATORS = f"""
ALTER TABLE mfa_authenticator ADD COLUMN organization_id bigint NOT NULL DEFAULT {CURRENT_ORGANIZATION}
    REFERENCES tenancy_organization (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX mfa_authenticator_tenant ON mfa_authenticator (organization_id);
ALTER TABLE mfa_authenticator ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON mfa_authenticator
    USING (EXISTS (SELECT 1 FROM tenancy_membership m
                   WHERE m.user_id = mfa_authenticator.user_id AND m.organization_id = {IN_SCOPE})
           AND (type <> 'webauthn' OR organization_id = {IN_SCOPE}));
"""


class Migration(migrations.Migration):
    """Sign-in: second factors, sessions, changes of e-mail addresses."""

    dependencies = [
        ("tenancy", "0004_invitations"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='requires_two_factor',
            field=models.BooleanField(default=False, help_text='Members without it are asked to set it up before they can do anything else.', verbose_name='two-factor sign-in for everybody'),
        ),
        migrations.CreateModel(
            name='EmailChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('old_email', models.EmailField(max_length=254, verbose_name='old e-mail address')),
                ('new_email', models.EmailField(max_length=254, verbose_name='new e-mail address')),
                ('old_token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('new_token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('old_confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at the old address')),
                ('new_confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at the new address')),
                ('completed_at', models.DateTimeField(blank=True, null=True, verbose_name='changed')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization', verbose_name='organization')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'change of e-mail address',
                'verbose_name_plural': 'changes of e-mail addresses',
                'constraints': [models.UniqueConstraint(condition=models.Q(('cancelled_at', None), ('completed_at', None)), fields=('organization', 'user'), name='email_change_one_open')],
            },
        ),
        # The address of an account stands in the account alone: allauth's own tables for addresses stay empty.
        ProtectTables(["account_emailaddress", "account_emailconfirmation", "tenancy_emailchange", "usersessions_usersession"]),
        ReadOnlyTables(["account_emailaddress", "account_emailconfirmation"]),
        migrations.RunSQL(PROTECT_AUTHENTICATORS, migrations.RunSQL.noop),
    ]
