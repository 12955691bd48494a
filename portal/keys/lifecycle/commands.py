"""What happens to a key between its making and its end: roll, disable, brown-out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.errors import Refusal
from portal.keys import events
from portal.keys.commands import KeyRevokedAlready, add_minted_secret, mark_disabled, unmark_disabled
from portal.keys.expiry import in_utc
from portal.keys.handover.commands import end_unopened, open_hand_over
from portal.keys.models import BindingKey, SecretGeneration, Source, in_somebodys_hands
from portal.lib.secret import Secret


class RollUnderWay(Refusal):
    code = "key_roll_under_way"
    status = 409
    message = _("Two secrets of this key work already.")
    advice = _("Finish that roll, which ends the older one, or cancel it, which ends the newer one. Then roll again.")


class HandOverWaits(Refusal):
    code = "key_hand_over_waits"
    status = 409
    message = _("A link to a new secret of this key waits to be opened.")
    advice = _("Withdraw the link on the page “Hand over” first, or wait until it is opened. Then roll the key.")


class NoRoll(Refusal):
    code = "key_no_roll"
    status = 409
    message = _("This roll is over: the old secret has ended, or the key was rolled again.")
    advice = _("The page of the key shows which of its secrets work.")


class KeyExpired(Refusal):
    code = "key_expired"
    status = 409
    message = _("This key has expired: a new secret of it would not work either.")
    advice = _("Create another key, and revoke this one.")


class KeyDisabledAlready(Refusal):
    code = "key_disabled"
    status = 409
    message = _("This key is disabled already.")


class KeyNotDisabled(Refusal):
    code = "key_not_disabled"
    status = 409
    message = _("This key is not disabled.")


class BrownOutRuns(Refusal):
    code = "key_brown_out_runs"
    status = 409
    message = _("A brown-out of this key is under way.")
    advice = _("Stop it, or wait until it is over.")


class NoBrownOut(Refusal):
    code = "key_no_brown_out"
    status = 409
    message = _("No brown-out of this key is under way.")


@dataclass(frozen=True)
class OldEnd:
    """When the old secret of a roll ends: after so many seconds, from now on or from the first use of the new one.

    Without seconds it does not end by itself.
    """

    seconds: int | None
    after_first_use: bool = False


@dataclass(frozen=True)
class BrownOut:
    """A rehearsal of a revocation: so many of a hundred calls are refused, for so many seconds."""

    share: int
    seconds: int


@transaction.atomic(durable=True)
def roll_key(key: BindingKey, *, old_ends: OldEnd, by: Actor) -> tuple[SecretGeneration, Secret]:
    """Give the key a second secret, returned this one time. The old one works until it ends; then its tokens stop, too.

    Raises `RollUnderWay` when two secrets work already, `HandOverWaits`, `KeyRevokedAlready`, `KeyExpired`.
    """
    key = _locked(key)
    check_may_roll(key)
    end_unopened(key)
    working = _working(key)
    if len(working) > 1:
        raise RollUnderWay
    last = key.generations.order_by("-number")[0].number
    generation, secret = add_minted_secret(key, last + 1, by)
    # Whatever became of the secrets before, the newest of them is what is replaced.
    old = working[0] if working else None
    if old is not None:
        _set_end(old, old_ends)
    rolled = events.KeyRolled(
        key_name=key.name,
        client_id=key.client_id,
        generation=generation.number,
        old=old.number if old else last,
        ends_at=in_utc(old.ends_at) if old else "",
        ends_after_next_use=(old.ends_after_next_use or 0) if old else 0,
    )
    record(rolled, by=by, subject=key.subject)
    return generation, secret


def check_may_roll(key: BindingKey) -> None:
    """Whether another secret of the key makes sense; raises `KeyRevokedAlready`, `KeyExpired`, `HandOverWaits`."""
    if not key.is_active:
        raise KeyRevokedAlready
    if key.is_expired:
        raise KeyExpired
    if open_hand_over(key) is not None:
        raise HandOverWaits


@transaction.atomic(durable=True)
def change_old_end(key: BindingKey, *, old: int, old_ends: OldEnd, by: Actor) -> None:
    """Let the old secret of a roll end at another time, or not by itself. Raises `NoRoll`."""
    key = _locked(key)
    generation = _old(key, old)
    if old_ends.after_first_use and key.generations.filter(number__gt=old, first_used_at__isnull=False).exists():
        # The new one is in use already: its next use is now.
        old_ends = OldEnd(old_ends.seconds)
    _set_end(generation, old_ends)
    changed = events.KeyRollChanged(
        key_name=key.name,
        client_id=key.client_id,
        old=old,
        ends_at=in_utc(generation.ends_at),
        ends_after_next_use=generation.ends_after_next_use or 0,
    )
    record(changed, by=by, subject=key.subject)


@transaction.atomic(durable=True)
def finish_roll(key: BindingKey, *, old: int, by: Actor) -> None:
    """End the old secret now: it gets no token any more, and its tokens stop with their next call. Raises `NoRoll`."""
    key = _locked(key)
    _set_end(_old(key, old), OldEnd(0))
    finished = events.KeyRollFinished(key_name=key.name, client_id=key.client_id, old=old)
    record(finished, by=by, subject=key.subject)


@transaction.atomic(durable=True)
def cancel_roll(key: BindingKey, *, new: int, by: Actor) -> None:
    """End the new secret now, and let the old one work on without an end: for a new one that was lost, or went wrong.

    Raises `NoRoll`.
    """
    key = _locked(key)
    old, newer = _both(key)
    if newer.number != new:
        raise NoRoll
    _set_end(newer, OldEnd(0))
    _set_end(old, OldEnd(None))
    cancelled = events.KeyRollCancelled(key_name=key.name, client_id=key.client_id, new=new, old=old.number)
    record(cancelled, by=by, subject=key.subject)


@transaction.atomic(durable=True)
def disable_key(key: BindingKey, *, why: str, by: Actor) -> None:
    """Refuse every call of the key, and its tokens, until somebody enables it again. Raises `KeyDisabledAlready`."""
    key = _locked(key)
    if key.disabled_at is not None:
        raise KeyDisabledAlready
    mark_disabled(key, why)
    disabled = events.KeyDisabled(key_name=key.name, client_id=key.client_id, why=why)
    record(disabled, by=by, subject=key.subject)


@transaction.atomic(durable=True)
def enable_key(key: BindingKey, *, by: Actor) -> None:
    """Let the key work again: its secrets as before, and those of its tokens that have not expired.

    Raises `KeyNotDisabled`.
    """
    key = _locked(key)
    if key.disabled_at is None:
        raise KeyNotDisabled
    unmark_disabled(key)
    record(events.KeyEnabled(key_name=key.name, client_id=key.client_id), by=by, subject=key.subject)


@transaction.atomic(durable=True)
def start_brown_out(key: BindingKey, *, brown_out: BrownOut, by: Actor) -> None:
    """Refuse the calls of the key, or a share of them, for a time. It ends by itself: the end is in the key's row.

    Raises `BrownOutRuns`.
    """
    key = _locked(key)
    if key.is_browning_out:
        raise BrownOutRuns
    key.brownout_until = timezone.now() + timedelta(seconds=brown_out.seconds)
    key.brownout_share = brown_out.share
    key.save(update_fields=["brownout_until", "brownout_share"])
    started = events.KeyBrownOut(
        key_name=key.name, client_id=key.client_id, share=brown_out.share, until=in_utc(key.brownout_until)
    )
    record(started, by=by, subject=key.subject)


@transaction.atomic(durable=True)
def stop_brown_out(key: BindingKey, *, by: Actor) -> None:
    """End the brown-out now: no call is refused for it any more. Raises `NoBrownOut`."""
    key = _locked(key)
    if not key.is_browning_out:
        raise NoBrownOut
    key.brownout_until = timezone.now()
    key.save(update_fields=["brownout_until"])
    record(events.KeyBrownOutStopped(key_name=key.name, client_id=key.client_id), by=by, subject=key.subject)


def _locked(key: BindingKey) -> BindingKey:
    """The key as it is now, locked; what was revoked stays as it is."""
    found = BindingKey.objects.select_for_update(no_key=True).get(pk=key.pk, source=Source.PORTAL)
    if not found.is_active:
        raise KeyRevokedAlready
    return found


def _working(key: BindingKey) -> list[SecretGeneration]:
    """The secrets that have not ended and that somebody has, the oldest first."""
    # Locked, too, the newest first: its first use sets the end of the old one in this order, without the key's lock.
    generations = key.generations.filter(in_somebodys_hands()).select_for_update(no_key=True).order_by("-number")
    return [generation for generation in generations if not generation.has_ended][::-1]


def _both(key: BindingKey) -> tuple[SecretGeneration, SecretGeneration]:
    """The older and the newer of the two secrets that work; raises `NoRoll`."""
    working = _working(key)
    if len(working) < 2:
        raise NoRoll
    return working[0], working[-1]


def _old(key: BindingKey, number: int) -> SecretGeneration:
    """The older of the two secrets that work. Another one than the page showed is none: the roll went on without it."""
    old, _newer = _both(key)
    if old.number != number:
        raise NoRoll
    return old


def _set_end(generation: SecretGeneration, end: OldEnd) -> None:
    waits = end.after_first_use and end.seconds is not None
    ends = not waits and end.seconds is not None
    generation.ends_at = timezone.now() + timedelta(seconds=end.seconds or 0) if ends else None
    generation.ends_after_next_use = end.seconds if waits else None
    generation.save(update_fields=["ends_at", "ends_after_next_use"])
