"""The practitioners’ board: sense check of the draft findings."""

from surveyapp.board import views as views
