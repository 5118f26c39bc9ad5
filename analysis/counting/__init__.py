"""The parts of counting: rows to whole numbers, patterns, sums that can be added."""
