// Screening by keys: space plays, a letter presses what bears it (data-key), j goes on. Never while somebody types.
const player = document.getElementById("player");
const speed = (rate) => {
  if (!player) return;
  player.playbackRate = rate;
  for (const one of document.querySelectorAll("[data-speed]")) one.setAttribute("aria-pressed", String(Number(one.dataset.speed) === rate));
};
for (const one of document.querySelectorAll("[data-speed]")) one.addEventListener("click", () => speed(Number(one.dataset.speed)));
for (const one of document.querySelectorAll("[data-now]")) {
  one.addEventListener("click", () => {
    if (player) document.getElementById(one.dataset.now).value = player.currentTime.toFixed(1);
  });
}
speed(1);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  if (event.key === " " && player && event.target.tagName !== "BUTTON" && event.target.tagName !== "SUMMARY") {
    event.preventDefault();
    if (player.paused) player.play(); else player.pause();
    return;
  }
  const asked = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!asked) return;
  event.preventDefault();
  asked.click();
  if (asked.tagName === "SUMMARY") asked.parentElement.querySelector("input[name=reason]").focus();
});
