/* Where the page has a figure that another frame draws: see `frame.js`. */

/** A frame that shows markup with scripts, in the page's styles and colours. */
export function framed(markup) {
  const frame = document.createElement("iframe");
  frame.className = "lite-frame";
  frame.title = "The interactive figure, as run here";
  frame.src = new URL("frame.html", import.meta.url);
  const sheets = Array.from(document.querySelectorAll('link[rel="stylesheet"]'),
    link => `<link rel="stylesheet" href="${link.href}"/>`).join("");
  const {theme, mode} = document.documentElement.dataset;
  frame.addEventListener("load", () => {
    frame.contentWindow.postMessage({figure: `<!DOCTYPE html>
<html lang="en" data-theme="${theme}" data-mode="${mode}"><head><title>${frame.title}</title>
${sheets}</head><body><main class="bd-content"><article class="bd-article">
<div class="cell_output"><div class="output text_html">${markup}</div></div>
</article></main></body></html>`}, location.origin);
  }, {once: true});
  addEventListener("message", ({data, source}) => {
    if (source === frame.contentWindow && data.height) frame.style.height = `${data.height}px`;
  });
  return frame;
}
