"""Fetch the KERN-UX design system for the demo. Without Node the portal has its own small style sheet."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@kern-ux/native"
TARGET = Path(__file__).resolve().parent.parent / "var" / "kern" / "kern"


def main() -> int:
    npm = shutil.which("npm")
    if npm is None:
        print("No Node here: the pages use the portal's own style sheet.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            [npm, "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True, check=False
        )
        if packed.returncode:
            print("KERN-UX could not be fetched: the pages use the portal's own style sheet.")
            return 1
        archive = Path(folder) / packed.stdout.strip().splitlines()[-1]
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        shutil.rmtree(TARGET, ignore_errors=True)
        shutil.copytree(Path(folder) / "package" / "dist", TARGET)
        shutil.copy(Path(folder) / "package" / "LICENSE.md", TARGET / "LICENSE.md")
    print(f"KERN-UX is in {TARGET}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
