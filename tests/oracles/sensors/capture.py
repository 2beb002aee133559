"""Bytes of a device and what they mean, side by side; written for tests and for the beginning of fuzzing."""

import random
import struct


class Capture:
    """Bytes and what they mean, side by side."""

    def __init__(self, name, setup, channels):
        self.name, self.setup, self.channels = name, setup, channels
        self.bytes, self.rows, self.index = bytearray(), [], 0
        self.random = random.Random(name)

    def noise(self, data):
        self.bytes += data

    def sent(self, data, values):
        """An instant whose bytes arrive whole; values in units, None where there is none."""
        self.bytes += data
        self.rows.append((self.index, values))
        self.index += 1

    def damaged(self, data):
        """Its bytes arrive, but not as they were."""
        self.bytes += data
        self.index += 1

    def lost(self, instants=1):
        self.index += instants

    def fuzz_input(self):
        """Beginning of fuzzing (tests/fuzz/sensors.cpp): the name, a setup, then the bytes in pieces of up to 255."""
        wish = dict(word.split("=") for word in self.setup.split())
        data = self.name.encode() + b"\n" + struct.pack(">H", int(wish["channels"]) - 1)
        data += b"\x01\x00\x00" if self.name == "ascii" else b""  # the first column counts
        data += b"\x00"  # in the midst of the stream
        for at in range(0, len(self.bytes), 255):
            data += b"\x00\xFF" + self.bytes[at:at + 255] if at + 255 <= len(self.bytes) else b""
        return bytes(data)

    def files(self):
        lines = [self.setup, ",".join(["index"] + self.channels)]
        for index, values in self.rows:
            lines.append(",".join([str(index)] + ["" if v is None else repr(float(v)) for v in values]))
        return {f"data/sensors/{self.name}.bin": bytes(self.bytes),
                f"data/sensors/{self.name}.csv": ("\n".join(lines) + "\n").encode(),
                f"fuzz/corpus/sensors/{self.name}": self.fuzz_input()}
