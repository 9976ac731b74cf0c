from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.calls import CallSite
from flasklint.project.passwords import Clear, clear_passwords
from flasklint.project.project import Project
from flasklint.project.purpose import names_given
from flasklint.project.values import Known
from flasklint.rules.base import CallRule, Context, together
from flasklint.rules.surroundings import origins
from flasklint.source import Location

FAST = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s")
_NOT_TYPED = frozenset({"hash", "hashed", "digest", "pin"})
_DIGESTS = frozenset({"hash", "hashed", "digest"})
_BY_CHANCE = frozenset({"generate", "generated", "random", "rand", "urandom"})
"""Words of what is made by chance: nobody guesses it, however fast they try."""
_SLOW = frozenset(
    {
        "argon2.PasswordHasher().hash",
        "argon2.PasswordHasher().verify",
        "argon2.hash_password",
        "argon2.hash_password_raw",
    }
    | {"bcrypt.checkpw", "bcrypt.hashpw", "bcrypt.kdf", "hashlib.pbkdf2_hmac", "hashlib.scrypt"}
    | {"werkzeug.security.check_password_hash", "werkzeug.security.generate_password_hash"}
    | {
        f"passlib.hash.{scheme}.{method}"
        for scheme in ("argon2", "bcrypt", "pbkdf2_sha256", "pbkdf2_sha512", "scrypt")
        for method in ("hash", "verify", "encrypt")
    }
)
"""What is made for passwords, and takes a digest of one as well: bcrypt looks at 72 bytes only."""
_PREFIX = 5
_SENDERS = frozenset({"api", "request", "post", "query", "send", "call"})
_SETTINGS = frozenset({"config", "cfg", "conf", "settings", "options", "opts", "args"})
_WERKZEUG = frozenset({"werkzeug.security.generate_password_hash"})
_ONE_ROUND = frozenset({"md5", "plain", "sha1", "sha224", "sha256", "sha384", "sha512"})


_OLD = frozenset(
    f"passlib.hash.{scheme}.{method}"
    for scheme in (
        "apr_md5_crypt",
        "bsdi_crypt",
        "crypt16",
        "des_crypt",
        "hex_md5",
        "hex_sha1",
        "hex_sha256",
        "ldap_md5",
        "ldap_plaintext",
        "ldap_sha1",
        "lmhash",
        "md5_crypt",
        "mysql323",
        "mysql41",
        "nthash",
        "plaintext",
        "sha1_crypt",
    )
    for method in ("hash", "encrypt")
)
"""Schemes of Passlib that it keeps for what others have stored."""
_ROUNDS = {"hashlib.pbkdf2_hmac": (3, "iterations", 10_000), "bcrypt.gensalt": (0, "rounds", 10)}
"""What is told how slow to be: where, and how much is too little."""


