"""Imports run one way: flows -> tasks -> blocks -> longtake; the core knows nothing of Prefect; no circles."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("longtake", "blocks", "tasks", "flows")


def modules() -> dict[str, Path]:
    found = {}
    for layer in (*LAYERS, "emulators"):
        for path in (ROOT / layer).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name: str, path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("layer", LAYERS)
def test_no_module_imports_a_layer_above_its_own(layer: str) -> None:
    above = LAYERS[LAYERS.index(layer) + 1 :]
    wrong = [
        f"{name} imports {imported}"
        for name, path in modules().items()
        if name.split(".")[0] == layer
        for imported in imports_of(name, path)
        if imported.split(".")[0] in above or (layer == "longtake" and imported.split(".")[0] == "prefect")
    ]
    assert not wrong


def top_level_imports(path: Path) -> Iterator[str]:
    """Imports that run when the module is imported, but for those that only a type checker sees."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_module_imports_itself_in_a_circle() -> None:
    known = modules()
    graph = {name: {m for m in top_level_imports(path) if m in known and m != name} for name, path in known.items()}

    def visit(name: str, trail: tuple[str, ...], done: set[str]) -> None:
        assert name not in trail, f"a circle: {' -> '.join((*trail, name))}"
        if name not in done:
            for imported in graph[name]:
                if not name.startswith(imported + "."):  # a package's face hands its rooms' names on
                    visit(imported, (*trail, name), done)
            done.add(name)

    done: set[str] = set()
    for name in graph:
        visit(name, (), done)


def test_the_core_works_where_prefect_cannot_be_imported() -> None:
    names = [name for name in modules() if name.split(".")[0] == "longtake" and not name.endswith("__main__")]
    program = "import sys; sys.modules['prefect'] = None\n" + "\n".join(f"import {name}" for name in names)
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_help_imports_neither_prefect_nor_anything_heavy() -> None:
    program = (
        "import sys; sys.argv = ['longtake', '--help']\n"
        "from flows.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('HEAVY', sorted({'prefect', 'numpy', 'av', 'PIL', 'httpx', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=ROOT)
    assert "Usage: longtake" in done.stdout
    assert "HEAVY []" in done.stdout


def test_no_text_of_the_project_names_a_registry_host() -> None:
    git = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, cwd=ROOT, check=True)
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org"]
    for name in filter(None, git.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 1_000_000:
            text = path.read_bytes().decode(errors="replace")
            assert not [host for host in hosts if host in text], name
