"""Beginning a session: the Hub vouched for somebody, here or at its gateway."""

from __future__ import annotations

import time

from django.contrib import auth
from django.http import HttpRequest

from portal.access import person
from portal.identity import commands, tasks
from portal.identity.models import User


def confirm(request: HttpRequest, user: User) -> None:
    """Let the person in, as `user.hub_identity` says: at the beginning of a session, or when the Hub vouches anew."""
    request.user = user
    commands.admit(user, user.hub_identity, by=person(request))  # type: ignore[arg-type]  # it is a SignedInRequest now


def begin(request: HttpRequest, user: User) -> None:
    """Let the person in, and only then give this browser a session under a new id."""
    confirm(request, user)
    auth.login(request, user)
    request.session["signed_in_at"] = request.session["seen_at"] = time.time()
    tasks.clear_expired_sessions.enqueue()
