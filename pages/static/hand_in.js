// A work that is put together: what is typed is kept as it is typed, files are sent in parts and go on where the network broke.
// Without this script everything is done by the form's own buttons.
(() => {
  const form = document.getElementById("form");
  if (!form?.dataset.at) return;
  const at = form.dataset.at, kept = document.getElementById("kept"), version = document.getElementById("version");
  const token = form.elements.csrf_token.value;
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
    sending = (sending || Promise.resolve()).then(keepNow);
    return sending;
  }
  async function keepNow() {
    if (isBlocked || isKept()) return;
    const body = fields(), was = written();
    let answer, told;
    try {
      answer = await fetch(`${at}/draft`, { method: "POST", body, redirect: "manual" });
      told = await answer.json();
    } catch {
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
  const PART = 512 * 1024;
  let underway = 0;
  const pause = (ms) => new Promise((done) => { const timer = setTimeout(done, ms); addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true }); });
  const headers = { "X-CSRFToken": token };
  const stored = {
    key: (file) => `upload:${at}:${file.name}:${file.size}:${file.lastModified || 0}`,
    read(file) { try { return localStorage.getItem(this.key(file)); } catch { return null; } },
    write(file, value) { try { localStorage.setItem(this.key(file), value); } catch { /* a private window */ } },
    forget(file) { try { localStorage.removeItem(this.key(file)); } catch { /* a private window */ } },
  };
  class Refusal extends Error {}
  // One request, again and again while the network is away or the library is busy; what the library refuses is said.
  async function ask(path, options, row, signal) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
      let answer = null, told = null;
      try {
        answer = await fetch(`${at}/uploads${path}`, { ...options, headers, signal, redirect: "manual" });
        told = await answer.json();
      } catch (error) {
        if (signal.aborted) throw error;
        if (answer && answer.status >= 400 && answer.status < 500) throw new Refusal(answer.status === 413 ? "一次传得太多了，请刷新再试。" : "这一页放得太久了，请刷新再传。");
      }
      if (answer?.ok && told) return told;
      if (told && "there" in told) return { ...told, isBehind: true };
      if (told && !told.again && answer.status < 500) throw Object.assign(new Refusal(told.words), { status: answer.status });
      row.say(told?.words || "网络断了，正在接着传…");
      await pause(wait);
    }
  }
  function rowOf(file) {
    const item = document.createElement("li"), name = document.createElement("b"), bar = document.createElement("progress"), said = document.createElement("span"), stop = document.createElement("button");
    item.className = "work-coming-file";
    name.textContent = file.name;
    bar.max = file.size;
    bar.value = 0;
    bar.className = "quiz-bar";
    bar.setAttribute("aria-label", `${file.name} 传了多少`);
    stop.type = "button";
    stop.className = "work-act work-act-remove";
    stop.textContent = "不传了";
    item.append(name, bar, said, stop);
    coming.append(item);
    return {
      item, stop,
      far(there) { bar.value = there; said.textContent = `${Math.floor(100 * there / file.size)}%`; },
      say(text) { said.textContent = text; },
      fail(text) { said.textContent = text; said.className = "field-wrong"; bar.remove(); stop.textContent = "知道了"; },
    };
  }
  async function send(file) {
    const row = rowOf(file), line = new AbortController();
    row.stop.addEventListener("click", () => { line.abort(); stored.forget(file); row.item.remove(); });
    const most = Number(input.dataset.most);
    if (file.size > most) return row.fail(`超过了 ${Math.floor(most / 1048576)} MB，请换一个小一点的。`);
    if (!file.size) return row.fail("是空的，请再选一次。");
    underway += 1;
    try {
      await sendParts(file, row, line.signal);
      row.item.remove();
      return true;
    } catch (error) {
      if (!line.signal.aborted) row.fail(error instanceof Refusal ? error.message : "没有传成，请再选一次。");
      return false;
    } finally { underway -= 1; }
  }
  async function sendParts(file, row, signal) {
    let name = stored.read(file), there = 0;
    if (name) {
      try { there = (await ask(`/${name}`, {}, row, signal)).there; } catch (error) { if (signal.aborted) throw error; name = null; stored.forget(file); }
    }
    if (!name) {
      name = (await ask("", { method: "POST", body: JSON.stringify({ name: file.name, size: file.size }) }, row, signal)).token;
      stored.write(file, name);
    }
    for (;;) {
      row.far(there);
      while (there < file.size) {
        const told = await ask(`/${name}?from=${there}`, { method: "POST", body: file.slice(there, there + PART) }, row, signal);
        there = told.there;
        row.far(there);
      }
      row.say("传完了，正在检查…");
      const told = await ask(`/${name}/finish`, { method: "POST" }, row, signal).catch((error) => { if (error.status === 422) stored.forget(file); throw error; });
      if (!told.isBehind) { stored.forget(file); show(told); return; }
      there = told.there;
    }
  }
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
    const add = (files) => { for (const file of files) queue = queue.then(() => send(file)); return queue; };
    input.addEventListener("change", () => { const files = [...input.files]; input.value = ""; add(files); });
    form.addEventListener("recorded", (event) => { event.detail.done(add([event.detail.file])); });
    if (document.querySelector("#listed[data-underway]")) later();
    document.getElementById("file-list").addEventListener("click", async (event) => {
      const button = event.target.closest("button[name=act]");
      if (!button) return;
      event.preventDefault();
      const body = new FormData();
      body.set("csrf_token", token);
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
    if (!underway && isKept() && !isBlocked) { isLeaving = true; return; }
    event.preventDefault();
    if (underway) { say("文件还在传，传完再点一次。"); return; }
    await keep();
    if (isBlocked || !isKept()) return; // what could not be kept stays on the screen
    isLeaving = true;
    setTimeout(() => form.requestSubmit(button)); // not while this one is still on its way
  });
  addEventListener("beforeunload", (event) => { if (!isLeaving && (underway || !isKept())) event.preventDefault(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // its version is an old one
  tell();
  kept.textContent = "写的会自动存好，随时可以停下。";
})();
