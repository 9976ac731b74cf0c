"""The app walk: the module level of a project, its factories and what they call, followed in program order.

A small interpreter over facts. It runs nothing of the scanned code; it moves :mod:`flasklint.project.objects` around:
which call makes an app, which helper, method, loop or list it goes through, what is done to it on the way. Bodies of
views are never entered. Every step is counted against a budget; a walk that ends early says so.

Where it differs from running
    A branch whose test is not settled is walked on both sides; what is done there carries the test as a condition.
    A call is entered when something that matters travels into it or comes back (see :meth:`Walk.worth_entering`).
    A loop over something unknown is walked once, with an unknown item.
"""

from __future__ import annotations

from flasklint.project.walk.program import Walk

__all__ = ["Walk"]
