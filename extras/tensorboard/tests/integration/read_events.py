"""Reads the event files of a folder with the standard library alone: python3 read_events.py DIR

Prints one JSON object per event. Stops at the first record whose length or checksum is wrong."""
import json
import pathlib
import struct
import sys

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)  # Castagnoli's polynomial, reflected
    TABLE.append(byte)


def masked_crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(raw):
    while raw:
        length, checksum = struct.unpack("<QI", raw[:12])
        assert checksum == masked_crc32c(raw[:8]), "checksum of a length"
        data, (checksum,) = raw[12 : 12 + length], struct.unpack("<I", raw[12 + length : 16 + length])
        assert checksum == masked_crc32c(data), "checksum of a record"
        yield data
        raw = raw[16 + length :]


def fields(data):
    """A protobuf message as {field number: [values]}."""
    result, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            value |= (data[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not data[at - 1] & 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            value = varint()
        else:
            size = {1: 8, 2: None, 5: 4}[key & 7] or varint()
            value = data[at : at + size]
            assert len(value) == size, "length of a field"
            at += size
        result.setdefault(key >> 3, []).append(value)
    return result


def value_of(message):
    tag = message[1][0].decode()
    if 2 in message:
        return {"tag": tag, "scalar": struct.unpack("<f", message[2][0])[0]}
    image = fields(message[4][0])
    png = image[4][0]
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and png[12:16] == b"IHDR", "a PNG file"
    assert struct.unpack(">II", png[16:24]) == (image[2][0], image[1][0]), "size of the PNG"
    return {"tag": tag, "height": image[1][0], "width": image[2][0], "channels": image[3][0], "bytes": len(png)}


for path in sorted(pathlib.Path(sys.argv[1]).glob("events.out.tfevents.*")):
    for record in records(path.read_bytes()):
        event = fields(record)
        line = {"file": path.name, "wall_time": struct.unpack("<d", event[1][0])[0], "step": event.get(2, [0])[0]}
        if 3 in event:
            line["version"] = event[3][0].decode()
        if 7 in event:
            line["session"] = fields(event[7][0])[1][0]
        if 5 in event:
            line["values"] = [value_of(fields(value)) for value in fields(event[5][0])[1]]
        print(json.dumps(line))
