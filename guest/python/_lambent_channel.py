"""The framed channel of ../PROTOCOL.md. Reading blocks: between invokes nothing of the main thread runs."""
import os
import struct

READ_FD = 3
WRITE_FD = 4
HEADER = struct.Struct(">BII")
INVOKE, RELEASE, VARIABLES, NEXT, RESPONSE, ERROR, INIT_ERROR, BOOTED = 1, 2, 3, 16, 17, 18, 19, 23
NEXT_FRAME = HEADER.pack(NEXT, 0, 0)


def read_invoke():
    """Blocks; (meta, body) of the next event as bytes, or None when the host has gone."""
    return _read_frame(INVOKE)


def read_variables():
    """Blocks until the host has said for which environment this process is: (meta, variables) as bytes, or None."""
    return _read_frame(VARIABLES)


def _read_frame(expected):
    header = _read(HEADER.size)
    if header is None:
        return None
    kind, meta_length, body_length = HEADER.unpack(header)
    if kind == RELEASE:
        # Other threads run on in any case.
        return _read_frame(expected)
    if kind != expected:
        raise RuntimeError("frame of type %d" % kind)
    meta = _read(meta_length)
    body = _read(body_length)
    return None if meta is None or body is None else (meta, body)


def _read(count):
    parts = []
    while count > 0:
        part = os.read(READ_FD, count)
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def send(kind, meta=b"", body=b"", then_next=False):
    """Writes one frame of bytes, and NEXT behind it when the guest goes on."""
    frame = HEADER.pack(kind, len(meta), len(body)) + meta + body + (NEXT_FRAME if then_next else b"")
    view = memoryview(frame)
    while view:
        view = view[os.write(WRITE_FD, view) :]


def send_next():
    send(NEXT)


def close_in_children():
    """Programs that the function starts do not speak for it."""
    os.set_inheritable(READ_FD, False)
    os.set_inheritable(WRITE_FD, False)
