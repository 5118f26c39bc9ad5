"""Candour's analysis: tables and instruments in, summaries, charts and reports out.

Imports no web framework and no database, so that an analyst can use it alone:
``python -m analysis --help``.
"""
