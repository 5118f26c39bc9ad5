"""Attacks on published files: what an outsider could work out from nothing else.

Nothing here reads an answer or knows how results were hidden. It reads the files of a release as
anybody could, and tries to take them apart. See ``docs/attacks.md``.
"""
