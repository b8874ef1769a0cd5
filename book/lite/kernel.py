"""Runs the cells of a notebook in the page's interpreter, which has no IPython, no threads, no net.

What a cell shows is told as a line of JSON on standard output, in the words of the notebook format:
a stream, a result, an error; and what it glues, by its name. `worker.js` reads the lines.
"""

import ast
import builtins
import concurrent.futures
import json
import linecache
import os
import sys
import traceback
import types
import warnings
from pathlib import Path

WORK = Path("/tmp/work")
"""Where cells run, and find what the reader gives them."""
IMPORT = builtins.__import__
GLUED = {}
"""What cells have glued, by name."""
PRINTERS = []
"""What SymPy was told to print with; the last one counts."""


def tell(**what):
    """Write an output as a line of JSON."""
    data = json.dumps(what).encode() + b"\n"
    while data:
        data = data[os.write(1, data) :]


class Stream:
    """Standard output or standard error of a cell."""

    encoding, errors, closed = "utf-8", "strict", False

    def __init__(self, name):
        self.name = name

    def write(self, text):
        if text:
            tell(output_type="stream", name=self.name, text=text)
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


class Serial(concurrent.futures.Executor):
    """Does each task when it is submitted: a page's interpreter has one thread and no processes."""

    def __init__(self, *args, **options):
        pass

    def submit(self, function, /, *args, **named):
        done = concurrent.futures.Future()
        try:
            done.set_result(function(*args, **named))
        except Exception as error:
            done.set_exception(error)
        return done


def shown(value):
    """Return what a value shows as in a notebook, by kind."""
    from pretty import pretty

    latex = as_latex(value)
    found = {"text/latex": latex} if latex else {}
    for kind, name in (("text/html", "_repr_html_"), ("text/latex", "_repr_latex_")):
        show = None if isinstance(value, type) else getattr(value, name, None)
        if kind not in found and show and (text := show()):
            found[kind] = text
    return found | ({} if found else {"text/plain": pretty(value)})


def as_latex(value):
    """Return an equation as LaTeX; None for what is none.

    Once `init_printing` was called, numbers and containers are printed as equations too.
    """
    sympy = sys.modules.get("sympy")
    if sympy is None or not is_symbolic(value, sympy):
        return None
    if not PRINTERS and isinstance(value, list | tuple | set | frozenset | dict):
        return None
    printer = PRINTERS[-1] if PRINTERS else sympy.latex
    return rf"$\displaystyle {printer(value, mode='plain')}$"


def heed_init_printing():
    """Let `sympy.init_printing` say how results are printed, as soon as SymPy is imported."""

    def importing(*args, **named):
        found = IMPORT(*args, **named)
        sympy = sys.modules.get("sympy")
        # Imports stand within imports: the innermost that sees it is the first.
        if builtins.__import__ is importing and hasattr(sympy, "init_printing"):
            builtins.__import__ = IMPORT
            begin = sympy.init_printing

            def init_printing(*args, latex_printer=None, **named):
                PRINTERS.append(latex_printer or sympy.latex)
                begin(*args, **named)

            sympy.init_printing = init_printing
        return found

    builtins.__import__ = importing


def is_symbolic(value, sympy):
    """Whether a value is one that SymPy prints, or a container of nothing else."""
    if isinstance(value, dict):
        return bool(value) and all(
            is_symbolic(one, sympy) for pair in value.items() for one in pair
        )
    if isinstance(value, list | tuple | set | frozenset):
        return bool(value) and all(is_symbolic(one, sympy) for one in value)
    if PRINTERS and isinstance(value, int | float) and not isinstance(value, bool):
        return True
    return isinstance(value, sympy.Basic | sympy.matrices.MatrixBase)


def display(*values):
    """Show values, as IPython's function does."""
    for value in values:
        if value is not None:
            tell(output_type="display_data", data=shown(value))


def glue(name, value, display=True):
    """Keep a value for the text, and show it, as `myst_nb.glue` does."""
    GLUED[name] = value
    data = shown(value)
    if "text/html" in data:
        tell(output_type="glue", name=name, data=data)
    if display:
        tell(output_type="display_data", data=data, glued=True)


def glued(listed):
    """Tell the values of a JSON list of places in the text, each a name, or a name and a format."""
    texts = {}
    for key in json.loads(listed):
        name, _, form = key.partition(":")
        if name in GLUED:
            value = GLUED[name]
            texts[key] = format(value, form) if form else str(value)
    tell(output_type="glued", texts=texts)


def run(source, name):
    """Run a cell; what goes wrong in it is one of its outputs."""
    file = f"<{name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope = sys.modules["__main__"].__dict__
    try:
        tree = ast.parse(source, file)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, file, "exec"), scope)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), file, "eval"), scope)
            if value is not None:
                tell(output_type="execute_result", data=shown(value))
    except BaseException as error:
        tell(output_type="error", **in_words(error))


def in_words(error):
    """Return Python's own message, without the frames of this file."""
    found = traceback.TracebackException.from_exception(error)
    part = found
    while part is not None:
        own = [frame for frame in part.stack if frame.filename != __file__]
        part.stack = traceback.StackSummary.from_list(own)
        part = part.__cause__ or part.__context__
    text = "".join(found.format())
    return {"ename": type(error).__name__, "evalue": str(error), "traceback": [text]}


def module(name, **names):
    """Stand in for a module that is not here."""
    made = types.ModuleType(name)
    vars(made).update(names)
    sys.modules[name] = made
    if "." in name:
        parent, _, own = name.rpartition(".")
        setattr(sys.modules[parent], own, made)


class HTML:
    """Markup to show, as IPython has it."""

    def __init__(self, data):
        self.data = data

    def _repr_html_(self):
        return self.data


class UnreachableError(OSError):
    """Why nothing is fetched: the interpreter has no network."""


def unreachable(*args, **named):
    raise UnreachableError("the page's interpreter has no network")


def prepare():
    """Give cells what Jupyter would, and stand in for what this interpreter has not."""
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    GLUED.clear()
    PRINTERS.clear()
    if "sympy" not in sys.modules and builtins.__import__ is IMPORT:
        heed_init_printing()
    module("__main__", __name__="__main__", __builtins__=builtins)
    builtins.display = display
    module("myst_nb", glue=glue)
    module("IPython", version_info=(9, 0), get_ipython=lambda: None)
    module("IPython.display", HTML=HTML, display=display)
    module("requests", get=unreachable)
    module("requests.exceptions", RequestException=UnreachableError)
    try:
        import lzma  # noqa: F401
    except ImportError:
        module("lzma", open=unreachable, LZMAError=UnreachableError, LZMAFile=unreachable)
    warnings.filterwarnings("ignore", ".*disabling monitor support")  # tqdm wants a thread
    concurrent.futures.ProcessPoolExecutor = Serial
    concurrent.futures.ThreadPoolExecutor = Serial
    os.getuid = getattr(os, "getuid", lambda: 0)
    WORK.mkdir(exist_ok=True)
    os.chdir(WORK)
