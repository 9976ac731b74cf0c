from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.extensions import API_CLASSES
from flasklint.project.apps import App
from flasklint.project.calls import CallSite
from flasklint.project.flags import flag_of_key, place
from flasklint.project.profiles import Truth
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.rules.base import Context, Rule
from flasklint.rules.evidence import confidence_in, overridden, reservations, where
from flasklint.source import Location

_FORM = "flask_wtf.FlaskForm"
_PARTS = ("wtforms.FormField", "wtforms.fields.FormField", "wtforms.fields.form.FormField")


class CsrfDisabled(Rule):
    """Protection against forged requests is switched off.

    ## What it does
    Finds `WTF_CSRF_ENABLED = False` and `WTF_CSRF_CHECK_DEFAULT = False` in the configuration that production runs with, and
    forms with `csrf = False` in their `Meta`, `meta={"csrf": False}` or `csrf_enabled=False`. With `WTF_CSRF_CHECK_DEFAULT`
    off it stays silent where the app calls `csrf.protect()` itself, unless it does so only when a setting says so that is off by
    default. Test profiles, and forms of pages that only answer GET, are left alone.

    ## Why is this bad
    The forms look protected and are not: a page anywhere on the web can send them with the visitor's cookie.

    ## Bad
    ```python
    from flask import Flask
    from flask_wtf import CSRFProtect

    app = Flask(__name__)
    app.config["WTF_CSRF_ENABLED"] = False
    CSRFProtect(app)
    ```

    ## Good
    ```python
    from flask import Flask
    from flask_wtf import CSRFProtect

    app = Flask(__name__)
    CSRFProtect(app)
    ```

    ## References
    - [CWE-352](https://cwe.mitre.org/data/definitions/352.html)
    - [Flask-WTF: Configuration](https://flask-wtf.readthedocs.io/en/latest/config/)
    """

    code = "FLK302"
    name = "csrf-disabled"
    severity = Severity.HIGH
    cwe = (352,)

    def findings(self, context: Context) -> Iterator[Finding]:
        """The apps' settings, then the forms'."""
        project: Project = context.project
        seen: set[Location] = set()
        for app in project.apps:
            for finding in self._settings(app):
                if finding.location not in seen:
                    seen.add(finding.location)
                    yield finding
        if project.apps and not all(_is_shielded(app) for app in project.apps):
            yield from self._forms(project)

    def _settings(self, app: App) -> Iterator[Finding]:
        for key in ("WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT"):
            for profile in app.production:
                effective = profile.effective(key)
                write = effective.write
                if write is None or flag_of_key(key, profile).state != "off":
                    continue
                if profile.truth(key) > Truth.PROBABLY_NO:
                    continue
                note = ""
                if key == "WTF_CSRF_CHECK_DEFAULT":
                    hooks = [hook for hook in app.csrf_hooks if hook.everywhere]
                    if any(profile.holds(hook.conditions) > Truth.PROBABLY_NO for hook in hooks):
                        continue
                    if hooks:
                        note = " The app's own check acts only when a setting says so that is off by default."
                    elif any("protect" in app.deeds(function).attributes for _, function in app.views()):
                        continue
                yield self.finding(
                    place(write.expr, write.location),
                    f"`{key}` is off{where(profile)}: no form and no route checks a CSRF token.{note}{reservations(effective)}",
                    confidence=confidence_in(effective),
                    label="switches the protection off",
                    scope=write.scope,
                    related=overridden(effective),
                    help="leave it out; exempt single views with `@csrf.exempt`, and switch it off for tests only",
                )
                break

    def _forms(self, project: Project) -> Iterator[Finding]:
        safe = _safe_functions(project)
        for module in project.modules.values():
            if module.is_test:
                continue
            for scope in module.scopes:
                if isinstance(scope.node, ir.Class) and scope.node.name == "Meta" and scope.parent is not None:
                    yield from self._meta(scope, project, safe)
        found: dict[str, list[tuple[CallSite, ir.Expr]]] = {}
        for site in project.calls(_FORM):
            if site.scope.module.is_test or site.scope.name in safe:
                continue
            value = _switched_off(site)
            if value is not None and not _is_filled_by_hand(site, project):
                found.setdefault(site.location.path, []).append((site, value))
        for path, sites in found.items():
            (first, value), *others = sites
            yield self._form(
                Location(path, value.span),
                first.scope.qualname,
                Confidence.HIGH,
                tuple(Place(Location(path, other.span), "this one too") for _, other in others[:20]),
            )

    def _meta(self, scope: Scope, project: Project, safe: frozenset[str]) -> Iterator[Finding]:
        form = scope.parent
        if form is None or not isinstance(form.node, ir.Class) or not _is_form(form, project):
            return
        for binding in scope.at("csrf"):
            value = binding.value
            if not isinstance(value, ir.Const) or value.value is not False:
                continue
            uses = [site for site in project.calls(form.name) if not site.scope.module.is_test]
            if not uses and _is_part_of_another(form, project):
                continue
            if uses and all(site.scope.name in safe or _is_filled_by_hand(site, project) for site in uses):
                continue
            yield self._form(
                Location(scope.module.path, value.span), form.qualname, Confidence.HIGH if uses else Confidence.MEDIUM
            )

    def _form(self, location: Location, scope: str, confidence: Confidence, related: tuple[Place, ...] = ()) -> Finding:
        return self.finding(
            location,
            "This form accepts requests without a CSRF token. Whatever it does can be done from a foreign page.",
            severity=Severity.MEDIUM,
            confidence=confidence,
            label="switches the check off",
            scope=scope,
            related=related,
            help="leave it out, unless the form only reads",
        )


