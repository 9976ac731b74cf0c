"""What signs or encrypts with a key that it is given: where the key is passed, and where the text, by canonical name."""

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

MACS: dict[str, tuple[int, str]] = {"hmac.new": (1, "msg"), "hmac.digest": (1, "msg")}
"""What makes a signature of a text: the text's position and keyword."""

BODIES = frozenset(
    f"flask.Request().{name}"
    for name in ("data", "get_data()", "stream", "input_stream", "json", "get_json()", "form", "values")
)
"""What reads the body of a request, in whichever form."""
