"""Limits by the minute at the respondents' doors, kept in memory and by nobody's address.

What is counted is known here only under a random key, which is new every minute: nothing that is
left in memory says who asked.
"""

import hmac
import secrets
import threading
import time
from collections import Counter

MINUTE = 60.0
KEY_BYTES = 32


class Limit:
    """Lets each thing through ``most`` times a minute."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._counts: Counter[bytes] = Counter()
        self._until = 0.0
        self._key = b""

    def lets(self, what: bytes = b"") -> bool:
        """Count this once more; whether it may pass."""
        with self._lock:
            now = time.monotonic()
            if now >= self._until:
                self._until = now + MINUTE
                self._key = secrets.token_bytes(KEY_BYTES)
                self._counts.clear()
            mark = hmac.digest(self._key, what, "sha256")
            self._counts[mark] += 1
            return self._counts[mark] <= self.most
