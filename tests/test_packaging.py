"""What is installed is what the README says, and it works with nothing else there."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the checkout, with the build tools that are installed."""
    folder = tmp_path_factory.mktemp("dist")
    run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT),
        cwd=folder,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_two_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"generator", "forms"}
    assert "generator/themes/default/templates/base.html" in names
    assert "generator/starter/en/site.yaml" in names
    assert any(name.startswith("forms/store/migrations/versions/") for name in names)
    assert not any("__pycache__" in name for name in names)


def test_a_new_site_builds_where_only_the_wheel_is_installed(wheel: Path, tmp_path: Path) -> None:
    """The dependencies come from this environment; the program itself from the wheel alone."""
    program = tmp_path / "program"
    run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
        *("--disable-pip-version-check", "--target", program, wheel),
        cwd=tmp_path,
    )
    # -I leaves out the checkout: no current folder, no PYTHONPATH; the editable install is
    # hidden by the wheel, which comes first.
    start = (
        f"import sys; sys.path.insert(0, {str(program)!r}); import generator.cli as cli; "
        f"assert cli.__file__.startswith({str(program)!r}), cli.__file__; cli.main()"
    )
    run(sys.executable, "-I", "-c", start, "new", "site", "mine", cwd=tmp_path)
    run(sys.executable, "-I", "-c", start, "build", "--strict", cwd=tmp_path / "mine")
    assert (tmp_path / "mine" / "public" / "index.html").is_file()
    assert (tmp_path / "mine" / "handler" / "catalogue.json").is_file()
