"""The rules about imports: the core stays pure, a cold start short, and no modules form a cycle."""

import ast
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest
from bench.processes.function_events import EVENTS, FunctionEvent
from bench.processes.storage_stub import storage

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import CACHED
from csvgate.contracts.load import load_directory

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = sorted([*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")])
FUNCTIONS = ["validate_and_parse", "enrich_records", "notify_stakeholders"]
ONLY_IN_GCP = ("google", "sendgrid", "python_http_client", "grpc")
HEAVY = {"pandas", "polars", "numpy", "duckdb", "pyarrow", "re2"}
CLIENTS = {
    *("google.api_core", "google.auth", "google.cloud.storage", "google.cloud.bigquery", "grpc"),
    *("google.cloud.bigquery_storage_v1", "google.pubsub_v1", "requests", "urllib3"),
    *("sendgrid", "python_http_client", "cryptography", "ruamel.yaml"),
}
STORAGE_CLIENT = {
    *("google.api_core", "google.auth", "google.cloud.storage", "grpc"),
    *("requests", "urllib3", "cryptography"),
}
WITH_MAIN = STORAGE_CLIENT
"""Every function reads the ledger or the contracts in use, so that this client is imported with
main."""
FOR_OTHER_EVENTS = {
    "validate_and_parse": {
        *("csvgate.contracts.load", "csvgate.contracts.reading", "csvgate.validation.fast"),
        *("csvgate.gcp.pubsub", "csvgate.gcp.bigquery", "csvgate.csv.workbook"),
    },
    "enrich_records": {
        *("csvgate.contracts.load", "csvgate.contracts.match", "csvgate.validation"),
        *("csvgate.gcp.pubsub", "csvgate.gcp.bigquery", "csvgate.gcp.write_api"),
        *("csvgate.enrichment.rows.lookups", "csvgate.enrichment.rows.references"),
        *("csvgate.effects.model", "enrichment.effects.carry_out"),
        *(
            "csvgate.enrichment.sql.derived_columns",
            "csvgate.enrichment.sql.process.duckdb_process",
        ),
    },
    "notify_stakeholders": {
        *("csvgate.contracts.model", "csvgate.contracts.load", "csvgate.types"),
        *("csvgate.gcp.pubsub", "csvgate.gcp.sendgrid_client"),
    },
}
SLOW_DATACLASSES = {
    "validate_and_parse": {"csvgate.rejects.limited_rejects.LimitedRejects"},
    "enrich_records": {"csvgate.contracts.reading.mistakes.Mistake"},
    "notify_stakeholders": set[str](),
}
FAST = ROOT / "shared" / "csvgate" / "validation" / "fast"


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def run_at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that importing the module evaluates: everything but the bodies of functions."""
    pending: list[ast.AST] = [*tree.body]
    while pending:
        node = pending.pop()
        yield node
        if is_for_type_checkers(node):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending += [*node.decorator_list, *node.args.defaults]
            pending += [default for default in node.args.kw_defaults if default is not None]
        elif not isinstance(node, ast.Lambda):
            pending += ast.iter_child_nodes(node)


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def reads_environment(tree: ast.Module) -> bool:
    names = {"environ", "getenv", "environb"}
    return any(
        (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.Name) and node.id in names)
        for node in run_at_import(tree)
    )


def test_the_runtime_tree_is_found() -> None:
    assert {p.name for p in RUNTIME} >= {"main.py", "failure_boundary.py", "storage.py"}


@pytest.mark.parametrize("path", RUNTIME, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_gcp_imports_google_and_sendgrid(path: Path) -> None:
    if path.is_relative_to(ROOT / "shared" / "csvgate" / "gcp"):
        return
    found = [m for m in imported(ast.parse(path.read_text())) if m.split(".")[0] in ONLY_IN_GCP]
    assert found == []


@pytest.mark.parametrize("path", RUNTIME, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_reads_the_environment_at_import(path: Path) -> None:
    assert not reads_environment(ast.parse(path.read_text()))


def test_the_environment_rule_can_fail() -> None:
    assert reads_environment(ast.parse("import os\nX = os.environ['X']"))
    assert reads_environment(ast.parse("from os import getenv\ndef f(x=getenv('X')): ..."))
    assert not reads_environment(ast.parse("import os\ndef f(): return os.environ['X']"))


@pytest.mark.parametrize("function", [*FUNCTIONS, "operators_console"])
def test_a_function_imports_without_environment_or_heavy_packages(function: str) -> None:
    """No client is built, no credential looked for, and what is heavy waits for its first use."""
    source = ROOT / "functions" / function
    program = (
        "import sys; sys.path.append(sys.argv[1]); import main;"
        f"print(*sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(source)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr.strip()) == (0, "", "")


def after(function: str, folder: Path, program: str, found: str) -> set[str]:
    """Run a program in the function's environment, after `import main`, and return the texts that
    the expression `found` has then. The contracts in use are those that were staged, so that not
    even the YAML library is needed."""
    for file in (ROOT / "contracts").glob("*.yaml"):
        # Nobody gets an email, so that the first event needs no service.
        (folder / file.name).write_text(file.read_text().partition("\nnotify:")[0] + "\n")
    bundle = make_bundle(load_directory(folder))
    (folder / CACHED).write_bytes(bundle)
    buckets = ("UPLOADS", "REJECTS", "STAGING", "LEDGER", "REFERENCES", "CONTRACTS")
    program = (
        f"import sys; sys.path.append(sys.argv[1]); import main\n{program}\n"
        f"print('found', *{found})"
    )
    with storage(bundle) as address:
        done = subprocess.run(
            [sys.executable, "-c", program, str(ROOT / "functions" / function)],
            env={
                "PATH": os.environ["PATH"],
                "GOOGLE_CLOUD_PROJECT": "p",
                "STORAGE_EMULATOR_HOST": address,
                "CSVGATE_DEAD_LETTER_TOPIC": "dead",
                "CSVGATE_CONTRACTS_DIR": str(folder),
                **{f"CSVGATE_{name}_BUCKET": f"bench-{name.lower()}" for name in buckets},
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    # The function may log before and after.
    (line,) = (line for line in done.stdout.splitlines() if line.split()[:1] == ["found"])
    return set(line.split()[1:])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_builds_for_any_event_needs_no_further_client(
    function: str, tmp_path: Path
) -> None:
    """An event may need a service or none, and the libraries take longer to import than all
    else."""
    found = after(function, tmp_path, "main.build()", "sys.modules")
    assert found & (CLIENTS | HEAVY) == WITH_MAIN


@pytest.mark.parametrize("event", EVENTS[1:], ids=lambda event: event.function)
def test_what_the_first_event_does_not_import(event: FunctionEvent, tmp_path: Path) -> None:
    """The events of the bench of cold starts. Whatever they import is a part of every cold
    start."""
    headers = {name.removeprefix("ce-"): value for name, value in event.headers.items()}
    program = (
        "import json; from cloudevents.http import CloudEvent\n"
        f"main.build()(CloudEvent({headers}, json.loads({event.body!r})))"
    )
    found = after(event.function, tmp_path, program, "sys.modules")
    assert found & (CLIENTS | HEAVY) == WITH_MAIN
    assert found & FOR_OTHER_EVENTS[event.function] == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_modules_for_other_events_exist(function: str) -> None:
    known = modules().keys()
    missing = FOR_OTHER_EVENTS[function] - known
    assert {name for name in missing if f"{function}:{name}" not in known} == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_light_dataclasses(function: str, tmp_path: Path) -> None:
    """Those of the standard library take four times longer to create (`csvgate.light_dataclass`).
    The exceptions use what the light ones do not implement."""
    program = (
        "def is_slow(value):\n"
        "    found = vars(value).get('__dataclass_params__') if isinstance(value, type) else None\n"
        "    return found is not None and found.init\n"
    )
    ours = ("csvgate", "intake", "enrichment", "notification")
    found = (
        f"{{f'{{value.__module__}}.{{value.__name__}}' for name, module in sys.modules.items()"
        f" if name.split('.')[0] in {ours} for value in vars(module).values()"
        " if is_slow(value) and value.__module__ == name}"
    )
    assert after(function, tmp_path, program, found) == SLOW_DATACLASSES[function]


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [
        ("csvgate.gcp.pubsub", {"google.cloud.storage", "google.cloud.bigquery", "numpy"}),
        ("csvgate.gcp.storage", {"google.cloud.bigquery", "google.pubsub_v1", "numpy", "pyarrow"}),
        ("csvgate.gcp.mail", {"sendgrid", "google.auth", "requests"}),
    ],
)
def test_a_client_imports_no_other(module: str, unneeded: set[str]) -> None:
    program = f"import sys, {module}; print(*sorted({unneeded!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_the_vectorised_path_is_imported_lazily_at_one_place() -> None:
    """Inside `validation/fast`, numpy and pyarrow are imported at module level. That is possible
    because the rest of the validation enters it through a single import in a function."""
    inside = [path for path in FAST.rglob("*.py") if imports_in_functions(path)]
    assert inside == []
    outside = [
        path
        for path in RUNTIME
        if path.is_relative_to(FAST.parent) and not path.is_relative_to(FAST)
    ]
    entries = [
        (path.name, name)
        for path in outside
        for name in imported(ast.parse(path.read_text()))
        if name.startswith("csvgate.validation.fast")
    ]
    assert entries == [("validate.py", "csvgate.validation.fast.path")]


def test_no_lock_keeps_two_threads_from_two_columns() -> None:
    """See `csvgate.validation.fast.clearing.lazy_property`."""
    found = [path for path in FAST.rglob("*.py") if "@cached_property" in path.read_text()]
    assert [] == found


def imports_in_functions(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [name for function in functions for name in imported(function)]


def modules() -> dict[str, Path]:
    """Every module of csvgate, of the functions and of the tools, by its name. The functions share
    no process, so each one's modules are named after its folder."""
    found = {}
    for base, prefix in [
        (ROOT / "shared", ""),
        (ROOT / "ops", ""),
        *(
            (ROOT / "functions" / function, f"{function}:")
            for function in [*FUNCTIONS, "operators_console"]
        ),
    ]:
        for path in base.rglob("*.py"):
            name = ".".join(path.relative_to(base).with_suffix("").parts)
            found[prefix + name.removesuffix(".__init__")] = path
    return found


def import_graph(files: Mapping[str, ast.Module], *, when_run: bool) -> dict[str, set[str]]:
    """For each module the modules among `files` that it imports: with `when_run` those that
    importing it runs, otherwise those for type checkers and in functions too."""
    graph = {}
    for module, tree in files.items():
        prefix = module[: module.find(":") + 1]
        found = set[str]()
        for node in run_at_import(tree) if when_run else ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
        graph[module] = {name for each in found if (name := nearest(each, prefix, files))}
    return graph


def nearest(imported_name: str, prefix: str, files: Collection[str]) -> str | None:
    """The module that has the name, or that is it."""
    parent = imported_name.rpartition(".")[0]
    candidates = (prefix + imported_name, imported_name, prefix + parent, parent)
    return next((name for name in candidates if name in files), None)


def cycles(graph: Mapping[str, Collection[str]]) -> list[list[str]]:
    """The groups of modules that import each other, directly or through others."""
    reachable = {}
    for module in graph:
        pending, seen = [*graph[module]], set[str]()
        while pending:
            if (name := pending.pop()) not in seen:
                seen.add(name)
                pending += graph[name]
        reachable[module] = seen
    groups = {
        tuple(sorted({module, *(n for n in seen if module in reachable[n])}))
        for module, seen in reachable.items()
        if module in seen
    }
    return [list(group) for group in sorted(groups)]


def test_no_modules_import_each_other() -> None:
    """Whether such a cycle works depends on which of its modules is imported first."""
    files = {name: ast.parse(path.read_text()) for name, path in modules().items()}
    assert cycles(import_graph(files, when_run=True)) == []


def test_no_import_for_type_checkers_or_in_a_function_hides_a_cycle() -> None:
    """Such a cycle runs, but none of its modules can be understood without the others. This is
    a separate test because the remedy differs: move what both need into a third module."""
    files = {name: ast.parse(path.read_text()) for name, path in modules().items()}
    assert cycles(import_graph(files, when_run=False)) == []


def test_the_cycle_rule_can_fail() -> None:
    hidden = "def f():\n    from p import a\nif TYPE_CHECKING:\n    import p.c"
    sources = {"p.a": "import p.b", "p.b": "from p import c", "p.c": "import p.a", "p.d": hidden}
    files = {name: ast.parse(source) for name, source in sources.items()}
    assert cycles(import_graph(files, when_run=True)) == [["p.a", "p.b", "p.c"]]
    assert import_graph(files, when_run=True)["p.d"] == set()
    assert import_graph(files, when_run=False)["p.d"] == {"p.a", "p.c"}
