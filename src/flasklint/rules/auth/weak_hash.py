from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.secrets import RANDOM
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.purpose import names_given, purpose, serves_requests
from flasklint.project.values import Known
from flasklint.rules.base import CallRule, Context

GUARDS_NOTHING = frozenset(
    (
        "avatar",
        "cache",
        "checksum",
        "color",
        "colour",
        "content",
        "dedupe",
        "etag",
        "file",
        "filename",
        "gravatar",
        "identicon",
    )
)
"""Words for digests that nobody gains from forging."""

BROKEN = ("md4", "md5", "sha", "sha1", "ripemd160")


_CACHES = frozenset({"cache", "caches", "caching"})
"""Words of files whose digests tell what is kept from what is not."""


_OTHERS = (
    *(
        f"{package}.Hash.{name}.new"
        for package in ("Crypto", "Cryptodome")
        for name in ("MD2", "MD4", "MD5", "SHA", "SHA1")
    ),
    *(f"cryptography.hazmat.primitives.hashes.{name}" for name in ("MD5", "SHA1")),
)
"""What other libraries call it."""
_SIGNERS = ("hmac.new", "hmac.digest")


class WeakHash(CallRule):
    """A broken hash function guards something that must not be forged.

    ## What it does
    Finds MD5 and SHA-1 where the names around say that the digest is a token, a signature or a key, or is made of one, and
    (less severe) where a view makes such a digest for an end that can't be told; where anything else makes one, the
    confidence is low. A message that is signed with such a hash function is told of whatever it is called. Digests for caches,
    ETags, avatars and file names are left alone, and so is `usedforsecurity=False`. Passwords are FLK802.

    ## Why is this bad
    Two texts with the same MD5 or SHA-1 can be made at will, so that a digest of one stands for the other.

    ## Bad
    ```python
    import hashlib


    def signature(body, secret):
        return hashlib.md5(secret + body).hexdigest()
    ```

    ## Good
    ```python
    import hashlib
    import hmac


    def signature(body, secret):
        return hmac.new(secret, body, hashlib.sha256).hexdigest()
    ```

    ## References
    - [CWE-328](https://cwe.mitre.org/data/definitions/328.html)
    """

    code = "FLK804"
    name = "weak-hash"
    severity = Severity.MEDIUM
    cwe = (328, 327)
    names = ("hashlib.md5", "hashlib.sha1", "hashlib.new", *_OTHERS)

    def findings(self, context: Context) -> Iterator[Finding]:
        """Digests, and messages that are signed with them."""
        yield from super().findings(context)
        for site in context.project.calls(*_SIGNERS):
            if (chosen := _chosen(site, context.project)) is not None and not site.scope.module.is_test:
                yield self.finding(
                    site.location,
                    f"A message is signed with {chosen.upper()}, which is broken.",
                    severity=Severity.LOW,
                    label="broken hash function",
                    scope=site.scope.qualname,
                    help="sign with SHA-256",
                )

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """A broken digest in the company of a secret."""
        name = next((name for name in site.names if name in self.names), site.names[0])
        digest = name.removesuffix(".new").rpartition(".")[2] if name in _OTHERS else name.rpartition(".")[2]
        if name.startswith("cryptography.") and _is_signed_with(site):
            return
        data = site.argument(0, "string", "data")
        if digest == "new":
            chosen = site.argument(0, "name")
            value = project.constant(chosen, site.scope) if chosen is not None else None
            if not (isinstance(value, Known) and isinstance(value.value, str) and value.value.lower() in BROKEN):
                return
            digest, data = value.value.lower(), site.argument(1, "string", "data")
        harmless = site.argument(None, "usedforsecurity")
        if harmless is not None and project.constant(harmless, site.scope) == Known(False):
            return
        if data is not None and _is_random(data, site, project):
            return
        named = _secret(data) or purpose(site.scope.node, site.call.span)
        confidence = Confidence.HIGH
        node = site.scope.node
        if named is None and isinstance(node, ir.Function) and (kind := sensitivity(node.name)):
            named, confidence = (node.name, kind), Confidence.MEDIUM
        if named is None and not _guards_nothing(site):
            yield self._unnamed(site, digest)
        if named is None or named[1] == "password" or not _CACHES.isdisjoint(words(site.location.path)):
            return
        yield self.finding(
            site.location,
            f"{digest.upper()} is broken, and `{named[0]}` relies on it. Texts with the same digest can be made at will.",
            confidence=confidence,
            label="broken hash function",
            scope=site.scope.qualname,
            help="use `hmac` with SHA-256 to sign, or SHA-256 to digest; `usedforsecurity=False` says that it guards nothing",
        )

    def _unnamed(self, site: CallSite, digest: str) -> Finding:
        """Where nothing is named that relies on the digest: a view may show it to whoever could forge it."""
        name = digest.upper()
        in_view = serves_requests(site.scope)
        return self.finding(
            site.location,
            f"A view makes a {name} digest, which is broken. If it guards anything, it can be forged."
            if in_view
            else f"{name} is broken. What this digest is for can't be told; if it guards anything, it can be forged.",
            severity=Severity.LOW,
            confidence=Confidence.MEDIUM if in_view else Confidence.LOW,
            label="broken hash function",
            scope=site.scope.qualname,
            help="use SHA-256; `usedforsecurity=False` says that it guards nothing",
        )


