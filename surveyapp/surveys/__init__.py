"""Programmes and waves: setting up, committing, watching."""

from surveyapp.surveys import codebook as codebook
from surveyapp.surveys import naming as naming
from surveyapp.surveys import views as views
