"""Programmes and waves: setting up, committing, watching."""

from surveyapp.surveys import naming as naming
from surveyapp.surveys import views as views
