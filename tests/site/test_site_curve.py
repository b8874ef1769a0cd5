"""The interactive curve in a browser: it computes what the package computes, and says it."""

import base64
import functools
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
EVALUATE = "settings => settings.map(document.querySelector('.curve').evaluate)"


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


@functools.cache
def made() -> str:
    return interactive_curve(derive()).html


HEAD = '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'


@pytest.fixture
def alone(browser):
    """Open the curve on a page of its own, for a mouse or for fingers."""
    opened = []

    def open_figure(width=1280, query="", scheme="light", touch=False):
        context = browser.new_context(
            viewport={"width": width, "height": 700}, color_scheme=scheme, has_touch=touch
        )
        opened.append(context)
        view, body = context.new_page(), f"{HEAD}<title>t</title><main><h1>t</h1>{made()}</main>"
        view.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html"))
        view.goto(f"http://curve.test/?{query}")
        return view

    yield open_figure
    for context in opened:
        context.close()


def shown(view, name: str) -> str:
    return view.locator(f".curve [data-show={name}]").inner_text()


def said(view) -> str:
    return plain(view.locator(".curve [data-said]").inner_text())


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def run(view) -> tuple[str, ...]:
    return tuple(shown(view, name) for name in ("N", "D", "spent"))


def three_digits(value: float) -> str:
    return f"{float(f'{value:.3g}'):g}"


def field(view, name: str):
    return view.locator(f".curve [name={name}]")


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
    before = view.locator(".curve svg").inner_html()
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
        assert plain(view.locator(".curve svg").get_attribute("aria-label")).endswith(said(view))
        assert view.locator(".curve svg circle").count() == 1
    assert view.locator(".curve svg").inner_html() != before
    assert not wrong


def test_the_budget_moves_the_model_and_leaves_the_curve(curve):
    view, _ = curve()
    states = []
    for log_C in ("20", "23", "26"):
        field(view, "budget").fill(log_C)
        curve_drawn = view.locator(".curve svg path[stroke-width='2.5']").get_attribute("d")
        ticks = view.locator(".curve svg").text_content()
        prices = tuple(shown(view, name) for name in ("k_D", "overhead", "m"))
        states.append(((curve_drawn, prices), *run(view), ticks))
    assert [len(set(column)) for column in zip(*states, strict=True)] == [1, 3, 3, 3, 3]


def test_below_the_wall_it_says_why_there_is_no_answer(curve):
    view, _ = curve(query="law=besiroglu-2024&k_N=0.1")
    assert re.search(r"No answer.*too small.*No amount of data", said(view))
    assert shown(view, "k_D") == shown(view, "served") == "none"
    assert view.locator(".curve svg circle").count() == 0
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
    view.locator(".curve [data-do=clear]").click()
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
    note, band = view.locator(".curve [data-note]"), view.locator("svg path[fill-opacity]")
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
    before = said(view), run(view)
    view.goto(view.url + "?law=constructor&k_N=-1&C=<b>&N=7Q&D=&alpha=x&highlight=loss")
    assert (said(view), run(view)) == before
    field(view, "size").fill("0.4")
    expect(view).to_have_url(re.compile("k_N=0.4"))
    assert "highlight=loss" in view.url
    assert "alpha" not in view.url
    assert not wrong


def test_the_link_is_copied(curve):
    view, _ = curve()
    view.evaluate("navigator.clipboard.writeText = async text => { window.copied = text; }")
    field(view, "size").fill("0.35")
    view.locator(".curve [data-do=link]").click()
    expect(view.locator(".curve [role=status]")).to_have_text("Link copied")
    assert "k_N=0.35" in view.evaluate("window.copied")


def test_a_screen_reader_hears_where_the_hand_came_to_rest(curve):
    view, _ = curve()
    view.evaluate(
        """() => {
            window.heard = [];
            const live = document.querySelector(".curve output");
            const hear = new MutationObserver(() => heard.push(live.textContent));
            hear.observe(live, {childList: true});
            const size = document.querySelector(".curve [name=size]");
            for (let i = 0; i < 20; i++) {
                size.value = 0.3 + i / 100;
                size.dispatchEvent(new Event("input", {bubbles: true}));
            }
        }"""
    )
    expect(view.locator(".curve output")).to_have_text(re.compile(r"\w"))
    assert [plain(text) for text in view.evaluate("window.heard")] == [said(view)]
    assert view.locator(".curve output").get_attribute("aria-live") == "polite"


