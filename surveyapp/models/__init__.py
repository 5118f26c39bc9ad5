"""Nouns, one module a subject. Nothing is re-exported: an import names the store it opens."""
