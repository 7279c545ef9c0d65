"""A certificate for a node on this machine alone, made where it is needed and thrown away afterwards.

X.509, version 3, signed by itself with Ed25519 (RFC 5280, RFC 8410), for 127.0.0.1. Peers pin the
very certificate, so nobody has to vouch for it. Its times are wide, because TLS looks
at the machine's clock.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from keepclear.record.note import Signer

__all__ = ["certificate", "pem", "private_key"]

_SEQUENCE, _SET, _INTEGER, _BITS, _OCTETS, _OID, _UTF8, _TIME = (
    0x30, 0x31, 0x02, 0x03, 0x04, 0x06, 0x0C, 0x18,
)  # fmt: skip
_ED25519: Final = b"\x2b\x65\x70"
"""1.3.101.112"""
_COMMON_NAME: Final = b"\x55\x04\x03"
_ALTERNATIVE: Final = b"\x55\x1d\x11"
"""2.5.29.17, subjectAltName"""
_LOOPBACK: Final = b"\x87\x04\x7f\x00\x00\x01"
"""[7] iPAddress 127.0.0.1"""
_FROM, _UNTIL = b"20000101000000Z", b"99991231235959Z"
"""RFC 5280, 4.1.2.5: no well-defined end."""
_LINE: Final = 64


def certificate(name: str, key: Signer, number: int) -> bytes:
    """A certificate in DER.

    Args:
        name: Whose it is, for people who look at it.
        key: It holds the public half, and is signed by it.
        number: Its serial number, above 0.
    """
    algorithm = _der(_SEQUENCE, _der(_OID, _ED25519))
    called = _der(
        _SEQUENCE,
        _der(_SET, _der(_SEQUENCE, _der(_OID, _COMMON_NAME) + _der(_UTF8, name.encode()))),
    )
    names = _der(_SEQUENCE, _der(_OID, _ALTERNATIVE) + _der(_OCTETS, _der(_SEQUENCE, _LOOPBACK)))
    body = _der(
        _SEQUENCE,
        _der(0xA0, _der(_INTEGER, b"\x02"))  # version 3
        + _der(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))
        + algorithm
        + called
        + _der(_SEQUENCE, _der(_TIME, _FROM) + _der(_TIME, _UNTIL))
        + called
        + _der(_SEQUENCE, algorithm + _der(_BITS, b"\x00" + key.verifier.public))
        + _der(0xA3, _der(_SEQUENCE, names)),
    )
    return _der(_SEQUENCE, body + algorithm + _der(_BITS, b"\x00" + key.sign(body)))


def private_key(key: Signer) -> bytes:
    """The private half in DER (PKCS #8)."""
    algorithm = _der(_SEQUENCE, _der(_OID, _ED25519))
    return _der(
        _SEQUENCE,
        _der(_INTEGER, b"\x00") + algorithm + _der(_OCTETS, _der(_OCTETS, key.seed)),
    )


def pem(what: str, data: bytes) -> bytes:
    """DER as text."""
    text = b64encode(data).decode()
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\n".join([f"-----BEGIN {what}-----", *lines, f"-----END {what}-----", ""]).encode()


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
