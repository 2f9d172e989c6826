"""Ending what is open in a person's browsers."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from tenancy.scope import organization_scope, require_organization_id


def end_sessions(user_id: int, *, besides: str | None = None) -> int:
    """Sign a person out of every browser at the organization in scope, but for the session with the key `besides`; return how many.

    Elsewhere they stay signed in.
    """
    organization_id = require_organization_id()
    live = Session.objects.filter(expire_date__gt=timezone.now()).values_list("session_key", "session_data")
    store = SessionStore()
    keys = [key for key, data in live.iterator() if store.decode(data).get(SESSION_KEY) == str(user_id)]
    keys = [key for key in keys if key != besides]
    UserSession.objects.filter(user=user_id).exclude(session_key=besides or "").delete()
    Session.objects.filter(session_key__in=keys).delete()

    def forget() -> None:
        # The copies in the cache go once the rows are gone, or a request in between would bring them back.
        with organization_scope(organization_id):
            for key in keys:
                SessionStore(key).delete()

    transaction.on_commit(forget)
    return len(keys)
