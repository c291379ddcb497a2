"""Warm execution: outputs as in an ordinary kernel, nothing shared between notebooks, nothing left behind."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest

from evalkit.runner.notebooks import steady
from evalkit.runner.warm import WarmServer, available

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not available(), reason=available().reason)]

ROOT = Path(__file__).resolve().parents[1]
RUN, REGION = "chongming-2023", "310151"

# Each string is a cell; those that fail are tagged so that the notebook goes on.
EDGE = [
    "import sys, os, warnings, subprocess, threading, asyncio, logging, time",
    "print('out'); print('err', file=sys.stderr); print('more')",
    "x = 21\nx * 2",
    "x;",
    "print('a', end=''); sys.stdout.flush(); print('b')\nsys.stdout.write('c\\n')",
    "%time sum(range(10))",
    "!echo from the shell; echo 文字",
    "os.system('echo from the system; echo wrong 1>&2; echo again > /dev/stderr')",
    "print('first'); _ = os.system('echo second'); print('third')",
    "ran = subprocess.run(['sh', '-c', 'echo child'], check=True)\nsubprocess.run('echo caught', shell=True, capture_output=True)",
    "%%bash\necho bash\necho fault >&2",
    "%%capture held\nprint('unseen')\n1",
    "held.stdout",
    "from IPython.display import display, HTML, Markdown, clear_output, JSON, SVG\ndisplay(HTML('<b>x</b>'), Markdown('*y*'))",
    "h = display('old', display_id='slot')",
    "h.update('new'); display('side', display_id='other')",
    "from IPython.display import update_display\nupdate_display(HTML('changed'), display_id='other')",
    "print('gone'); clear_output(); print('kept')",
    "print('gone'); clear_output(wait=True); print('kept'); display(1)",
    "warnings.warn('careful')",
    "warnings.warn('old way', DeprecationWarning)",
    "import numpy as np, pandas as pd, matplotlib, matplotlib.pyplot as plt\nmatplotlib.get_backend(), plt.isinteractive()",
    "plt.plot([1, 3, 2]); plt.title('线')",
    "fig, ax = plt.subplots(figsize=(2, 1)); ax.bar(['a', 'b'], [1, 2]); plt.show(); print('after')",
    "fig",
    "import seaborn as sns\nsns.barplot(x=['a', 'b'], y=[1, 2]);",
    "%config InlineBackend.figure_formats = ['svg']\nplt.rcParams['svg.hashsalt'] = 'x'\n_ = plt.figure(figsize=(1, 1))",
    "df = pd.DataFrame({'名': ['甲', '乙'], 'v': [1.5, None]})\ndf",
    "df.style.format(precision=1).set_uuid('u')",
    "from fractions import Fraction\nFraction(1, 3), {'b': 1, 'a': [1, 2]}",
    "class Rich:\n    def _repr_html_(self): return '<i>'\n    def _repr_png_(self): return b'\\x89PNG'",
    "Rich.__repr__ = lambda self: 'plain'\nRich()",
    "class Bad:\n    def _repr_html_(self): raise ValueError('no html')\n    def __repr__(self): return 'bad'\nBad()",
    "await asyncio.sleep(0.01)\n'awaited'",
    "nap = asyncio.sleep(0)\ntry:\n    asyncio.run(nap)\nfinally:\n    nap.close()",
    "async def f(): return 5\nawait asyncio.gather(f(), f())",
    "task = asyncio.create_task(asyncio.sleep(0.01, 'later'))",
    "await task",
    "asyncio.get_event_loop().is_running()",
    "t = threading.Thread(target=lambda: print('from a thread')); t.start(); t.join()",
    "t = threading.Thread(target=lambda: display('shown by a thread')); t.start(); t.join()",
    "threading.current_thread() is threading.main_thread()",
    "from concurrent.futures import ThreadPoolExecutor\nlist(ThreadPoolExecutor(2).map(abs, [-1, -2]))",
    "pid = os.fork()\nif pid == 0:\n    print('forked', flush=True); os._exit(0)\ndone = os.waitpid(pid, 0)",
    "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool: r = pool.map(abs, [-1, -2])\nr",
    "logging.warning('logged'); logging.getLogger('a').error('%s', 'x')",
    "import click, rich\nclick.secho('coloured', fg='red'); rich.print('[bold]rich[/bold]')",
    "def wrong(:\n    pass",
    "  indented = 1\n    more = 2",
    "def inner(): return 1 / 0\ndef outer(): return inner()\nouter()",
    "try:\n    {}['k']\nexcept KeyError as e:\n    raise RuntimeError('context') from e",
    "input('name? ')",
    "import getpass\ngetpass.getpass()",
    "raise SystemExit",
    "raise KeyboardInterrupt",
    "assert False, '断言'",
    "print('before the fault'); raise ValueError('after output')",
    "class Odd(Exception):\n    def __str__(self): raise TypeError('odd')\nraise Odd",
    "%no_such_magic",
    "%pwd",
    "%cd -q /\nprint(os.getcwd())\n%cd -q -",
    "%%writefile written.txt\nhello",
    "%timeit -n1 -r1 -q pass",
    "import __main__, pickle\nclass P: pass\npickle.loads(pickle.dumps(P())).__class__ is P, __main__.P is P, __name__",
    "_, __, _i1, In[3], Out[3]",
    "get_ipython().__class__, sys.stdout.__class__, type(get_ipython().kernel).__mro__[1].__name__ in ('IPythonKernel', 'Kernel')",
    "sys.stdout.isatty(), sys.stdout.encoding, sys.stdin.read(), sys.stdout.writable()",
    "sys.path.index('') > 0, os.environ['MPLBACKEND'], os.environ['PAGER'], os.environ['FORCE_COLOR'], 'JPY_PARENT_PID' in os.environ",
    "import signal\nsignal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGCHLD)",
    "[f[:3] for f in warnings.filters if f[0] != 'ignore']",
    "from comm import create_comm\nc = create_comm(target_name='nobody', data={'a': 1}); c.send({'b': 2}); c.close()",
    "get_ipython().set_next_input('x = 2')",
    "?len",
    "from tqdm.auto import tqdm\nfor _ in tqdm(range(2), disable=True): pass",
    "float('nan'), float('inf'), b'bytes', '\\ud800'",
    "display({'text/plain': 'p', 'text/html': '<p>'}, raw=True, metadata={'text/html': {'isolated': True}})",
    "print('x' * 200000)",
    "print('\\x1b[31mred\\x1b[0m\\rcr')",
    "decimal = __import__('decimal'); decimal.getcontext()",
    "exec('raise OSError(2, \"none\")')",
    "   ",
    "'end'",
]
VOLATILE = [
    (re.compile(r"/[\w/.-]*/ipykernel_\d+/\d+\.py"), "CELL"),
    (re.compile(r"0x[0-9a-f]{6,}"), "ADDRESS"),
    (re.compile(r"(CPU times: |Wall time: )[^\\'\"]*"), "TIME"),
    (re.compile(r"(started|daemon|Thread-)[ \d]+"), "THREAD"),
    (re.compile(r"id=[\"'][0-9a-f]+[\"']"), "ID"),
]


def notebook(cells: list[str], tags: list[str] | None = None) -> nbformat.NotebookNode:
    made = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
    made.cells = [nbformat.v4.new_code_cell(source, id=f"c{i}", metadata={"tags": list(tags or [])}) for i, source in enumerate(cells)]
    return made


def execute(source: Any, target: Path | None = None, engine: str | None = "evalkit-warm", **options: Any) -> Any:
    import papermill

    options = {"progress_bar": False, "kernel_name": "python3", "request_save_on_cell_execute": False, **options}
    return papermill.execute_notebook(source, target, engine_name=engine, **options)


def texts(done: Any) -> list[str]:
    """Return what each code cell printed and showed, as text."""
    found = []
    for cell in done.cells:
        if cell.cell_type == "code":
            shown = [out.get("text") or out.get("evalue") or out.get("data", {}).get("text/plain", "") for out in cell.outputs]
            found.append("".join(shown))
    return found


def masked(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    for pattern, mask in VOLATILE:
        text = pattern.sub(mask, text)
    return text


def comparable(done: Any) -> list[str]:
    """Return the cells with their text merged by stream, and what is volatile masked."""
    found = []
    for cell in steady(done).cells:
        streams: dict[str, str] = {}
        others = []
        for out in cell.get("outputs", []):
            if out.output_type == "stream":
                streams[out.name] = streams.get(out.name, "") + out.text
            else:
                others.append(out)
        if "os.system" in cell.source or cell.source.startswith("!"):
            # What another program prints reaches a kernel through a pipe of its own: its place among the cell's lines is chance there.
            streams = {name: "\n".join(sorted(text.splitlines())) for name, text in streams.items()}
        found.append(masked([cell.source, cell.get("execution_count"), cell.metadata, streams, others]))
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[WarmServer]:
    with WarmServer() as made:
        made.wait()
        yield made


def test_outputs_equal_those_of_a_kernel(server: WarmServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # a kernel that sees it does not catch the output of other programs
    with ThreadPoolExecutor(2) as pool:
        folders = [tmp_path / "kernel", tmp_path / "warm"]
        for folder in folders:
            folder.mkdir()
        options = [{"engine": None, "extra_arguments": ["--IPKernelApp.log_level=50"]}, {}]
        jobs = [
            pool.submit(
                execute,
                notebook(EDGE, ["raises-exception"]),
                folder / "out.ipynb",
                resources={"metadata": {"path": str(folder)}},
                allow_errors=True,
                **more,
            )
            for folder, more in zip(folders, options, strict=True)
        ]
        for job in jobs:
            with contextlib.suppress(Exception):
                job.result()
    kernel, warm = (nbformat.read(folder / "out.ipynb", as_version=4) for folder in folders)
    assert masked(warm.metadata.get("language_info")) == masked(kernel.metadata.get("language_info"))
    kernels, warms = (
        [text.replace(str(folder), "FOLDER") for text in comparable(done)] for done, folder in zip((kernel, warm), folders, strict=True)
    )
    differing = [(a, b) for a, b in zip(kernels, warms, strict=True) if a != b]
    assert not differing, "\n".join(f"kernel: {a[:1500]}\nwarm:   {b[:1500]}\n" for a, b in differing)


def alive(pid: int) -> bool:
    """Return whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(folder.name))
    return found


