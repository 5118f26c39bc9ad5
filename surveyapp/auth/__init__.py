"""Signing in and out of staff pages."""

from surveyapp.auth import views as views
from surveyapp.auth.sessions import NoSessions as NoSessions
from surveyapp.auth.sessions import init_app as init_app
