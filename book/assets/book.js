/* The theme's buttons that call a function when pressed, without a script in the page's markup. */
document.addEventListener("click", event => {
  const pressed = event.target.closest("[data-press]")?.dataset.press;
  if (pressed === "window.print") window.print();
  else if (pressed === "toggleFullScreen") window.toggleFullScreen?.();
});
