"""Files that only one node can open: age, for what is carried on a stick or sent by e-mail.

Encryption says nothing about who sent a file; what is inside is signed. It draws its own randomness,
so it lives here and not in the core.
"""

from __future__ import annotations

from typing import Final

from pyrage import DecryptError, IdentityError, RecipientError, decrypt, encrypt, x25519

from keepclear.errors import ConfigurationError, VerificationError

__all__ = ["new_identity", "open_sealed", "recipient_of", "seal"]

_WHO: Final = "this file was not encrypted to this node, or it is damaged; ask for it again"


def new_identity() -> bytes:
    """A new secret that opens files, as one line of text."""
    return str(x25519.Identity.generate()).encode()


def recipient_of(identity: str) -> str:
    """To whom a file is encrypted so that an identity opens it.

    Raises:
        ConfigurationError: the identity is damaged.
    """
    return str(_identity(identity).to_public())


def seal(data: bytes, recipient: str, *, in_text: bool = False) -> bytes:
    """Data that only one recipient can read.

    Args:
        data: What is to be read.
        recipient: Of age, as the party's card names it.
        in_text: In letters, a third longer, for ways that bytes do not go through.

    Raises:
        VerificationError: ``age.recipient``.
    """
    try:
        return encrypt(data, [x25519.Recipient.from_str(recipient)], armored=in_text)
    except RecipientError:
        raise VerificationError(
            "age.recipient",
            f"{recipient[:20]!r} is no recipient of age; the party's card must name one",
        ) from None


def open_sealed(data: bytes, identity: str) -> bytes:
    """What was encrypted to this node, in bytes or in letters.

    Raises:
        VerificationError: ``age.not-ours``.
        ConfigurationError: the identity is damaged.
    """
    try:
        return decrypt(data, [_identity(identity)])
    except DecryptError:
        raise VerificationError("age.not-ours", _WHO) from None


def _identity(text: str) -> x25519.Identity:
    try:
        return x25519.Identity.from_str(text.strip())
    except IdentityError:
        raise ConfigurationError(
            "the key keys/age is damaged; restore it from where the keys are kept"
        ) from None
