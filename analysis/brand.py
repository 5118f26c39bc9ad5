"""Candour's colours, one table for charts and reports; the stylesheet's copy is tested against it.

Text colours reach 4.5:1 on ``PAPER`` and ``WHITE``; lines and shapes 3:1 (WCAG 1.4.3, 1.4.11).
"""

INK = "#22201d"
MUTED = "#5c564e"
PAPER = "#faf7f2"
WHITE = "#ffffff"
LINE = "#8a8177"
TEAL = "#1f4d4a"
TEAL_LIGHT = "#dfeae7"
OCHRE = "#8f4a14"
OCHRE_LIGHT = "#f5e6d6"
PLUM = "#64416f"
ERROR = "#9c2a1c"
FOCUS = "#ffd23f"

# The mark: a speech bubble with an open side, and a line that nobody can bury.
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">'
    '<path d="M38.6 33.4A18 18 0 1 0 16.6 40.4L10.5 44.5 12.6 37.6" fill="none" '
    f'stroke="{TEAL}" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/>'
    f'<path d="M14 25H46" fill="none" stroke="{OCHRE}" stroke-width="4" stroke-linecap="round"/>'
    "</svg>"
)
