"""The components of a version: what the gateway calls, and under which paths."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.commands import editable
from portal.cockpit.models import AppVersion, CheckReason, Component, as_json
from portal.cockpit.readiness.commands import run_after
from portal.cockpit.rules import MOST_COMPONENTS
from portal.errors import NotFound, Refusal


class ComponentNameTaken(Refusal):
    code = "app_component_taken"
    status = 422
    message = gettext_lazy("Another component of this application has this name. Choose another.")


class TooManyComponents(Refusal):
    code = "app_components_full"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("An application has at most %(most)d components.") % {"most": MOST_COMPONENTS})


class LastComponent(Refusal):
    """Without a component, the gateway has nothing to call."""

    code = "app_last_component"
    status = 409
    message = gettext_lazy("This is the last component, and an application has at least one.")
    advice = gettext_lazy("Change it instead, or add another one first.")


@transaction.atomic(durable=True)
def save_component(version: AppVersion, component: Component, *, before: str = "", by: Actor) -> AppVersion:
    """Add a component, or put it in the place of the one that is called `before`. It holds from the registration on.

    Raises `portal.cockpit.commands.ConfigurationLocked`, `ComponentNameTaken`, `TooManyComponents`, `NotFound`.
    """
    version = editable(version)
    held = version.component_list
    if before and before not in {one.name for one in held}:
        raise NotFound
    if component.name != before and component.name in {one.name for one in held}:
        raise ComponentNameTaken
    kept = [component if one.name == before else one for one in held] if before else [*held, component]
    if len(kept) > MOST_COMPONENTS:
        raise TooManyComponents
    version.components = as_json(kept)
    version.save(update_fields=["components"])
    run_after(version, CheckReason.CHANGE, by=by)
    saved = events.ComponentSaved(
        app=version.application.internal_name,
        version=version.version,
        component=component.name,
        before=before,
        url=component.url,
        endpoints=", ".join(component.endpoints),
    )
    record(saved, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def remove_component(version: AppVersion, name: str, *, by: Actor) -> AppVersion:
    """Take a component away. From the next registration on, the gateway does not call it any more.

    Raises `portal.cockpit.commands.ConfigurationLocked`, `LastComponent`, `NotFound`.
    """
    version = editable(version)
    held = {one.name: one for one in version.component_list}
    removed = held.pop(name, None)
    if removed is None:
        raise NotFound
    if not held:
        raise LastComponent
    version.components = as_json(list(held.values()))
    version.save(update_fields=["components"])
    run_after(version, CheckReason.CHANGE, by=by)
    told = {"app": version.application.internal_name, "version": version.version}
    record(events.ComponentRemoved(**told, component=removed.name, url=removed.url), by=by, subject=version.subject)
    return version
