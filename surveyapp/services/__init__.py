"""Verbs: what Candour does. No request, no session, no template, and no commit."""