def _is_shielded(app: App) -> bool:
    """Does the whole app check tokens, so that a form need not?"""
    profile = app.production[0]
    return all(app.shielded(route, profile) for route in app.routes if route.changes)


def _is_part_of_another(form: Scope, project: Project) -> bool:
    """``address = FormField(AddressForm)``: the form around it has the token."""
    return any(
        (given := site.argument(0, "form_class")) is not None and form.name in project.resolve(given, site.scope)
        for site in project.calls(*_PARTS)
    )


def _is_form(scope: Scope, project: Project) -> bool:
    node = scope.node
    assert isinstance(node, ir.Class)
    outer = scope.parent if scope.parent is not None else scope
    return any(_FORM in project.resolve(base.value, outer) for base in node.bases if not base.name)


def _switched_off(site: CallSite) -> ir.Expr | None:
    """``meta={"csrf": False}`` or ``csrf_enabled=False``"""
    old = site.argument(None, "csrf_enabled")
    if isinstance(old, ir.Const) and old.value is False:
        return old
    meta = site.argument(None, "meta")
    if isinstance(meta, ir.Dict):
        for pair in meta.pairs:
            if isinstance(pair.key, ir.Const) and pair.key.value == "csrf":
                return pair.value if isinstance(pair.value, ir.Const) and pair.value.value is False else None
    return None


def _is_filled_by_hand(site: CallSite, project: Project) -> bool:
    """Is the form filled from something that is no posted form: the query, JSON, a dict made here?"""
    filled = site.argument(0, "formdata")
    if filled is None or (isinstance(filled, ir.Const) and filled.value is None):
        return site.argument(None, "data") is not None and isinstance(filled, ir.Const)
    names = project.resolve(filled, site.scope)
    return not names or not any(name.endswith((".form", ".values")) for name in names)


def _safe_functions(project: Project) -> frozenset[str]:
    """Views whose requests need no token of their own, by dotted name: they change nothing, the whole app checks tokens, or
    who is asking is not told by a cookie (an API's resources that ask for nobody's name among them)."""
    safe: set[str] = set()
    exposed: set[str] = set()
    for app in project.apps:
        profile = app.production[0]
        for route in app.routes:
            guard = app.guard(route)
            guarded = guard is not None and guard.proof in ("token", "basic")
            open_api = guard is None and any(owner.is_a(API_CLASSES) for owner in route.chain)
            fine = not route.changes or guarded or open_api or app.shielded(route, profile)
            for function in route.view.functions if route.view is not None else ():
                (safe if fine else exposed).add(f"{function.frame.module.name}.{function.qualname}")
    return frozenset(safe - exposed)
