"""What goes out of a wave: rounding, hiding, and the check of everything together."""
