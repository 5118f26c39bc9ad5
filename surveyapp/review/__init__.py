"""The reviewers’ desk: comments that may be read are checked before anybody else reads them."""

from surveyapp.review import subjects as subjects
from surveyapp.review import views as views
