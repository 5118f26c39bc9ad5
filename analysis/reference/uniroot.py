"""R's search for a root, which ends within a tolerance: its figures can be met only on its path."""

import sys
from collections.abc import Callable


def uniroot(
    f: Callable[[float], float], low: float, high: float, within: float, most: int = 1000
) -> float:
    """Brent (1973), ``zeroin``: inverse quadratic steps while they shrink the bracket, else
    halving. ``f`` must differ in sign at both ends. R: ``uniroot(f, c(low, high), tol = within)``.
    Raises ValueError when the tolerance is not met."""
    last, best = low, high
    f_last, f_best = f(last), f(best)
    far, f_far = last, f_last
    for _ in range(most):
        before = best - last
        if abs(f_far) < abs(f_best):
            last, best, far = best, far, best
            f_last, f_best, f_far = f_best, f_far, f_best
        least = 2 * sys.float_info.epsilon * abs(best) + within / 2
        step = (far - best) / 2
        if abs(step) <= least or f_best == 0:
            return best
        if abs(before) >= least and abs(f_last) > abs(f_best):
            top, bottom = _interpolated((last, f_last), (best, f_best), (far, f_far))
            inside = 0.75 * (far - best) * bottom - abs(least * bottom) / 2
            if top < inside and top < abs(before * bottom / 2):
                step = top / bottom
        if abs(step) < least:
            step = least if step > 0 else -least
        last, f_last = best, f_best
        best += step
        f_best = f(best)
        if (f_best > 0) == (f_far > 0):
            far, f_far = last, f_last
    raise ValueError("The root was not found.")


def _interpolated(
    last: tuple[float, float], best: tuple[float, float], far: tuple[float, float]
) -> tuple[float, float]:
    """The step to the root as a fraction with a positive top: a secant, or a parabola on its side
    through three points."""
    wide, ratio = far[0] - best[0], best[1] / last[1]
    if last[0] == far[0]:
        top, bottom = wide * ratio, 1 - ratio
    else:
        q, near = last[1] / far[1], best[1] / far[1]
        top = ratio * (wide * q * (q - near) - (best[0] - last[0]) * (near - 1))
        bottom = (q - 1) * (near - 1) * (ratio - 1)
    return (top, -bottom) if top > 0 else (-top, bottom)
