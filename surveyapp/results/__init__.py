"""Reading publications."""

from surveyapp.results import invited as invited
from surveyapp.results import views as views