def saved(view, kind: str) -> bytes:
    with view.expect_download() as download:
        view.locator(f".curve [data-do={kind}]").click()
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
        heights.add(view.locator(".curve").bounding_box()["height"])
    for budget in ("18", "24.5", "28"):
        field(view, "budget").fill(budget)
        heights.add(view.locator(".curve").bounding_box()["height"])
    assert max(heights) - min(heights) < 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_in_every_state(curve, scheme):
    view, _ = curve(query="law=free&k_N=0.05", scheme=scheme, width=390)
    field(view, "N").fill("7Q")
    assert violations(view, context=".curve") == []
    for target in view.locator(".curve :is(input, select, button)").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_without_javascript_a_picture_stands_there(browser, served):
    context = browser.new_context(java_script_enabled=False)
    view = context.new_page()
    view.goto(f"{served}/{PAGES[0]}.html")
    assert view.locator(".curve svg").bounding_box()["height"] > 100
    assert not view.locator(".curve form").is_visible()
    assert not view.locator(".curve button").first.is_visible()
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
    expect(view.locator(".curve output")).to_have_text(re.compile(r"\w"))
    assert view.url == "http://lab.test/lab?k_N=0.9"
    assert not view.locator(".curve [data-do=link]").is_visible()
    assert not wrong
    view.close()


def test_both_pages_run_the_same_script(curve):
    scripts = []
    for page in PAGES:
        view, _ = curve(page)
        scripts.append(view.locator(".curve ~ script, .curve + script").first.inner_text())
    assert len(scripts[0]) > 1000
    assert scripts[0] == scripts[1]


LEFT, RIGHT, TOP, BOTTOM = 92, 552, 12, 250
"""Where the axes stand in the picture, 560 units wide."""


def on_screen(view, x: float, y: float = 100) -> tuple[float, float]:
    """Where a place of the picture lies in the window; the picture is brought into view."""
    picture = view.locator(".curve svg")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    return box["x"] + x * box["width"] / 560, box["y"] + y * box["width"] / 560


def size_at(view, k_N: float, y: float = 100) -> tuple[float, float]:
    return on_screen(view, LEFT + (RIGHT - LEFT) * k_N / 1.5, y)


def size(view) -> float:
    return float(field(view, "k_N").input_value())


def handle(view):
    return view.locator(".curve [role=slider]")


def swipe(view, start: tuple[float, float], *, right: float = 0, down: float = 0) -> None:
    """Put a finger on the page, move it in eight steps, and lift it."""
    session = view.context.new_cdp_session(view)
    for i in range(9):
        at = {"x": start[0] + right * i / 8, "y": start[1] + down * i / 8}
        told = {"type": "touchMove" if i else "touchStart", "touchPoints": [at]}
        session.send("Input.dispatchTouchEvent", told)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def over(view, element: str) -> tuple[float, float]:
    """The middle of an element of the picture."""
    box = view.locator(f".curve {element}").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("width", [390, 1280])
def test_the_point_is_dragged_along_the_curve(alone, width):
    view = alone(width)
    step = 1.5 / (RIGHT - LEFT) / (view.locator(".curve svg").bounding_box()["width"] / 560)
    view.mouse.move(*size_at(view, 0.4))
    view.mouse.down()
    assert size(view) == pytest.approx(0.4, abs=step + 0.005)
    for k_N in (0.7, 1.2, 0.55):
        view.mouse.move(*size_at(view, k_N, y=160), steps=4)
        assert size(view) == pytest.approx(k_N, abs=step + 0.005)
        assert shown(view, "k_D") == f"{data_scaling_factor(size(view), *exponents()):.3g}"
        assert over(view, "[role=slider]") == pytest.approx(over(view, "svg circle"), abs=1)
    view.mouse.move(*on_screen(view, 5000))
    assert size(view) == 1.5
    view.mouse.up()
    view.mouse.move(*size_at(view, 0.6))
    assert size(view) == 1.5
    assert handle(view).evaluate("handle => handle === document.activeElement")


def exponents() -> tuple[float, float]:
    return FIRST.alpha, FIRST.beta


def test_dragging_lets_go_of_a_model_that_was_typed(alone):
    view = alone(query="N=7B&D=1.4T")
    view.mouse.click(*size_at(view, 0.8))
    assert size(view) == pytest.approx(0.8, abs=0.005)
    assert field(view, "N").input_value() == field(view, "D").input_value() == ""


