"""Accounts, mail and health for those who run the server."""

from surveyapp.admin import views as views
