"""Delivering mails in the background."""

from __future__ import annotations

from django_tasks import task

from portal.notify.delivery import deliver, due

# At most this many at once; the next sweep finds the others.
SWEPT_AT_ONCE = 100


@task()
def deliver_mail(mail_id: int) -> None:
    """Deliver one mail, if it is still due."""
    deliver(mail_id)


def sweep() -> None:
    """Enqueue what is due: after a failure, and what a worker left behind that was killed."""
    for mail_id in due().values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        deliver_mail.enqueue(mail_id)
