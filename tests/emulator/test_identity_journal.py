"""What the journal says about calls of the identity hosts: who, why, and never a secret, a code or a token."""

from __future__ import annotations

from typing import Any

import requests

from portal.emulator.testing import RunningEmulator

from .flows import SignIn, secret_of


def ask(emulator: RunningEmulator, host: str = "acme", **request: Any) -> requests.Response:
    return requests.post(f"{emulator.url}/{host}.piam/oauth/token", timeout=5, **request)


def test_the_journal_tells_which_client_and_why_but_no_secret(emulator: RunningEmulator) -> None:
    client_id, secret = "acme-hub-reader", secret_of(emulator, "acme-hub-reader")
    emulator.requests.clear()
    form = {"grant_type": "client_credentials"}
    ask(emulator, data=form, auth=(client_id, secret))
    ask(emulator, data=form, auth=(client_id, "wrong"))
    ask(emulator, data=form, auth=(secret, client_id))
    ask(emulator, data={"grant_type": secret}, auth=(client_id, secret))
    ask(emulator, "globex", data=form, auth=(client_id, secret))
    assert [(entry.status, entry.client, entry.reason) for entry in emulator.requests] == [
        (200, client_id, f"allowed: client_credentials of {client_id}"),
        (401, client_id, f"wrong secret of {client_id}"),
        (401, "", "no client has this id"),
        (400, client_id, "grant_type has to be authorization_code or client_credentials."),
        (401, client_id, f"{client_id} belongs to acme, not to this identity host"),
    ]
    assert secret not in repr(list(emulator.requests))


def test_the_journal_has_clients_and_reasons_but_no_code(sign_in: SignIn) -> None:
    code = sign_in.code()
    sign_in.exchange(code)
    sign_in.exchange(code)
    sign_in.authorize(client_id=code)
    told = [
        (entry.client, entry.tenant, entry.reason)
        for entry in sign_in.emulator.requests
        if "_emulator" not in entry.path
    ]
    assert told == [
        ("bindery", "", "allowed: the sign-in page for bindery"),
        ("bindery", "acme", "allowed: a code for bindery"),
        ("bindery", "acme", "allowed: authorization_code of bindery"),
        ("bindery", "", "The code is unknown, expired or was used before."),
        ("", "", "The application that sent you here is not registered."),
    ]
    assert code not in repr(list(sign_in.emulator.requests))


def test_the_journal_tells_who_read_userinfo(sign_in: SignIn) -> None:
    token = sign_in.exchange(sign_in.code()).json()["access_token"]
    sign_in.emulator.requests.clear()
    sign_in.userinfo(token)
    sign_in.userinfo("x")
    requests.get(f"{sign_in.base}/token_keys", timeout=5)
    allowed, refused, public = sign_in.emulator.requests
    assert (allowed.client, allowed.reason) == ("bindery", "allowed: a person's token of bindery")
    assert (refused.client, refused.reason) == ("", "not a token of this Hub: DecodeError")
    assert public.reason == "allowed: public"
    assert token not in repr(list(sign_in.emulator.requests))
