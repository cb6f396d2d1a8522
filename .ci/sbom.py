#!/usr/bin/env python3
"""List what the program consists of, as CycloneDX: `python .ci/sbom.py > sbom.cdx.json`.

`--licences` checks the licences. Python packages come from requirements/run.txt with their hashes, and their licences
from what is installed here. The style sheet and the PDF viewer come from requirements/vendor.py. The same sources give
the same bytes. The licences of the extra `collect` are checked too.
"""

import ast
import configparser
import json
import re
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|ISC|ZPL|Zope|MPL|Unlicense|LGPL|MIT-CMU|HPND|0BSD)",
    re.IGNORECASE,
)
REFUSED = re.compile(r"\bAGPL|Affero|(?<!L)GPL(?!.*exception)|General Public License", re.IGNORECASE)
VENDORED = {"govuk-frontend": "MIT", "pdfjs-dist": "Apache-2.0"}


def locked(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the name, version and SHA-256 hashes of each package in a requirements file."""
    for block in re.split(r"\n(?=[A-Za-z])", text):
        if found := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", block):
            yield found[1], found[2], re.findall(r"sha256:([0-9a-f]{64})", block)


def licence_of(name: str) -> str:
    """Return the licence that an installed package declares, or "" if it is not installed here or declares none."""
    try:
        told: Any = metadata(name)  # a message, although its type does not say so
    except PackageNotFoundError:
        return ""
    named = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or () if each.startswith("License ::")]
    stated = told.get("License-Expression") or " AND ".join(sorted(named)) or told.get("License") or ""
    return " ".join(stated.split())[:200]


def components(root: Path, file: str = "run.txt") -> Iterator[dict[str, Any]]:
    """Yield every package, Python and vendored. `file` is the requirements file."""
    for name, version, hashes in locked((root / "requirements" / file).read_text("utf-8")):
        purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
        licence = licence_of(name)
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "purl": purl,
            **({"licenses": [{"license": {"name": licence}}]} if licence else {}),
            # Which of the files is installed depends on the system, so that each hash is named as one of several.
            "externalReferences": [
                {"type": "distribution", "url": f"{purl}#{each[:12]}", "hashes": [{"alg": "SHA-256", "content": each}]}
                for each in hashes
            ],
        }
    for package in vendored((root / "requirements" / "vendor.py").read_text("utf-8")):
        name, _, version = package.rpartition("@")
        purl = f"pkg:npm/{name}@{version}"
        licences = [{"license": {"name": VENDORED[name]}}]
        yield {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "licenses": licences}


def vendored(source: str) -> list[str]:
    """Return the keys of PACKAGES in requirements/vendor.py."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PACKAGES":
            return list(ast.literal_eval(node.value))
    raise SystemExit("requirements/vendor.py has no PACKAGES. Say in .ci/sbom.py where they are now.")


def document(root: Path) -> dict[str, Any]:
    """Return the whole document."""
    setup = configparser.ConfigParser()
    setup.read(root / "setup.cfg", "utf-8")
    name, version = setup["metadata"]["name"], setup["metadata"]["version"]
    own = {"type": "application", "bom-ref": f"pkg:pypi/{name}@{version}", "name": name, "version": version}
    parts = list(components(root))
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([own, parts]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        "metadata": {"component": {**own, "licenses": [{"license": {"id": "MIT"}}]}},
        "components": parts,
        "dependencies": [{"ref": own["bom-ref"], "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def unfit(root: Path) -> list[str]:
    """Return packages whose licence is not one of the accepted ones, or that are installed but declare none."""
    found = []
    for part in (*components(root), *components(root, "collect.txt"), *components(root, "opensearch.txt")):
        licence = part.get("licenses", [{"license": {"name": ""}}])[0]["license"]["name"]
        missing = not licence and not _elsewhere(part["name"])
        if missing or (licence and (REFUSED.search(licence) or not ALLOWED.search(licence))):
            found.append(f"{part['name']} {part['version']}: {licence or 'no licence stated'}")
    return list(dict.fromkeys(found))


def _elsewhere(name: str) -> bool:
    """Return whether a package is not installed here. Some are only for another system or Python version."""
    try:
        metadata(name)
    except PackageNotFoundError:
        return True
    return False


def main(asked: list[str]) -> int:
    """Print the document, or check the licences."""
    if asked == ["--licences"]:
        found = unfit(ROOT)
        print("\n".join(found) or "Every licence is one that we use.")
        return bool(found)
    print(json.dumps(document(ROOT), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
