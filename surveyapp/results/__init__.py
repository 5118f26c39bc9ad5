"""Reading publications."""

from surveyapp.results import views as views
