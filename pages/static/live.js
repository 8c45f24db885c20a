// A live round: asks every second or so what everybody sees, and hands in an answer without leaving the page. The server decides
// who was first; an answer that is sent again because the network failed is the same one.
(() => {
  const form = document.getElementById("form");
  const send = document.getElementById("send");
  const mine = document.getElementById("mine");
  const net = document.getElementById("net");
  if (!form || !send) return;
  const EVERY = 1200;
  const shown = () => document.getElementById("live-now");
  let sending = false;

  const settle = () => {
    const now = shown();
    const has = mine.dataset.number === now.dataset.number && !mine.hidden;
    const is_open = now.dataset.open === "1" && !has;
    send.disabled = !is_open || sending;
    const choices = now.querySelector(".live-choices");
    if (choices) choices.disabled = !is_open;
  };

  const put = (words) => {
    const next = new DOMParser().parseFromString(words, "text/html").getElementById("live-now");
    if (!next) return;
    const now = shown();
    const is_same = next.dataset.number === now.dataset.number && next.dataset.open === now.dataset.open;
    if (next.dataset.number !== now.dataset.number) {
      mine.hidden = true;
      mine.textContent = "";
    }
    if (is_same && now.querySelector(".live-news")) { // what one has begun to write stays
      now.querySelector(".live-news").textContent = next.querySelector(".live-news").textContent;
      now.dataset.version = next.dataset.version;
    } else {
      now.replaceWith(next);
      count();
    }
    if (next.dataset.over === "1") location.reload();
    settle();
  };

  let ends = 0;
  const count = () => {
    const clock = shown().querySelector(".quiz-clock");
    ends = clock ? performance.now() + Number(clock.dataset.seconds) * 1000 : 0;
  };
  setInterval(() => {
    const clock = shown().querySelector(".quiz-clock");
    if (!clock || !ends) return;
    const seconds = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    clock.querySelector("b").textContent = String(seconds);
    clock.classList.toggle("quiz-clock-low", seconds <= 5);
  }, 250);

  const ask = async () => {
    try {
      const answer = await fetch(`${form.dataset.now}?seen=${encodeURIComponent(shown().dataset.version)}`, { cache: "no-store" });
      if (answer.status === 200) put(await answer.text());
      net.hidden = answer.ok;
    } catch {
      net.hidden = false;
    }
    setTimeout(ask, (document.hidden ? 4 : 1) * EVERY * (0.8 + 0.4 * Math.random())); // not all in one moment
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const number = shown().dataset.number;
    const given = new FormData(form);
    if (sending || send.disabled || !given.getAll("given").join("").trim()) return;
    sending = true;
    settle();
    try {
      const answer = await fetch(form.action, { method: "POST", body: given, headers: { "X-Asked-By": "script" } });
      if (answer.status >= 500) throw new Error(String(answer.status));
      if (answer.status === 403 || answer.status === 400) { location.reload(); return; }
      mine.textContent = await answer.text();
      mine.dataset.number = answer.status === 409 ? "" : number;
      mine.hidden = false;
      net.hidden = true;
    } catch {
      net.hidden = false;
    }
    sending = false;
    settle();
  });
  count();
  settle();
  ask();
})();
