"""The scripts that people run pass shellcheck."""

import subprocess

from unit.deploy.plan.environments import ROOT


def test_shell_scripts_are_clean() -> None:
    scripts = [*ROOT.glob("deploy/*.sh"), *ROOT.glob("ops/**/*.sh"), ROOT / ".ci" / "run"]
    assert {"deploy.sh", "teardown.sh", "lock.sh"} <= {path.name for path in scripts}
    shellcheck = ROOT / ".venv" / "bin" / "shellcheck"
    checked = subprocess.run([shellcheck, *scripts], capture_output=True, text=True, check=False)
    assert (0, "") == (checked.returncode, checked.stdout)


def test_an_unknown_environment_names_the_existing_ones() -> None:
    run = subprocess.run(
        [ROOT / "deploy" / "deploy.sh", "production"], capture_output=True, text=True, check=False
    )
    assert 1 == run.returncode
    assert "deploy/env/production.yaml: No such file or directory" in run.stderr
    assert "existing environments: dev, prod, staging" in run.stderr
