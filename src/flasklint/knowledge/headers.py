"""Response headers that protect people, and what extensions set by themselves."""

from __future__ import annotations

from types import MappingProxyType

PROTECTIVE: MappingProxyType[str, str] = MappingProxyType(
    {
        "content-security-policy": "Content-Security-Policy",
        "x-content-type-options": "X-Content-Type-Options",
        "x-frame-options": "X-Frame-Options",
        "referrer-policy": "Referrer-Policy",
        "strict-transport-security": "Strict-Transport-Security",
    }
)
"""By their names in lower case, as they are written."""

TALISMAN: MappingProxyType[str, str] = MappingProxyType(
    {
        "content_security_policy": "content-security-policy",
        "x_content_type_options": "x-content-type-options",
        "frame_options": "x-frame-options",
        "referrer_policy": "referrer-policy",
        "strict_transport_security": "strict-transport-security",
    }
)
"""Arguments of Talisman that are on by default, and the headers that they stand for."""

HEADER_LIBRARIES = ("secure.", "flask_csp.", "flask_secure_headers.")
"""What a function mentions when it leaves the headers to a library."""
