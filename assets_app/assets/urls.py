"""Assets of a tenant."""

from django.urls import path, register_converter

from assets_app.assets import views
from portal.lib.converters import AssetId

register_converter(AssetId, "asset_id")

app_name = "assets"
urlpatterns = [
    path("", views.list_assets, name="list"),
    path("<asset_id:asset_id>/", views.detail, name="detail"),
]
