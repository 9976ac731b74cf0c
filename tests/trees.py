"""Little trees of files for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def plant(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files by path below a folder, with all folders on the way; gives the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
