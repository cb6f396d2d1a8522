"""Brings the style sheet and the PDF viewer of the web page into reviews/web/static: `make vendor`.

Only this script writes there; lock.json beside the files says where each comes from and what it must be. npm checks the
packages against the registry's hashes; a test checks the files against the lock.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).parent.parent / "reviews" / "web" / "static"
PACKAGES = {
    "govuk-frontend@6.6.0": ("govuk", [r"dist/govuk/govuk-frontend\.min\.css$"]),
    "pdfjs-dist@6.5.438": (
        "pdfjs",
        [
            r"LICENSE$",
            r"build/pdf(\.worker)?\.min\.mjs$",
            # The fonts that every PDF may use without bringing them, and readers of two kinds of picture. No
            # WebAssembly: the page's rules for scripts do not allow it, and these do without.
            r"standard_fonts/",
            r"wasm/(openjpeg|jbig2)_nowasm_fallback\.js$",
            r"wasm/LICENSE_(PDFJS_)?(OPENJPEG|JBIG2)$",
        ],
    ),
}


def without_gds(css: bytes) -> bytes:
    """The style sheet for a page outside GOV.UK: no GDS Transport (its licence forbids it), no crest."""
    text = css.decode()
    text = re.sub(r"@font-face\{[^}]*\}", "", text)
    text = text.replace('"GDS Transport",', "").replace("GDS Transport,", "")
    text = re.sub(r"(background-image|mask-image|-webkit-mask-image):url\(/assets/[^)]*\);?", "", text)
    text = re.sub(r"url\(/assets/[^)]*\)", "none", text)
    text = re.sub(r"/\*#.*?\*/", "", text)
    return text.strip().encode() + b"\n"


def main() -> int:
    """Fetch, pick, write, lock."""
    lock: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for package, (name, wanted) in PACKAGES.items():
            packed = subprocess.run(
                ["npm", "pack", "--silent", package],  # noqa: S607 - whichever npm there is
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
            )
            with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as archive:
                for member in sorted(archive.getmembers(), key=lambda each: each.name):
                    inside = member.name.removeprefix("package/")
                    if not member.isfile() or not any(re.match(each, inside) for each in wanted):
                        continue
                    held = archive.extractfile(member)
                    data = held.read() if held else b""
                    original = hashlib.sha256(data).hexdigest()
                    if inside.endswith(".css"):
                        data = without_gds(data)
                    path = f"{name}/{inside.removeprefix('dist/govuk/')}"
                    (STATIC / path).parent.mkdir(parents=True, exist_ok=True)
                    (STATIC / path).write_bytes(data)
                    lock[path] = {"package": package, "original": original, "sha256": hashlib.sha256(data).hexdigest()}
    text = json.dumps(dict(sorted(lock.items())), indent=1) + "\n"
    (STATIC / "lock.json").write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
