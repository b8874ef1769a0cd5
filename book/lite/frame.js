/* A figure with a script of its own: the page's policy allows it only as printed, so that another
   one stands in a frame. It is written by the page, and says how high it is. */
window.addEventListener("message", ({data, origin, source}) => {
  if (origin !== location.origin || typeof data.figure !== "string") return;
  document.open();
  document.write(data.figure);
  document.close();
  new ResizeObserver(() => {
    source.postMessage({height: document.documentElement.scrollHeight}, origin);
  }).observe(document.documentElement);
}, {once: true});
