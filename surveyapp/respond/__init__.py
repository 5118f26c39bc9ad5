"""Answering: the only pages a respondent meets."""

from surveyapp.respond import collecting as collecting
from surveyapp.respond import views as views
