"""Housekeeping of sessions, in the background."""

from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks import task


@task()
def clear_expired_sessions() -> int:
    """Remove session rows that nobody can use any more; enqueued by each sign-in, so that the table stays small."""
    removed, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return removed
