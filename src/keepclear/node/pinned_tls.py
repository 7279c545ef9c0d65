"""TLS to a peer: the one certificate that its card names, and no other; else the public web's.

TLS is only the pipe here: what goes through it is signed, and whose it is never depends on the pipe. It
hides from others on the way what the two desks say.
"""

from __future__ import annotations

import ssl
from typing import Final

from keepclear.errors import UsageError
from keepclear.node.files import read_file

__all__ = ["context_for", "read_certificate"]

_PEM_BYTES_MAX: Final = 100_000
_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_END: Final = "-----END CERTIFICATE-----"


def context_for(certificate: bytes) -> ssl.SSLContext:
    """How to reach a peer.

    Args:
        certificate: In DER; the chain must end in it, and host names say nothing beside it. Empty: the
            public web's authorities decide, by the host name.
    """
    if not certificate:
        context = ssl.create_default_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False  # the very certificate is compared, which says more
        context.load_verify_locations(cadata=certificate)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def read_certificate(path: str) -> bytes:
    """The first certificate of a PEM file, in DER.

    Raises:
        UsageError: there is none in it.
        InputError: it cannot be read.
    """
    text = read_file(path, max_bytes=_PEM_BYTES_MAX).decode("ascii", "replace")
    part = text[text.find(_BEGIN) :].partition(_END)[0]  # what is no certificate does not decode
    try:
        return ssl.PEM_cert_to_DER_cert(f"{part}{_END}\n")
    except ValueError:
        raise UsageError(
            f"{path!r} holds no certificate in PEM; give the one that --tls-cert names"
        ) from None
