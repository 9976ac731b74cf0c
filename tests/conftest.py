"""How all tests run: what they say of the code must not depend on how busy the machine is."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("flasklint", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("flasklint")
