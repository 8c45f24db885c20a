// A work that is put together: what is typed is kept as it is typed, files are sent in parts and go on where the network broke.
// Without this script everything is done by the form's own buttons.
(() => {
  const form = document.getElementById("form");
  if (!form?.dataset.at) return;
  const at = form.dataset.at, kept = document.getElementById("kept"), version = document.getElementById("version");
  const token = () => form.elements.csrf_token.value;
  const words = document.getElementById("words"), count = document.getElementById("count"), says = document.getElementById("count-says");
  const say = (what) => { kept.textContent = kept.dataset[what] || what; };

  // ── counting: the same as contests.rules.characters_in, whose word is the last ──
  const COUNTED = /[A-Za-z0-9À-ɏ'’.\-_]+|[^\s\x1c-\x1f\x85]|\uFEFF/gu;
  const counted = (text) => (text.normalize("NFC").match(COUNTED) || []).length;
  function tell() {
    if (!words) return;
    const now = counted(words.value), least = Number(words.dataset.least), most = Number(words.dataset.most);
    count.textContent = now;
    says.textContent = most && now > most ? `超了 ${now - most} 字` : least && now < least ? `还差 ${least - now} 字` : least || most ? "字数合适" : "";
    says.classList.toggle("work-count-wrong", Boolean(most && now > most));
  }

  // ── keeping what is typed: a moment after the last key, one after the other ──
  const fields = () => { const all = new FormData(form); all.delete("file"); all.delete("act"); return all; };
  const written = () => JSON.stringify([...fields()].filter(([name]) => !["csrf_token", "version", "once"].includes(name)));
  let last = written(), waiting = 0, sending = null, isBlocked = false, patience = 2000;
  const isKept = () => written() === last;
  function changed() {
    tell();
    if (isBlocked || isKept()) return;
    say("keeping");
    clearTimeout(waiting);
    waiting = setTimeout(keep, 800);
  }
  function keep() {
    clearTimeout(waiting);
    sending = (sending || Promise.resolve()).then(() => keepNow());
    return sending;
  }
  // A page that was open overnight has a form that nobody takes any more: a fresh one is fetched, and nothing has to be typed again.
  async function renewed() {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(at)).text(), "text/html");
      const fresh = page.querySelector("#form input[name=csrf_token]");
      if (fresh) form.elements.csrf_token.value = fresh.value;
      return Boolean(fresh);
    } catch { return false; }
  }
  async function keepNow(isSecond = false) {
    if (isBlocked || isKept()) return;
    const body = fields(), was = written();
    let answer, told;
    try {
      answer = await fetch(`${at}/draft`, { method: "POST", body, redirect: "manual" });
      told = await answer.json();
    } catch {
      if (answer?.status === 400 && isSecond !== true && await renewed()) { await keepNow(true); return; }
      if (answer && [400, 403].includes(answer.status)) { isBlocked = true; say("这一页放得太久了：先把写的复制下来，再刷新。"); return; }
      say("offline");
      clearTimeout(waiting);
      waiting = setTimeout(keep, patience);
      patience = Math.min(patience * 2, 30000);
      return;
    }
    patience = 2000;
    if (told.is_over) { isBlocked = true; say(told.words); return; }
    if (answer.status === 409) {
      isBlocked = true;
      version.dataset.theirs = told.version;
      document.getElementById("elsewhere-words").textContent = told.words;
      const notice = document.getElementById("elsewhere");
      notice.hidden = false;
      notice.scrollIntoView({ block: "center" });
      say("这一页的还没有存，请看上面");
      return;
    }
    version.value = told.version;
    last = was;
    const title = form.elements.title;
    if (!title.value && told.title) { title.value = told.title; last = written(); }
    if (words) {
      words.dataset.least = told.least;
      words.dataset.most = told.most;
      document.getElementById("wanted").textContent = told.wanted && `要 ${told.wanted}`;
      tell();
    }
    mark(told.wrong, told.missing);
    say(Object.keys(told.wrong).length ? "wrong" : "kept");
  }
  // What is wrong is shown at once; what is still missing only where it was said before, so that it goes when it is mended.
  function mark(wrong, missing) {
    for (const place of form.querySelectorAll("[data-wrong]")) {
      const name = place.dataset.wrong, said = wrong[name] || (place.hidden ? "" : missing[name]) || "";
      const field = document.getElementById(name);
      place.textContent = said;
      place.hidden = !said;
      if (!field) continue;
      if (said) { field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", place.id); }
      else { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); }
    }
  }
  form.addEventListener("input", (event) => { if (event.target.type !== "file") changed(); });
  form.addEventListener("change", (event) => { if (event.target.type !== "file") changed(); });
  addEventListener("online", () => { if (!isKept()) keep(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && !isKept()) keep(); });
  document.getElementById("overwrite").addEventListener("click", (event) => {
    if (!version.dataset.theirs) return; // without a conflict of this page the form does it
    event.preventDefault();
    version.value = version.dataset.theirs;
    document.getElementById("elsewhere").hidden = true;
    isBlocked = false;
    last = "";
    keep();
  });

  // The group that fits a birthday is chosen, where nobody has chosen and only one fits.
  const born = document.getElementById("born_on"), group = document.getElementById("group");
  born?.addEventListener("change", () => {
    if (!group || group.value || !/^\d{4}-\d\d-\d\d$/.test(born.value)) return;
    const fits = [...group.options].filter((one) => (one.dataset.first || one.dataset.last) && (!one.dataset.first || one.dataset.first <= born.value) && (!one.dataset.last || born.value <= one.dataset.last));
    if (fits.length === 1) { group.value = fits[0].value; changed(); }
  });

  // ── files ──
  const input = document.getElementById("file"), coming = document.getElementById("coming");
  const up = input && window.uploads({ token, coming, renew: renewed });
  const sent = async (file) => {
    const told = await up.send(file, at, { most: Number(input.dataset.most) });
    if (told) show(told);
    return Boolean(told);
  };
  function show(told) {
    document.getElementById("file-list").innerHTML = told.html;
    document.getElementById("add").hidden = told.is_full;
    document.getElementById("full").hidden = !told.is_full;
    if (told.is_underway) later();
  }
  let looking = 0;
  function later() {
    clearTimeout(looking);
    looking = setTimeout(look, 2500);
  }
  async function look() {
    const isPlaying = [...document.querySelectorAll("#file-list audio, #file-list video")].some((one) => !one.paused);
    if (isPlaying) return later();
    try {
      const answer = await fetch(`${at}/files`, { redirect: "manual" });
      if (answer.ok) show(await answer.json()); else later();
    } catch { later(); }
    return undefined;
  }
  if (input) {
    document.getElementById("plain-upload").hidden = true;
    let queue = Promise.resolve();
    const add = (files) => { for (const file of files) queue = queue.then(() => sent(file)); return queue; };
    input.addEventListener("change", () => { const files = [...input.files]; input.value = ""; add(files); });
    form.addEventListener("recorded", (event) => { event.detail.done(add([event.detail.file])); });
    if (document.querySelector("#listed[data-underway]")) later();
    document.getElementById("file-list").addEventListener("click", async (event) => {
      const button = event.target.closest("button[name=act]");
      if (!button) return;
      event.preventDefault();
      const body = new FormData();
      body.set("csrf_token", token());
      body.set("act", button.value);
      try {
        const told = await (await fetch(`${at}/files`, { method: "POST", body, redirect: "manual" })).json();
        if (told.html) show(told); else say(told.words);
        const [verb, id] = button.value.split(":");
        const again = [...document.querySelectorAll(`#file-list button[value$=":${id}"]`)];
        (again.find((one) => one.value.startsWith(verb) && !one.disabled) || again.find((one) => !one.disabled) || input).focus();
      } catch { say("没有网络，刚才那一下没有做成，请再点一次。"); }
    });
  }

  // ── leaving the page ──
  let isLeaving = false;
  form.addEventListener("submit", async (event) => {
    if (isLeaving) return;
    const button = event.submitter?.name === "act" ? event.submitter : undefined;
    if (!up?.underway() && isKept() && !isBlocked) { isLeaving = true; return; }
    event.preventDefault();
    if (up?.underway()) { say("文件还在传，传完再点一次。"); return; }
    await keep();
    if (isBlocked || !isKept()) return; // what could not be kept stays on the screen
    isLeaving = true;
    setTimeout(() => form.requestSubmit(button)); // not while this one is still on its way
  });
  addEventListener("beforeunload", (event) => { if (!isLeaving && (up?.underway() || !isKept())) event.preventDefault(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // its version is an old one
  tell();
  kept.textContent = "写的会自动存好，随时可以停下。";
})();
