// Files on their way to the library: in parts, on and on while the network comes and goes, each with its own progress. A file
// whose page was closed goes on where it was when it is chosen again.
// `token()`: the form's own, which `renew` replaces on a page that was open overnight.
window.uploads = ({ token, coming, renew = async () => false }) => {
  const PART = 512 * 1024;
  let underway = 0;
  const pause = (ms) => new Promise((done) => { const timer = setTimeout(done, ms); addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true }); });
  // Where it goes, and by which token it goes on.
  function wayOf(file, at, kind) {
    const key = `upload:${at}:${kind}:${file.name}:${file.size}:${file.lastModified || 0}`;
    return {
      url: (path, query = "") => `${at}/uploads${path}?${new URLSearchParams({ ...(kind && { kind }), ...query })}`,
      read() { try { return localStorage.getItem(key); } catch { return null; } },
      write(value) { try { localStorage.setItem(key, value); } catch { /* a private window */ } },
      forget() { try { localStorage.removeItem(key); } catch { /* a private window */ } },
    };
  }
  const refused = (row, words) => { row.fail(words); return null; };
  class Refusal extends Error {}
  // One request, again and again while the network is away or the library is busy; what the library refuses is said.
  async function ask(url, options, row, signal) {
    let isRenewed = false;
    for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
      let answer = null, told = null;
      try {
        answer = await fetch(url, { ...options, headers: { "X-CSRFToken": token() }, signal, redirect: "manual" });
        told = await answer.json();
      } catch (error) {
        if (signal.aborted) throw error;
        if (answer?.status === 400 && !isRenewed && await renew()) { isRenewed = true; continue; }
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
  // What the library says at the end, or null.
  async function send(file, at, { most, kind = "" }) {
    const row = rowOf(file), line = new AbortController(), way = wayOf(file, at, kind);
    row.stop.addEventListener("click", () => { line.abort(); way.forget(); row.item.remove(); });
    if (file.size > most) return refused(row, `超过了 ${Math.floor(most / 1048576)} MB，请换一个小一点的。`);
    if (!file.size) return refused(row, "是空的，请再选一次。");
    underway += 1;
    try {
      const told = await sendParts(file, row, line.signal, way);
      row.item.remove();
      return told;
    } catch (error) {
      if (!line.signal.aborted) row.fail(error instanceof Refusal ? error.message : "没有传成，请再选一次。");
      return null;
    } finally { underway -= 1; }
  }
  async function sendParts(file, row, signal, way) {
    let name = way.read(), there = 0;
    if (name) {
      try { there = (await ask(way.url(`/${name}`), {}, row, signal)).there; } catch (error) { if (signal.aborted) throw error; name = null; way.forget(); }
    }
    if (!name) {
      name = (await ask(way.url(""), { method: "POST", body: JSON.stringify({ name: file.name, size: file.size }) }, row, signal)).token;
      way.write(name);
    }
    for (;;) {
      row.far(there);
      while (there < file.size) {
        const told = await ask(way.url(`/${name}`, { from: there }), { method: "POST", body: file.slice(there, there + PART) }, row, signal);
        there = told.there;
        row.far(there);
      }
      row.say("传完了，正在检查…");
      const told = await ask(way.url(`/${name}/finish`), { method: "POST" }, row, signal).catch((error) => { if (error.status === 422) way.forget(); throw error; });
      if (!told.isBehind) { way.forget(); return told; }
      there = told.there;
    }
  }
  return {
    send,
    refuse(file, words) {
      const row = rowOf(file);
      row.stop.addEventListener("click", () => row.item.remove());
      row.fail(words);
    },
    underway: () => underway,
  };
};
