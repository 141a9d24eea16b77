"""Read and hash every file of a folder once, the least that any check of a site can cost.

python -m bench.hashing SITE
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path


def hash_all(root: str) -> tuple[int, int]:
    """How many files and bytes there were."""
    count = size = 0
    for folder, _, names in os.walk(root):
        for name in names:
            data = Path(folder, name).read_bytes()
            sha256(data).digest()
            count, size = count + 1, size + len(data)
    return count, size


if __name__ == "__main__":
    print(*hash_all(sys.argv[1]))
