"""What signs or encrypts with a key that it is given: the key's position and keywords, by canonical name."""

from __future__ import annotations

from typing import NamedTuple


class Signer(NamedTuple):
    """Where a call takes its key."""

    position: int
    keywords: tuple[str, ...]


_SIGNED = Signer(0, ("secret_key",))

SIGNERS: dict[str, Signer] = {
    **{
        f"itsdangerous.{name}": _SIGNED
        for name in (
            "JSONWebSignatureSerializer",
            "Serializer",
            "Signer",
            "TimedJSONWebSignatureSerializer",
            "TimedSerializer",
            "TimestampSigner",
            "URLSafeSerializer",
            "URLSafeTimedSerializer",
        )
    },
    "cryptography.fernet.Fernet": Signer(0, ("key",)),
}
"""Keys of tokens (``jwt.encode``) are not here: those are judged with the rest of a token."""