def test_an_axis_that_had_to_grow_stands_still_under_the_hand(alone):
    view = alone(query="k_N=4")
    view.mouse.move(*size_at(view, 0.9))  # 3.6 on an axis up to 6
    view.mouse.down()
    assert size(view) == pytest.approx(3.6, abs=0.02)
    view.mouse.move(*size_at(view, 0.3), steps=3)
    assert size(view) == pytest.approx(1.2, abs=0.02)
    view.mouse.up()
    assert handle(view).get_attribute("aria-valuemax") == "1.5"
    assert size(view) == pytest.approx(1.2, abs=0.02)


def test_a_finger_drags_sideways_and_scrolls_up_and_down(alone):
    view = alone(390, touch=True)
    assert "pan-y" in handle(view).locator("..").evaluate(
        "box => getComputedStyle(box).touchAction"
    )
    start, end = size_at(view, 0.5), size_at(view, 1.1)
    before = view.evaluate("scrollY")
    swipe(view, start, right=end[0] - start[0], down=9)
    assert size(view) == pytest.approx(1.1, abs=0.02)
    assert view.evaluate("[scrollX, scrollY]") == [0, before]
    x, y = size_at(view, 0.6)
    held, before = size(view), view.evaluate("scrollY")
    swipe(view, (x, y), right=4, down=-240 if y > 350 else 240)
    view.wait_for_function("before => Math.abs(scrollY - before) > 100", arg=before)
    assert size(view) == held
    view.touchscreen.tap(*size_at(view, 0.6))
    assert size(view) == pytest.approx(0.6, abs=0.01)


def test_the_point_is_moved_by_keys_and_says_where_it_is(alone):
    view = alone(query="k_N=0.5")
    point = handle(view)
    point.focus()
    for key, k_N in {
        "ArrowRight": 0.51,
        "ArrowUp": 0.52,
        "ArrowLeft": 0.51,
        "ArrowDown": 0.5,
        "PageUp": 0.6,
        "PageDown": 0.5,
        "End": 1.5,
        "Home": 0.02,
    }.items():
        view.keyboard.press(key)
        assert size(view) == k_N
        assert float(point.get_attribute("aria-valuenow")) == k_N
        assert f"{100 * k_N:.1f} %"[:3] in point.get_attribute("aria-valuetext")
    assert "no answer" in point.get_attribute("aria-valuetext")
    view.keyboard.press("Alt+ArrowRight")
    assert size(view) == 0.02
    field(view, "size").fill("0.5")
    assert f"{shown(view, 'overhead')[1:]} more compute" in point.get_attribute("aria-valuetext")
    assert (point.get_attribute("aria-valuemin"), point.get_attribute("aria-valuemax")) == (
        "0.02",
        "1.5",
    )
    expect(view).to_have_url(re.compile("k_N=0.5"))
    point.focus()
    view.keyboard.press("ArrowRight")
    assert point.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def drawn(view) -> np.ndarray:
    """The points of the curve in the picture, as k_N and height above the axis, from 0 to 1."""
    path = view.locator(".curve svg path[stroke-width='2.5']").get_attribute("d")
    x, y = np.array([point.split() for point in path[1:].split("L")], dtype=float).T
    return np.array([1.5 * (x - LEFT) / (RIGHT - LEFT), (BOTTOM - y) / (BOTTOM - TOP)])


def ticks(view) -> dict[float, float]:
    """What stands at the axis of the price, and at which height, from 0 to 1."""
    return {
        float(one.inner_html().removesuffix(" %")): (BOTTOM + 5 - float(one.get_attribute("y")))
        / (BOTTOM - TOP)
        for one in view.locator(f".curve svg text[x='{LEFT - 7}']").all()
    }


def test_on_a_square_root_axis_everything_stands_at_the_root_of_its_price(alone):
    view = alone(query="k_N=0.6")
    assert list(ticks(view)) == [0, 100, 200, 300, 400]
    said_before = said(view)
    field(view, "axis").check()
    assert said(view) == said_before
    assert list(ticks(view)) == [0, 1, 4, 9, 25, 50, 100, 200, 400]
    for percent, height in ticks(view).items():
        assert height == pytest.approx((percent / 400) ** 0.5, abs=1e-9)
    k_N, height = drawn(view)
    overhead = compute_overhead(k_N[height < 0.99], *exponents())
    np.testing.assert_allclose(height[height < 0.99], (overhead / 4) ** 0.5, atol=0.004)
    circle = float(view.locator(".curve svg circle").get_attribute("cy"))
    price = compute_overhead(0.6, *exponents())
    assert (BOTTOM - circle) / (BOTTOM - TOP) == pytest.approx((price / 4) ** 0.5)
    assert "398.7 250.0" in view.locator(".curve svg path[fill-opacity]").get_attribute("d")
    picture = "".join(ET.fromstring(saved(view, "svg")).itertext())
    assert "root axis" in picture
    assert "25 %" in picture


