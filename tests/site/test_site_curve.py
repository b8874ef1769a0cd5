"""The interactive curve in a browser: it computes what the package computes, and says it."""

import base64
import hashlib
import io
import re
import xml.etree.ElementTree as ET

import mpmath
import numpy as np
import pandas as pd
import pytest
from accessible import violations
from playwright.sync_api import expect

from analysis.derivation import derive
from analysis.figures.explorer import interactive_curve
from analysis.internal.counts import show_count
from analysis.laws import PUBLISHED, ParametricLaw
from analysis.serving import implied_tokens
from analysis.studies.atlas import pooled_law
from analysis.studies.chinchilla import recorded_refit
from analysis.tradeoff import (
    compute_overhead,
    data_scaling_factor,
    minimum_model_scale,
    place,
    scales_from_marginal_rate,
)

LAWS = {name: published.law for name, published in PUBLISHED.items()} | {
    "refit": recorded_refit()[0],
    "all": pooled_law(),
}
FIRST = LAWS["all"]
PAGES = ["book/index", "book/price"]
N_SETTINGS = 1000
SAME = 1e-12
EVALUATE = "settings => settings.map(document.querySelector('.explorer').evaluate)"


@pytest.fixture
def curve(look):
    """Open the curve on a page with a setting in its address; return view and trouble."""
    opened = []

    def open_curve(page=PAGES[0], query="", **how):
        view, wrong = look(page, **how)
        opened.append(view)
        if query:
            view.goto(f"{view.url}?{query}")
        return view, wrong

    yield open_curve
    for view in opened:
        view.close()


def shown(view, name: str) -> str:
    return view.locator(f".explorer [data-show={name}]").inner_text()


def said(view) -> str:
    return view.locator(".explorer [data-said]").inner_text()


def run(view) -> tuple[str, ...]:
    return tuple(shown(view, name) for name in ("N", "D", "spent"))


def three_digits(value: float) -> str:
    return f"{float(f'{value:.3g}'):g}"


def field(view, name: str):
    return view.locator(f".explorer [name={name}]")


