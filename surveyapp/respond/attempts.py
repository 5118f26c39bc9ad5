"""A cap on wrong typed codes: one for everybody, in memory, so that no address is needed.

A code has 60 random bits, so that even at the cap a guess would take longer than any wave lasts.
Tokens from links have 130 bits and need none: they work while the cap is reached.
"""

import threading
import time
from collections import deque

WINDOW_SECONDS = 60.0
MOST_WRONG = 60


class Cap:
    """Counts wrong codes within the last minute."""

    def __init__(self) -> None:
        self._wrong: deque[float] = deque(maxlen=MOST_WRONG)
        self._lock = threading.Lock()

    def reached(self) -> bool:
        with self._lock:
            while self._wrong and time.monotonic() - self._wrong[0] > WINDOW_SECONDS:
                self._wrong.popleft()
            return len(self._wrong) >= MOST_WRONG

    def count_wrong(self) -> None:
        with self._lock:
            self._wrong.append(time.monotonic())
