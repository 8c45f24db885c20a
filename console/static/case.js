// The page of a case: what is typed is kept on the server while one writes, and the reader sees that somebody does.
// Without this script the form works as it stands; a rule that says no brings what was typed back.
const PAUSE = 1200; // milliseconds after the last key
const SHOW_APART = 15500; // the platform shows 对方正在输入 for fifteen seconds, and takes no second call within them
const form = document.getElementById("answer-form");
const talk = document.getElementById("talk");

// ── how long the reader can still be written to ──
const countdown = () => {
  for (const one of document.querySelectorAll("[data-until]")) {
    const minutes = Math.floor((new Date(one.dataset.until) - Date.now()) / 60000);
    if (minutes < 0) one.textContent = "窗口刚关，现在";
    else one.textContent = minutes >= 60 ? `还有 ${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分钟` : `还有 ${minutes} 分钟`;
  }
};
countdown();
setInterval(countdown, 20000);
if (talk) {
  talk.addEventListener("htmx:afterSwap", countdown);
  // A voice that is being listened to, and a page nobody looks at, are left alone.
  talk.addEventListener("htmx:beforeRequest", (event) => {
    const plays = [...talk.querySelectorAll("audio, video")].some((one) => !one.paused);
    if (document.hidden || plays || talk.contains(document.activeElement)) event.preventDefault();
  });
  const end = talk.querySelector(".case-talk > :last-child");
  if (end && form) end.scrollIntoView({ block: "nearest" });
}

if (form) {
  const box = form.querySelector("#answer");
  const saved = form.querySelector(".case-saved");
  const count = form.querySelector(".case-count");
  const canned = form.querySelector("#canned");
  const kept = `answer:${location.pathname}`;
  let timer = 0, shownAt = 0, isSending = false;

  const counts = () => {
    const length = [...box.value].length, most = Number(count.dataset.most);
    count.textContent = `${length} / ${most} 字`;
    count.classList.toggle("case-over", length > most);
  };
  const save = async () => {
    clearTimeout(timer);
    const body = new FormData(form);
    const shows = box.value.trim() && Date.now() - shownAt > SHOW_APART;
    if (shows) { shownAt = Date.now(); body.set("show", "1"); }
    try {
      const answer = await fetch(form.dataset.typing, { method: "POST", body });
      if (!answer.ok || answer.redirected) throw new Error("not kept");
      await answer.json();
      saved.textContent = box.value.trim() ? "已替您存着，换一台电脑也在。" : "";
      sessionStorage.removeItem(kept);
    } catch {
      saved.textContent = "网络不通，先存在这台电脑上。";
      timer = setTimeout(save, 4 * PAUSE);
    }
  };
  const changed = () => {
    counts();
    try { sessionStorage.setItem(kept, box.value); } catch { /* a browser without room: the server keeps it */ }
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  const before = sessionStorage.getItem(kept);
  if (before && !box.value) box.value = before;
  box.setSelectionRange(box.value.length, box.value.length); // one goes on where one stopped
  box.addEventListener("input", changed);
  if (canned) {
    canned.addEventListener("change", () => {
      if (!canned.value) return;
      const at = box.selectionStart ?? box.value.length;
      box.setRangeText(canned.value, at, box.selectionEnd ?? at, "end");
      canned.value = "";
      box.focus();
      changed();
    });
  }
  form.addEventListener("submit", (event) => {
    if (isSending) { event.preventDefault(); return; }
    isSending = true;
    clearTimeout(timer);
    sessionStorage.removeItem(kept);
  });
  counts();
}
