"""Pages of the desk."""

from django.urls import path

from rempart.web.desk import onbehalf, views

urlpatterns = [path("", views.home, name="home"), path("new/", onbehalf.enter, name="onbehalf")]
