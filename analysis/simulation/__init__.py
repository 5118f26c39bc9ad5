"""The parts of the made-up organisation: its people, their answers, what they write."""
