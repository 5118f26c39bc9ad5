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
