"""``python -m flasklint``"""

from __future__ import annotations

import sys

from flasklint.front import main

sys.exit(main())