def gone(pids: list[int], seconds: float = 3.0) -> list[int]:
    """Wait for the end of processes and return those that are still there."""
    until = time.monotonic() + seconds
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < until:
        time.sleep(0.02)
    return left


def wait_for(path: Path, seconds: float = 30.0) -> str:
    until = time.monotonic() + seconds
    while not (path.is_file() and path.read_text().endswith("\n")):
        assert time.monotonic() < until, f"no {path.name}"
        time.sleep(0.02)
    return path.read_text()


@pytest.fixture(autouse=True)
def nothing_left(server: WarmServer, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each test: no process of a notebook, no socket and no temporary file more."""
    server.wait()
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = len(sockets(server.pid))
    yield
    assert not gone(children(server.pid), 0.5)
    assert len(sockets(server.pid)) == before
    assert not list(temporary.iterdir())


def sockets(pid: int) -> list[str]:
    return [link for fd in Path(f"/proc/{pid}/fd").iterdir() if (link := os.readlink(fd)).startswith("socket:")]


# A notebook that starts programs of every kind and writes down their numbers.
STARTS = """
import os, subprocess, sys
log = open("pids", "w")
sleep = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGHUP, signal.SIG_IGN); time.sleep(300)"]
started = [subprocess.Popen(sleep), subprocess.Popen(sleep, start_new_session=True)]
fork = os.fork()
if fork == 0:
    if os.fork():
        os._exit(0)
    os.setsid()
    os.write(log.fileno(), f"{os.getpid()} ".encode())
    os.execv(sys.executable, sleep)
