"""People inside groups: what of a spread lies between groups, and errors that mind it."""
