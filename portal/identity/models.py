"""People, as the Hub's identity names them: issuer and subject together are the identity, e-mail is an address."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from portal.identity.backend import HubIdentity


def new_session_epoch() -> str:
    return secrets.token_hex(16)


class Scheme(models.TextChoices):
    """Colour scheme of the pages; empty follows the system."""

    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractBaseUser):
    """A person who has signed in at least once. There are no passwords: the Hub signs people in."""

    password = None  # type: ignore[assignment]
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    email = models.EmailField(max_length=255, blank=True)
    # Whether the Hub vouched for the address at the last sign-in.
    email_verified = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    # From the Hub's scopes at each sign-in; see permissions.HUB_OPERATOR_SCOPE.
    is_operator = models.BooleanField(default=False)
    # A new value ends all sessions of this person.
    session_epoch = models.CharField(max_length=32, default=new_session_epoch)
    created_at = models.DateTimeField(auto_now_add=True)
    # The person's own settings; empty is what the browser says, and UTC.
    language = models.CharField(max_length=8, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    scheme = models.CharField(max_length=5, blank=True, choices=Scheme)

    objects = BaseUserManager()
    USERNAME_FIELD = "id"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_user_identity")]

    def __str__(self) -> str:
        return self.name or self.subject

    # What the Hub vouched for at the sign-in that is going on; not stored.
    hub_identity: HubIdentity

    def get_session_auth_hash(self) -> str:
        return salted_hmac("portal.identity.session", self.session_epoch, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> list[str]:
        return []