class WeakPasswordStorage(CallRule):
    """A password is kept as it is, or hashed by a function that is made to be fast.

    ## What it does
    Finds passwords that are compared with what a visitor types, asked for in a query, or stored, as they are: by the names on
    both sides, and where they are stored, by that nothing in the project hashes passwords.
    Finds passwords, by the names of what is hashed and of what the digest becomes, given to the plain digests of `hashlib`
    (MD5, the SHA families, BLAKE2), and those for which Werkzeug's `generate_password_hash` is told to take one of these
    (`method="sha256"`); outdated schemes of Passlib, and PBKDF2 and bcrypt with few rounds. Digests that go on to bcrypt or its
    like, and those of what was made by chance, are left alone.

    ## Why is this bad
    A graphics card tries billions of passwords a second against such a digest, and without a salt all users at once. Functions
    for passwords are slow and salted by design.

    ## Bad
    ```python
    import hashlib


    def store(user, password):
        user.password_hash = hashlib.sha256(password.encode()).hexdigest()
    ```

    ## Good
    ```python
    from werkzeug.security import generate_password_hash


    def store(user, password):
        user.password_hash = generate_password_hash(password)
    ```

    ## References
    - [CWE-916](https://cwe.mitre.org/data/definitions/916.html)
    - [Werkzeug: password hashing](https://werkzeug.palletsprojects.com/en/stable/utils/#module-werkzeug.security)
    """

    code = "FLK802"
    name = "weak-password-storage"
    severity = Severity.HIGH
    cwe = (916, 327, 256)
    covers = ("FLK806",)
    names = (*(f"hashlib.{digest}" for digest in FAST), "hashlib.new", *_WERKZEUG, *_OLD, *_ROUNDS)

    def findings(self, context: Context) -> Iterator[Finding]:
        """Fast digests, then passwords that are not even hashed; of those, one of each kind in a file."""
        yield from super().findings(context)
        groups: dict[tuple[str, str], list[Finding]] = {}
        for clear in clear_passwords(context.project):
            found = self._clear(clear, context.project)
            groups.setdefault((found.location.path, clear.how), []).append(found)
        for group in groups.values():
            yield from together(group)

    def _clear(self, clear: Clear, project: Project) -> Finding:
        compared = clear.how == "compared"
        return self.finding(
            project.location(clear.scope, clear.node),
            (
                "The password is compared as it is typed, so it is kept as it is typed. "
                if compared
                else "The password is stored as it is typed: nothing here hashes it. "
            )
            + "Whoever reads the database, or a copy of it, has everybody's password.",
            confidence=Confidence.LOW if not clear.seen else Confidence.HIGH if clear.sure else Confidence.MEDIUM,
            label="in the clear",
            scope=clear.scope.qualname,
            help="store `generate_password_hash(password)` and ask `check_password_hash`, both from `werkzeug.security`",
        )

    def _chosen(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """``generate_password_hash(password, method="sha256")``: one round of a fast digest."""
        method = site.argument(1, "method")
        value = project.constant(method, site.scope) if method is not None else None
        if method is None or not isinstance(value, Known) or value.value not in _ONE_ROUND:
            return
        yield self.finding(
            Location(site.location.path, method.span),
            f"Passwords are hashed with one round of {str(value.value).upper()}, which is made to be fast. "
            "Stolen digests are turned back into passwords by trying billions a second."
            if value.value != "plain"
            else "Passwords are stored as they are. Whoever reads the database, or a copy of it, has everybody's password.",
            label="fast digest of a password",
            scope=site.scope.qualname,
            help="leave the method out: Werkzeug's own is slow and salted",
        )

    def _outdated(self, site: CallSite) -> Finding:
        scheme = site.names[0].split(".")[2]
        return self.finding(
            site.location,
            f"`{scheme}` is fast, or keeps passwords as they are: stolen ones are turned back by trying billions a second.",
            label="outdated scheme",
            scope=site.scope.qualname,
            help="use `passlib.hash.argon2` or `passlib.hash.bcrypt`",
        )

    def _quick(self, site: CallSite, project: Project, position: int, keyword: str, least: int) -> Iterator[Finding]:
        """``hashlib.pbkdf2_hmac("sha256", password, salt, 100)``: a slow function that is told to be quick."""
        given = site.argument(position, keyword)
        known = project.constant(given, site.scope) if given is not None else None
        if isinstance(known, Known) and type(known.value) is int and known.value < least:
            yield self.finding(
                site.location,
                f"A function that is made to be slow goes through {known.value} rounds only, and less than {least} are tried "
                "quickly.",
                severity=Severity.MEDIUM,
                label="too few rounds",
                scope=site.scope.qualname,
                help="600000 rounds for PBKDF2 with SHA-256, 12 (of a power of two) for bcrypt",
            )

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """A digest of something named as a password, or one that is chosen for passwords."""
        if not _WERKZEUG.isdisjoint(site.names):
            yield from self._chosen(site, project)
            return
        if not _OLD.isdisjoint(site.names):
            yield self._outdated(site)
            return
        if name := next((name for name in site.names if name in _ROUNDS), ""):
            yield from self._quick(site, project, *_ROUNDS[name])
            return
        digest = site.names[0].rpartition(".")[2]
        if digest == "new":
            chosen = site.argument(0, "name")
            known = project.constant(chosen, site.scope) if chosen is not None else None
            if not (isinstance(known, Known) and isinstance(known.value, str) and known.value.lower() in FAST):
                return
            digest = known.value.lower()
        hashed = password_in(site)
        if (
            hashed is None
            or _is_sent(site)
            or _is_digest_already(site)
            or _is_cut(site)
            or _is_hashed_slowly(site, project)
            or "signature" in words(site.scope.qualname)
        ):
            return
        yield self.finding(
            site.location,
            f"The password `{hashed}` is hashed with {digest.upper()}, which is made to be fast. "
            "Stolen digests are turned back into passwords by trying billions a second.",
            label="fast digest of a password",
            scope=site.scope.qualname,
            help="use `werkzeug.security.generate_password_hash`, argon2 or bcrypt",
        )


def _is_sent(site: CallSite) -> bool:
    """Whether the digest goes straight to another service, whose protocol wants it so."""
    return any(
        isinstance(outer, ir.Call)
        and outer is not site.call
        and not _SENDERS.isdisjoint(words(outer.function.name if isinstance(outer.function, ir.Attribute) else ""))
        for outer in ir.path_to(site.scope.node, site.call.span)
    )


def _is_digest_already(site: CallSite) -> bool:
    """Whether what is hashed is a digest by its name, of whatever function."""
    return any(
        isinstance(node, ir.Name | ir.Attribute)
        and not _DIGESTS.isdisjoint(words(node.id if isinstance(node, ir.Name) else node.name))
        for argument in site.call.arguments
        for node in (argument.value, *ir.walk(argument.value))
    )


def _is_cut(site: CallSite) -> bool:
    """Whether the first five characters of a digest are used apart: by those lists of stolen passwords are asked."""
    return any(
        isinstance(node, ir.Subscript)
        and isinstance(node.key, ir.Op)
        and node.key.sign == "slice"
        and [one.value if isinstance(one, ir.Const) else "" for one in node.key.operands[:2]] == [None, _PREFIX]
        for node in ir.walk(site.scope.node)
    )


def _is_hashed_slowly(site: CallSite, project: Project) -> bool:
    """Whether the digest is handed to a function that is made for passwords, in the same function, or by all who call it for
    the digest."""
    if _is_handed_to_slow(site, project):
        return True
    returned = any(
        value is not None and any(node.span == site.call.span for node in origins(value, site.scope))
        for value in site.scope.returns
    )
    callers = list(project.calls(site.scope.name)) if returned else []
    return bool(callers) and all(_is_handed_to_slow(caller, project) for caller in callers)


def _is_handed_to_slow(site: CallSite, project: Project) -> bool:
    return any(
        any(node.span == site.call.span for argument in call.arguments for node in origins(argument.value, scope))
        for call, scope in site.scope.module.calls
        if scope is site.scope and call is not site.call and not _SLOW.isdisjoint(project.resolve(call.function, scope))
    )


def password_in(site: CallSite) -> str | None:
    """The name of the password that a digest is made of, or that the digest becomes; None when there is none."""
    for argument in site.call.arguments:
        if argument.name == "":
            for node in _not_configured(argument.value):
                match node:
                    case ir.Name(id=name) | ir.Attribute(name=name) | ir.Const(value=str(name)) if (
                        len(name) < 40
                        and sensitivity(name) == "password"
                        and (_NOT_TYPED | _BY_CHANCE).isdisjoint(words(name))
                    ):
                        return name
                    case _:
                        pass
    return next(
        (name for name in names_given(site.scope.node, site.call.span) if sensitivity(name) == "password"), None
    )


def _not_configured(expr: ir.Expr) -> Iterator[ir.Node]:
    """The parts of an expression that are no settings: what the operator chose is no visitor's password, it is a key."""
    waiting: list[object] = [expr]
    while waiting:
        node = waiting.pop(0)
        match node:
            case ir.Attribute(value=ir.Name(id=owner) | ir.Attribute(name=owner)) if _SETTINGS & set(words(owner)):
                continue
            case (
                ir.Subscript(value=ir.Name(id=owner) | ir.Attribute(name=owner))
                | ir.Call(function=ir.Attribute(value=ir.Name(id=owner) | ir.Attribute(name=owner), name="get"))
            ) if (_SETTINGS - {"args"}) & set(words(owner)):
                # ``request.args["password"]`` is what a visitor types; ``args.password`` is of the command line.
                continue
            case ir.Node():
                yield node
        waiting += ir.children(node)
