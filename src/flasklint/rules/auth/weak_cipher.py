"""FLK817: encryption that does not hide what is encrypted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.values import Known
from flasklint.rules.base import CallRule, Context, together

_PACKAGES = ("Crypto", "Cryptodome")
_PRIMITIVES = "cryptography.hazmat.primitives"
_BROKEN = {"ARC2": "RC2", "ARC4": "RC4", "Blowfish": "Blowfish", "CAST": "CAST5", "DES": "DES", "DES3": "Triple DES"}
"""What PyCryptodome calls them."""
_ALGORITHMS = {
    "ARC4": "RC4",
    "Blowfish": "Blowfish",
    "CAST5": "CAST5",
    "IDEA": "IDEA",
    "SEED": "SEED",
    "TripleDES": "Triple DES",
}
"""What cryptography calls them."""

_CIPHERS: Mapping[str, str] = MappingProxyType(
    {f"{package}.Cipher.{name}.new": said for package in _PACKAGES for name, said in _BROKEN.items()}
    | {
        f"{module}.{name}": said
        for module in (f"{_PRIMITIVES}.ciphers.algorithms", "cryptography.hazmat.decrepit.ciphers.algorithms")
        for name, said in _ALGORITHMS.items()
    }
)
_BLOCKS = tuple(f"{package}.Cipher.AES.new" for package in _PACKAGES)
_ECB = tuple(f"{package}.Cipher.AES.MODE_ECB" for package in _PACKAGES)
_CHAINED = frozenset(f"{package}.Cipher.AES.MODE_{mode}" for package in _PACKAGES for mode in ("CBC", "CFB", "OFB"))
_MODE = f"{_PRIMITIVES}.ciphers.modes.ECB"
_VECTORS = tuple(f"{_PRIMITIVES}.ciphers.modes.{name}" for name in ("CBC", "CFB", "OFB"))

_KEYS: Mapping[str, tuple[int, str, str]] = MappingProxyType(
    {
        f"{_PRIMITIVES}.asymmetric.rsa.generate_private_key": (1, "key_size", "RSA"),
        f"{_PRIMITIVES}.asymmetric.dsa.generate_private_key": (0, "key_size", "DSA"),
    }
    | {f"{package}.PublicKey.{name}.generate": (0, "bits", name) for package in _PACKAGES for name in ("RSA", "DSA")}
)
"""What makes a pair of keys, with where it is told how long they are to be."""
_SHORTEST = 2048
_OPENS = frozenset(("decrypt", "decryptor"))
_SEALS = frozenset(("encrypt", "encryptor", "encrypt_and_digest"))


class WeakCipher(CallRule):
    """Something is encrypted in a way that can be broken.

    ## What it does
    Finds ciphers that are broken or out of date (DES, Triple DES, RC2, RC4, Blowfish), the mode ECB, CBC and its like with an
    initialization vector that is written into the source, and RSA or DSA keys of less than 2048 bits, in PyCryptodome and
    cryptography.

    Silent: functions that only decrypt, which open what somebody else has sealed. The same in one file is one finding.

    ## Why is this bad
    Short keys are found by trying, ciphers with short blocks give texts away after enough of them, and ECB encrypts the same
    block to the same bytes each time, so that patterns stay to be seen and blocks can be swapped.

    ## Bad
    ```python
    from Crypto.Cipher import AES


    def seal(key, text):
        return AES.new(key, AES.MODE_ECB).encrypt(text)
    ```

    ## Good
    ```python
    from Crypto.Cipher import AES


    def seal(key, text):
        cipher = AES.new(key, AES.MODE_GCM)
        return cipher.nonce, *cipher.encrypt_and_digest(text)
    ```

    ## References
    - [CWE-327](https://cwe.mitre.org/data/definitions/327.html)
    - [CWE-326](https://cwe.mitre.org/data/definitions/326.html)
    """

    code = "FLK817"
    name = "weak-cipher"
    severity = Severity.MEDIUM
    cwe = (327, 326, 329)
    names = (*_CIPHERS, *_BLOCKS, _MODE, *_VECTORS, *_KEYS)

    def run(self, context: Context) -> Iterator[Finding]:
        """The same in a file is one habit: a format that somebody else made, mostly."""
        found: dict[tuple[str, str], list[Finding]] = {}
        for finding in super().run(context):
            found.setdefault((finding.location.path, finding.message), []).append(finding)
        for group in found.values():
            yield from together(group)

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """What a cipher, a mode or a key is made with, unless it only opens what somebody else has sealed."""
        if _only_opens(site):
            return
        for name in site.names:
            if name in _CIPHERS:
                yield self._told(site, f"{_CIPHERS[name]} can be broken.", "can be broken")
            elif name == _MODE or (name in _BLOCKS and self._is_mode(site, project, _ECB)):
                yield self._told(site, "ECB encrypts the same block to the same bytes each time.", "shows patterns")
            elif name in _VECTORS or (name in _BLOCKS and self._is_mode(site, project, _CHAINED)):
                vector = site.argument(0, "initialization_vector") if name in _VECTORS else site.argument(2, "iv", "IV")
                if vector is not None and _is_written(vector, site, project):
                    message = (
                        "The initialization vector is in the source: the same text is encrypted to the same bytes."
                    )
                    yield self._told(site, message, "shows what is the same")
            elif name in _KEYS:
                yield from self._key(site, project, *_KEYS[name])
            else:
                continue
            return

    def _is_mode(self, site: CallSite, project: Project, modes: tuple[str, ...] | frozenset[str]) -> bool:
        mode = site.argument(1, "mode")
        return mode is not None and not frozenset(modes).isdisjoint(project.resolve(mode, site.scope))

    def _key(self, site: CallSite, project: Project, position: int, keyword: str, kind: str) -> Iterator[Finding]:
        size = site.argument(position, keyword)
        match project.constant(size, site.scope) if size is not None else None:
            case Known(value=int(bits)) if bits < _SHORTEST:
                yield self._told(
                    site, f"An {kind} key of {bits} bits can be broken.".replace("An DSA", "A DSA"), "too short"
                )

    def _told(self, site: CallSite, message: str, label: str) -> Finding:
        return self.finding(
            site.location,
            message,
            confidence=Confidence.HIGH,
            label=label,
            scope=site.scope.qualname,
            help="encrypt with `cryptography.fernet.Fernet`, or with AES in GCM mode; RSA keys take 3072 bits",
        )


def _only_opens(site: CallSite) -> bool:
    spoken = {node.name for node in ir.walk(site.scope.node) if isinstance(node, ir.Attribute)}
    return not spoken.isdisjoint(_OPENS) and spoken.isdisjoint(_SEALS)


def _is_written(vector: ir.Expr, site: CallSite, project: Project) -> bool:
    match project.constant(vector, site.scope):
        case Known(value=bytes() | str()):
            return True
    return False
