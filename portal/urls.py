"""The site map: one include per slice, its prefix visible."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from portal.cockpit.release import dossier_views
from portal.cockpit.release.contact_views import answer as answer_as_contact
from portal.keys.handover import views as handover_views
from portal.lib.converters import TenantName
from portal.tenants import person_views
from portal.tenants.views import choose

register_converter(TenantName, "tenant")

urlpatterns: list[URLPattern | URLResolver] = [
    # First what programs ask for all the time: each line before it is tried in vain.
    path("", include("portal.tokens.urls")),
    path("", choose, name="choose"),
    path("request/", person_views.ask, name="ask"),
    path("request/withdraw/", person_views.withdraw_request, name="withdraw_request"),
    path("invitations/<str:token>/", person_views.invitation, name="invitation"),
    path("hand-over/<str:token>/", handover_views.receive, name="hand_over"),
    path("hand-over/<str:token>/file/", handover_views.receive_file, name="hand_over_file"),
    path("alternate-contact/<str:token>/", answer_as_contact, name="alternate_contact"),
    path(".well-known/bindery-dossier.pem", dossier_views.public_key, name="dossier_key"),
    path("leave/<tenant:tenant>/", person_views.leave, name="leave"),
    path("", include("portal.identity.urls")),
    path("t/<tenant:tenant>/", include("portal.tenants.urls")),
    path("t/<tenant:tenant>/assets/", include("assets_app.assets.urls")),
    path("t/<tenant:tenant>/collaborations/", include("assets_app.sharing.urls")),
    path("t/<tenant:tenant>/keys/", include("portal.keys.urls")),
    path("t/<tenant:tenant>/apps/", include("portal.cockpit.urls")),
    path("t/<tenant:tenant>/activity/", include("portal.audit.urls")),
    path("api/", include("portal.proxy.urls")),
    path("leaks/", include("portal.keys.leaks.urls")),
    path("", include("portal.notify.urls")),
    path("", include("portal.ops.urls")),
]

handler400 = "portal.errors.handler400"
handler403 = "portal.errors.handler403"
handler404 = "portal.errors.handler404"
handler500 = "portal.errors.handler500"
