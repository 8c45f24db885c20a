// A part of a page that asks for itself anew rests while nobody looks at it, and while somebody reads or presses in it.
(() => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const isBusy = () => document.hidden || part.querySelector("details[open]") || part.contains(document.activeElement);
  part.addEventListener("htmx:beforeRequest", (event) => { if (isBusy()) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) htmx.trigger(part, "seen-again"); });
})();
