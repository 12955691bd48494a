"""What people choose about an export."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.keys.exports.formats import COMPOSE_SERVICE, FORMATS, Export
from portal.keys.models import BindingKey
from portal.keys.queries import token_url_of

LABELS = {
    "env": _(".env file"),
    "cf": _("Cloud Foundry: cf set-env"),
    "cf_manifest": _("Cloud Foundry: manifest"),
    "mendix_cloud": _("Mendix Cloud: Model Options"),
    "mendix_kubernetes": _("Mendix on Kubernetes: microflowConstants"),
    "mendix_secret": _("Mendix on Kubernetes: mx-const- secret"),
    "compose": _("Docker Compose"),
    "kubernetes": _("Kubernetes Secret"),
}


class ExportForm(forms.Form):
    """Chooses the format, and how the app names its constants."""

    format = forms.ChoiceField(label=_("Format"), choices=[(name, LABELS[name]) for name in FORMATS])
    module = forms.RegexField(
        label=_("Mendix module"),
        regex=r"\A[A-Za-z_][A-Za-z0-9_]{0,99}\Z",
        required=False,
        widget=forms.TextInput(attrs={"list": "mendix-modules", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Name of the authenticator module, exactly as your app spells it: a misspelt name is ignored without a "
            "word. Empty for an app that is no Mendix app."
        ),
        error_messages={"invalid": _("Letters, digits and underscores, as Mendix Studio Pro shows the name.")},
    )
    app = forms.CharField(
        label=_("Name of the app"),
        required=False,
        max_length=100,
        initial="my-app",
        help_text=_("For Cloud Foundry and Compose, which name the app or service."),
    )
    with_proxy = forms.BooleanField(
        label=_("The app uses the reverse proxy of the module (EnableMindSphereApiReverseProxy)"), required=False
    )

    def clean_app(self) -> str:
        app: str = self.cleaned_data["app"] or "my-app"
        # A leading hyphen would be an option to `cf`.
        if not app.isprintable() or app.startswith("-"):
            raise forms.ValidationError(_("Use letters, digits, spaces and signs on one line; no hyphen first."))
        if self.cleaned_data.get("format") == "compose" and not COMPOSE_SERVICE.fullmatch(app):
            raise forms.ValidationError(
                _("Compose names a service with letters A–Z and a–z, digits, dots, hyphens and underscores.")
            )
        return app

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = FORMATS.get(cleaned.get("format", ""))
        if chosen and chosen.is_mendix and not cleaned.get("module") and "module" not in self.errors:
            self.add_error("module", _("Write the name of the module: this format is made of it."))
        return cleaned

    def export_of(self, key: BindingKey, secret: str | None) -> Export:
        """The export that was chosen; of a valid form."""
        return Export(
            key_name=key.name,
            stem=key.constant_name.lower(),
            token_url=token_url_of(key),
            client_id=key.client_id,
            client_secret=secret,
            module=self.cleaned_data["module"],
            app=self.cleaned_data["app"],
            with_proxy=self.cleaned_data["with_proxy"],
        )
