"""What the generators of committed numbers share: the noise that the C++ tests make bit for bit as well, and what a
generator does with its rows: prints them, or with --check FILE compares FILE with them (exit 1 when they differ). The
oracles that need SciPy import it from here: exit 77 (SKIPPED) without it."""
import sys


def scipy(name):
    """A module of SciPy, or of NumPy beneath it."""
    try:
        return __import__(name, fromlist=["_"])
    except ImportError:
        print("SKIPPED: no " + name.split(".")[0])
        sys.exit(77)


def uniform(seed):
    """Numbers in 0..1 of a 64-bit linear congruential generator, without end: exact in any language."""
    z = seed
    while True:
        z = (z * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        yield (z >> 11) / 9007199254740992.0


def noise(n, seed):
    """Sum of 12 uniform numbers minus 6, one after the other: close to normal."""
    u = uniform(seed)
    for _ in range(n):
        yield sum(next(u) for _ in range(12)) - 6.0


def noise_across(n, seed):
    """The same of 12 rows of n numbers, each drawn as a whole: an array."""
    np = scipy("numpy")
    rows = np.fromiter(uniform(seed), float, 12 * n).reshape(12, n)
    total = rows[0].copy()
    for row in rows[1:]:
        total = total + row
    return total - 6.0


class Rows:
    """Rows of a key, its parts separated by commas, and a number."""

    def __init__(self, head):
        self.head, self.rows = head, []

    def put(self, key, value):
        self.rows.append((key, float(value)))

    def put_all(self, key, values, stride=1):
        """Every so many of the values, with their indices."""
        flat = scipy("numpy").atleast_1d(values).ravel()
        for i in range(0, len(flat), stride):
            self.put(f"{key},{i}", flat[i])

    def finish(self, near):
        """near(key, value): by how much a committed number may differ, as linear-algebra libraries do."""
        if len(sys.argv) == 3 and sys.argv[1] == "--check":
            with open(sys.argv[2], encoding="ascii") as file:
                kept = [line.rstrip("\n").rsplit(",", 1) for line in file.readlines()[1:]]
            if [k for k, _ in kept] != [k for k, _ in self.rows]:
                sys.exit(sys.argv[2] + ": has other rows")
            bad = [k for (k, v), (_, old) in zip(self.rows, kept) if not abs(v - float(old)) <= near(k, v)]
            sys.exit(f"{sys.argv[2]}: {len(bad)} numbers differ: {bad[:5]}" if bad else 0)
        print(self.head)
        for key, value in self.rows:
            print(f"{key},{value!r}")


def finish(lines):
    """Lines whose every character counts."""
    text = "\n".join(lines) + "\n"
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        with open(sys.argv[2], encoding="ascii") as file:
            sys.exit(0 if file.read() == text else sys.argv[2] + ": differs")
    sys.stdout.write(text)
