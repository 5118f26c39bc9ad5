"""Figures made by other people's programs, worked out again by ours: python -m analysis reference.

A folder holds ``values.json`` (for each analysis the R call, the data it read and what came out)
and ``data/``. Each module of this package covers a family of R calls; nothing here knows a data
set by name, so another folder of the same form works as well.
"""
