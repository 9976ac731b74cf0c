"""Published weaknesses of packages that Flask apps are made of: which versions have them, and where they end.

Only what is told of in a requirement file is here, and of one package not all: the gravest weakness of old versions and the
last that matters to an app. Versions are compared by their numbers.
"""

from __future__ import annotations

import re
from typing import NamedTuple

KNOWN_ON = "2025-06-30"
"""The day up to which the table knows: later advisories are not in it."""


class Advisory(NamedTuple):
    """One weakness. ``since``: the first version that has it, empty for all before; ``fixed``: the first without it.

    ``grave``: an attacker gets in, reads or forges something; else it wants a use of the package that few apps make, or costs
    time and memory only.
    """

    id: str
    fixed: str
    words: str
    grave: bool = True
    since: str = ""


ADVISORIES: dict[str, tuple[Advisory, ...]] = {
    "flask": (
        Advisory("CVE-2018-1000656", "0.12.3", "JSON in a strange encoding takes the memory", grave=False),
        Advisory("CVE-2023-30861", "2.2.5", "a proxy that caches may hand one visitor's session cookie to others"),
        Advisory(
            "CVE-2023-30861",
            "2.3.2",
            "a proxy that caches may hand one visitor's session cookie to others",
            since="2.3.0",
        ),
    ),
    "werkzeug": (
        Advisory("CVE-2019-14806", "0.15.3", "the debugger's PIN can be found out in containers"),
        Advisory("CVE-2023-25577", "2.2.3", "a small multipart form takes all of a worker's time and memory"),
        Advisory("CVE-2023-46136", "2.3.8", "a crafted multipart form keeps a worker busy"),
        Advisory("CVE-2023-46136", "3.0.1", "a crafted multipart form keeps a worker busy", since="3.0.0"),
        Advisory("CVE-2024-34069", "3.0.3", "a foreign page can run code through a developer's debugger", grave=False),
        Advisory("CVE-2024-49767", "3.0.6", "multipart forms take more memory than the limit lets them", grave=False),
    ),
    "jinja2": (
        Advisory("CVE-2019-10906", "2.10.1", "the sandbox can be left by `str.format_map`"),
        Advisory("CVE-2020-28493", "2.11.3", "`urlize` takes very long on crafted texts", grave=False),
        Advisory("CVE-2024-34064", "3.1.4", "`xmlattr` lets attributes in by their names", grave=False),
        Advisory("CVE-2025-27516", "3.1.6", "the sandbox can be left by `attr`", grave=False),
    ),
    "flask-cors": (
        Advisory("CVE-2020-25032", "3.0.9", "paths are matched so that private ones can be read from other sites"),
        Advisory("CVE-2024-6221", "4.0.2", "private networks may be asked from any site by default"),
        Advisory("CVE-2024-6866", "6.0.0", "paths are matched without regard to case", grave=False),
    ),
    "flask-security-too": (
        Advisory("CVE-2021-21241", "3.4.5", "other sites can read a visitor's tokens", since="3.3.0"),
        Advisory("CVE-2023-49438", "5.3.3", "the redirect after a login leaves the site"),
    ),
    "flask-admin": (Advisory("CVE-2018-16516", "1.5.3", "what a URL says is run as script"),),
    "flask-restx": (Advisory("CVE-2021-32838", "0.5.1", "an address of mail takes very long to check", grave=False),),
    "flask-unchained": (Advisory("CVE-2021-23393", "0.9.0", "the redirect after a login leaves the site"),),
    "pyjwt": (
        Advisory("CVE-2017-11424", "1.5.1", "a public key is taken for a secret, so that tokens can be forged"),
        Advisory(
            "CVE-2022-29217", "2.4.0", "a public key is taken for a secret, so that tokens can be forged", since="1.5.0"
        ),
    ),
    "python-jose": (
        Advisory("CVE-2024-33663", "3.4.0", "a public key is taken for a secret, so that tokens can be forged"),
    ),
    "authlib": (
        Advisory("CVE-2024-37568", "1.3.1", "a public key is taken for a secret, so that tokens can be forged"),
    ),
    "gunicorn": (
        Advisory("CVE-2024-1135", "22.0.0", "requests can be smuggled past a proxy"),
        Advisory("CVE-2024-6827", "23.0.0", "requests can be smuggled past a proxy"),
    ),
    "waitress": (
        Advisory("CVE-2019-16785", "1.4.0", "requests can be smuggled past a proxy"),
        Advisory("CVE-2022-24761", "2.1.1", "requests can be smuggled past a proxy"),
    ),
    "eventlet": (
        Advisory("CVE-2021-21419", "0.31.0", "a small message over a socket takes all the memory", grave=False),
    ),
    "gevent": (Advisory("CVE-2023-41419", "23.9.0", "requests can be smuggled into its server", grave=False),),
    "python-engineio": (Advisory("CVE-2019-13611", "3.9.0", "any site may open a socket in a visitor's name"),),
    "celery": (Advisory("CVE-2021-23727", "5.2.2", "whoever writes to the result store can run commands"),),
    "sqlalchemy": (Advisory("CVE-2019-7164", "1.2.18", "texts in `order_by` and `group_by` are run as SQL"),),
    "pymysql": (Advisory("CVE-2024-36039", "1.1.1", "keys of a dict that is a parameter are not escaped"),),
    "pyyaml": (Advisory("CVE-2020-14343", "5.4", "`full_load` runs code out of YAML"),),
    "mako": (Advisory("CVE-2022-40023", "1.2.2", "a crafted template takes very long to read", grave=False),),
    "bleach": (Advisory("CVE-2021-23980", "3.3.0", "script gets through `clean` with some sets of tags"),),
    "lxml": (Advisory("CVE-2021-43818", "4.6.5", "script gets through its cleaner"),),
    "requests": (
        Advisory("CVE-2018-18074", "2.20.0", "credentials are sent on after a redirect to plain HTTP"),
        Advisory("CVE-2023-32681", "2.31.0", "credentials for a proxy are sent to the site", grave=False),
        Advisory("CVE-2024-47081", "2.32.4", "credentials out of `.netrc` can be sent to another site", grave=False),
    ),
    "urllib3": (
        Advisory("CVE-2023-43804", "1.26.17", "cookies are sent on after a redirect to another site", grave=False),
        Advisory(
            "CVE-2023-43804",
            "2.0.6",
            "cookies are sent on after a redirect to another site",
            grave=False,
            since="2.0.0",
        ),
    ),
    "pillow": (
        Advisory("CVE-2023-4863", "10.0.1", "a crafted WebP picture overwrites memory"),
        Advisory("CVE-2023-50447", "10.2.0", "expressions of `ImageMath` run code", grave=False),
        Advisory("CVE-2024-28219", "10.3.0", "a colour profile overwrites memory", grave=False),
    ),
}

