"""What is said of a settings file that is none."""

from __future__ import annotations


class RefusedError(ValueError):
    """A file that is not in its language: where, and why in words for its author."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason
