"""What a process that a session's code has forked tells the one that it comes from: an exception stays in it."""

from __future__ import annotations

from mmap import PAGESIZE, mmap


class Forks:
    """A page of memory that all forks share."""

    def __init__(self) -> None:
        self._page = mmap(-1, PAGESIZE)

    def tell(self, word: str) -> None:
        """In a fork: leave a word; its length is written last, and with it the word is there."""
        text = word.encode()[:255]
        self._page[1 : 1 + len(text)] = text
        self._page[0] = len(text)

    def hear(self) -> str:
        """The word of a fork, once; "" where there is none."""
        length, self._page[0] = self._page[0], 0
        return self._page[1 : 1 + length].decode(errors="replace")

    def close(self) -> None:
        """Give the page back."""
        self._page.close()
