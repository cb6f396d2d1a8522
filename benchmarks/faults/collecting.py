"""Kill a collecting run at many points: `python -m benchmarks.faults.collecting [30]`. Prints JSON.

No incomplete file may be left, and nothing that has been fetched may be fetched again.
"""

import json
import sys
import tempfile
from pathlib import Path

from tests.ingest.collect import killed
from tests.ingest.collect.web import Web

MOMENTS = 30


def main(number: int) -> int:
    """Print the faults after each kill."""
    found = {}
    with Web().served() as web, tempfile.TemporaryDirectory() as folder:
        for order, moment in enumerate(killed.moments(number)):
            faults = killed.faults(Path(folder) / str(order), web, moment)
            if faults:
                found[f"{moment[0]} {moment[1]}"] = faults
    print(json.dumps({"moments": number, "faults": found}, indent=1))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MOMENTS))
