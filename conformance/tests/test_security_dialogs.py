"""Whatever a dialog of security/ does to a server, it ends by showing that others are still served."""
import pathlib
import re

import pytest

DIALOGS = pathlib.Path(__file__).resolve().parents[1] / "dialogs/security"
ALIVE = re.compile(r"^!connect (?P<number>\d+)\n"
                   r"((C(?P=number)|S(?P=number)!?): .*\n|!\S+.* (?P=number)\n|#.*\n)*"
                   r"S(?P=number): \S+ OK .*\n\Z", re.MULTILINE)


@pytest.mark.parametrize("path", sorted(DIALOGS.glob("*.dialog")), ids=lambda path: path.stem)
def test_dialog_ends_with_a_server_that_is_alive(path):
    assert ALIVE.search(path.read_text())
