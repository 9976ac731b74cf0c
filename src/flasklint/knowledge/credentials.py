"""What credentials look like: the forms of tokens, addresses with passwords in them, and what only stands in for either.

A token's form is evidence of its own, wherever it stands. Anything else needs a name that says what it is for.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from flasklint.findings import Confidence
from flasklint.knowledge.secrets import WELL_KNOWN_KEYS


class TokenFormat(NamedTuple):
    """The form of a token. ``words``: what it is, with its article. ``live``: it opens something; a test key opens little.
    ``issued``: a service hands it out, so that one in a test opens something too. ``confidence``: that it is a secret at all;
    some keys are made to be seen in pages."""

    pattern: str
    words: str
    live: bool = True
    issued: bool = True
    confidence: Confidence = Confidence.HIGH


_FORMATS = (
    TokenFormat(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b", "an AWS access key id"),
    TokenFormat(r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b", "a GitHub token"),
    TokenFormat(r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b", "a GitHub token"),
    TokenFormat(r"\bglpat-[A-Za-z0-9_-]{20,}\b", "a GitLab token"),
    TokenFormat(r"\bxox[abeoprs]-[0-9]{6,}-[0-9A-Za-z-]{10,}\b", "a Slack token"),
    TokenFormat(r"hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}", "a Slack webhook"),
    TokenFormat(r"\b[sr]k_live_[0-9A-Za-z]{16,}\b", "a Stripe key"),
    TokenFormat(r"\b[sr]k_test_[0-9A-Za-z]{16,}\b", "a Stripe key for tests", False, True, Confidence.LOW),
    TokenFormat(r"\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])", "a Google API key", True, True, Confidence.MEDIUM),
    TokenFormat(r"\bGOCSPX-[0-9A-Za-z_-]{28}(?![0-9A-Za-z_-])", "a Google OAuth client secret"),
    TokenFormat(r"\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])", "a SendGrid key"),
    TokenFormat(r"\bkey-[0-9a-f]{32}\b", "a Mailgun key"),
    TokenFormat(r"\bnpm_[A-Za-z0-9]{36}\b", "an npm token"),
    TokenFormat(r"\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}", "a PyPI token"),
    TokenFormat(r"\b[0-9]{8,10}:AA[0-9A-Za-z_-]{33}(?![\w-])", "a Telegram bot's token"),
    TokenFormat(r"\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b", "an OpenAI key"),
    TokenFormat(r"\bsk-(?:proj|ant)-[A-Za-z0-9_-]{40,}", "a key of a language model's service"),
    TokenFormat(r"\bdop_v1_[0-9a-f]{64}\b", "a DigitalOcean token"),
    TokenFormat(r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b", "a Shopify token"),
    TokenFormat(r"\bhf_[A-Za-z]{34}\b", "a Hugging Face token"),
    TokenFormat(r"AccountKey=[A-Za-z0-9+/]{86}==", "an Azure storage key"),
    TokenFormat(
        r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP |ENCRYPTED )?PRIVATE KEY(?: BLOCK)?-----\s*(?:[A-Za-z-]+:[^\n]*\s+)*"
        r"[A-Za-z0-9+/=\s]{40,}",
        "a private key",
        issued=False,
    ),
    TokenFormat(
        r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
        "a signed token (JWT)",
        False,
        False,
        Confidence.LOW,
    ),
)

_ANY = re.compile("|".join(f"({row.pattern})" for row in _FORMATS))

_URI = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^\s/:@'\"<>{}]*):(?P<password>[^\s/@'\"]+)@(?P<host>[^\s/:?#'\"]*)",
    re.IGNORECASE,
)

_SHOWS_PASSWORD = re.compile(
    r"://[^\s/:@'\"]*:(?P<inside>[^\s'\"]+)@|\b(?:password|passwd|pwd|pass|secret|token)=(?P<named>[^\s&;,'\"]+)",
    re.IGNORECASE,
)
"""Wider than what is reported: rather mask a port than show a password with a slash in it, or a word that may stand for one."""
_FILLED_IN = re.compile(r"[$<{%*].*|\*+")

_PLACEHOLDER = re.compile(
    r"""
    ^[<\[({$%].* | .*[>\])}]$ | .*\$\{.* | .*\{\{.* | .*%\(.* | .*\{\w*\}.* | .*%[sd].*     # something fills it in
    | ^(.)\1+$ | ^[x*.•_-]+$                                                            # xxxx, ****
    | ^(?:x{3,}|\*{3,}) | (?:x{4,}|\*{3,}|\.{3,})$
    | .*\b(?:your|my|the|some|an?)[-_ ].*                                               # your-key-here
    | .*(?:example|placeholder|changeme|change[-_ ]?(?:me|this|it)|replace|redacted|dummy|fake|sample|fixme|todo|insert|enter)
    .*
    | ^(?:none|null|nil|undefined|unset|unknown|n/?a|empty|foo|bar|baz|foobar|todo|tbd|env|vault|disabled?|enabled?|true|false)$
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

_WEAK = WELL_KNOWN_KEYS | frozenset(
    {
        "postgres",
        "root",
        "guest",
        "user",
        "pass",
        "passwd",
        "pwd",
        "mysql",
        "mongo",
        "redis",
        "rabbitmq",
        "username",
        "toor",
        "master",
        "local",
        "demo",
        "token",
    }
)

_LOCAL = re.compile(
    r"^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[?::1\]?|host|hostname|server|.*\.(?:local|localhost|test|example|invalid))$"
    r"|example\.(?:com|org|net)$|^\$|^[<{%]",
    re.IGNORECASE,
)


class Address(NamedTuple):
    """An address with a password in it, as it stands in a text: ``start`` and ``end`` of the password."""

    scheme: str
    user: str
    password: str
    host: str
    start: int
    end: int

    @property
    def local(self) -> bool:
        """Does it lead to this machine, or to one of the same composition of containers, or nowhere?"""
        return leads_nowhere_else(self.host)


def leads_nowhere_else(host: str) -> bool:
    """Is a host this machine, a name that is only known inside of a composition of containers, or one of documentation?"""
    return "." not in host.strip(".") or _LOCAL.search(host) is not None


# Every text is asked, and every file of test code. The patterns are slow to find: the fixed parts are looked for first.
_ISSUED_SIGNS = (
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xox",
    "hooks.slack",
    "k_live_",
    "AIza",
    "GOCSPX-",
    "SG.",
    "key-",
    "npm_",
    "pypi-Ag",
    ":AA",
    "T3BlbkFJ",
    "sk-proj-",
    "sk-ant-",
    "dop_v1_",
    "shpat_",
    "shpca_",
    "shppa_",
    "shpss_",
    "hf_",
    "AccountKey=",
)
_ALL_SIGNS = (*_ISSUED_SIGNS, "k_test_", "PRIVATE KEY", "eyJ")
_SIGNS = tuple(sign.encode() for sign in _ISSUED_SIGNS)
_ISSUED = re.compile("|".join(row.pattern for row in _FORMATS if row.live and row.issued).encode())


def may_hold_issued_token(data: bytes) -> bool:
    """Whether the bytes of a file have a token in them that a service handed out and that opens something."""
    return any(sign in data for sign in _SIGNS) and _ISSUED.search(data) is not None


def token_format(text: str) -> TokenFormat | None:
    """The form of token that a text has in it, if any."""
    if len(text) < _SHORTEST or not any(sign in text for sign in _ALL_SIGNS):
        return None
    found = _ANY.search(text)
    if found is None or found.lastindex is None:
        return None
    row = _FORMATS[found.lastindex - 1]
    return None if _is_sample(found[0]) else row


_SHORTEST = 16
_RUN = re.compile(r"(.)\1{5}|0123456|1234567|abcdef(?:gh)|ABCDEFG")


def _is_sample(token: str) -> bool:
    """A token of documentation: ``AKIAIOSFODNN7EXAMPLE``, ``ghp_xxxxxxxx``, a run of the alphabet."""
    letters = "".join(filter(str.isalpha, token)).lower()
    return "EXAMPLE" in token.upper() or (
        len(token) < 200 and (_RUN.search(token) is not None or "abcdefgh" in letters)
    )


def addresses(text: str) -> list[Address]:
    """The addresses in a text that carry a password which is no placeholder."""
    if "://" not in text or "@" not in text:
        return []
    return [
        Address(found["scheme"], found["user"], found["password"], found["host"], *found.span("password"))
        for found in _URI.finditer(text)
        if not is_placeholder(found["password"])
        and not _NAMES.fullmatch(f"{found['user']}:{found['password']}")
        and not _PATTERN.search(found[0])
    ]


_NAMES = re.compile(
    r"(?:user|username|user_name|login|name|me|account)?:(?:pass|passwd|password|pw|pwd|secret)", re.IGNORECASE
)
"""A user and a password that are called just that."""

_PATTERN = re.compile(r"\(\?|\(\.|\.[+*]|\[\^|\\[wdS]")
"""What only a regular expression has in it."""


def masked_parts(text: str) -> str:
    """A text to be shown: the passwords in it, of addresses and by name, are masked, but for what something fills in."""
    for found in reversed([*_SHOWS_PASSWORD.finditer(text)]):
        start, end = found.span("inside" if found["inside"] else "named")
        if not _FILLED_IN.fullmatch(text[start:end]):
            text = f"{text[:start]}********{text[end:]}"
    return text


def is_placeholder(text: str) -> bool:
    """Does a text only stand in for a secret: ``<password>``, ``xxx``, ``your-key-here``, ``${KEY}``?"""
    return not text.strip() or _PLACEHOLDER.match(text.strip()) is not None


def is_weak(text: str) -> bool:
    """Is it one of the passwords that everybody tries first, and that people write where any will do?"""
    return text.strip().lower() in _WEAK


def looks_random(text: str) -> bool:
    """Is a text made by a generator rather than by a person: long, of mixed characters, with no words in it?"""
    if len(text) < _SHORTEST or len(text) > 512 or not _TOKEN.fullmatch(text):
        return False
    if _HEX.fullmatch(text):
        return len(text) >= 24 and len(set(text.lower())) >= 8 and any(char.isdigit() for char in text)
    if not any(char.isdigit() for char in text) or not any(char.isalpha() for char in text):
        return False
    return entropy(text) >= 3.5 and _LONG_WORD.search(text) is None


_TOKEN = re.compile(r"[A-Za-z0-9+/=_.~!@#$%^&*-]+")
_HEX = re.compile(r"[0-9a-fA-F-]+")
_LONG_WORD = re.compile(r"[a-z]{7,}|[A-Z]{7,}")


def entropy(text: str) -> float:
    """Bits a character, by how often each occurs."""
    counts = [text.count(char) for char in set(text)]
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


class CredentialArgument(NamedTuple):
    """An argument that is a credential. ``position``: ``None`` when it is given by keyword alone; ``names``: its keywords.
    ``host``: the keywords of the argument that says where it is sent."""

    position: int | None
    names: tuple[str, ...]
    host: tuple[str, ...] = ("host", "hostname", "server")


_PASSWORD = CredentialArgument(None, ("password", "passwd"))
_SECOND = CredentialArgument(1, ("password", "passwd"))

ARGUMENTS: dict[str, tuple[CredentialArgument, ...]] = {
    "psycopg2.connect": (_PASSWORD,),
    "psycopg.connect": (_PASSWORD,),
    "pymysql.connect": (CredentialArgument(2, ("password", "passwd")),),
    "pymysql.connections.Connection": (_PASSWORD,),
    "MySQLdb.connect": (CredentialArgument(2, ("password", "passwd")),),
    "mysql.connector.connect": (_PASSWORD,),
    "cx_Oracle.connect": (_SECOND,),
    "oracledb.connect": (_PASSWORD,),
    "pymssql.connect": (CredentialArgument(2, ("password",)),),
    "redis.Redis": (_PASSWORD,),
    "redis.StrictRedis": (_PASSWORD,),
    "pymongo.MongoClient": (_PASSWORD,),
    "ldap3.Connection": (CredentialArgument(2, ("password",)),),
    "smtplib.SMTP().login": (_SECOND,),
    "smtplib.SMTP_SSL().login": (_SECOND,),
    "imaplib.IMAP4_SSL().login": (_SECOND,),
    "ftplib.FTP": (CredentialArgument(2, ("passwd",)),),
    "ftplib.FTP().login": (CredentialArgument(1, ("passwd",)),),
    "paramiko.SSHClient().connect": (CredentialArgument(3, ("password",)),),
    "requests.auth.HTTPBasicAuth": (_SECOND,),
    "requests.auth.HTTPDigestAuth": (_SECOND,),
    "httpx.BasicAuth": (_SECOND,),
    "boto3.client": (CredentialArgument(None, ("aws_secret_access_key", "aws_session_token")),),
    "boto3.resource": (CredentialArgument(None, ("aws_secret_access_key", "aws_session_token")),),
    "boto3.Session": (CredentialArgument(None, ("aws_secret_access_key", "aws_session_token")),),
    "boto3.session.Session": (CredentialArgument(None, ("aws_secret_access_key", "aws_session_token")),),
    "twilio.rest.Client": (CredentialArgument(1, ("password",)),),
    "pika.PlainCredentials": (_SECOND,),
    "pika.credentials.PlainCredentials": (_SECOND,),
    "flask_dance.contrib.github.make_github_blueprint": (CredentialArgument(None, ("client_secret",)),),
    "flask_dance.contrib.google.make_google_blueprint": (CredentialArgument(None, ("client_secret",)),),
    "requests_oauthlib.OAuth2Session().fetch_token": (CredentialArgument(None, ("client_secret",)),),
    "authlib.integrations.flask_client.OAuth().register": (CredentialArgument(None, ("client_secret",)),),
    "flask_oauthlib.client.OAuth().remote_app": (CredentialArgument(None, ("consumer_secret",)),),
}
"""Calls that take a credential, by canonical name."""
