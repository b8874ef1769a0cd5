/* The theme's own script stands at the end of a page; until then there would be no colours. */
{
  const page = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  if (page.dataset.theme === "auto") page.dataset.theme = dark ? "dark" : "light";
}

/* The theme's buttons that call a function when pressed, without a script in the page's markup. */
document.addEventListener("click", event => {
  const pressed = event.target.closest("[data-press]")?.dataset.press;
  if (pressed === "window.print") window.print();
  else if (pressed === "toggleFullScreen") window.toggleFullScreen?.();
});
