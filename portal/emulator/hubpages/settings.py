"""Settings: an admin of the tenant looks for a person and edits the role assignment."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup
from werkzeug import Response

from portal.emulator.hub import Hub
from portal.emulator.hubpages.html import PageProblem, page
from portal.emulator.hubpages.sessions import Visitor
from portal.emulator.identity.accounts import Account, DirectoryRefused
from portal.emulator.identity.groups import TENANT_ADMIN, Group, Member, MemberKind
from portal.emulator.web import EmulatorRequest

MOST_SHOWN = 50
LONGEST_QUERY = 200

SEARCH = Markup(
    '<form method="get" action="{own}settings/" role="search" class="fields"><label for="q">Name or e-mail</label>'
    '<input id="q" name="q" type="search" value="{q}" maxlength="200">'
    '<button class="plain">Search</button></form>'
)
PERSON = Markup(
    '<li class="tile"><span class="tile__icon" aria-hidden="true">{letters}</span><span>{name}<br>'
    '<span class="tile__version">{email}</span></span>'
    '<a href="{own}settings/users/{user_id}" aria-label="Edit role assignment of {name}">Edit role assignment</a></li>'
)
LISTED = Markup('<ul class="tiles tiles--wide" role="list">{people}</ul>')
LEAD = Markup('<p class="lead">{text}</p>')
BACK = Markup('<p class="actions links"><a href="{url}">{text}</a></p>')
FORM = Markup(
    '{told}<p class="lead">{email}</p><form method="post" action="{own}settings/users/{user_id}" class="roles">'
    '{parts}<p class="actions"><button class="plain">Save</button></p></form>'
)
PART = Markup("<fieldset><legend>{title}</legend>{roles}</fieldset>")
ROLE = Markup(
    '<p class="role"><input type="checkbox" id="role-{number}" name="role" value="{group_id}"{checked}>'
    '<label for="role-{number}"><span class="role__name">{name}</span> {about}</label></p>'
)
SAVED = Markup('<p class="told" role="status">Saved. {name} has these roles from the next sign-in on.</p>')
REFUSED = Markup('<p class="told" role="alert">Nothing was changed. {why}</p>')


def require_admin(visitor: Visitor) -> None:
    """Let admins of the tenant through, who are that today and were it when they signed in.

    :raises PageProblem: 403 for others.
    """
    if TENANT_ADMIN not in visitor.scope or TENANT_ADMIN not in visitor.account.scope:
        raise PageProblem(403, f"Settings are for admins of the tenant, who have the role {TENANT_ADMIN}.")


def people_page(hub: Hub, request: EmulatorRequest, tenant: str) -> Response:
    """A search for people, and who was found."""
    own, q = request.addresses.launchpad(tenant), request.args.get("q", "")[:LONGEST_QUERY].strip()
    found = [one for one in hub.directory.people(tenant) if q.casefold() in f"{one.name} {one.email}".casefold()]
    body = SEARCH.format(own=own, q=q)
    if found:
        body += LISTED.format(people=Markup("").join(_person(one, own) for one in found[:MOST_SHOWN]))
    else:
        body += LEAD.format(text="Nobody has this name or address. Write a part of it.")
    if len(found) > MOST_SHOWN:
        body += LEAD.format(text=f"{len(found) - MOST_SHOWN} more. Write more of the name.")
    body += BACK.format(url=own, text="Launchpad")
    return page(hub, "Settings", "Users", body)


def roles_page(
    hub: Hub, request: EmulatorRequest, tenant: str, user_id: str, refused: str = "", status: int = 200
) -> Response:
    """The roles of one person, to be ticked; those of applications first.

    :raises PageProblem: 404, there is no such person in this tenant.
    """
    account, own = _person_of(hub, tenant, user_id), request.addresses.launchpad(tenant)
    registered = {one.full_role(role) for one in hub.applications for role in one.roles}
    parts: dict[str, list[Markup]] = {}
    for number, group in enumerate(assignable(hub, tenant)):
        of_application = group.name.startswith(f"mdsp:{tenant}:")
        title = "Roles of applications" if of_application else "Roles of the platform and of the tenant"
        about = group.description
        if of_application and group.name not in registered:
            about = "The application is not registered: this role gives nothing now."
        parts.setdefault(title, []).append(
            ROLE.format(
                number=number,
                group_id=group.group_id,
                checked=Markup(" checked") if _is_member(group, account) else "",
                name=group.name,
                about=about,
            )
        )
    told = REFUSED.format(why=refused) if refused else Markup("")
    if not refused and "saved" in request.args:
        told = SAVED.format(name=account.name)
    body = FORM.format(
        told=told,
        own=own,
        user_id=account.user_id,
        email=account.email,
        parts=Markup("").join(PART.format(title=title, roles=Markup("").join(roles)) for title, roles in parts.items()),
    )
    body += BACK.format(url=f"{own}settings/", text="Users")
    return page(hub, "Settings", f"Role assignment of {account.name}", body, status)


def save_roles(hub: Hub, request: EmulatorRequest, tenant: str, user_id: str) -> Response:
    """Give the ticked roles and take the others; whoever is signed in keeps the old ones until the next sign-in."""
    wanted = set(request.form.getlist("role"))
    with hub.lock:
        account = _person_of(hub, tenant, user_id)
        changed = [
            _toggled(group, account, hub.clock.now())
            for group in assignable(hub, tenant)
            if (group.group_id in wanted) != _is_member(group, account)
        ]
        try:
            hub.directory.put_groups(tenant, changed)
        except DirectoryRefused as error:
            return roles_page(hub, request, tenant, user_id, str(error), 409)
    request.reason = f"allowed: {len(changed)} roles of {account.email} changed"
    response = Response(status=303)
    response.headers["Location"] = f"{request.addresses.launchpad(tenant)}settings/users/{account.user_id}?saved=1"
    return response


def assignable(hub: Hub, tenant: str) -> list[Group]:
    """The roles that Settings lists, those of applications first, by name."""
    roles = [group for group in hub.directory.groups(tenant) if group.is_role]
    return sorted(roles, key=lambda group: (not group.name.startswith(f"mdsp:{tenant}:"), group.name))


def _is_member(group: Group, account: Account) -> bool:
    return any(member.id == account.user_id for member in group.members)


def _toggled(group: Group, account: Account, at: float) -> Group:
    meta = group.meta.touched(at)
    if _is_member(group, account):
        return replace(group.without(account.user_id), meta=meta)
    return replace(group, members=(*group.members, Member(MemberKind.USER, account.user_id)), meta=meta)


def _person_of(hub: Hub, tenant: str, user_id: str) -> Account:
    account = hub.directory.person(tenant, user_id)
    if account is None:
        raise PageProblem(404, "There is no such person in this tenant.")
    return account


def _person(account: Account, own: str) -> Markup:
    return PERSON.format(
        own=own,
        letters=(account.given_name[:1] + account.family_name[:1]) or "?",
        name=account.name,
        email=account.email if account.active else f"{account.email}, deactivated",
        user_id=account.user_id,
    )
