"""For a witness: fetch a pulse's sealed ballots, and send back what came out of them."""

from surveyapp.witnessing import audits as audits
from surveyapp.witnessing import views as views
