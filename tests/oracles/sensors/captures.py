#!/usr/bin/python3
"""Writes data/sensors: for every kind of sensor NAME.bin, bytes as its device sends them, and NAME.csv, what they mean,
both from the documents of the wire formats alone and without the program's code; and fuzz/corpus/sensors/NAME.

    tests/oracles/sensors/captures.py tests            # --check: compares instead, exit 1 if they differ

The first line of NAME.csv is the setup the bytes belong to, the second the names of the columns, then a line per
instant that was received whole: its index on the sample axis (lost ones leave a hole) and each channel's value in its
unit, empty where the device sent nothing. Bytes begin amid a frame, lose frames, have some damaged and text in between.
"""

import struct
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from capture import Capture


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


def chords():
    c = Capture("chords", "channels=6 rate_hz=250 bits=10 gain=500 full_scale=5", [f"ch{i}" for i in range(1, 7)])

    def frame(counter, counts):
        return b"\xC7\x7C" + bytes([counter % 256]) + struct.pack(">6H", *counts) + b"\x01"

    assert frame(5, [525] + [512] * 5).hex() == "c77c05020d0200020002000200020001"
    c.noise(b"UNO-R3\r\n" + frame(9, [1] * 6)[4:])
    for i in range(80):
        counts = [c.random.randint(0, 1023) for _ in range(6)]
        if i in (20, 21):
            c.lost()
        elif i == 40:
            c.damaged(frame(250 + i, counts)[:-1] + b"\x81")
        elif i == 60:
            c.damaged(frame(250 + i, counts)[:9])
        else:
            c.sent(frame(250 + i, counts), [(v / 1024 - 0.5) * 5 / 500 * 1e6 for v in counts])
    return c


def olimex():
    c = Capture("olimex", "channels=6 rate_hz=250 gain=2848", [f"ch{i}" for i in range(1, 7)] + ["D"])

    def frame(counter, counts, switches):
        return b"\xA5\x5A\x02" + bytes([counter % 256]) + struct.pack(">6H", *counts) + bytes([switches])

    traced = frame(0xCB, [517, 508, 500, 492, 487, 483], 1)  # of an ECG simulator, from the captures of the sketch
    assert traced.hex() == "a55a02cb020501fc01f401ec01e701e301"
    c.noise(traced[6:])
    for _ in range(40):  # after a reset: it does not count
        c.noise(frame(0, [300] * 6, 2))
    for i in range(80):
        counts = [c.random.randint(0, 1023) for _ in range(6)]
        switches = 9 if 50 <= i < 60 else 1
        if i in (20, 21):
            c.lost()
        elif i == 40:
            c.damaged(b"\xA5\x5A\x02" + bytes([240 + i & 255]) + b"\x84" + frame(0, counts, switches)[5:])
        else:
            c.sent(frame(240 + i, counts, switches), [(v - 512) / 1024 * 5 / 2848 * 1e6 for v in counts] + [switches])
    return c


def backyardbrains():
    c = Capture("backyardbrains", "channels=2 rate_hz=5000 bits=10 gain=100 full_scale=5", ["ch1", "ch2"])

    def frame(counts):
        data = b"".join(bytes([v >> 7, v & 127]) for v in counts)
        return bytes([data[0] | 128]) + data[1:]

    assert frame([525, 100]).hex() == "840d0064"
    message = b"\xFF\xFF\x01\x01\x80\xFFHWT:MUSCLESS;\xFF\xFF\x01\x01\x81\xFF"
    c.noise(b"StartUp!\r\n" + frame([1, 2])[1:])
    for i in range(80):
        counts = [c.random.randint(0, 1023) for _ in range(2)]
        if i == 30:
            c.noise(frame(counts)[:3])  # cut short: without a counter nobody knows that it was an instant
        else:
            c.sent(frame(counts), [(v / 1024 - 0.5) * 5 / 100 * 1e6 for v in counts])
        if i in (10, 50):
            c.noise(message)
    return c


def umyo():
    names = ["ch1", "accel_x", "accel_y", "accel_z", "battery"]
    c = Capture("umyo", "channels=1 rate_hz=1150", names)

    def packet(unit, number, samples, acceleration, battery, magnetometer=True):
        body = struct.pack(">IBB", unit, 88, 0 if battery else 2)
        body += bytes([battery, 101, 0]) if battery else b"\x01\x02\x03"
        body += bytes([number % 256]) + struct.pack(">8h", *samples) + struct.pack(">4h", 10, 20, 30, 40)
        body += struct.pack(">4h", 16384, 0, 0, 0) + struct.pack(">3h", *acceleration) + struct.pack(">3h", 4, 5, 6)
        body += struct.pack(">3h", 7, 8, 9) if magnetometer else b""
        return b"\x4F\xD5\x3C" + bytes([number % 129, len(body) + 2]) + body

    worked = packet(0x11223344, 5, [100, -100, 200, -200, 300, -300, 400, -400], [1, 2, 3], 190)
    worked = worked[:3] + b"\x01" + worked[4:]
    assert worked.hex() == ("4fd53c013e11223344" "5800be650005" "0064ff9c00c8ff38012cfed40190fe70"
                            "000a0014001e0028" "4000000000000000" "000100020003" "000400050006" "000700080009")
    c.noise(worked[9:])
    for i in range(40):
        samples = [c.random.randint(-32768, 32767) for _ in range(8)]
        acceleration = [c.random.randint(-32768, 32767) for _ in range(3)]
        battery = c.random.randint(1, 255) if i % 4 == 0 else 0
        data = packet(0x11223344, 240 + i, samples, acceleration, battery, i % 5 != 0)
        if i in (12, 13):
            c.lost(8)
            continue
        if i == 25:
            c.noise(data[:9] + b"\x50" + data[10:])
            c.lost(8)
            continue
        c.noise(data)
        for k, v in enumerate(samples):
            rest = acceleration + [2000 + 10 * battery if battery else None] if k == 0 else [None] * 4
            c.sent(b"", [v] + rest)
        if i % 3 == 0:  # another unit on the same receiver
            c.noise(packet(0x55667788, 17 * i, [7] * 8, [0, 0, 0], 0))
    return c


