"""
Holds the types to the wire: writes the golden records as literals of the types that the client promises, and has mypy check them and the
package. Called as ``check_types.py GOLDEN FOLDER``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Optional

TYPES = {
    "scoreReport": "ScoreReport", "scoreReport.damaged": "ScoreReport", "model": "ModelSummary", "model.decides": "ModelSummary",
    "keyword.trained": "KeywordSummary", "keyword.given": "KeywordSummary", "keywordDetails": "KeywordDetails",
    "keywordRequest": "KeywordRequest", "job.queued": "JobStatus", "job.running": "JobStatus", "job.failed": "JobStatus",
}  # fmt: skip
EVENTS = {
    "opened": "OpenedEvent", "closed": "ClosedEvent", "wakeWord": "WakeWordEvent", "face": "FaceEvent", "speech": "SpeechEvent",
    "emotion": "EmotionEvent", "gap": "GapEvent", "fault": "FaultEvent", "warning": "WarningEvent", "lost": "LostEvent",
    "telemetry": "TelemetryEvent",
}  # fmt: skip


def type_of(name: str, record: dict[str, object]) -> Optional[str]:
    """The type of a golden record; None for one that this client doesn't have."""
    return EVENTS[str(record["type"])] if name.startswith("event.") else TYPES.get(name)


def main(golden: str, folder: str) -> int:
    """Writes the module and checks it."""
    package = Path(__file__).resolve().parent.parent
    records = json.loads(Path(golden).read_text())
    lines = ["import avserver"]
    for number, (name, record) in enumerate(records.items()):
        if kind := type_of(name, record):
            lines.append(f"record{number}: avserver.{kind} = {record!r}  # {name}")
    assert len(lines) > 25, "Expected the golden records of the wire."
    wire = Path(folder) / "wire.py"
    wire.write_text("\n".join(lines) + "\n")
    environment = {**os.environ, "MYPYPATH": str(package / "src"), "MYPY_CACHE_DIR": str(Path(folder) / "cache")}
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10", str(wire), str(package / "src" / "avserver")]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
