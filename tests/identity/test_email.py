"""Whether an address is the person's: the Hub must say so of this very address, at the last sign-in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.emulator.testing import RunningEmulator
from portal.identity.models import User
from tests.cast import Cast
from tests.identity import flow
from tests.identity.op import SUBJECT, HostileOp
from tests.identity.worlds import CLAIMS, Worlds

ALICE = "alice@acme.example"
MINE = {"email": ALICE, "email_verified": True}
NOT_TRUE = [False, None, "true", "True", 1, [True], {"email": ALICE}]


def sign_in(browser: Client, op: HostileOp, userinfo: dict[str, Any], id_token: dict[str, Any]) -> User:
    state = op.begin(browser)
    op.userinfo = {"sub": SUBJECT, **userinfo}
    op.id_token = op.good(**id_token)
    assert op.finish(browser, state).status_code == 302
    return User.objects.get()


class TestSignIn:
    @pytest.mark.parametrize(
        ("userinfo", "id_token"),
        [
            (MINE, {}),
            (MINE, {"email": "other@acme.example", "email_verified": False}),
            # The ID token says so of the address that UserInfo has.
            ({"email": ALICE}, MINE),
        ],
    )
    def test_verified(self, browser: Client, op: HostileOp, userinfo: dict[str, Any], id_token: dict[str, Any]) -> None:
        user = sign_in(browser, op, userinfo, id_token)
        assert (user.email, user.email_verified) == (ALICE, True)

    @pytest.mark.parametrize(
        ("userinfo", "id_token"),
        [
            ({"email": ALICE}, {}),
            ({}, MINE),
            ({"email_verified": True}, {}),
            ({"email": "", "email_verified": True}, {"email": ""}),
            ({"email": ALICE}, {"email": "other@acme.example", "email_verified": True}),
            ({"email": ALICE}, {"email_verified": True}),
            # UserInfo's word counts before that of the ID token.
            ({"email": ALICE, "email_verified": False}, MINE),
            ({"email": ALICE, "email_verified": None}, MINE),
            # Shown without what does not print: that is not what the Hub vouched for.
            ({"email": f"{ALICE}\u200b", "email_verified": True}, {}),
            ({"email": [ALICE], "email_verified": True}, {}),
            *(({"email": ALICE, "email_verified": odd}, {}) for odd in NOT_TRUE),
            *(({"email": ALICE}, {"email": ALICE, "email_verified": odd}) for odd in NOT_TRUE),
        ],
    )
    def test_not_verified(
        self, browser: Client, op: HostileOp, userinfo: dict[str, Any], id_token: dict[str, Any]
    ) -> None:
        assert not sign_in(browser, op, userinfo, id_token).email_verified

    def test_the_access_token_has_no_say(self, browser: Client, op: HostileOp) -> None:
        op.access_token = op.good_access(**MINE)
        assert not sign_in(browser, op, {"email": ALICE}, {}).email_verified

    def test_it_is_so_at_each_sign_in_anew(self, browser: Client, op: HostileOp) -> None:
        assert sign_in(browser, op, MINE, {}).email_verified
        assert not sign_in(Client(), op, {"email": ALICE}, {}).email_verified

    def test_the_emulator_vouches_for_its_people(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        flow.sign_in(browser, hub, ALICE)
        cast.alice.refresh_from_db()
        assert cast.alice.email_verified


class TestGateway:
    """The forwarded token names an address, but only UserInfo of its identity host vouches for it."""

    def come(self, worlds: Worlds, userinfo: Any, **claims: Any) -> User:
        worlds.hosts["acme"].userinfo = userinfo
        token = worlds.forwarded("acme", "acme", CLAIMS["acme"], email=ALICE, **claims)
        assert Client().get("/t/acme/", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        return User.objects.get()

    def test_verified(self, worlds: Worlds) -> None:
        user = self.come(worlds, {"sub": SUBJECT, "name": "Alice Adler", **MINE})
        assert (user.name, user.email, user.email_verified) == ("Alice Adler", ALICE, True)

    @pytest.mark.parametrize(
        "userinfo",
        [
            {"sub": SUBJECT},
            {"sub": SUBJECT, "email": ALICE},
            {"sub": SUBJECT, "email": "other@acme.example", "email_verified": True},
            {"sub": "somebody-else", "name": "Mallory", **MINE},
            {"name": "Mallory", **MINE},
            *({"sub": SUBJECT, "email": ALICE, "email_verified": odd} for odd in NOT_TRUE),
            [],
            b"",
        ],
    )
    def test_not_verified(self, worlds: Worlds, userinfo: Any) -> None:
        user = self.come(worlds, userinfo)
        assert (user.name, user.email, user.email_verified) == (ALICE, ALICE, False)

    def test_the_token_has_no_say(self, worlds: Worlds) -> None:
        assert not self.come(worlds, {"sub": SUBJECT}, email_verified=True).email_verified

    def test_it_is_so_with_each_token_anew(self, worlds: Worlds) -> None:
        assert self.come(worlds, {"sub": SUBJECT, **MINE}, jti="1").email_verified
        assert not self.come(worlds, b"", jti="2").email_verified

    def test_the_emulator_vouches_for_its_people(
        self, cast: Cast, browser: Client, hub: RunningEmulator, settings: Any
    ) -> None:
        settings.HUB_GATEWAY_URL = "http://acme-bindery-acme.eu1.localhost:8100"
        token = hub.user_token(ALICE, host="acme")
        browser.get("/t/acme/", headers={"Authorization": f"Bearer {token}"})
        assert User.objects.get(issuer__contains="acme.piam").email_verified
