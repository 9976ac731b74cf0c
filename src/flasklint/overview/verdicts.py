"""Whether a setting is safe in production, and why: the table of postures, applied to what is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flasklint.knowledge.config import KEYS, SIGNING_KEYS
from flasklint.knowledge.credentials import addresses, is_placeholder, token_format
from flasklint.knowledge.posture import POSTURES, Posture
from flasklint.knowledge.secrets import WELL_KNOWN_KEYS
from flasklint.overview.shown import plain_text
from flasklint.project.apps import App
from flasklint.project.cookies import own_cookies, remembering, sends_session, talisman_sets, tokens_in_cookies
from flasklint.project.credentials import names_secret_key
from flasklint.project.flags import flag_of_key
from flasklint.project.keys import origins_in
from flasklint.project.profiles import Outside, Profile, Truth
from flasklint.project.project import Project
from flasklint.project.uploading import upload_places
from flasklint.project.values import FromEnv, Known, Setting, Unset

Status = Literal["safe", "unsafe", "unclear", "not judged"]

_SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True)
class Verdict:
    """Safe or not, and why, as the end of a sentence. ``not judged``: nothing hangs on it here."""

    status: Status
    reason: str


class Judge:
    """Judges the keys of one profile of an app."""

    def __init__(self, app: App, profile: Profile, project: Project) -> None:
        self._app = app
        self._profile = profile
        self._project = project

    def verdict(self, key: str) -> Verdict:
        """Whether a key is safe as it is."""
        posture = POSTURES.get(key)
        if self._profile.kind != "production":
            return Verdict("not judged", f"this profile is for {_PURPOSE[self._profile.kind]}")
        idle = self._idle(key, posture)
        if idle:
            return Verdict("not judged", idle)
        found = self._found(key, posture)
        if found.status == "unsafe" and self._app.set_at_run_time(key):
            return Verdict("unclear", "code that runs later sets it too")
        return found

    def _found(self, key: str, posture: Posture | None) -> Verdict:
        if posture is None:
            return self._credential(key)
        if self._talisman(key):
            return Verdict("safe", "Talisman sets it")
        match posture.want:
            case "on" | "off":
                return self._flag(key, posture)
            case "secret":
                return self._secret(key, posture)
        return self._value(key, posture)

    # What nothing hangs on -------------------------------------------------------------------------------------------

    def _idle(self, key: str, posture: Posture | None) -> str:
        """Why nothing hangs on a key here; empty when something does."""
        app = self._app
        if posture is not None and posture.session:
            if not sends_session(app):
                return "the app sends no session cookie"
            if own_cookies(app):
                return "the app has a session of its own making"
        if posture is not None and posture.written and not self._profile.effective(key).is_written:
            return "nothing sets it"
        if key == "MAX_CONTENT_LENGTH" and not upload_places(app, self._project):
            return "the app takes no files"
        # Flask-Security's own login form remembers people.
        remembers = app.extensions_of_kind("security") or any(remembering(self._project))
        if key.startswith("REMEMBER_COOKIE_") and not remembers:
            return "nobody is remembered"
        if key.startswith("JWT_COOKIE_") and not tokens_in_cookies(self._profile):
            return "tokens are not kept in cookies"
        if key.startswith("RATELIMIT_") and not app.extensions_of_kind("limits"):
            return "no limiter is in force"
        if key.startswith("CORS_") and not app.extensions_of_kind("cors"):
            return "Flask-CORS is not in force"
        if key.startswith("CORS_"):
            argument = key.removeprefix("CORS_").lower()
            if any(use.argument(None, argument) is not None for use in app.extensions_of_kind("cors")):
                return "what `CORS()` is given comes before it"
        if key == "WTF_CSRF_CHECK_DEFAULT" and not app.extensions_of_kind("csrf"):
            return "CSRFProtect is not in force"
        return ""

    def _talisman(self, key: str) -> bool:
        arguments = {
            "SESSION_COOKIE_SECURE": ("session_cookie_secure", True),
            "SESSION_COOKIE_HTTPONLY": ("session_cookie_http_only", True),
            "SESSION_COOKIE_SAMESITE": ("session_cookie_samesite", "Lax"),
        }
        if key not in arguments:
            return False
        argument, usual = arguments[key]
        return bool(talisman_sets(self._app, self._profile, argument, usual))

    # Kinds of postures -----------------------------------------------------------------------------------------------

    def _flag(self, key: str, posture: Posture) -> Verdict:
        truth = self._profile.truth(key)
        on = posture.want == "on"
        good = truth if on else ~truth
        flag = flag_of_key(key, self._profile)
        if not on and flag.state == "any-text":
            return Verdict("unsafe", f"any text in ${flag.variable} switches it on, `false` too")
        if good == Truth.YES:
            return Verdict("safe", self._plainly(key))
        if good == Truth.PROBABLY:
            return Verdict("safe", self._usually(key))
        if good == Truth.MAYBE:
            return Verdict("unclear", "it hangs on something that the code does not settle")
        return Verdict("unsafe", posture.otherwise + self._unless(key))

    def _secret(self, key: str, posture: Posture) -> Verdict:
        return self._literal(key, posture.otherwise) or self._origin(key)

    def _literal(self, key: str, otherwise: str) -> Verdict | None:
        """What is wrong with where a secret comes from."""
        signing = key in SIGNING_KEYS
        for origin in origins_in(self._profile, key):
            text = origin.value.decode("latin-1") if isinstance(origin.value, bytes) else origin.value
            match origin.kind:
                case "literal" if not signing and is_placeholder(text):
                    return Verdict("not judged", "it only stands in for one")
                case "literal":
                    if signing and text.strip().lower() in WELL_KNOWN_KEYS:
                        return Verdict("unsafe", f"everybody knows this key: {otherwise}")
                    return Verdict("unsafe", f"it is written into the source: {otherwise}" + self._unless(key))
                case "fallback":
                    asked = f" {origin.missing.replace('`', '')}" if origin.missing else ""
                    return Verdict("unsafe", f"it falls back to a literal{asked}: {otherwise}")
                case "generated" if signing:
                    return Verdict("unsafe", f"{origin.source}() makes another one at each start, in each worker")
                case "predictable":
                    return Verdict("unsafe", f"what {origin.source}() makes can be worked out")
        return None

    def _origin(self, key: str) -> Verdict:
        effective = self._profile.effective(key)
        match effective.setting:
            case FromEnv():
                return Verdict("safe", "it comes from the environment")
            case Unset():
                if effective.outside:
                    return Verdict("unclear", f"{source_among(effective.outside)} may set it")
                if effective.is_written:
                    return Verdict("unclear", "a condition that is not settled decides it")
                return Verdict("not judged", "nothing sets it")
            case Known(None) | Known("") if effective.outside:
                return Verdict("unclear", f"{source_among(effective.outside)} may set it")
            case Known(None) | Known(""):
                return Verdict("not judged", "it is empty")
            case Known():
                return Verdict("safe", "something fills it in before the app runs")
        return Verdict("unclear", "the code does not show where it comes from")

    def _credential(self, key: str) -> Verdict:
        """A key that has no posture of its own: it may carry a credential."""
        effective = self._profile.effective(key)
        texts = list(plain_text(effective.setting))
        if any(token_format(text) is not None for text in texts):
            return Verdict("unsafe", "a token is written into the source")
        if any(addresses(text) for text in texts):
            return Verdict("unsafe", "an address with a password is written into the source")
        if key not in KEYS and names_secret_key(key):
            return self._literal(key, "who reads the source has it") or self._origin(key)
        return Verdict("not judged", "")

    def _value(self, key: str, posture: Posture) -> Verdict:
        effective = self._profile.effective(key)
        settings = [one.setting for one in effective.possible]
        verdicts = [self._fits(setting, key, posture) for setting in settings]
        if any(verdict is None for verdict in verdicts):
            return Verdict("unclear", "its value is not known")
        if all(verdicts):
            return Verdict("safe", self._plainly(key) if effective.sure else self._usually(key))
        if any(verdicts):
            return Verdict("unclear", "a condition that is not settled decides it")
        if effective.outside and isinstance(effective.setting, Unset):
            return Verdict("unclear", f"{source_among(effective.outside)} may set it")
        return Verdict("unsafe", posture.otherwise + self._unless(key))

    def _fits(self, setting: Setting, key: str, posture: Posture) -> bool | None:
        """Whether one value is as wanted; ``None`` when that cannot be told."""
        match setting:
            case Unset():
                return _as_wanted(KEYS[key].default, posture)
            case Known(value):
                return _as_wanted(value, posture)
            case FromEnv(_, Unset()):
                return True if posture.want == "set" else None
            case FromEnv(_, default):
                return self._fits(default, key, posture)
        return None

    # Words -----------------------------------------------------------------------------------------------------------

    def _plainly(self, key: str) -> str:
        return "set" if self._profile.effective(key).write is not None else "the library's default"

    def _usually(self, key: str) -> str:
        effective = self._profile.effective(key)
        if effective.outside:
            return f"unless {source_among(effective.outside)} overrides it"
        setting = effective.setting
        if isinstance(setting, FromEnv):
            return f"unless ${setting.name} says otherwise"
        return "by default"

    def _unless(self, key: str) -> str:
        effective = self._profile.effective(key)
        if effective.outside:
            return f", unless {source_among(effective.outside)} overrides it"
        setting = effective.setting
        return f", unless ${setting.name} says otherwise" if isinstance(setting, FromEnv) else ""


def source_among(outside: Sequence[Outside]) -> str:
    """What is likeliest to set a key: what the app loads into its config, before an extension that is given the app."""
    loads = [one.what for one in outside if one.what.startswith("app.config.")]
    return loads[-1] if loads else outside[-1].what


_PURPOSE = {"development": "development", "test": "tests", "production": "production"}


def _as_wanted(value: object, posture: Posture) -> bool | None:
    match posture.want:
        case "set":
            return value is not None
        case "one-of":
            return value in posture.values if isinstance(value, (str, int, type(None))) else None
        case "at-most":
            limit = posture.values[0]
            assert isinstance(limit, int)
            if value is None or value is False:
                return False
            if not isinstance(value, (int, float)):
                return None
            return value <= limit
        case "not-any":
            values = list(value) if isinstance(value, (list, tuple, frozenset)) else [value]
            return not any(one in posture.values for one in values)
    return None
