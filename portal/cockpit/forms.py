"""What people write about applications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.cockpit import rules
from portal.cockpit.models import AppVersion, Component
from portal.cockpit.rules import RuleBroken
from portal.cockpit.states import AppState
from portal.lib.forms import SeenForm
from portal.lib.images.field import IconField, PictureField

# For names and addresses: no capital letter at the beginning, no red line below.
AS_IT_IS = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class RuleField(forms.CharField):
    """Text that a rule of `portal.cockpit.rules` takes, in the form in which the rule returns it."""

    def __init__(self, rule: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rule = rule

    def clean(self, value: Any) -> str:
        written = str(super().clean(value))
        try:
            return self.rule(written) if written else ""
        except RuleBroken as broken:
            raise forms.ValidationError(str(broken)) from broken


class LinesField(forms.CharField):
    """Names or patterns, one per line, each as a rule takes it; what stands there twice counts once."""

    def __init__(self, rule: Callable[[str], str], most: int, **kwargs: Any) -> None:
        rows = forms.Textarea({"rows": 4} | AS_IT_IS)
        super().__init__(max_length=most * 220, widget=rows, **kwargs)
        self.rule, self.most = rule, most

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        try:
            kept = list(dict.fromkeys(self.rule(line) for line in lines))
        except RuleBroken as broken:
            raise forms.ValidationError(str(broken)) from broken
        if len(kept) > self.most:
            raise forms.ValidationError(gettext("Write at most %(most)d lines.") % {"most": self.most})
        return kept


class TextField(forms.CharField):
    """Several lines of printable characters."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": rows}), **kwargs)

    def clean(self, value: Any) -> str:
        written = "\n".join(str(super().clean(value)).splitlines())
        if not all(line.isprintable() for line in written.split("\n")):
            raise forms.ValidationError(gettext("Use letters, digits, spaces and signs."))
        return written


class PictureInput(forms.FileInput):
    """Where a picture is chosen, beside the present one."""

    template_name = "cockpit/_picture_input.html"
    present_url = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"present_url": self.present_url}


class PicturesForm(forms.Form):
    """A form with pictures. A browser sends a chosen file once and then forgets it."""

    def ask_again_for_pictures(self) -> None:
        """For a form that is shown again because of something else: a picture in it, fine as it was, has to be chosen
        once more."""
        for name, field in self.fields.items():
            if isinstance(field, PictureField) and self.cleaned_data.get(name):
                self.add_error(name, gettext("The picture is fine, but a browser does not keep it. Choose it again."))

    def show_present(self, name: str, url: str) -> None:
        """Show the picture that is kept beside the field that replaces it."""
        cast(PictureInput, self.fields[name].widget).present_url = url


class SettingsForm(PicturesForm):
    """What can be changed about a version beside its components and roles."""

    display_name = RuleField(
        rules.display_name,
        label=_("Display name"),
        max_length=50,
        help_text=_("As people see it on the Launchpad. At most 50 letters, digits, blanks, dots or dashes."),
    )
    description = TextField(label=_("Description"), required=False, max_length=500)
    icon = IconField(label=_("Icon"), required=False, widget=PictureInput)
    content_security_policy = RuleField(
        rules.content_security_policy,
        label="content-security-policy",
        required=False,
        max_length=rules.POLICY_LENGTH,
        widget=forms.Textarea({"rows": 2} | AS_IT_IS),
        help_text=_("The gateway sends it with each answer. Empty: the platform's own policy."),
    )
    cache_control = RuleField(
        rules.cache_control,
        label="cache-control",
        required=False,
        max_length=rules.CACHE_LENGTH,
        widget=forms.TextInput(AS_IT_IS),
        help_text=_("Empty: as the application answers."),
    )