os.waitpid(fork, 0)
import time
time.sleep(0.1)
os.write(log.fileno(), (" ".join(str(p) for p in [os.getpid(), os.getppid(), *(s.pid for s in started)]) + "\\n").encode())
"""


def pids(path: Path) -> list[int]:
    found = [int(pid) for pid in wait_for(path).split()]
    assert len(found) == 5
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "项目 copy"
    for name in ("params", "data/raw", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    return root


def bytes_of(path: Path) -> str:
    return nbformat.writes(steady(nbformat.read(path, as_version=4)))


@pytest.mark.parametrize("name", ["assess_region", "compare_regions"])
def test_shipped_notebooks_equal_those_of_a_kernel(server: WarmServer, project: Path, name: str) -> None:
    source = ROOT / "notebooks" / f"{name}.ipynb"
    options = {"resources": {"metadata": {"path": str(project)}}}
    parameters = {"run": RUN, "region": REGION}
    if name == "compare_regions":
        execute(ROOT / "notebooks" / "assess_region.ipynb", None, parameters=parameters, **options)
        processed = project / "data" / "processed" / RUN
        shutil.copy(next(processed.rglob("results.csv")), processed / "results.csv")
        parameters = {"run": RUN}
    files = [project / f"{kind}.ipynb" for kind in ("kernel", "warm", "again")]
    with ThreadPoolExecutor(2) as pool:
        kernel = pool.submit(
            execute, source, files[0], None, parameters=parameters, extra_arguments=["--IPKernelApp.log_level=50"], **options
        )
        for path in files[1:]:
            execute(source, path, parameters=parameters, **options)
        kernel.result()
    assert bytes_of(files[1]) == bytes_of(files[0])
    assert bytes_of(files[2]) == bytes_of(files[1])


def test_equal_runs_give_equal_bytes_whatever_the_server(server: WarmServer, tmp_path: Path) -> None:
    cells = [
        "import random, numpy as np\nrandom.random(), np.random.rand(), {'a', 'b', 'c', 'd'}",
        "import matplotlib.pyplot as plt\nplt.plot(np.random.rand(5));",
        "import sys, time\nfor i in range(4):\n    print(i); print(i, file=sys.stderr); time.sleep(0.15)",
        "import os; os.system('echo one; echo two'); print('three'); print('four', file=sys.stderr); os.system('echo five 1>&2')",
    ]
    files = [tmp_path / f"{i}.ipynb" for i in range(3)]
    with WarmServer() as other, ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda job: execute(notebook(cells), job[0], server=job[1]), zip(files, (server, server, other), strict=True)))
    assert bytes_of(files[0]) == bytes_of(files[1]) == bytes_of(files[2])
    shown = nbformat.read(files[0], as_version=4).cells[2].outputs
    assert [(out.name, out.text) for out in shown][:2] == [("stdout", "0\n"), ("stderr", "0\n")]


CHANGES = {
    "variables": ("leaked = 1", "'leaked' in globals()", "False"),
    "folder": ("import os; os.chdir('/')", "import os; os.getcwd() == '/'", "False"),
    "environment": ("import os; os.environ['LEAK'] = '1'", "import os; os.environ.get('LEAK')", ""),
    "pandas": ("import pandas as pd; pd.options.display.max_rows = 3", "import pandas as pd; pd.options.display.max_rows", "60"),
    "matplotlib": (
        "import matplotlib as m; m.rcParams['font.size'] = 3; m.use('svg')",
        "import matplotlib as m; m.rcParams['font.size'], m.get_backend()",
        "(10.0, 'module://matplotlib_inline.backend_inline')",
    ),
    "warnings": (
        "import warnings; warnings.simplefilter('error')",
        "import warnings; any(f[0] == 'error' and f[2] is Warning for f in warnings.filters)",
        "False",
    ),
    "attributes": (
        "import evalkit; evalkit.leak = 1; import fractions; fractions.Fraction = None",
        "import evalkit, fractions; hasattr(evalkit, 'leak'), callable(fractions.Fraction)",
        "(False, True)",
    ),
    "decimals": ("import decimal; decimal.getcontext().prec = 3", "import decimal; decimal.getcontext().prec", "28"),
    "path": ("import sys; sys.path.append('/leak')", "import sys; '/leak' in sys.path", "False"),
    "modules": ("import sys, types; sys.modules['leak'] = types.ModuleType('leak')", "import sys; 'leak' in sys.modules", "False"),
    "random": (
        "import numpy; numpy.random.seed(1); import random; random.seed(1)",
        "import random; random.random() == random.Random(1).random()",
        "False",
    ),
    "numpy": ("import numpy; numpy.set_printoptions(precision=1)", "import numpy; numpy.get_printoptions()['precision']", "8"),
    "locale": (
        "import locale; locale.setlocale(locale.LC_ALL, 'C')\nimport os; os.umask(0o777)",
        "import os; os.umask(0o22) == 0o777",
        "False",
    ),
    "signals": (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "import signal; signal.getsignal(signal.SIGTERM) == signal.SIG_IGN",
        "False",
    ),
    "builtins": (
        "import builtins; builtins.leak = 1; import sys; sys.setrecursionlimit(5000)",
        "import builtins, sys; hasattr(builtins, 'leak'), sys.getrecursionlimit() == 5000",
        "(False, False)",
    ),
    "history": ("1 + 1", "In, Out, _", "(['', 'In, Out, _'], {}, '')"),
    "exit functions": ("import atexit; atexit.register(print, 'leak')", "import atexit; 0", "0"),
}


def test_nothing_leaks_between_notebooks(server: WarmServer) -> None:
    execute(notebook([change for change, _, _ in CHANGES.values()]), None)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda probe: texts(execute(notebook([probe]), None))[0], [probe for _, probe, _ in CHANGES.values()]))
    assert dict(zip(CHANGES, done, strict=True)) == {name: expected for name, (_, _, expected) in CHANGES.items()}


def test_each_notebook_has_its_own_seed(server: WarmServer) -> None:
    cells = ["n = 1", "import random, numpy\nrandom.random(), numpy.random.rand()"]
    cells_of = {n: [nbformat.v4.new_code_cell(f"n = {n}"), nbformat.v4.new_code_cell(cells[1])] for n in (1, 2)}
    drawn = [texts(execute(nbformat.v4.new_notebook(cells=cells_of[n], metadata=notebook([]).metadata), None))[1] for n in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert texts(execute(notebook(cells), None, seed=5))[1] == texts(execute(notebook(["2", cells[1]]), None, seed=5))[1]


def test_folder_environment_and_files_are_the_launchers(server: WarmServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARM_TEST", "文")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "beside.py").write_text("here = 1\n")
    cells = ["import os, tempfile, beside\nprint(os.environ['WARM_TEST'], os.getcwd(), tempfile.gettempdir())",
             "len(os.listdir('/proc/self/fd')) < 16",
             "open('unclosed.txt', 'w').write('x'); f = open('held.txt', 'w'); f.write('y')",
             "import atexit; atexit.register(lambda: open('at-exit.txt', 'w').write('z'))"]  # fmt: skip
    done = texts(execute(notebook(cells), None, resources={"metadata": {"path": str(tmp_path)}}))
    assert done[:2] == [f"文 {tmp_path} {tmp_path}\n", "True"]
    assert [(tmp_path / name).read_text() for name in ("unclosed.txt", "held.txt", "at-exit.txt")] == ["x", "y", "z"]
    with pytest.raises(FileNotFoundError, match="nowhere"):
        execute(notebook(["1"]), None, resources={"metadata": {"path": str(tmp_path / "nowhere")}})


def test_an_error_is_reported_as_papermill_does(server: WarmServer, tmp_path: Path) -> None:
    from papermill.exceptions import PapermillExecutionError

    cells = ["1", "raise ValueError('wrong')", "2"]
    found = []
    for engine in (None, "evalkit-warm"):
        target = tmp_path / "out.ipynb"
        with pytest.raises(PapermillExecutionError) as caught:
            execute(notebook(cells), target, engine)
        done = nbformat.read(target, as_version=4)
        statuses = [cell.metadata.get("papermill", {}).get("status") for cell in done.cells]
        error = caught.value
        found.append((error.cell_index, error.exec_count, error.ename, error.evalue, statuses, comparable(done)))
    assert found[0] == found[1]


def test_the_notebook_is_saved_once_and_what_was_done_when_it_fails(
    server: WarmServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import papermill.engines
    import papermill.execute
    from nbclient.exceptions import DeadKernelError

    saved = []
    for module in (papermill.engines, papermill.execute):
        write = module.write_ipynb
        monkeypatch.setattr(module, "write_ipynb", lambda nb, path, write=write: saved.append(path) or write(nb, path))
    target = tmp_path / "out.ipynb"
    execute(notebook(["1"] * 9), target, request_save_on_cell_execute=True)
    assert len(saved) == 2  # one before the first cell, one at the end
    with pytest.raises(DeadKernelError):
        execute(notebook(["print('done')", "import os; print('last words'); os._exit(3)", "1"]), target, request_save_on_cell_execute=True)
    done = nbformat.read(target, as_version=4)
    assert texts(done)[0] == "done\n"
    assert [cell.metadata.papermill.status for cell in done.cells] == ["completed", "failed", "pending"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("import os; os._exit(3)", "cell 2.*exit code 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal 9 .SIGKILL"),
        ("import os; os.abort()", r"signal 6 .SIGABRT(.|\n)*Fatal Python error: Aborted"),
        ("import ctypes; ctypes.string_at(0)", r"signal 11 .SIGSEGV"),
        ("import os; os.write(2, b'last words'); os._exit(1)", "exit code 1"),
        ("import os; os.closerange(3, 200); import time; time.sleep(60)", "Kernel died"),
        ("exit()\nimport time; await __import__('asyncio').sleep(60)", "exit code 0"),
    ],
)
def test_a_process_that_dies_loses_its_notebook_only(server: WarmServer, tmp_path: Path, cell: str, told: str) -> None:
    from nbclient.exceptions import DeadKernelError

    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(execute, notebook(["import time; time.sleep(0.5)", "'whole'"]), None)
        started = time.monotonic()
        with pytest.raises(DeadKernelError, match=told):
            execute(notebook([STARTS, cell, "1"]), None, resources={"metadata": {"path": str(tmp_path)}})
        assert time.monotonic() - started < 5
        assert texts(other.result())[1] == "'whole'"
    assert not gone(pids(tmp_path / "pids"))
    assert server.pid


def test_a_process_that_ends_well_leaves_nothing(server: WarmServer, tmp_path: Path) -> None:
    execute(notebook([STARTS]), None, resources={"metadata": {"path": str(tmp_path)}})
    assert not gone(pids(tmp_path / "pids"), 0.3)  # already gone


def test_time_limits(server: WarmServer, tmp_path: Path) -> None:
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    options = {"resources": {"metadata": {"path": str(tmp_path)}}}
    for limit, message in (
        ({"time_limit": 1.0}, "time limit of the notebook, 1 s, was reached in cell 2"),
        ({"execution_timeout": 1}, "Cell execution timed out"),
    ):
        started = time.monotonic()
        with pytest.raises(CellTimeoutError, match=message):
            execute(notebook([STARTS, "while True: pass"]), None, **options, **limit)
        assert time.monotonic() - started < 3
        assert not gone(pids(tmp_path / "pids"), 0.3)
        (tmp_path / "pids").unlink()
    cells = notebook(["import time; time.sleep(30)", "'on'"], ["raises-exception"])
    with pytest.raises(PapermillExecutionError, match="KeyboardInterrupt"):
        execute(cells, tmp_path / "out.ipynb", execution_timeout=1, interrupt_on_timeout=True)
    assert texts(nbformat.read(tmp_path / "out.ipynb", as_version=4))[-1] == "'on'"


@pytest.mark.parametrize(
    "cell",
    ["x = bytearray(5 << 30)", "import numpy as np; x = np.ones((30000, 30000))", "x = []\nwhile True: x.append('y' * 1000 + str(len(x)))"],
)
def test_memory_limit(server: WarmServer, cell: str) -> None:
    from papermill.exceptions import PapermillExecutionError

    with pytest.raises(PapermillExecutionError, match=r"MemoryError|Unable to allocate"):
        execute(notebook([cell]), None, memory_limit=1500 << 20)
    assert texts(execute(notebook(["len(bytearray(100 << 20))"]), None)) == [str(100 << 20)]


def test_several_notebooks_at_once(server: WarmServer) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda n: texts(execute(notebook([f"n = {n}", "print(n)", "n"]), None)), range(12)))
    assert done == [["", f"{n}\n", str(n)] for n in range(12)]


def test_large_output_and_large_cells(server: WarmServer) -> None:
    done = texts(
        execute(
            notebook(
                [
                    "print('x' * 30_000_000)",
                    f"a = {'y' * 3_000_000!r}; len(a)",
                    "import os; os.system('head -c 3000000 /dev/zero | tr \\\\0 z')",
                ]
            ),
            None,
        )
    )
    assert [len(text) for text in done] == [30_000_001, 7, 3_000_001]


def test_a_server_that_dies_is_started_again(tmp_path: Path) -> None:
    with WarmServer() as server:
        server.wait()
        first = server.pid
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(
                execute,
                notebook([STARTS, "import time; time.sleep(1)", "'finished all the same'"]),
                None,
                resources={"metadata": {"path": str(tmp_path)}},
            )
            found = pids(tmp_path / "pids")
            os.kill(first, signal.SIGKILL)
            assert texts(execute(notebook(["'next'"]), None)) == ["'next'"]
            assert texts(running.result())[2] == "'finished all the same'"
        assert server.pid not in (0, first)
        second = server.pid
    assert not gone([first, second, *found], 0.3)


def test_closing_the_server_ends_what_runs(tmp_path: Path) -> None:
    from nbclient.exceptions import DeadKernelError

    with ThreadPoolExecutor(1) as pool, WarmServer() as server:
        running = pool.submit(
            execute, notebook([STARTS, "import time; time.sleep(60)"]), None, resources={"metadata": {"path": str(tmp_path)}}
        )
        found = [*pids(tmp_path / "pids"), server.pid]
    with pytest.raises(DeadKernelError, match="it was stopped"):
        running.result()
    assert not gone(found, 0.3)
    with pytest.raises(RuntimeError, match="closed"):
        server.start()


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ipykernel.py").write_text("raise ValueError('broken installation')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with WarmServer() as server, pytest.raises(RuntimeError, match="broken installation"):
        server.wait()


LAUNCHER = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
from evalkit.runner.warm import WarmServer, shared_server
import nbformat, papermill

def one(number):
    nb = nbformat.read(sys.argv[1], as_version=4)
    papermill.execute_notebook(nb, None, engine_name="evalkit-warm", kernel_name="python3", progress_bar=False,
                               resources={"metadata": {"path": sys.argv[2] + "/" + str(number)}})

if sys.argv[3] == "main":
    print(shared_server().pid, flush=True)
    one(0)
else:
    with ThreadPoolExecutor(2) as pool, WarmServer() as server:
        list(pool.map(one, range(2)))
"""


