"""Counts the records of a trace (ETL) by walking its headers, and nothing else.

Shares no code with monomi. Prints one JSON object: "PROVIDER VERSION" -> how many, where PROVIDER is
the hook id (0x0302) of a kernel logger's record, or the GUID and id of another one's.
"""
import collections
import json
import struct
import sys
import uuid

BUFFER_HEADER = 72
KERNEL = {1, 2, 3, 4, 16, 17}
CLASSIC = {10, 11, 20, 21}
EVENT = {18, 19}


def kind_of(record, header_type):
    if header_type in KERNEL:
        version, hook = struct.unpack_from("<H4xH", record)
        return f"{hook:#06x} {version & 0xff}"
    if header_type in CLASSIC:
        event_type, version = struct.unpack_from("<BxH", record, 4)
        return f"{uuid.UUID(bytes_le=record[24:40])} {event_type} {version}"
    if header_type in EVENT:
        event_id, version = struct.unpack_from("<HB", record, 40)
        return f"{uuid.UUID(bytes_le=record[24:40])} {event_id} {version}"
    return f"type {header_type}"


def main(path):
    with open(path, "rb") as file:
        data = file.read()
    counts = collections.Counter()
    buffer_size = struct.unpack_from("<I", data)[0]
    for start in range(0, len(data), buffer_size):
        (used,) = struct.unpack_from("<I", data, start + 48)
        at, end = start + BUFFER_HEADER, start + used
        while at + 8 <= end:
            header_type, flags = data[at + 2], data[at + 3]
            if flags != 0xC0:
                sys.exit(f"no header at {at}")
            (size,) = struct.unpack_from("<H", data, at + (4 if header_type in KERNEL else 0))
            counts[kind_of(data[at : at + size], header_type)] += 1
            at += (size + 7) & ~7
    print(json.dumps(counts))


main(sys.argv[1])
