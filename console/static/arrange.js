// Recordings put in order: Alt+↑/↓ in one presses its own buttons; dragging its number sends the same form as typing the place.
(() => {
  const list = document.getElementById("parts");
  if (!list) return;
  const items = [...list.children];
  document.addEventListener("keydown", (event) => {
    const step = event.altKey && { ArrowUp: "上移", ArrowDown: "下移" }[event.key];
    const item = step && event.target.closest(".issue-part");
    const button = item && [...item.querySelectorAll("button")].find((one) => one.textContent === step);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  let held = null;
  for (const item of items) {
    const form = item.querySelector("form[data-place]");
    const place = item.querySelector(".issue-place");
    if (!form) continue;
    place.draggable = true;
    place.addEventListener("dragstart", (event) => {
      held = form;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setDragImage(item, 20, 20);
    });
  }
  for (const [at, item] of items.entries()) {
    item.addEventListener("dragover", (event) => held && event.preventDefault());
    item.addEventListener("drop", (event) => {
      if (!held) return;
      event.preventDefault();
      held.querySelector("input[name=to]").value = String(at + 1);
      held.submit();
    });
  }
})();