_NUMBERS = re.compile(r"v?(?:\d+!)?(\d+(?:\.\d+)*)(?P<rest>[\w.+-]*)")
_BEFORE = re.compile(r"[._-]?(?:a|alpha|b|beta|c|rc|pre|preview|dev)\d*")


def advisories_of(package: str, version: str) -> tuple[Advisory, ...]:
    """What is known of a version of a package, the gravest first; nothing for a version that can't be read."""
    here = _order(version)
    if here is None:
        return ()
    found = [
        one
        for one in ADVISORIES.get(package, ())
        if here < (_order(one.fixed) or ()) and (not one.since or (_order(one.since) or ()) <= here)
    ]
    return tuple(sorted(found, key=lambda one: not one.grave))


def safe_version(found: tuple[Advisory, ...]) -> str:
    """The first version that has none of them."""
    return max((one.fixed for one in found), key=lambda fixed: _order(fixed) or ())


def _order(version: str) -> tuple[int, ...] | None:
    """Numbers that compare as versions do: one that comes before its release is smaller than it."""
    match = _NUMBERS.fullmatch(version)
    if match is None:
        return None
    numbers = [int(part) for part in match[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    numbers += [0] * (5 - len(numbers))
    return (*numbers, -1 if _BEFORE.match(match["rest"]) else 0)
