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

# The mark, a bubble that is never closed and a line that goes out of it; the site's file of it is
# tested against this one.
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">'
    f'<path d="M16 25.5h29" fill="none" stroke="{OCHRE}" stroke-width="3.6" '
    'stroke-linecap="round"/>'
    '<path d="M40.6 17.2A18.2 18.2 0 1 0 13.4 37.6L8.5 44.5 22.6 41A18.2 18.2 0 0 0 39.9 33.4" '
    f'fill="none" stroke="{TEAL}" stroke-width="3.6" stroke-linecap="round" '
    'stroke-linejoin="round"/>'
    "</svg>"
)
