"""What the scripts of the clients share.

Each gets a JSON file: {"snippet": the lines of docs/clients.md that connect, for the ports of the test, "versions": {package: the
version that the documentation names}, "server": port, "ingestor": port, "catalog": address}.
"""

import importlib.metadata
import json
import sys

import rows

with open(sys.argv[1]) as file:
    request = json.load(file)

for package, version in request["versions"].items():
    found = importlib.metadata.version(package)
    assert found == version, f"docs/clients.md names {package} {version}, but this is {found}"

SERVER = f"grpc://127.0.0.1:{request['server']}"
COLUMNS = "* exclude (__offset__, __timestamp__)"

# all rows, in pages and segments, and some whose answers are known
COUNT = len(rows.SEGMENT_IDS) + len(rows.PAGE_IDS) + len(rows.FILLER_IDS)
IDS = range(0, rows.PAGE_IDS.stop)


def snippet(**given):
    """Runs the lines of the documentation; returns the names that they have made."""
    names = dict(given)
    exec(compile(request["snippet"], "docs/clients.md", "exec"), names)
    return names


def same(found, expected, what=""):
    assert found == expected, f"{what}: found {found!r}, expected {expected!r}"


def same_rows(found, ids, **alike):
    """Compares rows with those that were pushed.

    alike: by column, what the client makes of a value; a client that has another type for it says so here
    """
    same(len(found), len(ids), "rows")
    for row, expected in zip(found, rows.expected(ids)):
        for name, value in expected.items():
            wanted = alike[name](value) if name in alike and value is not None else value
            same(row[name], wanted, f"{name} of row {expected['id']}")


def refused(action, *words):
    """The action fails, and says why in words that tell what to do."""
    try:
        action()
    except Exception as e:
        missing = [word for word in words if word not in str(e)]
        assert not missing, f"{missing} not in {e}"
        return
    raise AssertionError(f"not refused: {words}")
