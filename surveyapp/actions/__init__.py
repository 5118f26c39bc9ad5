"""You said, we will: the ledger of commitments."""

from surveyapp.actions import views as views
