// The clock of a question. The server's clock decides; this one only shows it, and hands in when it is over.
(() => {
  const clock = document.getElementById("clock");
  const form = document.getElementById("form");
  if (!form) return;
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault(); // a second tap is no second answer
    sent = true;
    setTimeout(() => { sent = false; }, 5000); // the network may have failed: the page can be sent again
  });
  if (!clock) return;
  const left = document.getElementById("left");
  const ends = performance.now() + Number(clock.dataset.seconds) * 1000;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    left.textContent = String(seconds);
    clock.classList.toggle("quiz-clock-low", seconds <= 10);
    if (seconds === 10) clock.setAttribute("aria-live", "polite");
    if (seconds > 0) return;
    clearInterval(ticking);
    const late = document.createElement("input");
    Object.assign(late, { type: "hidden", name: "pass", value: "1" });
    form.append(late);
    form.requestSubmit();
  };
  const ticking = setInterval(tick, 250);
  tick();
})();
