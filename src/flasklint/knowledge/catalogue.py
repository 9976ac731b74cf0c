"""All tables as one value."""

from __future__ import annotations

from flasklint.knowledge.documents import DOCUMENTS
from flasklint.knowledge.flask import FLASK
from flasklint.knowledge.jinja import JINJA
from flasklint.knowledge.kinds import KINDS
from flasklint.knowledge.libraries import LIBRARIES
from flasklint.knowledge.own import OWN
from flasklint.knowledge.reaching import REACHING
from flasklint.knowledge.rows import Tables, together
from flasklint.knowledge.sql import SQL
from flasklint.knowledge.stdlib import STDLIB

EVERYTHING = together(FLASK, JINJA, STDLIB, SQL, LIBRARIES, OWN, REACHING, DOCUMENTS, Tables(kinds=KINDS))
"""What flasklint knows of libraries."""
