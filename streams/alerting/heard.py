"""Who was heard of lately, in a fixed number of bytes.

Two Bloom filters (Bloom 1970, "Space/time trade-offs in hash coding with allowable errors"; blocked, as in Putze,
Sanders & Singler 2007): one is filled, the one before it is still asked. When the filling one is old or full, it
becomes the one before. So what was heard is remembered for one to two ages, less where so much is said that a filter
fills sooner. At most one stranger in 16 is mistaken for known, whoever it is; whoever is remembered never for a
stranger.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from streams.alerting.finding import Said

WORD = 8  # bytes in which all bits of a key lie
BITS_A_KEY = 10
SPREAD = 0x9E3779B97F4A7C15  # 2^64 / golden ratio, odd: Fibonacci hashing (Knuth, TAOCP 6.4)
MASK = 2**64 - 1


@dataclass(slots=True)
class Heard:
    """`age`: steps after which a filter gives way; `size`: bytes of each, a multiple of 8.

    `keys`, `steps`: of the filling one.
    """

    age: int
    size: int
    filling: bytearray = field(default_factory=bytearray)
    before: bytearray = field(default_factory=bytearray)
    keys: int = 0
    steps: int = 0

    def __contains__(self, key: int) -> bool:
        """Whether it was heard of, as far as we remember."""
        return self._known(*self._place(key))

    def add(self, key: int) -> bool:
        """Remember it from now on; whether it is new."""
        at, bits = self._place(key)
        if self._known(at, bits):
            return False
        if not self.filling or self.keys >= self.size * 8 // BITS_A_KEY:
            self._turn()
        self.filling[at : at + WORD] = (_word(self.filling, at) | bits).to_bytes(WORD, "little")
        self.keys += 1
        return True

    def step(self) -> None:
        """A step has passed."""
        self.steps += 1
        if self.steps >= self.age:
            self._turn()

    @property
    def crowded(self) -> bool:
        """Whether so much is heard that the memory will not reach as far back as it should."""
        return 2 * self.keys >= self.size * 8 // BITS_A_KEY

    def _known(self, at: int, bits: int) -> bool:
        return _word(self.filling, at) & bits == bits or _word(self.before, at) & bits == bits

    def _turn(self) -> None:
        self.before, self.filling = self.filling, bytearray(self.size)
        self.keys = self.steps = 0

    def _place(self, key: int) -> tuple[int, int]:
        """Where its word begins, and up to four bits in it."""
        mixed = key * SPREAD & MASK
        mixed = (mixed ^ mixed >> 32) * SPREAD & MASK
        bits = 1 << (mixed & 63) | 1 << (mixed >> 6 & 63) | 1 << (mixed >> 12 & 63) | 1 << (mixed >> 18 & 63)
        return (mixed >> 32) % (self.size // WORD) * WORD, bits


def _word(part: bytearray, at: int) -> int:
    return int.from_bytes(part[at : at + WORD], "little")


def independent(posts: Iterable[Said], heard: Heard) -> Iterator[Said]:
    """The posts by a voice, in a tone, not heard lately, that tell a story not told lately; they are now heard.

    One account that repeats itself counts once, as do all copies of one text. Whoever turns from praise to anger
    counts for both.
    """
    for said in posts:
        voice = 4 * (said.author or said.post) + said.tone
        story = 4 * (said.story or said.post) + 3
        is_new = heard.add(voice), heard.add(story)
        if all(is_new):
            yield said
