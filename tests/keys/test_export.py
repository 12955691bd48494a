"""The page that writes a key's values for an app, and the files with and without the secret."""

from __future__ import annotations

import base64
import re

import pytest
import yaml
from django.test import Client

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.keys.exports.formats import FORMATS
from portal.keys.lifecycle.commands import OldEnd, roll_key
from portal.keys.models import BindingKey
from portal.scoping import tenant_scope
from tests.cast import Cast, make_key, make_upstream_key, signed_in
from tests.faults import audit_refuses

MODULE = "MindSphereIIoTAuthenticator"


@pytest.fixture
def key(cast: Cast) -> BindingKey:
    return make_key(cast.acme)[0]


def exports() -> list[tuple[str, ...]]:
    records = AuditRecord.all_tenants.filter(name="key.exported").order_by("index")
    told = ("format", "secret", "generation")
    return [(record.actor_name, *(record.facts[name] for name in told)) for record in records]


class TestPage:
    @pytest.mark.parametrize("name", FORMATS)
    def test_shows_each_format_without_the_secret(self, name: str, cast: Cast, key: BindingKey) -> None:
        dev = signed_in(cast.dev)
        answer = dev.get(f"/t/acme/keys/{key.pk}/export/", {"format": name, "module": MODULE, "app": "pumps"})
        assert answer.status_code == 200
        assert key.client_id in answer.context["written"]
        assert "bnd_" not in answer.content.decode()
        assert exports() == []

    def test_offers_the_known_spellings_and_takes_another(self, alice: Client, key: BindingKey) -> None:
        page = f"/t/acme/keys/{key.pk}/export/"
        assert f'<option value="{MODULE}">' in alice.get(page).content.decode()
        answer = alice.get(page, {"format": "env", "module": "My_Authenticator2"})
        assert f"MX_My_Authenticator2_ClientID={key.client_id}\n" in answer.context["written"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"format": "xml"},
            {"format": "mendix_cloud"},
            {"format": "env", "module": "a.b"},
            {"format": "env", "module": "x\nEVIL=1"},
            {"format": "cf", "app": "-p"},
            {"format": "cf", "app": "a\nb"},
            {"format": "compose", "app": "a'b $x ü"},
            {"format": "compose", "app": "my app"},
        ],
    )
    def test_anything_else_is_shown_again(self, wrong: dict[str, str], alice: Client, key: BindingKey) -> None:
        answer = alice.get(f"/t/acme/keys/{key.pk}/export/", wrong)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
        assert answer.context["written"] == ""

    @pytest.mark.parametrize(("name", "app"), [("compose", "Pumps_2.x-a"), ("cf", "my app"), ("cf_manifest", "ü $x")])
    def test_names_that_the_reader_of_the_format_takes(
        self, name: str, app: str, alice: Client, key: BindingKey
    ) -> None:
        answer = alice.get(f"/t/acme/keys/{key.pk}/export/", {"format": name, "app": app})
        assert answer.status_code == 200
        assert answer.context["written"]

    @pytest.mark.parametrize("called", ["Größe Süd", "泵站四", "-- x --", "x" * 60])
    def test_resources_of_kubernetes_have_a_name_that_it_takes(self, called: str, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme, called)
        answer = alice.get(f"/t/acme/keys/{key.pk}/export/", {"format": "kubernetes"})
        name = yaml.safe_load(answer.context["written"])["metadata"]["name"]
        # A subdomain of RFC 1123, as Kubernetes checks it: at most 253 characters, its parts as long as they like.
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,251}[a-z0-9])?", name)

    def test_format_that_cannot_carry_a_value_says_so(self, alice: Client, key: BindingKey) -> None:
        answer = alice.get(f"/t/acme/keys/{key.pk}/export/", {"format": "cf_manifest", "app": "((x))"})
        assert answer.status_code == 422
        assert "holds signs that this format cannot carry unchanged" in answer.content.decode()

    def test_imported_keys_have_none(self, alice: Client, cast: Cast) -> None:
        imported = make_upstream_key(cast.acme)
        assert alice.get(f"/t/acme/keys/{imported.pk}/export/").status_code == 404

    def test_page_of_the_key_leads_here(self, alice: Client, key: BindingKey) -> None:
        assert f'href="/t/acme/keys/{key.pk}/export/"' in alice.get(f"/t/acme/keys/{key.pk}/").content.decode()


