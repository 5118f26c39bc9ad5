"""Changes of a promise that two people sign."""

from surveyapp.amendments import views as views
