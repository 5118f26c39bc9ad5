"""Tables of other tools, read into PulseData."""
