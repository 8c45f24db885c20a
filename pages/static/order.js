// Putting options in order by tapping or by keyboard: each is a button that says which place it has. The field below holds
// the same as letters; whoever writes there sees the places follow.
(() => {
  const list = document.getElementById("order");
  const field = document.getElementById("given");
  const said = document.getElementById("order-said");
  if (!list || !field) return;
  const buttons = [...list.children].map((item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiz-choice quiz-order-choice";
    const place = document.createElement("span");
    place.className = "quiz-order-place";
    button.append(place, ...item.childNodes);
    button.dataset.letter = item.dataset.letter;
    button.addEventListener("click", () => tapped(item.dataset.letter, button.lastElementChild.textContent));
    item.replaceChildren(button);
    return button;
  });
  const known = buttons.map((button) => button.dataset.letter);
  const letters = () => [...field.value.normalize("NFKC").toUpperCase()].map((sign) => known[Number(sign) - 1] ?? sign);
  const chosen = () => letters().filter((letter, at, all) => known.includes(letter) && all.indexOf(letter) === at);
  const tapped = (letter, words) => {
    const before = chosen();
    const has = before.includes(letter);
    field.value = (has ? before.filter((one) => one !== letter) : [...before, letter]).join("");
    said.textContent = has ? `收回：${words}` : `第 ${before.length + 1} 个：${words}`;
    draw();
  };
  const draw = () => {
    const now = chosen();
    for (const button of buttons) {
      const at = now.indexOf(button.dataset.letter);
      button.setAttribute("aria-pressed", String(at >= 0));
      button.firstChild.textContent = at >= 0 ? String(at + 1) : "";
      button.firstChild.setAttribute("aria-label", at >= 0 ? `第 ${at + 1} 个，` : "");
    }
  };
  field.addEventListener("input", draw);
  draw();
})();