def _is_random(data: ir.Expr, site: CallSite, project: Project) -> bool:
    """Whether a digest is made of random bytes: what it gives is as random as they are."""
    return any(
        isinstance(node, ir.Call) and any(name in RANDOM for name in project.resolve(node.function, site.scope))
        for node in (data, *ir.walk(data))
    )


def _is_signed_with(site: CallSite) -> bool:
    """Whether a hash function is handed to what makes keys or one-time codes of it, where it is not what is broken."""
    outer = [node for node in ir.path_to(site.scope.node, site.call.span) if isinstance(node, ir.Call)][:-1]
    return any(ir.last_name(call.function) not in ("Hash", "HMAC") for call in outer)


def _chosen(site: CallSite, project: Project) -> str | None:
    """The broken hash function that a message is signed with, MD5 or older: forging with SHA-1 takes the key."""
    digest = site.argument(2, "digestmod", "digest")
    if digest is None:
        return None
    value = project.constant(digest, site.scope)
    if isinstance(value, Known) and isinstance(value.value, str):
        return value.value if value.value.lower() in ("md5", "md4") else None
    names = (name.removeprefix("hashlib.") for name in project.resolve(digest, site.scope))
    return next((name for name in names if name in ("md5", "md4")), None)


def _guards_nothing(site: CallSite) -> bool:
    """Whether the names around say that it is for a cache, a picture, a file."""
    names = [*names_given(site.scope.node, site.call.span), site.scope.name, *_company(site)]
    for argument in site.call.arguments:
        names += [part.id for part in (argument.value, *ir.walk(argument.value)) if isinstance(part, ir.Name)]
    return any(word in GUARDS_NOTHING for name in names for word in words(name))


def _company(site: CallSite) -> Iterator[str]:
    """What a digest is compared with, and the addresses that the function puts together: a picture's, as a rule."""
    node = site.scope.node
    for outer in ir.path_to(node, site.call.span):
        if isinstance(outer, ir.Compare):
            for part in ir.walk(outer):
                match part:
                    case ir.Const(value=str(text)) | ir.Name(id=text) | ir.Attribute(name=text):
                        yield text
    for part in ir.walk(node):
        if isinstance(part, ir.Const) and isinstance(part.value, str) and "gravatar" in part.value:
            yield "gravatar"


def _secret(data: ir.Expr | None) -> tuple[str, str] | None:
    """The first secret, by its name, that a digest is made of."""
    if data is None:
        return None
    for node in (data, *ir.walk(data)):
        match node:
            case ir.Name(id=name) | ir.Attribute(name=name) if found := sensitivity(name):
                return name, found
            case _:
                pass
    return None