class EditAppForm(SettingsForm):
    """Changes a version. A new icon replaces the present one, whatever is ticked."""

    remove_icon = forms.BooleanField(label=_("Remove the icon; the default one is shown then"), required=False)

    field_order = ("display_name", "description", "icon", "remove_icon", "content_security_policy", "cache_control")

    def __init__(self, icon_url: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if icon_url:
            self.show_present("icon", icon_url)
        else:
            del self.fields["remove_icon"]

    @property
    def told(self) -> dict[str, str | bytes | None]:
        """What is to be changed; of a valid form."""
        told = dict(self.cleaned_data)
        icon, removes = told.pop("icon"), told.pop("remove_icon", False)
        return told | ({"icon": icon.png} if icon else {"icon": None} if removes else {})


class ComponentForm(forms.Form):
    """A component with its address and endpoints."""

    name = RuleField(
        rules.component_name,
        label=_("Component name"),
        initial="web",
        widget=forms.TextInput(AS_IT_IS),
        help_text=_("At most 20 lower-case letters, digits and dashes."),
    )
    url = RuleField(
        rules.external_url,
        label=_("External URL"),
        widget=forms.URLInput(AS_IT_IS),
        help_text=_("Where you host it: https, a DNS name and a certificate that browsers trust."),
    )
    endpoints = LinesField(
        rules.endpoint,
        rules.MOST_ENDPOINTS,
        label=_("Endpoints"),
        initial="/**",
        help_text=_(
            "Paths under which the gateway calls it, one pattern per line: ? is one character, * a part, ** any "
            "number of parts. /** is everything; /api is reserved."
        ),
    )

    @classmethod
    def of(cls, held: Component, written: Any = None) -> ComponentForm:
        """The form that changes this component."""
        return cls(written, initial={"name": held.name, "url": held.url, "endpoints": "\n".join(held.endpoints)})

    @property
    def component(self) -> Component:
        """What was written; of a valid form."""
        return Component(**{name: self.cleaned_data[name] for name in ComponentForm.base_fields})


class VersionForm(forms.Form):
    """A version of an application. One that the cockpit takes but that may break provisioning is asked about."""

    version = RuleField(
        rules.version,
        label=_("Version"),
        initial=rules.FIRST_VERSION,
        max_length=30,
        widget=forms.TextInput(AS_IT_IS),
        help_text=_("Does not change later. Major.Minor.Patch, beginning with 1, such as v1.0.0."),
    )
    version_anyway = forms.BooleanField(
        label=_("Use this version all the same"),
        error_messages={
            "required": _("Signs other than . and @ may break the provisioning later. Choose another, or tick this.")
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound or not rules.is_risky_version(str(self["version"].data or "").strip()):
            del self.fields["version_anyway"]


class CreateAppForm(ComponentForm, VersionForm, SettingsForm):
    """Creates an application with its first component."""

    internal_name = RuleField(
        rules.internal_name,
        label=_("Internal name"),
        required=False,
        max_length=rules.INTERNAL_NAME_LENGTH,
        widget=forms.TextInput(AS_IT_IS | {"data-proposed-from": "id_display_name"}),
        help_text=_(
            "Part of its address, scopes and roles; it does not change any more. Leave it empty for a proposal. At "
            "most 20 lower-case letters and digits, a letter first."
        ),
    )
    self_hosted = forms.BooleanField(
        label=_("Self Hosted Application"),
        initial=True,
        help_text=_("It runs on infrastructure of your own."),
        error_messages={
            "required": _(
                "Bindery takes self-hosted applications only. Those on Cloud Foundry are made in the Developer Cockpit."
            )
        },
    )

    FIRST = ("display_name", "internal_name", "version", "version_anyway", "self_hosted", "description", "icon")
    COMPONENT = ("name", "url", "endpoints")
    CONFIGURATION = ("content_security_policy", "cache_control")
    field_order = [*FIRST, *COMPONENT, *CONFIGURATION]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("display_name") and cleaned.get("internal_name") == "":
            proposed = rules.internal_name_from(cleaned["display_name"])
            text = gettext("Nothing of the display name can be used for it. Write one, for example pumpadvisor.")
            if proposed:
                text = gettext("It never changes, so look at the proposal, then send the form again.")
                self.data = self.data.copy()  # type: ignore[attr-defined]
                self.data["internal_name"] = proposed  # type: ignore[index]
            self.add_error("internal_name", text)
        return cleaned

    def _part(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """What it is."""
        return self._part(self.FIRST)

    @property
    def component_fields(self) -> list[forms.BoundField]:
        """Where it is."""
        return self._part(self.COMPONENT)

    @property
    def configuration_fields(self) -> list[forms.BoundField]:
        """What may be left as it is."""
        return self._part(self.CONFIGURATION)

    @property
    def configuration_is_open(self) -> bool:
        """Whether something was written there."""
        return any(field.errors or (self.is_bound and field.data) for field in self.configuration_fields)


class RoleNamesForm(SeenForm):
    """Which scopes and roles there are."""

    scopes = LinesField(
        rules.scope,
        rules.MOST_SCOPES,
        label=_("Scopes"),
        required=False,
        help_text=_("One per line, without the name of the application, which is put in front of each."),
    )
    roles = LinesField(
        rules.role,
        rules.MOST_ROLES,
        label=_("Roles"),
        required=False,
        help_text=_("One per line, at most five. The Hub's Settings show each as mdsp:tenant:application.role."),
    )

    @classmethod
    def of(cls, version: AppVersion, written: Any = None) -> RoleNamesForm:
        """The form that changes the names of this version."""
        roles = "\n".join(role.name for role in version.role_list)
        told = {"scopes": "\n".join(version.scopes), "roles": roles, "seen": version.roles_digest}
        return cls(written, initial=told)


class GivenForm(SeenForm):
    """What each role gives, as ticks of the matrix."""

    gives = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": _("Somebody changed scopes or roles meanwhile. Load this page again.")},
    )

    def __init__(self, ticks: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["gives"]).choices = [(name, name) for name in ticks]

    @property
    def typed(self) -> list[str] | None:
        """What was ticked as it was sent; None where nothing was sent yet."""
        return cast(list[str], self["gives"].value() or []) if self.is_bound else None


class AppFilterForm(forms.Form):
    """Narrows the list of applications."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *AppState.choices], required=False)
