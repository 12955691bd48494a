"""Replacing the key that signs the portal's access tokens, while it serves."""

from __future__ import annotations

import time
from itertools import pairwise

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record_for_instance
from portal.errors import Refusal
from portal.keys import events, signing
from portal.keys.models import SigningKey


class RotatedMeanwhile(Refusal):
    code = "signing_key_rotated_meanwhile"
    status = 409
    message = _("Another rotation replaced the signing keys at this moment, so this one changed nothing.")
    advice = _("Run it again to replace the key of the other one as well.")


@transaction.atomic(durable=True)
def rotate_signing_key(*, distrust: bool = False, by: Actor) -> SigningKey:
    """Make a new signing key; every process signs with it after `signing.SIGNS_AFTER_SECONDS`.

    Tokens that are out stay valid. Keys whose last token has long expired are removed. With `distrust` all older keys
    are removed at once: every token that is out is refused within `signing.KEPT_SECONDS`.
    Raises `RotatedMeanwhile`.
    """
    # The lock is the rows themselves: two rotations at once must not each count the other's key as the old one.
    known = list(SigningKey.objects.select_for_update())
    retired = known if distrust else _retired(known)
    SigningKey.objects.filter(pk__in=[key.pk for key in retired]).delete()
    try:
        key = signing.make(is_first=None if len(retired) < len(known) else True)
    except IntegrityError as error:
        # While this one waited for its lock, PostgreSQL saw the old rows go, but not the new first one come.
        raise RotatedMeanwhile from error
    rotated = events.SigningKeyRotated(
        kid=key.kid, algorithm=key.algorithm, removed=" ".join(old.kid for old in retired), distrusted=int(distrust)
    )
    record_for_instance(rotated, by=by)
    transaction.on_commit(signing.forget)
    return key


def _retired(newest_first: list[SigningKey]) -> list[SigningKey]:
    """Keys under which no valid token can be out any more."""
    now = time.time()
    return [
        old
        for successor, old in pairwise(newest_first)
        if signing.last_signature(successor.created_at.timestamp() + signing.SIGNS_AFTER_SECONDS) < now
    ]
