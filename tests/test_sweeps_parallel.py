import pytest

from mtlpaper.companion.sweeps.environment import JOBS, jobs_allowed


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", ""])
def test_the_number_of_jobs_must_be_a_number(monkeypatch, text):
    monkeypatch.setenv(JOBS, text)
    with pytest.raises(ValueError, match=JOBS):
        jobs_allowed()