@pytest.mark.parametrize(
    ("form", "how"),
    [("main", signal.SIGINT), ("main", signal.SIGKILL), ("pool", signal.SIGINT), ("pool", signal.SIGKILL), ("pool", signal.SIGTERM)],
)
def test_a_launcher_that_is_stopped_leaves_nothing(tmp_path: Path, how: signal.Signals, form: str) -> None:
    temporary = tmp_path / "temporary"
    for folder in (temporary, tmp_path / "0", tmp_path / "1"):
        folder.mkdir()
    nbformat.write(notebook([STARTS, "import time; time.sleep(100)"]), tmp_path / "in.ipynb")
    (tmp_path / "launch.py").write_text(LAUNCHER)
    command = [sys.executable, str(tmp_path / "launch.py"), str(tmp_path / "in.ipynb"), str(tmp_path), form]
    launcher = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
    )
    try:
        found = [pid for number in range(1 if form == "main" else 2) for pid in pids(tmp_path / str(number) / "pids")]
        found += children(launcher.pid)
        assert len(found) >= 6
        os.killpg(launcher.pid, how)  # as a terminal does for Ctrl-C
        _, said = launcher.communicate(timeout=15)
    finally:
        launcher.kill()
        launcher.wait()
    assert not gone(found)
    assert not list(temporary.iterdir())
    if how == signal.SIGINT:
        assert "KeyboardInterrupt" in said
        assert "destroyed" not in said and "never retrieved" not in said