def shimmer3():
    c = Capture("shimmer3", "channels=2 rate_hz=512 gain=12", ["ch1", "ch2", "exg_status"])

    def packet(ticks, counts, status=0x80):
        return (b"\x00" + struct.pack("<I", ticks % 2**24)[:3] + bytes([status])
                + b"".join(struct.pack(">i", v)[1:] for v in counts))

    assert packet(64, [4000, -4000]).hex() == "00400000" "80" "000fa0" "fff060"
    c.noise(packet(5, [1, 2])[4:])
    for i in range(90):
        counts = [c.random.randint(-8388608, 8388607) for _ in range(2)]
        data = packet(2**24 - 20 * 64 + 30 + 64 * i, counts, 0x80 + i % 3)
        if 30 <= i < 34:
            c.lost()
        elif i == 50:
            c.damaged(data[:2] + data[3:])  # a byte went missing
        else:
            c.sent(data, [v * 2.42 / 8388607 / 12 * 1e6 for v in counts] + [0x80 + i % 3])
        if i == 70:
            c.noise(b"\xFF\x8A\x71\x20")  # the answer to a question about its state
    return c


def healthypi():
    c = Capture("healthypi", "channels=1 rate_hz=125 gain=12", ["ch1", "respiration", "respiration_rate", "heart_rate"])

    def packet(values, extra=b"\x00"):
        return b"\x0A\xFA\x09\x00\x02" + struct.pack("<4h", *values) + b"\x00" + extra + b"\x0B"

    assert packet([525, -2, 15, 72]).hex() == "0afa0900020d02feff0f0048000000" "0b"
    c.noise(b"Initiliziation is done\r\n" + packet([1, 2, 3, 4])[6:])
    for i in range(60):
        values = [c.random.randint(-32768, 32767) for _ in range(2)] + [c.random.randint(5, 30), c.random.randint(40, 180)]
        if i == 30:
            c.noise(packet(values)[:9])  # cut short: without a counter nobody knows that it was an instant
        else:
            c.sent(packet(values, b"" if i % 7 == 0 else b"\x00"),
                   [values[0] * 256 * 2.42 / 8388607 / 12 * 1e6] + values[1:])
    return c


def knight():
    c = Capture("knight", "channels=8 rate_hz=125", [f"ch{i}" for i in range(1, 9)] + ["lead_off_p", "lead_off_n"])

    def packet(counter, counts, off):
        return b"\xA0" + bytes([counter % 256]) + struct.pack(">8h", *counts) + bytes(off) + b"\xC0"

    assert packet(5, [100, -100] + [0] * 6, [0, 0]).hex() == "a0050064ff9c" + "00" * 14 + "c0"
    c.noise(packet(1, [5] * 8, [0, 0])[7:])
    for i in range(70):
        counts = [c.random.randint(-32768, 32767) for _ in range(8)]
        off = [c.random.randint(0, 255), c.random.randint(0, 255)]
        if i in (20, 21, 22):
            c.lost()
        elif i == 40:
            c.damaged(packet(230 + i, counts, off)[:-1] + b"\xC1")
        else:
            c.sent(packet(230 + i, counts, off), [v * 4 / 32767 / 12 * 1e6 for v in counts] + off)
    return c


def freeeeg32():
    c = Capture("freeeeg32", "channels=32 rate_hz=512", [f"ch{i}" for i in range(1, 33)])

    def packet(counter, counts):
        return (b"\xA0" + bytes([counter % 256]) + b"".join(struct.pack(">i", v)[1:] for v in counts)
                + bytes(range(98, 105)) + b"\xC0")

    assert packet(7, [100] + [0] * 31)[:8].hex() == "a007000064000000"
    c.noise(packet(1, [5] * 32)[50:])
    for i in range(30):
        counts = [c.random.randint(-8388608, 8388607) for _ in range(32)]
        if i in (10, 11):
            c.lost()
        elif i == 20:
            c.damaged(packet(240 + i, counts)[:-1] + b"\xC1")
        else:
            c.sent(packet(240 + i, counts), [v * 2.5 / 8388607 / 8 * 1e6 for v in counts])
    return c


KINDS = (sim, ascii_lines, bitalino, cyton, cyton_daisy, chords, olimex, backyardbrains, umyo, shimmer3, healthypi,
         knight, freeeeg32)


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
