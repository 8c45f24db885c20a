// A link to forward, copied by one tap; without this script, or where the browser forbids it, it is marked to be copied by hand.
(() => {
  const field = document.getElementById("link"), button = document.getElementById("copy"), said = document.getElementById("copied");
  if (!field || !button) return;
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "复制好了，到微信里粘贴给监护人。";
    } catch {
      field.focus();
      said.textContent = "请长按上面的链接，选“复制”。";
    }
  });
})();
