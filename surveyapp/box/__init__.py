"""The ballot box's one door."""

from surveyapp.box import views as views
