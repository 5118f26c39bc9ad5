"""`python -m surveyapp` is the command `surveyapp`."""

from surveyapp.cli import main

main()