def settings(n: int, seed: int = 6) -> list[tuple[dict, ParametricLaw]]:
    """Settings over all laws and free exponents, a third of them next to k_N = 1."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(n):
        name = [*LAWS, "free"][i % (len(LAWS) + 1)]
        if name == "free":
            alpha, beta = rng.uniform(0.2, 0.6, 2)
            A, B = 10 ** rng.uniform(2, 4, 2)
            law = ParametricLaw(E=1.8, A=A, B=B, alpha=alpha, beta=beta)
            chosen = {"law": "free", "alpha": alpha, "beta": beta, "A": A, "B": B}
        else:
            law, chosen = LAWS[name], {"law": name}
        if i % 3:
            k_N, _ = scales_from_marginal_rate(10 ** rng.uniform(-2, 1.3), law.alpha, law.beta)
        else:
            k_N = 1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-12, -1)
        found.append(({**chosen, "k_N": float(k_N), "C": 10 ** rng.uniform(18, 28)}, law))
    return found


def excess_rate(k_N: float, law: ParametricLaw) -> float:
    """m - 1 to every digit."""
    with mpmath.workdps(50):
        alpha, beta, size = map(mpmath.mpf, (law.alpha, law.beta, k_N))
        return float(alpha / ((alpha + beta) * size**alpha - beta) - 1)


def expected(setting: dict, law: ParametricLaw) -> dict[str, float]:
    k_N, best = setting["k_N"], law.compute_optimal(setting["C"])
    k_D = data_scaling_factor(k_N, law.alpha, law.beta)
    overhead = compute_overhead(k_N, law.alpha, law.beta)
    N, D = k_N * best.N, k_D * best.D
    return {
        "k_D": k_D,
        "overhead": overhead,
        "m": law.marginal_rate(N, D),
        "N_opt": best.N,
        "D_opt": best.D,
        "N": N,
        "D": D,
        "spent": (1 + overhead) * best.C,
        "served": 3 * excess_rate(k_N, law) * D,
        "k_min": minimum_model_scale(law.alpha, law.beta),
        "least": (law.alpha / (law.alpha + law.beta)) ** (1 / law.beta),
    }


@pytest.mark.parametrize("page", PAGES)
def test_it_computes_what_the_package_computes(curve, page):
    view, wrong = curve(page)
    drawn = settings(N_SETTINGS)
    computed = view.evaluate(EVALUATE, [setting for setting, _ in drawn])
    for (setting, law), found in zip(drawn, computed, strict=True):
        for name, value in expected(setting, law).items():
            assert found[name] == pytest.approx(value, rel=SAME, abs=0), (name, setting)
    assert not wrong


def test_a_run_is_placed_where_the_package_places_it(curve):
    view, _ = curve()
    rng = np.random.default_rng(7)
    runs = [(str(rng.choice([*LAWS])), *10 ** rng.uniform([8, 10], [11, 13])) for _ in range(300)]
    asked = [{"law": law, "N": float(N), "D": float(D)} for law, N, D in runs]
    for (name, N, D), found in zip(runs, view.evaluate(EVALUATE, asked), strict=True):
        placed = place(LAWS[name], N, D)
        assert found["k_N"] == pytest.approx(placed.k_N, rel=SAME, abs=0)
        assert found["C"] == pytest.approx(placed.optimal.C, rel=SAME)
        assert (found["N"], found["D"]) == pytest.approx((N, D), rel=SAME)
        if abs(np.log(placed.k_N)) > 0.02:  # nearer, k_N itself holds too few digits of the answer
            assert found["overhead"] == pytest.approx(placed.overhead, rel=SAME, abs=0)
            assert found["served"] == pytest.approx(implied_tokens(LAWS[name], N, D), rel=SAME)


@pytest.mark.parametrize("name", LAWS)
def test_at_and_below_the_wall_everything_is_infinite(curve, name):
    view, _ = curve()
    law = LAWS[name]
    wall = minimum_model_scale(law.alpha, law.beta)
    sizes = [1e-3, wall / 2, wall * (1 - 1e-15), wall * (1 + 1e-9), wall * 1.001]
    asked = [{"law": name, "k_N": size, "C": 1e23} for size in sizes]
    for size, found in zip(sizes, view.evaluate(EVALUATE, asked), strict=True):
        for key in ("k_D", "overhead", "m", "D", "served"):
            assert (found[key] == np.inf) == (size < wall), (size, key)


def test_the_page_shows_what_it_computes(curve):
    view, wrong = curve(query="C=1e23")
    before = view.locator(".explorer svg").inner_html()
    for k_N in (0.4, 0.5, 0.75, 1.25):
        field(view, "size").fill(str(k_N))
        found = expected({"k_N": k_N, "C": 1e23}, FIRST)
        overhead = f"{100 * found['overhead']:.{2 if found['overhead'] < 0.1 else 1}f}"
        if found["overhead"] >= 1:
            overhead = f"{100 * found['overhead']:.0f}"
        assert shown(view, "overhead") == f"+{overhead} %"
        assert f"{overhead} % more compute" in said(view)
        assert shown(view, "k_D") == three_digits(found["k_D"])
        assert shown(view, "m").startswith(three_digits(found["m"]) + " ")
        for name in ("N", "D", "N_opt", "D_opt"):
            assert shown(view, name) == show_count(found[name])
        assert shown(view, "C") == "1e23"
        serves = f"{show_count(found['served'])} tokens" if k_N < 1 else "never"
        assert shown(view, "served").startswith(serves)
        assert view.locator(".explorer svg").get_attribute("aria-label").endswith(said(view))
        assert view.locator(".explorer svg circle").count() == 1
    assert view.locator(".explorer svg").inner_html() != before
    assert not wrong


def test_the_budget_moves_the_model_and_leaves_the_curve(curve):
    view, _ = curve()
    states = []
    for log_C in ("20", "23", "26"):
        field(view, "budget").fill(log_C)
        curve_drawn = view.locator(".explorer svg path[stroke-width='2.5']").get_attribute("d")
        ticks = view.locator(".explorer svg").text_content()
        prices = tuple(shown(view, name) for name in ("k_D", "overhead", "m"))
        states.append(((curve_drawn, prices), *run(view), ticks))
    assert [len(set(column)) for column in zip(*states, strict=True)] == [1, 3, 3, 3, 3]


def test_below_the_wall_it_says_why_there_is_no_answer(curve):
    view, _ = curve(query="law=besiroglu-2024&k_N=0.1")
    assert re.search(r"No answer.*too small.*No amount of data", said(view))
    assert shown(view, "k_D") == shown(view, "served") == "none"
    assert view.locator(".explorer svg circle").count() == 0
    assert "%" in shown(view, "k_min")
    field(view, "size").focus()
    view.keyboard.press("End")
    assert "No answer" not in said(view)
    value = float(field(view, "size").input_value())
    view.keyboard.press("ArrowLeft")
    assert float(field(view, "size").input_value()) < value


def test_a_model_is_typed_as_people_write_it(curve):
    view, _ = curve()
    field(view, "N").fill("6.9B")
    assert "training tokens?" in view.locator("[data-wrong=D]").inner_text()
    field(view, "D").fill("1T")
    assert view.locator("[data-wrong=D]").inner_text() == ""
    assert field(view, "k_N").input_value() == f"{place(FIRST, 6.9e9, 1e12).k_N:.4g}"
    assert run(view)[:2] == ("6.9B", "1T")
    field(view, "law").select_option("refit")
    placed = place(LAWS["refit"], 6.9e9, 1e12)
    assert float(field(view, "size").input_value()) == pytest.approx(placed.k_N, abs=0.003)
    assert run(view)[:2] == ("6.9B", "1T")
    field(view, "size").fill("0.8")
    assert field(view, "N").input_value() == field(view, "D").input_value() == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [("N", "7Q"), ("D", "-1T"), ("N", "1e30"), ("C", "lots"), ("k_N", "-0.5"), ("k_N", "")],
)
def test_what_is_typed_wrong_is_said_in_words(curve, name, text):
    view, wrong = curve()
    before = said(view)
    box = field(view, name)
    box.fill(text)
    note = view.locator(f"#{box.get_attribute('aria-describedby')}")
    assert re.search(rf"^{name}:? (not a number|must lie)", note.inner_text())
    assert box.get_attribute("aria-invalid") == "true"
    assert said(view) == before
    box.fill({"N": "7B", "D": "1.4T", "C": "1e22", "k_N": "0.4"}[name])
    assert note.inner_text() == ""
    assert box.get_attribute("aria-invalid") == "false"
    assert not wrong


def test_clear_forgets_the_model_and_keeps_its_place(curve):
    view, _ = curve(query="N=7B&D=1.4T")
    k_N = field(view, "k_N").input_value()
    assert k_N != "0.5"
    view.locator(".explorer [data-do=clear]").click()
    assert field(view, "N").input_value() == ""
    assert field(view, "k_N").input_value() == k_N


def test_free_exponents_start_from_the_law_left(curve):
    view, _ = curve(query="law=refit")
    before = run(view)
    assert not field(view, "alpha").is_visible()
    field(view, "law").select_option("free")
    assert run(view) == before
    field(view, "beta").fill("0.28")
    alpha = LAWS["refit"].alpha
    assert shown(view, "k_D") == f"{data_scaling_factor(0.5, alpha, 0.28):.3g}"


def test_a_band_is_drawn_for_a_fitted_law_and_missed_in_words(curve):
    view, _ = curve()
    note, band = view.locator(".explorer [data-note]"), view.locator("svg path[fill-opacity]")
    assert band.count() == 1
    assert "new laboratory" in note.inner_text()
    field(view, "law").select_option("de-vries-2023")
    assert band.count() == 0
    assert "do not say how sure" in note.inner_text()
    field(view, "law").select_option("refit")
    assert band.count() == 1
    assert "95 %" in note.inner_text()


@pytest.mark.parametrize(
    "query",
    [
        "law=refit&k_N=0.3&C=1e21",
        "law=free&alpha=0.4&beta=0.31&A=400&B=500&k_N=1.5&C=3e25",
        "law=besiroglu-2024&N=7B&D=1.4T",
    ],
)
def test_a_setting_lives_in_the_address(curve, query):
    view, _ = curve(query=query)
    sizes = run(view)
    field(view, "size").focus()
    view.keyboard.press("ArrowLeft")
    assert run(view) != sizes
    expect(view).not_to_have_url(re.compile(re.escape(query)))
    moved = run(view), shown(view, "overhead"), said(view)
    view.reload()
    assert (run(view), shown(view, "overhead"), said(view)) == moved
    view.goto(view.url.partition("?")[0] + "?" + query)
    assert run(view) == sizes


def test_an_address_with_nonsense_is_the_plain_page(curve):
    view, wrong = curve()
    plain = said(view), run(view)
    view.goto(view.url + "?law=constructor&k_N=-1&C=<b>&N=7Q&D=&alpha=x&highlight=loss")
    assert (said(view), run(view)) == plain
    field(view, "size").fill("0.4")
    expect(view).to_have_url(re.compile("k_N=0.4"))
    assert "highlight=loss" in view.url
    assert "alpha" not in view.url
    assert not wrong


def test_the_link_is_copied(curve):
    view, _ = curve()
    view.evaluate("document.execCommand = () => { window.copied = document.activeElement.value; }")
    view.evaluate("navigator.clipboard.writeText = async text => { window.copied = text; }")
    field(view, "size").fill("0.35")
    view.locator(".explorer [data-do=link]").click()
    expect(view.locator(".explorer [role=status]")).to_have_text("Link copied")
    assert "k_N=0.35" in view.evaluate("window.copied")


def test_a_screen_reader_hears_where_the_hand_came_to_rest(curve):
    view, _ = curve()
    view.evaluate(
        """() => {
            window.heard = [];
            const live = document.querySelector(".explorer output");
            const hear = new MutationObserver(() => heard.push(live.textContent));
            hear.observe(live, {childList: true});
            const size = document.querySelector(".explorer [name=size]");
            for (let i = 0; i < 20; i++) {
                size.value = 0.3 + i / 100;
                size.dispatchEvent(new Event("input", {bubbles: true}));
            }
        }"""
    )
    expect(view.locator(".explorer output")).to_have_text(re.compile(r"\w"))
    assert view.evaluate("window.heard") == [said(view)]
    assert view.locator(".explorer output").get_attribute("aria-live") == "polite"


def saved(view, kind: str) -> bytes:
    with view.expect_download() as download:
        view.locator(f".explorer [data-do={kind}]").click()
    return download.value.path().read_bytes()


def test_the_curve_can_be_taken_away(curve):
    view, wrong = curve(query="law=refit&k_N=0.4")
    refit = LAWS["refit"]
    table = pd.read_csv(io.BytesIO(saved(view, "csv")), comment="#")
    rows = table[table.series.isin(["curve", "setting"])]
    assert len(rows) > 200
    np.testing.assert_allclose(
        rows.overhead, compute_overhead(rows.k_N, refit.alpha, refit.beta), rtol=1e-11
    )
    assert set(table.series) == {"curve", "setting", "band low", "band high"}
    picture = ET.fromstring(saved(view, "svg"))
    assert "Refit to Hoffmann's runs" in "".join(picture.itertext())
    assert picture.tag.endswith("svg")
    image = saved(view, "png")
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(image[16:20]) == 1120
    assert not wrong


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_does_not_jump_as_the_hand_moves(curve, width):
    view, _ = curve(width=width)
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    heights = set()
    for size in ("0.02", "0.2", "0.5", "0.75", "1", "1.3"):
        field(view, "size").fill(size)
        heights.add(view.locator(".explorer").bounding_box()["height"])
    for budget in ("18", "24.5", "28"):
        field(view, "budget").fill(budget)
        heights.add(view.locator(".explorer").bounding_box()["height"])
    assert max(heights) - min(heights) < 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_in_every_state(curve, scheme):
    view, _ = curve(query="law=free&k_N=0.05", scheme=scheme, width=390)
    field(view, "N").fill("7Q")
    assert violations(view, context=".explorer") == []
    for target in view.locator(".explorer :is(input, select, button)").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_without_javascript_a_picture_stands_there(browser, served):
    context = browser.new_context(java_script_enabled=False)
    view = context.new_page()
    view.goto(f"{served}/{PAGES[0]}.html")
    assert view.locator(".explorer svg").bounding_box()["height"] > 100
    assert not view.locator(".explorer form").is_visible()
    assert not view.locator(".explorer button").first.is_visible()
    assert "stands still" in said(view)
    context.close()


def test_it_keeps_to_a_strict_policy(browser):
    """One inline script allowed by its hash; no eval, no inline handler, nothing from elsewhere."""
    page = f'<!doctype html><html lang="en"><title>t</title>{interactive_curve(derive()).html}'
    script = re.search(r"<script>(.*?)</script>", page, flags=re.S)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data: blob:"
    )
    headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
    view, wrong = browser.new_page(), []
    view.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    view.on("pageerror", lambda error: wrong.append(str(error)))
    view.route("**/*", lambda route: route.fulfill(body=page, headers=headers))
    view.goto("http://curve.test/")
    field(view, "size").fill("0.3")
    assert "30.0 %" in said(view)
    for kind in ("csv", "svg", "png"):
        assert len(saved(view, kind)) > 1000
    assert not [text for text in wrong if "favicon" not in text]
    view.close()


def test_it_runs_in_a_notebook_and_leaves_the_address_of_jupyterlab_alone(browser):
    """JupyterLab inserts an output and runs copies of its scripts, again if the cell runs again."""
    config = '<script id="jupyter-config-data" type="application/json">{}</script>'
    body = f"<!doctype html><html lang='en'><title>t</title>{config}<div id='out'></div>"
    view, wrong = browser.new_page(), []
    view.on("pageerror", lambda error: wrong.append(str(error)))
    view.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html"))
    view.goto("http://lab.test/lab?k_N=0.9")
    for _ in range(2):
        view.evaluate(
            """html => {
                const out = document.getElementById("out");
                out.innerHTML = html;
                for (const old of out.querySelectorAll("script")) {
                    const fresh = document.createElement("script");
                    fresh.textContent = old.textContent;
                    old.replaceWith(fresh);
                }
            }""",
            interactive_curve(derive()).html,
        )
    assert "50.0 %" in said(view)
    field(view, "size").fill("0.3")
    expect(view.locator(".explorer output")).to_have_text(re.compile(r"\w"))
    assert view.url == "http://lab.test/lab?k_N=0.9"
    assert not view.locator(".explorer [data-do=link]").is_visible()
    assert not wrong
    view.close()


def test_both_pages_run_the_same_script(curve):
    scripts = []
    for page in PAGES:
        view, _ = curve(page)
        scripts.append(view.locator(".explorer ~ script, .explorer + script").first.inner_text())
    assert len(scripts[0]) > 1000
    assert scripts[0] == scripts[1]
