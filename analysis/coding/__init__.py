"""Comments from a file to codes in a file: python -m analysis code."""
