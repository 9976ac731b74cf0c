"""Words by which people name what must stay secret.

A name is evidence of what a value is *for*, never of what it stands for: it grades a finding (the cookie carries a token,
the digest is of a password), it does not make an object an app or a cursor.
"""

from __future__ import annotations

import re
from typing import Literal

Sensitivity = Literal["password", "token", "key", "card", "personal"]

WORDS: dict[str, Sensitivity] = {
    "password": "password",
    "passwd": "password",
    "passphrase": "password",
    "pwd": "password",
    "pw": "password",
    "pin": "password",
    "passcode": "password",
    "sharelink": "token",
    "pswd": "password",
    "psw": "password",
    # In other languages; the letters that English lacks part words.
    "contrasena": "password",
    "contrase": "password",
    "haslo": "password",
    "kennwort": "password",
    "mdp": "password",
    "parola": "password",
    "passwort": "password",
    "senha": "password",
    "sifre": "password",
    "wachtwoord": "password",
    "token": "token",
    "jwt": "token",
    "otp": "token",
    "totp": "token",
    "csrf": "token",
    "session": "token",
    "sessionid": "token",
    "auth": "token",
    "authorization": "token",
    "bearer": "token",
    "remember": "token",
    "rememberme": "token",
    "signature": "token",
    "hmac": "token",
    "captcha": "token",
    "invite": "token",
    "secret": "key",
    "apikey": "key",
    "credential": "key",
    "credentials": "key",
    "salt": "key",
    "cvv": "card",
    "cvc": "card",
    "iban": "card",
    "creditcard": "card",
    "ssn": "personal",
}
"""One word of an identifier, in lower case, and what it speaks of."""

PAIRS: dict[tuple[str, str], Sensitivity] = {
    ("api", "key"): "key",
    ("access", "key"): "key",
    ("private", "key"): "key",
    ("secret", "key"): "key",
    ("signing", "key"): "key",
    ("encryption", "key"): "key",
    ("reset", "code"): "token",
    ("verification", "code"): "token",
    ("confirmation", "code"): "token",
    ("activation", "code"): "token",
    ("invitation", "code"): "token",
    ("session", "id"): "token",
    ("magic", "link"): "token",
    ("share", "link"): "token",
    ("card", "number"): "card",
    ("credit", "card"): "card",
    ("pass", "word"): "password",
    ("pass", "phrase"): "password",
}
"""Two words in a row."""

HARMLESS: frozenset[str] = frozenset(
    {
        "count",
        "counts",
        "length",
        "len",
        "type",
        "types",
        "field",
        "fields",
        "label",
        "name",
        "names",
        "url",
        "uri",
        "path",
        "file",
        "filename",
        "template",
        "form",
        "page",
        "html",
        "text",
        "title",
        "cache",
        "view",
        "expires",
        "expiry",
        "expiration",
        "lifetime",
        "timeout",
        "ttl",
        "age",
        "policy",
        "strength",
        "min",
        "max",
        "hint",
        "help",
        "error",
        "message",
        "enabled",
        "disabled",
        "required",
        "valid",
        "is",
        "has",
        "use",
        "header",
        "prefix",
        "algorithm",
        "scheme",
        "schemes",
        "method",
        "provider",
        "endpoint",
        "class",
        "factory",
        "id",
    }
)
"""Words after (or, for ``is`` and ``has``, before) a sensitive one that make the whole speak about it, not hold it."""

_OTHER_TOKENS = (
    "build cancel cancellation change concurrency continuation cursor design eof fencing first instance last lex lexer lock "
    "next page parse parser race start stop sync syntax unknown version "
)
OTHER_TOKENS = frozenset(_OTHER_TOKENS.split())
"""Words before ``token`` of what only tells one of a kind from the next: a start, a turn, a word of a text."""

_OPENING = (
    "access account activate activation api auth authenticate authenticated authorization authorize authorized authorizer "
    "bearer bot callback client confirm confirmation cookie cookies credential credentials csrf decode email encode expires "
    "facebook forgot github gitlab google header headers hook hooks identity introspect invitation invite issue jwt key "
    "keys ldap login logout mail mfa oauth oidc otp passwd password permission recover refresh register request requests "
    "reset revoke saml secret secrets serializer session sign signed signer signin signup slack sso subscribe telegram totp "
    "unsubscribe url user users validate verify webhook "
)
OPENING = frozenset(_OPENING.split())
"""Words around a ``token`` that opens something."""

_SPLIT = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def words(identifier: str) -> list[str]:
    """The words of ``snake_case``, ``camelCase``, ``kebab-case`` or ``UPPER_CASE``, in lower case."""
    return [word.lower() for word in _SPLIT.findall(identifier)]


def sensitivity(identifier: str) -> Sensitivity | None:
    """What a value of this name must be taken for, or None: ``user_password`` is one, ``password_label`` speaks of one."""
    parts = words(identifier)
    if not parts or parts[0] in ("is", "has", "use", "show", "no"):
        return None
    for at in range(len(parts) - 1, -1, -1):
        pair = PAIRS.get((parts[at - 1], parts[at])) if at else None
        if pair:
            return pair
        if parts[at] in HARMLESS:
            return None
        if parts[at].removesuffix("s") == "token" and at and parts[at - 1] in OTHER_TOKENS:
            return None
        if found := WORDS.get(parts[at]) or WORDS.get(parts[at].removesuffix("s")):
            return found
    return None
