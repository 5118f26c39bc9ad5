"""What the Makefile calls: set-up, tests, generated pages, locks."""
