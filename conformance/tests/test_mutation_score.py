"""scripts/mutation-score: which of the dialogs notice which bugs."""
import json
import os
import pathlib
import signal
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/mutation-score"
SECONDS = 120


@pytest.fixture
def score(pytestconfig, tmp_path):
    """Runs it; the exit status and score.json."""
    def score(*arguments):
        program = str(pathlib.Path(pytestconfig.getoption("imapspec")).absolute())
        run = subprocess.run([SCRIPT, "--output", tmp_path, *arguments], timeout=SECONDS,
                             env={**os.environ, "IMAPSPEC": program}, capture_output=True,
                             text=True)
        assert run.returncode in (0, 1), run.stderr
        table = (tmp_path / "score.md").read_text()
        report = json.loads((tmp_path / "score.json").read_text())
        for row in report["mutations"]:
            assert f"| {row['mutation']} |" in table
        return run.returncode, report
    return score


def test_bug_is_noticed(score):
    status, report = score("--mutation", "logout-without-bye", "--filter", "rfc2060/6.1.3-logout",
                           "--filter", "rfc2060/6.1.2-noop")
    (row,) = report["mutations"]
    assert status == 0 and row["first"] == "rfc2060/6.1.3-logout"
    assert row["proved_by"] == ["rfc2060/6.1.3-logout"] and "BYE" in row["said"]
    assert report["summary"]["caught"] == 1 and report["changed_by_none"] == []
    assert report["unmoved"] == ["rfc2060/6.1.2-noop"]


def test_bug_survives(score):
    status, report = score("--mutation", "logout-without-bye", "--mutation", "capability-missing",
                           "--filter", "rfc2060/6.1.1-capability")
    assert status == 1 and report["survived"] == ["logout-without-bye"]
    survived = report["mutations"][1]
    assert survived["applied"] == 0 and survived["tried"] == 0


def test_interrupted(pytestconfig, tmp_path):
    """What there is by then is written."""
    program = str(pathlib.Path(pytestconfig.getoption("imapspec")).absolute())
    run = subprocess.Popen([SCRIPT, "--output", tmp_path, "--workers", "1"], text=True,
                           env={**os.environ, "IMAPSPEC": program}, start_new_session=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(5)
    os.killpg(run.pid, signal.SIGINT)
    run.communicate(timeout=SECONDS)
    assert run.returncode == 130
    assert len(json.loads((tmp_path / "score.json").read_text())["mutations"]) > 60
