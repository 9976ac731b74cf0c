from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Finding, Severity
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.purpose import names_given
from flasklint.rules.base import CallRule

FAST = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s")
_SETTINGS = frozenset({"config", "cfg", "conf", "settings", "options", "opts", "args"})


class WeakPasswordStorage(CallRule):
    """A password is hashed by a function that is made to be fast.

    ## What it does
    Finds passwords, by the names of what is hashed and of what the digest becomes, given to the plain digests of `hashlib`
    (MD5, the SHA families, BLAKE2).

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
    names = tuple(f"hashlib.{digest}" for digest in FAST)

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """A digest of something named as a password."""
        hashed = password_in(site)
        if hashed is None:
            return
        digest = site.names[0].rpartition(".")[2]
        yield self.finding(
            site.location,
            f"The password `{hashed}` is hashed with {digest.upper()}, which is made to be fast. "
            "Stolen digests are turned back into passwords by trying billions a second.",
            label="fast digest of a password",
            scope=site.scope.qualname,
            help="use `werkzeug.security.generate_password_hash`, argon2 or bcrypt",
        )


def password_in(site: CallSite) -> str | None:
    """The name of the password that a digest is made of, or that the digest becomes; None when there is none."""
    for argument in site.call.arguments:
        if argument.name == "":
            for node in (argument.value, *ir.walk(argument.value)):
                match node:
                    case ir.Attribute(value=ir.Name(id=owner) | ir.Attribute(name=owner)) if _SETTINGS & set(
                        words(owner)
                    ):
                        # What the operator chose is no visitor's password: it is a key.
                        continue
                    case ir.Name(id=name) | ir.Attribute(name=name) | ir.Const(value=str(name)) if (
                        len(name) < 40 and sensitivity(name) == "password"
                    ):
                        return name
                    case _:
                        pass
    return next(
        (name for name in names_given(site.scope.node, site.call.span) if sensitivity(name) == "password"), None
    )
