// One work being judged. Every change is kept on this device at once and sent a moment later, one after the other: what was
// marked in a tunnel is found again, here or after the network is back. Without this script the form works by its button.
(() => {
  const form = document.getElementById("form");
  const kept = document.getElementById("kept");
  if (!form || !kept) return;
  const name = `judge:${form.dataset.mark}`;
  const isDone = "done" in form.dataset;
  const fields = () => [...form.querySelectorAll(".judge-number, #remark")];
  const now = () => Object.fromEntries(fields().map((field) => [field.name, field.value]));
  const say = (what) => { kept.textContent = kept.dataset[what] || ""; };
  const stored = {
    read() { try { return JSON.parse(localStorage.getItem(name) || "null"); } catch { return null; } },
    write(values) { try { localStorage.setItem(name, JSON.stringify(values)); } catch { /* a private window */ } },
    forget(values) {
      if (JSON.stringify(this.read()) !== JSON.stringify(values)) return; // changed while it was on its way
      try { localStorage.removeItem(name); } catch { /* a private window */ }
    },
  };

  for (const part of form.querySelectorAll("[data-criterion]")) {
    const slider = part.querySelector(".judge-slider"), number = part.querySelector(".judge-number");
    const wrong = part.querySelector("[data-wrong]"), most = Number(number.dataset.most);
    const show = () => {
      const given = number.value.trim(), isGood = /^\d{1,3}$/.test(given) && Number(given) <= most;
      slider.value = isGood ? given : "0";
      slider.classList.toggle("judge-slider-unset", given === "");
      slider.setAttribute("aria-valuetext", isGood ? `${Number(given)} 分` : "还没有打");
      wrong.hidden = isGood || given === "";
      if (isGood) number.removeAttribute("aria-invalid"); else if (given !== "") number.setAttribute("aria-invalid", "true");
    };
    slider.hidden = false;
    const slid = () => { number.value = slider.value; show(); changed(); };
    slider.addEventListener("input", slid);
    slider.addEventListener("click", slid); // a tap at the place where it stands: 0 is a mark as well
    number.addEventListener("input", () => { show(); changed(); });
    part.show = show;
    show();
  }
  form.querySelector("#remark").addEventListener("input", () => changed());

  let waiting = 0, sending = false, again = false;
  function changed() {
    stored.write(now());
    say(isDone ? "changed" : "");
    if (isDone) return; // handed in: it is changed by the button only
    clearTimeout(waiting);
    waiting = setTimeout(send, 600);
  }
  async function send() {
    if (sending) { again = true; return; }
    sending = true;
    const values = now();
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (answer.ok) { stored.forget(values); say("kept"); }
      else if (answer.status === 409) kept.textContent = await answer.text();
      else say("offline");
    } catch { say("offline"); }
    sending = false;
    if (again) { again = false; send(); }
  }
  addEventListener("online", () => { if (stored.read() && !isDone) send(); });

  const before = stored.read();
  if (before && JSON.stringify(before) !== JSON.stringify(now())) {
    for (const field of fields()) if (field.name in before) field.value = before[field.name];
    for (const part of form.querySelectorAll("[data-criterion]")) part.show();
    say("restored");
    if (!isDone) send();
  }

  let isSent = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSent) return; // a second tap is no second mark
    isSent = true;
    clearTimeout(waiting);
    const values = now();
    stored.write(values);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (answer.ok) { stored.forget(values); location.assign(answer.url); return; }
      form.submit(); // what is to be mended is said on the page that comes
    } catch { say("unsent"); }
    isSent = false;
  });
})();
