"""Candour's analysis: tables and instruments in, summaries, charts and reports out.

Imports no web framework and no database, so that an analyst can use it alone:
``python -m analysis --help``.
"""

import os

# Sums here are small matrix products. Split over cores they take longer, and several times the
# work. Read when numpy starts, so it stands before anything that imports numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
