#!/usr/bin/python3
"""Writes tests/data/sensors: for every kind of sensor NAME.bin, bytes as its device sends them, and NAME.csv, what they
mean, both from the documents of the wire formats alone and without the program's code.

    tests/oracles/sensors/captures.py tests/data/sensors            # --check: compares instead, exit 1 if they differ

The first line of NAME.csv is the setup the bytes belong to, the second the names of the columns, then a line per
instant that was received whole: its index on the sample axis (lost ones leave a hole) and each channel's value in its
unit, empty where the device sent nothing. Bytes begin amid a frame, lose frames, have some damaged and text in between.
"""

import random
import struct
import sys
from pathlib import Path


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

    def files(self):
        lines = [self.setup, ",".join(["index"] + self.channels)]
        for index, values in self.rows:
            lines.append(",".join([str(index)] + ["" if v is None else repr(float(v)) for v in values]))
        return {f"{self.name}.bin": bytes(self.bytes), f"{self.name}.csv": ("\n".join(lines) + "\n").encode()}


def crc_ccitt(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def sim():
    c = Capture("sim", "channels=2 rate_hz=1000", ["left", "right"])

    def frame(counter, counts):
        body = b"\xA5\x5A" + struct.pack("<H", counter) + b"".join(struct.pack("<i", v)[:3] for v in counts)
        return body + struct.pack("<H", crc_ccitt(body))

    c.noise(frame(65000, [1, 2])[5:])
    for i in range(60):
        counts = [c.random.randint(-8388608, 8388607) for _ in range(2)]
        data = frame((65520 + i) % 65536, counts)
        if i in (30, 31, 32):
            c.lost()
        elif i == 45:
            c.damaged(data[:7] + bytes([data[7] ^ 0x10]) + data[8:])
        else:
            c.sent(data, [v * 0.05 for v in counts])
    return c


def ascii_lines():
    c = Capture("ascii", "channels=2 rate_hz=1000 counter_column=1", ["ch1", "ch2"])
    lines = [
        "{0},{1},{2}\r\n", "{0};{1};{2}\n", "{0} {1} {2}\n", "n:{0},a:{1},b:{2}\r\n", "{0}\t{1}\t{2}\r\n"]
    c.noise(b"12,3\r\n")  # the end of a line
    for i in range(60):
        counts = [c.random.randint(0, 1023) for _ in range(2)]
        data = lines[i % len(lines)].format(4294967280 + i if i < 16 else i - 16, *counts).encode()
        if i in (20, 21):
            c.lost()
        elif i == 40:
            c.damaged(b"24,\x81\x82,3\r\n")
        else:
            c.sent(data, [(v - 512) * (5.0 / 1024 / 200 * 1e6) for v in counts])
        if i == 30:
            c.noise(b"# gain changed\r\nhello\r\n")
    return c


def bitalino():
    c = Capture("bitalino", "channels=6 rate_hz=1000 gain=1009", [f"A{i}" for i in range(1, 7)] + ["D"])

    def crc4(nibbles):
        rest = 0
        for nibble in nibbles:
            for bit in (3, 2, 1, 0):
                carry = rest >> 3
                rest = (rest << 1 | nibble >> bit & 1) & 15
                rest ^= 3 if carry else 0
        return rest

    def frame(sequence, counts, lines):
        bits = f"{sequence:04b}0000{lines:04b}" + "".join(f"{v:010b}" for v in counts[:4])
        bits += "".join(f"{v:06b}" for v in counts[4:])
        whole = int(bits, 2)
        data = bytearray(whole.to_bytes(8, "little"))
        nibbles = [n for byte in data for n in (byte >> 4, byte & 15)]
        nibbles[-1] = 0
        data[-1] |= crc4(nibbles)
        return bytes(data)

    worked = frame(3, [525, 535, 545, 555, 23, 23], 10)
    assert worked.hex() == "d7b5628817 36a838".replace(" ", ""), worked.hex()
    c.noise(worked[3:])
    for i in range(80):
        counts = [c.random.randint(0, 1023) for _ in range(4)] + [c.random.randint(0, 63) for _ in range(2)]
        lines = c.random.randint(0, 15)
        data = frame(i % 16, counts, lines)
        if i in (30, 31, 32, 33, 34):
            c.lost()
        elif i == 50:
            c.damaged(data[:2] + bytes([data[2] ^ 1]) + data[3:])
        else:
            uv = [(v / 1024 - 0.5) * 3.3 / 1009 * 1e6 for v in counts[:4]]
            c.sent(data, uv + [(v / 64 - 0.5) * 3.3 / 1009 * 1e6 for v in counts[4:]] + [lines])
    return c


OUTAGE = b"Failure: Communications timeout - Device failed to poll Host$$$"
CYTON_AXES = ["accel_x", "accel_y", "accel_z"]


def cyton_packet(counter, counts, axes, stop=0xC0):
    data = bytes([0xA0, counter % 256]) + b"".join(struct.pack(">i", v)[1:] for v in counts)
    return data + struct.pack(">3h", *axes) + bytes([stop])


def cyton():
    c = Capture("cyton", "channels=8 rate_hz=250 gain=12", [f"ch{i}" for i in range(1, 9)] + CYTON_AXES)
    worked = cyton_packet(5, [-100, 100, 0, 0, 0, 0, 0, 0], [1600, -1600, 8000])
    assert worked.hex() == "a005ffff9c000064" + "00" * 18 + "0640f9c01f40c0"
    c.noise(worked[11:])
    for i in range(120):
        counts = [c.random.choice([-8388608, 8388607, -1, 0, c.random.randint(-300000, 300000)]) for _ in range(8)]
        axes = [c.random.randint(-32768, 32767) for _ in range(3)] if i % 10 == 0 else [0, 0, 0]
        stop = 0xC1 if i in (60, 70) else 0xC0  # of analogue pins: no accelerometer
        data = cyton_packet(200 + i, counts, axes, stop)
        if 40 <= i < 57:
            c.lost()
        elif i == 80:
            c.damaged(data[:-1] + b"\x40")
        elif i == 90:
            c.damaged(data[:20])
        else:
            g = [v * 0.000125 if axes[0] and stop == 0xC0 else None for v in axes]
            c.sent(data, [v * 4.5 / 8388607 / 12 * 1e6 for v in counts] + g)
        if i == 100:
            c.noise(OUTAGE)
    return c


def cyton_daisy():
    c = Capture("cyton-daisy", "channels=16 rate_hz=125 gain=24", [f"ch{i}" for i in range(1, 17)] + CYTON_AXES)
    c.noise(cyton_packet(99, [7] * 8, [0, 0, 0]))  # an odd packet: its even one went before
    for i in range(100):
        counts = [c.random.randint(-8388608, 8388607) for _ in range(16)]
        axes = [c.random.randint(-32768, 32767) for _ in range(3)] if i % 5 == 0 else [0, 0, 0]
        in_even = i % 2 == 0
        even = cyton_packet(100 + 2 * i, counts[8:], axes if in_even else [0, 0, 0])
        odd = cyton_packet(101 + 2 * i, counts[:8], [0, 0, 0] if in_even else axes)
        if i in (30, 31, 32):
            c.lost()
        elif i == 50:
            c.damaged(even)  # the packet after it went missing
        elif i == 60:
            c.damaged(odd)  # the one before it did
        else:
            c.sent(even + odd, [v * 4.5 / 8388607 / 24 * 1e6 for v in counts]
                   + [v * 0.000125 if axes[0] else None for v in axes])
        if i == 80:
            c.noise(OUTAGE)
    return c


KINDS = (sim, ascii_lines, bitalino, cyton, cyton_daisy)


def main():
    check, folder = sys.argv[1] == "--check", Path(sys.argv[-1])
    differ = []
    for name, content in {k: v for make in KINDS for k, v in make().files().items()}.items():
        if not check:
            (folder / name).write_bytes(content)
        elif not (folder / name).is_file() or (folder / name).read_bytes() != content:
            differ.append(name)
    if differ:
        sys.exit("differ: " + ", ".join(differ))


if __name__ == "__main__":
    main()
