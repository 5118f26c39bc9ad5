"""What was promised and what happened, open to anyone."""

from surveyapp.transparency import receipts as receipts
from surveyapp.transparency import records as records
from surveyapp.transparency import views as views