def test_on_a_square_root_axis_the_parabola_is_two_straight_lines(alone):
    """Half way from the optimum the curve is half as high; as a parabola a quarter."""
    view = alone()
    halves = []
    for _ in range(2):
        k_N, height = drawn(view)
        at = np.interp([0.9, 0.95, 1.05, 1.1], k_N, height)
        halves.append((at[1] / at[0], at[2] / at[3]))
        field(view, "axis").check()
    assert halves[0] == pytest.approx((0.25, 0.25), abs=0.15)
    assert halves[1] == pytest.approx((0.5, 0.5), abs=0.04)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_axis_is_changed_by_key_and_says_what_it_does_in_the_same_room(alone, width):
    view = alone(width)
    near, height = view.locator(".curve [data-near]"), view.locator(".curve").bounding_box()
    assert not near.is_visible()
    field(view, "axis").focus()
    view.keyboard.press("Space")
    assert near.is_visible()
    assert "two straight lines" in near.inner_text()
    assert view.locator(".curve").bounding_box() == height
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    shown_ticks = [
        one.bounding_box()
        for one in view.locator(f".curve svg text[x='{LEFT - 7}']").all()
        if one.is_visible()
    ]
    middles = [box["y"] + box["height"] / 2 for box in shown_ticks]
    assert min(np.abs(np.diff(middles))) > 7
    expect(view).to_have_url(re.compile("axis=root"))
    view.reload()
    assert field(view, "axis").is_checked()
    assert len(ticks(view)) == 9
    field(view, "axis").uncheck()
    expect(view).not_to_have_url(re.compile("axis"))


TELLING = ("overhead", "k_D", "D", "spent", "m", "served")


def guess(view):
    return view.locator(".curve [data-do=guess]")


def all_that_is_told(view) -> str:
    """Every text of the figure, hidden ones too, and every name and value that is read out."""
    return plain(
        view.locator(".curve").evaluate(
            """curve => [...curve.querySelectorAll(":not(style)")].flatMap(one => [
                one.childElementCount ? "" : one.textContent, one.value ?? "",
                ...[...one.attributes].map(({name, value}) => name.match(/^aria-/) ? value : ""),
            ]).join("|")"""
        )
    )


@pytest.mark.parametrize("query", ["k_N=0.45", "k_N=1.3&axis=root", "N=7B&D=1.4T"])
def test_a_guess_hides_every_number_that_tells(alone, query):
    view = alone(query=query)
    numbers = [shown(view, name).split()[0].lstrip("+") for name in TELLING]
    secret = [number for number in numbers if number != "never:"]
    band, line = (view.locator(f".curve svg path[{one}]") for one in ("fill-opacity", "fill=none"))
    k_N = size(view)
    field(view, "axis").click()
    field(view, "axis").click()
    expect(view.locator(".curve output")).to_have_text(re.compile(r"\w"))
    assert line.count() == band.count() == 1
    guess(view).click()
    told = all_that_is_told(view)
    assert not [number for number in secret if re.search(rf"(?<![\d.]){number}(?!\w)", told)]
    assert line.count() == band.count() == 0
    assert view.locator(".curve svg circle[fill='none']").count() == 1
    assert view.locator(".curve svg circle").count() == 1
    assert size(view) == k_N
    assert field(view, "D").is_disabled()
    assert view.locator(".curve [data-do=csv]").is_disabled()
    assert b"fill-opacity" not in saved(view, "svg")
    guess(view).click()
    assert [shown(view, name).split()[0].lstrip("+") for name in TELLING] == numbers
    assert line.count() == band.count() == 1
    assert field(view, "D").is_enabled()


