"""What runs cells in a page says what Jupyter would say, here in this Python."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from report.packages import file_of

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import json, pathlib, sys
sys.path[:0] = sys.argv[1:3]
import kernel
kernel.WORK = pathlib.Path(sys.argv[3])
kernel.prepare()
kernel.prepare()  # as when all is run anew
for cell in json.load(sys.stdin):
    kernel.run(cell, "cell")
kernel.glued('["half:.1f", "word", "none"]')
"""


@pytest.fixture
def told(tmp_path):
    """Return a function that runs cells and returns what they told, but for the last."""

    def run(*cells):
        places = [ROOT / "book" / "lite", file_of("ipython", "IPython/lib/pretty.py").parent]
        done = subprocess.run(
            [sys.executable, "-c", RUN, *map(str, places), str(tmp_path)],
            input=json.dumps(cells),
            capture_output=True,
            text=True,
            check=True,
        )
        *outputs, values = map(json.loads, done.stdout.splitlines())
        return outputs, values["texts"]

    return run


def test_a_cell_prints_and_shows_its_last_value(told):
    outputs, _ = told("print('a')\n{'x': 1.5}", "x = 2", "None", "display(3)\n'é'")
    assert "".join(one.get("text", "") for one in outputs) == "a\n"
    shown = [one["data"]["text/plain"] for one in outputs if "data" in one]
    assert shown == ["{'x': 1.5}", "3", "'é'"]


@pytest.mark.slow
def test_tables_and_equations_show_themselves(told):
    outputs, _ = told(
        "import pandas as pd, sympy as sp\npd.DataFrame({'a': [1]})",
        "sp.sqrt(2)",
        "[sp.sqrt(2)]",
        "sp.init_printing(use_latex='mathjax', order='none')\n[sp.sqrt(2)]",
        "sp.init_printing(latex_printer=lambda one, **_: 'own')\nsp.sqrt(2)",
        "(0.1 + 0.2, 1)",
        "True",
    )
    kinds = [next(iter(one["data"])) for one in outputs]
    assert kinds == ["text/html", "text/latex", "text/plain", *["text/latex"] * 3, "text/plain"]
    assert outputs[1]["data"]["text/latex"] == r"$\displaystyle \sqrt{2}$"
    assert outputs[4]["data"]["text/latex"] == r"$\displaystyle own$"


def test_an_error_is_python_s_own_message(told):
    [output], _ = told("def f():\n    return 1 / 0\nf()")
    assert output["ename"] == "ZeroDivisionError"
    [text] = output["traceback"]
    assert "return 1 / 0" in text
    assert "kernel.py" not in text
    [output], _ = told("x = (")
    assert "SyntaxError" in output["traceback"][0]


def test_what_is_glued_stands_in_the_text(told):
    outputs, texts = told(
        "from myst_nb import glue\nglue('half', 20.78, display=False)\nglue('word', 'w')"
    )
    assert texts == {"half:.1f": "20.8", "word": "w"}
    assert [one["glued"] for one in outputs] == [True]


def test_an_executor_does_one_thing_after_another(told):
    cell = (
        "from concurrent.futures import ProcessPoolExecutor, as_completed\n"
        "with ProcessPoolExecutor(2) as pool:\n"
        "    tasks = [pool.submit(pow, 2, n) for n in range(3)]\n"
        "    print([task.result() for task in as_completed(tasks)], list(pool.map(abs, [-1])))"
    )
    outputs, _ = told(cell)
    text = "".join(one["text"] for one in outputs)
    assert sorted(text) == sorted("[1, 2, 4] [1]\n")


def test_nothing_is_fetched(told):
    outputs, _ = told("import requests\nrequests.get('https://example.org')")
    assert outputs[-1]["evalue"] == "the page's interpreter has no network"
