"""The start page."""

from surveyapp.home import views as views