def test_the_engine_on_papermills_command_line(tmp_path: Path) -> None:
    nbformat.write(notebook(["a = 1", "import os; print(os.getppid()); _ = open('said.txt', 'w').write('x')"]), tmp_path / "in.ipynb")
    script = Path(sys.executable).parent / "papermill"
    command = [str(script), "--engine", "evalkit-warm", "-k", "python3", "--no-progress-bar", "in.ipynb", "out.ipynb", "-p", "b", "2"]
    done = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert "Not executed by" not in done.stderr and "Traceback" not in done.stderr
    assert not gone([int(texts(nbformat.read(tmp_path / "out.ipynb", as_version=4))[2])], 0.3)
    assert (tmp_path / "said.txt").is_file()


def test_elsewhere_the_kernel_takes_over(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for platform in ("darwin", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        found = available()
        assert not found and platform in found.reason
        with pytest.raises(RuntimeError, match=platform):
            WarmServer().start()
    monkeypatch.undo()
    monkeypatch.setattr("evalkit.runner.warm.notebook.available", lambda: type(found)(False, "no fork"))
    caplog.set_level("WARNING", logger="papermill")  # a run in this process has silenced it
    done = execute(notebook(["get_ipython().kernel.shell_stream is not None"]), None, time_limit=60.0, memory_limit=1 << 30)
    assert texts(done) == ["True"]
    assert "no fork" in caplog.text


def test_starting_costs_the_launcher_no_large_import() -> None:
    code = "import sys, evalkit.runner.warm.engine; print(sorted({'papermill', 'nbclient', 'numpy', 'zmq'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
