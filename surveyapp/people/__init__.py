"""The roster: who is invited."""

from surveyapp.people import views as views