@pytest.mark.parametrize(("axis", "y"), [("", 0.15), ("root", 0.15**0.5)])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_guess_is_set_in_the_plot_and_the_truth_revealed(alone, width, axis, y):
    view = alone(width, query=f"k_N=0.5&axis={axis}")
    guess(view).click()
    view.mouse.click(*size_at(view, 1.2, BOTTOM - (BOTTOM - TOP) * y))
    guessed = int(handle(view).get_attribute("aria-valuenow"))
    assert guessed == pytest.approx(60, abs=3)
    assert size(view) == 0.5
    assert f"{guessed} % more compute" in said(view)
    guess(view).click()
    truth = 100 * compute_overhead(0.5, *exponents())
    assert said(view) == (
        f"You guessed {guessed} % more compute. At 50.0 % of the compute-optimal size it is "
        f"{truth:.1f} %: your guess is {three_digits(guessed - truth)} points too high."
    )
    marked = view.locator(".curve svg circle[fill='none']")
    assert (BOTTOM - float(marked.get_attribute("cy"))) / (BOTTOM - TOP) == pytest.approx(
        (guessed / 400) ** (0.5 if axis else 1)
    )
    assert f"your guess: {guessed} %" in view.locator(".curve svg").text_content()
    expect(view.locator(".curve output")).to_have_text(re.compile("You guessed"))
    field(view, "budget").fill("21")
    assert marked.count() == 1
    field(view, "size").fill("0.6")
    assert marked.count() == 0
    assert said(view).startswith("At 60.0 %")


def test_a_guess_is_made_by_keys_alone_and_heard(alone):
    view = alone(query="k_N=0.7")
    guess(view).focus()
    view.keyboard.press("Enter")
    point = handle(view)
    assert point.evaluate("handle => handle === document.activeElement")
    assert point.get_attribute("aria-orientation") == "vertical"
    assert "guess" in point.get_attribute("aria-label")
    for key, value in {
        "Home": 0,
        "ArrowUp": 1,
        "ArrowRight": 2,
        "ArrowDown": 1,
        "PageUp": 11,
        "End": 400,
        "PageDown": 390,
    }.items():
        view.keyboard.press(key)
        assert float(point.get_attribute("aria-valuenow")) == value
        assert point.get_attribute("aria-valuetext").startswith(f"{value} % more compute")
    view.keyboard.press("Home")
    expect(view.locator(".curve output")).to_have_text(re.compile("takes 0.% more compute"))
    guess(view).focus()
    view.keyboard.press("Enter")
    truth = f"{100 * compute_overhead(0.7, *exponents()):.2f}"
    heard = re.compile(
        rf"guessed 0.% .* it is {truth}.%.* {three_digits(float(truth))} points too low"
    )
    expect(view.locator(".curve output")).to_have_text(heard)
    assert point.get_attribute("aria-orientation") == "horizontal"
    assert float(point.get_attribute("aria-valuenow")) == 0.7


def test_a_guess_where_there_is_no_answer_and_one_that_is_right(alone):
    view = alone(query="k_N=0.1")
    guess(view).click()
    assert "No answer" not in all_that_is_told(view)
    guess(view).click()
    assert said(view).startswith("You guessed 100 % more compute. There is no answer: 10.0 %")
    field(view, "k_N").fill("1")
    guess(view).click()
    view.keyboard.press("Home")
    guess(view).click()
    assert said(view).endswith("it is 0 %: your guess is right to half a point.")


def test_a_finger_sets_a_guess_and_still_scrolls_beside_it(alone):
    view = alone(390, touch=True)
    guess(view).tap()
    view.locator(".curve svg").scroll_into_view_if_needed()
    before = view.evaluate("scrollY")
    swipe(view, over(view, "[role=slider]"), down=-50)
    higher = float(handle(view).get_attribute("aria-valuenow"))
    assert higher > 150
    assert view.evaluate("scrollY") == before
    x, y = size_at(view, 1.2)
    swipe(view, (x, y), down=-240 if y > 350 else 240)
    view.wait_for_function("before => Math.abs(scrollY - before) > 100", arg=before)
    assert float(handle(view).get_attribute("aria-valuenow")) == higher


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize(("scheme", "k_N"), [("light", 0.35), ("dark", 0.1)])
def test_a_guess_takes_no_more_room_and_is_accessible(alone, width, scheme, k_N):
    view = alone(width, scheme=scheme, query=f"k_N={k_N}")
    boxes, troubles = [], []
    for _ in range(3):
        boxes.append(view.locator(".curve").bounding_box())
        troubles += violations(view, context=".curve")
        guess(view).click()
    assert boxes[0] == boxes[1] == boxes[2]
    assert troubles == []
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    for target in view.locator(".curve :is(input, select, button, [role=slider])").all():
        if box := target.bounding_box():
            assert min(box["width"], box["height"]) >= 24
