"""A value that stands in this repository keeps nobody out: it is refused, except for a trial that says so."""

from __future__ import annotations

import os
import subprocess
import sys


def test_a_service_does_not_start_with_what_everybody_knows_except_for_a_trial() -> None:
    told = {**os.environ, "LIUHEN_KAFKA": "127.0.0.1:1", "LIUHEN_MODE": "", "LIUHEN_SECRET": "development-secret"}
    done = subprocess.run(
        [sys.executable, "-m", "services.intake"], env=told, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    known = "contact_key, hotline_token, master_key, redaction_secret, secret, survey_token, wechat_token"
    assert f"everybody knows the value of {known}" in done.stdout