class TestFile:
    def test_with_the_secret_that_the_browser_brings(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        form = {"client_secret": secret, "format": "mendix_secret", "module": MODULE}
        answer = alice.post(f"/t/acme/keys/{key.pk}/export/file/", form)
        assert answer["Content-Disposition"] == 'attachment; filename="line_4_gateway-mx-const.yaml"'
        assert answer["Cache-Control"] == "no-store"
        coded = yaml.safe_load(answer.content)["data"][f"mx-const-{MODULE}.ClientSecret"]
        assert base64.b64decode(coded).decode() == secret
        assert exports() == [("Alice Adler", "mendix_secret", "with", 1)]
        record = AuditRecord.all_tenants.get(name="key.exported")
        assert secret not in bytes(record.body or b"").decode()
        assert "with the secret" in record.sentence

    def test_record_says_which_secret_it_was(self, alice: Client, cast: Cast) -> None:
        key, first = make_key(cast.acme)
        with tenant_scope(cast.acme.pk):
            _generation, second = roll_key(key, old_ends=OldEnd(3600), by=SYSTEM)
        for secret in (second.reveal(), first):
            alice.post(f"/t/acme/keys/{key.pk}/export/file/", {"client_secret": secret, "format": "env"})
        assert [told[-1] for told in exports()] == [2, 1]
        ledger = alice.get(f"/t/acme/keys/{key.pk}/").context["exposures"]
        assert [exposure.generation for exposure in ledger][:2] == [1, 2]

    def test_without_it(self, alice: Client, key: BindingKey) -> None:
        answer = alice.post(f"/t/acme/keys/{key.pk}/export/file/", {"format": "env"})
        assert "ClientSecret=<paste the clientSecret here>" in answer.content.decode()
        assert exports() == [("Alice Adler", "env", "without", 0)]

    @pytest.mark.parametrize("secret", ["bnd_wrong", "bnd_" + "0" * 49, "x\r\nSet-Cookie: a=b"])
    def test_is_no_mirror_for_other_text(self, secret: str, alice: Client, key: BindingKey) -> None:
        form = {"client_secret": secret, "format": "env"}
        assert alice.post(f"/t/acme/keys/{key.pk}/export/file/", form).status_code == 400
        assert exports() == []

    def test_secret_of_another_key_is_other_text(self, alice: Client, cast: Cast, key: BindingKey) -> None:
        _other, secret = make_key(cast.acme, "Another")
        form = {"client_secret": secret, "format": "env"}
        assert alice.post(f"/t/acme/keys/{key.pk}/export/file/", form).status_code == 400

    def test_wrong_choice_does_not_repeat_the_secret(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        form = {"client_secret": secret, "format": "mendix_cloud"}
        answer = alice.post(f"/t/acme/keys/{key.pk}/export/file/", form)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert secret not in page
        assert "Write the name of the module" in page
        assert "is still open: correct it there" in page

    def test_no_record_no_file(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        with audit_refuses():
            answer = alice.post(f"/t/acme/keys/{key.pk}/export/file/", {"client_secret": secret, "format": "env"})
        assert answer.status_code == 503
        assert secret not in answer.content.decode()

    def test_page_with_the_secret_offers_it(self, alice: Client) -> None:
        page = alice.post("/t/acme/keys/create/", {"name": "Line 4 gateway", "expires": "30"}).content.decode()
        key = BindingKey.all_tenants.get()
        assert f'action="/t/acme/keys/{key.pk}/export/file/"' in page
        assert f'<a href="/t/acme/keys/{key.pk}/">Line 4 gateway</a>' in page
