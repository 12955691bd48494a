"""Everything under /api/ goes to the Hub, as far as `routes` allows."""

from django.urls import path

from portal.proxy import views

app_name = "proxy"
urlpatterns = [path("<path:rest>", views.forward, name="forward")]
