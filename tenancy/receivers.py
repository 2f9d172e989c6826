from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from tenancy import operations
from tenancy.models import User
from tenancy.outbox import subscriber


@receiver(user_logged_in)
def note_sign_in(sender: type[User], user: User, **kwargs: Any) -> None:
    operations.note_sign_in(user, now=timezone.now())


@subscriber("tenancy.invitation_issued")
def send_invitation(*, invitation_id: int, issue: int) -> None:
    operations.send_invitation(invitation_id, issue=issue, now=timezone.now())


@subscriber("tenancy.invitation_accepted")
def tell_of_acceptance(*, invitation_id: int) -> None:
    operations.tell_inviter(invitation_id)


@subscriber("tenancy.invitation_declined")
def tell_of_refusal(*, invitation_id: int) -> None:
    operations.tell_inviter(invitation_id)
