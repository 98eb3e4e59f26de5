"""Who was heard of lately, in a fixed number of bytes.

Two Bloom filters (Bloom 1970, "Space/time trade-offs in hash coding with allowable errors"): one is filled, the one
before it is still asked. When the filling one is old or full, it becomes the one before. So what was heard is
remembered for one to two ages, less where so much is said that a filter fills sooner. A stranger is mistaken for known
in at most 5 % of cases, which does not depend on who it is; someone remembered never for a stranger.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from streams.alerting.finding import Said

PROBES = 4
BITS_A_KEY = 8
SPREAD = 0x9E3779B97F4A7C15  # 2^64 / golden ratio, odd: Fibonacci hashing (Knuth, TAOCP 6.4)
MASK = 2**64 - 1


@dataclass(slots=True)
class Heard:
    """`age`: steps after which a filter gives way; `size`: bytes of each. `keys`, `steps`: of the filling one."""

    age: int
    size: int
    filling: bytearray = field(default_factory=bytearray)
    before: bytearray = field(default_factory=bytearray)
    keys: int = 0
    steps: int = 0

    def __contains__(self, key: int) -> bool:
        """Whether it was heard of, as far as we remember."""
        bits = self._bits(key)
        return any(part and all(part[bit >> 3] >> (bit & 7) & 1 for bit in bits) for part in self._parts())

    def add(self, key: int) -> bool:
        """Remember it from now on; whether it is new."""
        if key in self:
            return False
        if not self.filling or self.keys >= self.size * 8 // BITS_A_KEY:
            self._turn()
        for bit in self._bits(key):
            self.filling[bit >> 3] |= 1 << (bit & 7)
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

    def _parts(self) -> tuple[bytearray, bytearray]:
        return self.filling, self.before

    def _turn(self) -> None:
        self.before, self.filling = self.filling, bytearray(self.size)
        self.keys = self.steps = 0

    def _bits(self, key: int) -> list[int]:
        """Places in a filter, by double hashing (Kirsch & Mitzenmacher 2006)."""
        mixed = key * SPREAD & MASK
        mixed ^= mixed >> 29
        first, second = mixed >> 32, mixed & 0xFFFFFFFF | 1
        return [(first + probe * second) % (self.size * 8) for probe in range(PROBES)]


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
