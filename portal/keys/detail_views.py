"""The page of one key: what it is, how it is used, who has its secret, what happened to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portal.access import TenantRequest, tenant_page
from portal.audit.events import Kind
from portal.audit.queries import shown, uses_of
from portal.keys import deployment, use_counts
from portal.keys.handover.commands import may_hand_over
from portal.keys.links import key_url
from portal.keys.models import BindingKey, SecretGeneration, Source, in_somebodys_hands
from portal.keys.queries import exposures_of, history_of, secret_state, token_url_of, with_state
from portal.keys.reach_views import reach_of
from portal.keys.rows import key_row
from portal.keys.use_counts import PERIOD_LABELS, PERIODS, LastUse, Uses
from portal.keys.views import try_lines
from portal.lib.badge import Badge
from portal.lib.bar_chart import bar_charts
from portal.lib.paging import with_query
from portal.permissions import Permission

# What the chart shows when the address does not say it.
DEFAULT_PERIOD = "30d"
# Of what was done to the key and with it, of who saw its secrets, the last so many are shown.
CHANGES_SHOWN, USES_SHOWN, EXPOSURES_SHOWN = 10, 5, 20
# So many of its last secrets, and besides all that work.
SECRETS_SHOWN = 10


@require_safe
@tenant_page(Permission.KEYS_READ)
def detail(request: TenantRequest, key_id: int) -> HttpResponse:
    """One key: what it is, how to use it, where its values come from, its uses, its history."""
    key = get_object_or_404(with_state(BindingKey.objects.all()), pk=key_id)
    row = key_row(request, key)
    may_revoke = Permission.KEYS_WRITE in request.permissions and key.is_active
    every: list[Any] = list(key.generations.annotate(is_held=in_somebodys_hands()).order_by("-number"))
    generations = [one for place, one in enumerate(every) if place < SECRETS_SHOWN or not one.has_ended]
    # During a roll it is refused: the older secret has to end first.
    may_hand_over_now = may_revoke and may_hand_over(key) and not _is_rolling(generations)
    exposures = exposures_of(key, EXPOSURES_SHOWN + 1)
    activity_url = f"{reverse('audit:activity', args=[request.tenant.name])}?subject={key.subject}"
    context = {
        "key": row | {"token_url": token_url_of(key)},
        "secrets": _secrets(key, generations, row["state"]),
        "calls_hub": key.is_upstream and key.is_active,
        "settings_rows": _settings_rows(request, key),
        "try_lines": try_lines(key) if key.source == Source.PORTAL else [],
        "older_secrets": _older_secrets(len(every) - len(generations)),
        "activity_url": activity_url,
        "revoke_url": key_url(request, "revoke", key.pk) if may_revoke else None,
        "lifecycle": _lifecycle(request, key, generations) if may_revoke and key.source == Source.PORTAL else None,
        "hand_over_url": key_url(request, "hand_over", key.pk) if may_hand_over_now else None,
        "export_url": key_url(request, "export", key.pk) if key.source == Source.PORTAL else None,
        "reach": reach_of(request, key),
        "exposures": exposures[:EXPOSURES_SHOWN],
        "older_exposures_url": f"{activity_url}&kind={Kind.CHANGE}" if len(exposures) > EXPOSURES_SHOWN else None,
        "history": [shown(record) for record in history_of(key)[:CHANGES_SHOWN]],
        "uses": [shown(record) for record in uses_of(key.subject).filter(kind=Kind.KEY_USE)[:USES_SHOWN]],
    }
    if key.source == Source.PORTAL:
        context |= _counted(request, key, generations)
    return render(request, "keys/detail.html", context)


def _lifecycle(request: TenantRequest, key: BindingKey, generations: list[SecretGeneration]) -> dict[str, Any]:
    """What can be done with a key made here, short of revoking it; each has a page that says what follows."""
    pages = ("roll", "disable", "enable", "brown_out")
    return {
        "urls": {page: key_url(request, page, key.pk) for page in pages},
        "is_rolling": _is_rolling(generations),
        "is_expired": key.is_expired,
        "is_disabled": key.disabled_at is not None,
        "because": key.why_disabled,
        "is_browning_out": key.is_browning_out,
    }


def _counted(request: TenantRequest, key: BindingKey, generations: list[SecretGeneration]) -> dict[str, Any]:
    """Uses over the period that the address asks for, in each period by secret, and who they were."""
    period = request.GET.get("period", "")
    if period not in PERIODS:
        period = DEFAULT_PERIOD
    over_time = use_counts.over_time(key, period)
    by_secret = use_counts.by_secret(key)
    return {
        "periods": [
            {"label": label, "url": f"{with_query(request, 'period', name)}#use-title", "current": name == period}
            for name, label in PERIOD_LABELS.items()
        ],
        "in_hours": period == "24h",
        "over_time": over_time[::-1],
        "total": sum(uses.all for _moment, uses in over_time),
        "failed": sum(uses.failed for _moment, uses in over_time),
        "charts": bar_charts(
            [(moment, uses.all) for moment, uses in over_time], [uses.failed for _moment, uses in over_time]
        ),
        "by_secret": [
            (generation.number, [(PERIOD_LABELS[one], _of(by_secret, generation, one)) for one in PERIODS])
            for generation in generations
        ],
        "succeeded": Badge("ok", "check", _("Success")),
        "did_fail": Badge("bad", "triangle-alert", _("Failure")),
        "callers": use_counts.last_callers(key),
    }


def _of(by_secret: dict[int, dict[str, Uses]], generation: SecretGeneration, period: str) -> Uses:
    return by_secret.get(generation.number, {}).get(period, Uses())


def _secrets(key: BindingKey, generations: list[SecretGeneration], of_key: Badge) -> list[dict[str, Any]]:
    rolling = not key.standing and _is_rolling(generations)
    last = use_counts.last_uses(key) if key.source == Source.PORTAL else {}
    return [_secret(one, of_key, last.get(one.number, LastUse()), rolling=rolling) for one in generations]


def _older_secrets(ended: int) -> str:
    """How many secrets are not shown, in words; empty for none."""
    if not ended:
        return ""
    return ngettext("%(count)d older secret has ended.", "%(count)d older secrets have ended.", ended) % {
        "count": ended
    }


def _is_rolling(generations: list[SecretGeneration]) -> bool:
    return sum(not one.has_ended and one.is_held for one in generations) > 1  # type: ignore[attr-defined]  # annotated


def _secret(generation: SecretGeneration, of_key: Badge, last: LastUse, *, rolling: bool) -> dict[str, Any]:
    used = generation.first_used_at is not None or last.ok is not None
    return {
        "number": generation.number,
        "created_at": generation.created_at,
        "created_by": generation.created_by,
        "hint": generation.hint,
        "ends_at": generation.ends_at,
        "hours_after_next_use": generation.hours_after_next_use,
        "state": secret_state(generation, of_key, rolling=rolling, used=used, held=generation.is_held),  # type: ignore[attr-defined]  # annotated
        "last": last,
    }


def _settings_rows(request: TenantRequest, key: BindingKey) -> list[dict[str, Any]]:
    """Where TokenURL, ClientID and ClientSecret come from; only the key that calls the Hub is ever overridden."""
    if not key.is_upstream or not key.is_active:
        return []
    stored = {"TOKEN_URL": key.token_url, "CLIENT_ID": key.client_id, "CLIENT_SECRET": "***"}
    rows = []
    for part in deployment.PARTS:
        note = deployment.variable_name(request.tenant.name, key, part)
        try:
            word = deployment.override(request.tenant.name, key, part)
        except deployment.ConstantUnreadable:
            source, value = deployment.ValueSource.FILE, ""
            note = _("%(variable)s names a file that cannot be read.") % {"variable": f"{note}_FILE"}
        else:
            source = word.source if word else deployment.ValueSource.DATABASE
            value = word.value if word and part != "CLIENT_SECRET" else stored[part]
        rows.append(
            {"name": deployment.CONSTANTS[part], "source_label": source.label, "value_shown": value, "note": note}
        )
    return rows
