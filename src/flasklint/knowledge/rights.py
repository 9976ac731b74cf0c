"""Words by which code speaks of what somebody may do, and of what is done to records."""

from __future__ import annotations

DELETES = frozenset({"delete", "remove", "destroy", "erase", "purge", "wipe", "del", "drop"})
"""Words in the name of a function that takes something away."""

CHANGES = frozenset(
    {"update", "edit", "change", "modify", "set", "rename", "promote", "demote", "ban", "unban", "toggle", "approve"}
    | {"reject", "cancel", "close", "publish", "unpublish", "archive", "enable", "disable", "activate", "deactivate"}
)
"""Words in the name of a function that makes something different."""

RIGHTS = frozenset(
    {"access", "acl", "allowed", "allow", "authorise", "authorised", "authorize", "authorized", "authorization"}
    | {"can", "ensure", "forbid", "grant", "guard", "may", "mine", "own", "owned", "owner", "ownership", "owns"}
    | {"permission", "permissions", "permit", "permitted", "policy", "privilege", "require", "required", "requires"}
    | {"admin", "administrator", "manager", "moderator", "role", "roles", "scope", "scopes", "staff", "superuser"}
    | {"check", "verify", "validate", "only", "protect", "abort", "deny", "restrict", "restricted", "group", "groups"}
)
"""Words in the name of what looks at what somebody may do. For a call of such a name nothing is said to be forgotten."""

ROLES = frozenset(
    {"admin", "administrator", "isadmin", "level", "manager", "moderator", "permission", "permissions", "role", "roles"}
    | {"scope", "scopes", "staff", "superuser", "group", "groups", "privilege", "rights"}
)
"""Words in the names of what is known of somebody that says what they may do."""

LOGIN = frozenset({"auth", "authenticated", "login", "logged", "jwt", "session", "signin", "token", "user", "signed"})
"""Words in the name of what asks no more than that somebody is known."""

WHO = frozenset({"current", "identity", "logged", "whoami", "principal", "authenticated"})
"""Words in the name of a function that gives whoever is asking."""

TELLS = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "success", "log", "print", "flash"}
    | {"render_template", "render", "emit", "track", "audit", "record_event"}
)
"""Calls that only tell somebody: who is asking, named in one, is no question of what they may do."""

OWNERS = frozenset({"owner", "author", "user", "creator", "account", "customer", "member", "uploader", "poster"})
"""Words in the name of a column that says whose a record is."""

PEOPLE = frozenset({"user", "users", "account", "accounts", "member", "members"})
"""What records of people are called."""

HOLDERS = PEOPLE | frozenset(
    {"admin", "client", "customer", "doctor", "employee", "patient", "person", "staff", "student", "teacher"}
    | {"benutzer", "cliente", "empleado", "funcionario", "usuario", "usuarios", "utilisateur"}
)
"""What records are called that may be accounts, where they have a password."""
