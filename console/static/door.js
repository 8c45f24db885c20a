/* The door with a bad network. A tick is a mark with a number of its own, kept in this phone until the library has
   answered it; the same number sent twice is done once. Only answered marks leave the phone. */
"use strict";
(() => {
  const room = document.getElementById("door");
  const KEPT = `door:${room.dataset.code}:${room.dataset.who}`; // of this person: nobody's ticks go under another's name
  const PART = 100, PATIENCE = 15000, FRESH = 20000, SOONEST = 2000, LATEST = 30000; // marks; ms
  const byId = id => document.getElementById(id);
  const isWhole = "whole" in room.dataset; // is everybody on this page?
  const net = byId("net"), failedList = byId("failed");
  const ticks = [...room.querySelectorAll(".tick")], rows = [...room.querySelectorAll(".door-row")];
  let figures = { people: +room.dataset.people, came: +room.dataset.came, left: room.dataset.left === "" ? null : +room.dataset.left };
  let present = new Set(ticks.filter(isPressed).map(personOf));
  let isSending = false, isOut = false, pause = SOONEST, timer = 0, stuck = "", inMemory = null;

  function isPressed(tick) { return tick.getAttribute("aria-pressed") === "true"; }
  function personOf(tick) { return +tick.dataset.person; }

  /* ── what the phone holds: marks to send, and those that were refused until somebody has read why ── */
  function held() {
    if (inMemory) return inMemory;
    try {
      const { marks, failed } = JSON.parse(localStorage.getItem(KEPT)) || {};
      return { marks: marks || [], failed: failed || [] };
    } catch { return { marks: [], failed: [] }; }
  }
  function hold(change) {
    const now = held();
    change(now);
    try {
      if (!inMemory) localStorage.setItem(KEPT, JSON.stringify(now));
    } catch { inMemory = now; } // no room, or a browser that keeps nothing: as long as this page is open
    draw();
  }
  function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
  }
  function add(given) {
    stuck = "";
    hold(now => now.marks.push(...given.map(mark => ({ key: newKey(), at: Date.now(), ...mark }))));
    send();
  }

  /* ── sending ── */
  async function send() {
    clearTimeout(timer);
    if (isSending) return;
    isSending = true;
    const part = held().marks.slice(0, PART), patience = new AbortController(), end = setTimeout(() => patience.abort(), PATIENCE);
    try {
      const answer = await fetch(room.dataset.to, {
        method: "POST", redirect: "manual", signal: patience.signal,
        headers: { "Content-Type": "application/json", "X-CSRFToken": room.dataset.token },
        body: JSON.stringify({ marks: part.map(({ label, ...mark }) => mark) }),
      });
      if (answer.ok) took(part, await answer.json());
      else if (answer.status >= 500 || answer.status === 429) failedToSend();
      else stuck = answer.type === "opaqueredirect" ? "登录过期了，请重新登录再打开这一页。" : "页面放久了，请刷新。";
    } catch { failedToSend(); }
    clearTimeout(end);
    isSending = false;
    draw();
    if (!stuck) timer = setTimeout(later, isOut ? pause : held().marks.length ? 0 : FRESH);
  }
  function later() { // a phone in a pocket asks for nothing, but sends what it holds
    if (!document.hidden || held().marks.length) send();
  }
  function failedToSend() {
    pause = isOut ? Math.min(pause * 2, LATEST) : SOONEST;
    isOut = true;
  }
  function took(part, answer) {
    const told = new Map(answer.marks.map(one => [one.key, one]));
    if (part.length && !part.some(mark => told.has(mark.key))) return failedToSend(); // not ours: a portal's page, say
    isOut = false;
    present = new Set(answer.came);
    figures = answer.figures;
    hold(now => {
      now.marks = now.marks.filter(mark => !told.has(mark.key));
      for (const mark of part) {
        const one = told.get(mark.key);
        if (one && !one.ok) now.failed.push({ key: mark.key, label: mark.label, words: one.words });
      }
    });
  }

  /* ── what is seen ── */
  function wished(marks) { // person → in or not, as of the last mark that waits
    return new Map(marks.filter(mark => mark.person).map(mark => [mark.person, mark.came]));
  }
  function draw() {
    const { marks, failed } = held(), wish = wished(marks);
    for (const tick of ticks) {
      const person = personOf(tick), waits = wish.has(person), isIn = waits ? wish.get(person) : present.has(person);
      tick.setAttribute("aria-pressed", isIn);
      tick.toggleAttribute("data-waits", waits);
      tick.querySelector(".tick-said").textContent = waits ? (isOut ? "等网络" : "正在记") : isIn ? "来了" : "";
    }
    for (const row of rows) drawRow(row);
    drawFigures(marks, wish);
    drawNet(marks.length);
    drawFailed(failed);
    find();
  }
  function drawRow(row) {
    const mine = [...row.querySelectorAll(".tick")], here = row.querySelector("[data-here]"), all = row.querySelector("[data-all]");
    const came = mine.filter(isPressed).length;
    if (here) here.textContent = came;
    if (all) all.hidden = came === mine.length;
  }
  function drawFigures(marks, wish) {
    let came = figures.came, people = figures.people;
    for (const [person, isIn] of wish) came += isIn - present.has(person);
    for (const mark of marks) if (!mark.person) { came += mark.people; people += mark.people; }
    byId("f-came").textContent = came;
    byId("f-people").textContent = people;
    if (byId("f-left")) byId("f-left").textContent = figures.left;
  }
  function drawNet(count) {
    const keep = inMemory ? "这台手机存不住，送出前别关页面。" : "存在手机里，有网就自己送。";
    const words = stuck ? `${stuck}${count ? `${count} 笔还没送出，都在手机里。` : ""}`
      : count && isOut ? `${count} 笔等网络：${keep}` : isOut ? "现在没有网络，照样可以勾。" : count ? `正在送 ${count} 笔…` : "都记下了。";
    if (net.textContent !== words) net.textContent = words;
    net.toggleAttribute("data-stuck", Boolean(stuck));
    net.toggleAttribute("data-waits", !stuck && (isOut || count > 0));
  }
  function drawFailed(failed) {
    failedList.hidden = !failed.length;
    failedList.replaceChildren(...failed.map(one => {
      const line = document.createElement("li"), words = document.createElement("span"), seen = document.createElement("button");
      words.textContent = `${one.label}没记下：${one.words}`;
      seen.className = "btn btn-sm";
      seen.textContent = "知道了";
      seen.setAttribute("aria-label", `知道了：${one.label}`);
      seen.addEventListener("click", () => hold(now => { now.failed = now.failed.filter(other => other.key !== one.key); }));
      line.append(words, seen);
      return line;
    }));
  }
  function find() {
    const words = isWhole ? shortened(byId("q").value.trim().toLowerCase()) : "", only = byId("only").checked;
    let shown = 0;
    for (const row of rows) {
      const isMissing = [...row.querySelectorAll(".tick")].some(tick => !isPressed(tick) || tick.hasAttribute("data-waits"));
      row.hidden = !(row.dataset.find.includes(words) && (!only || isMissing));
      shown += !row.hidden;
    }
    if (byId("nobody")) byId("nobody").hidden = shown > 0;
  }
  function shortened(words) { // of a phone the sheet knows the end only
    return /^\d{5,}$/.test(words) ? words.slice(-4) : words;
  }

  /* ── what is touched ── */
  function nameOf(tick) {
    return tick.querySelector(".tick-name").textContent;
  }
  function mark(tick, came) {
    return { person: personOf(tick), came, label: nameOf(tick) };
  }
  room.addEventListener("click", event => {
    const button = event.target.closest("button[form=ticks]");
    if (!button) return;
    event.preventDefault();
    if (button.matches(".tick")) return add([mark(button, !isPressed(button))]);
    const mine = [...button.closest(".door-row").querySelectorAll(".tick")];
    add(mine.filter(tick => !isPressed(tick)).map(tick => mark(tick, true)));
  });
  function wholeIn(field, least, most) {
    const typed = field.value.trim(), is = /^\d{1,3}$/.test(typed) && +typed >= least && +typed <= most;
    field.setCustomValidity(is ? "" : `请写 ${least} 到 ${most} 之间的整数。`);
    field.reportValidity();
    return is ? +typed : null;
  }
  function counted(form) {
    const mine = [...form.closest(".door-row").querySelectorAll(".tick")], inside = mine.filter(isPressed), outside = mine.filter(tick => !isPressed(tick));
    const count = wholeIn(form.elements.count, 0, mine.length);
    if (count === null) return;
    const more = count - inside.length;
    add(more >= 0 ? outside.slice(0, more).map(tick => mark(tick, true)) : inside.slice(count).map(tick => mark(tick, false)));
    form.reset();
  }
  function walkedIn(form) {
    const people = wholeIn(form.elements.people, 1, 200), name = form.elements.name.value.trim();
    if (people === null) return;
    add([{ people, name, label: name || `现场来的 ${people} 位` }]);
    form.reset();
  }
  room.addEventListener("submit", event => {
    if (event.target.id === "find" && !isWhole) return; // the library has more than this page
    event.preventDefault();
    if (event.target.matches("[data-count]")) counted(event.target);
    else if (event.target.id === "walk") walkedIn(event.target);
  });
  room.addEventListener("input", event => {
    event.target.setCustomValidity?.("");
    if (event.target.matches("#q, #only")) find();
  });
  addEventListener("online", send);
  addEventListener("offline", () => { isOut = true; draw(); });
  addEventListener("storage", draw); // ticks made in another tab
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !stuck) send(); });

  byId("find").querySelector("button").hidden = isWhole;
  byId("only-line").hidden = net.hidden = false;
  draw();
  send();
})();
