"""The parts of the charts: where they are drawn, in which colours, and their words."""
