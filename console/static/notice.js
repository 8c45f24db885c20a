// The editor of a notice: words as they will look, cleaned by the server when pasted, saved while one writes.
// Without this script the form works as it stands: a box of simple HTML and a button.
const form = document.getElementById("editor");
const PAUSE = 2500; // milliseconds after the last key
const MOST_PASTE = 25 * 1024 * 1024;

if (form) {
  const source = form.querySelector("#body");
  const page = form.querySelector(".editor-body");
  const saved = form.querySelector(".editor-saved");
  const told = form.querySelector(".editor-told");
  const token = form.querySelector("[name=csrf_token]").value;
  let timer = 0, isDirty = false, isHeld = form.dataset.held === "1", saving = null, isLeaving = false;

  const isRich = () => page && !page.hidden;
  const html = () => (isRich() ? page.innerHTML : source ? source.value : "");
  const say = (words, isIll = false) => {
    saved.textContent = words;
    saved.classList.toggle("editor-saved-ill", isIll);
  };
  const tell = (words, lines = []) => {
    if (!told) return;
    told.textContent = "";
    if (!words) return;
    const list = document.createElement("ul");
    for (const line of [words, ...lines]) list.append(Object.assign(document.createElement("li"), { textContent: line }));
    told.append(list);
  };
  const sync = () => { if (isRich()) source.value = page.innerHTML; };
  const post = async (url, body) => {
    const answer = await fetch(url, { method: "POST", body, headers: { "X-Autosave": "1" } });
    if (answer.redirected || !(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("no answer");
    return { status: answer.status, told: await answer.json() };
  };

  const count = () => {
    for (const one of document.querySelectorAll("[data-counts]")) {
      const field = form.elements[one.dataset.counts];
      const length = one.dataset.counts === "body" ? html().length : [...field.value].length;
      one.textContent = `${length} / ${one.dataset.most}`;
      one.classList.toggle("counted-over", length > Number(one.dataset.most));
    }
  };

  // ── saved while one writes ──
  const save = async () => {
    clearTimeout(timer);
    if (isHeld || !isDirty || saving) return saving;
    sync();
    isDirty = false;
    say("正在保存……");
    saving = post(form.action, new FormData(form));
    try {
      const { status, told: answer } = await saving;
      if (status === 200) {
        form.elements.was.value = answer.was;
        say(answer.said);
      } else {
        isHeld = status === 409; // only the page that shows both may write over what somebody else has saved
        isDirty = true;
        say(status === 409 ? `${answer.said}按“保存”就能看到两边。` : answer.said, true);
      }
    } catch {
      isDirty = true;
      say("网络不通，还没有保存；通了会再试。", true);
      timer = setTimeout(save, 4 * PAUSE);
    } finally {
      saving = null;
    }
    if (isDirty && !isHeld) timer = timer || setTimeout(save, PAUSE);
    return null;
  };
  const changed = () => {
    isDirty = true;
    count();
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    if (saving) { // the number of the version comes with its answer
      event.preventDefault();
      const by = event.submitter;
      saving.finally(() => setTimeout(() => form.requestSubmit(by), 0));
      return;
    }
    sync();
    clearTimeout(timer);
    isLeaving = true;
  });
  window.addEventListener("beforeunload", (event) => { if (isDirty && !isLeaving) event.preventDefault(); });
  for (const other of document.querySelectorAll("form:not(#editor)")) {
    if (other.closest(".rail") || other.dataset.upload === "body" || "blocks" in other.dataset) continue;
    other.addEventListener("submit", (event) => { // what was typed goes first
      if (!isDirty || isHeld) return;
      event.preventDefault();
      const by = event.submitter;
      Promise.resolve(save()).then(() => { isLeaving = true; other.requestSubmit(by); });
    });
  }

  // ── words as they will look ──
  const put = (clean) => {
    page.focus();
    document.execCommand("insertHTML", false, clean);
    changed();
  };
  const cleaned = async (given) => {
    const body = new FormData();
    body.append("csrf_token", token);
    body.append("html", given);
    const { told: answer } = await post(form.dataset.clean, body);
    if (answer.html === undefined) throw new Error(answer.said);
    tell(answer.left_out.length ? "这些图片不是馆里的，没有留下，请用“加图片”上传：" : "", answer.left_out);
    return answer.html;
  };
  const escaped = (words) => words.split(/\r?\n/).filter((line) => line.trim()).map((line) => {
    const one = document.createElement("p");
    one.textContent = line;
    return one.outerHTML;
  }).join("");

  if (page) {
    source.hidden = true;
    page.hidden = false;
    page.contentEditable = "true";
    page.setAttribute("role", "textbox");
    page.setAttribute("aria-multiline", "true");
    page.setAttribute("aria-labelledby", "body-label");
    page.setAttribute("aria-describedby", "body-help");
    page.innerHTML = source.value;
    document.execCommand("defaultParagraphSeparator", false, "p");
    document.getElementById("body-label").addEventListener("click", () => page.focus());
    for (const hidden of form.querySelectorAll(".editor-tools, .editor-link")) hidden.hidden = false;

    const takeIn = async (given, plain) => {
      if (given.length > MOST_PASTE) return tell("这一段超过 25 MB，放不进来：请分几次粘贴，图片用“加图片”另外上传。");
      page.setAttribute("aria-busy", "true");
      say("正在整理粘贴的内容……");
      try {
        put(given ? await cleaned(given) : escaped(plain));
        say("");
      } catch (error) {
        say(error.message === "no answer" ? "没有整理成，请再粘贴一次。" : error.message, true);
      } finally {
        page.removeAttribute("aria-busy");
      }
      return null;
    };
    page.addEventListener("paste", (event) => {
      event.preventDefault();
      const at = getSelection().rangeCount ? getSelection().getRangeAt(0).cloneRange() : null;
      if (at) { getSelection().removeAllRanges(); getSelection().addRange(at); }
      takeIn(event.clipboardData.getData("text/html"), event.clipboardData.getData("text/plain"));
    });
    page.addEventListener("drop", (event) => {
      event.preventDefault();
      takeIn(event.dataTransfer.getData("text/html"), event.dataTransfer.getData("text/plain"));
    });
    for (const tool of form.querySelectorAll("[data-does]")) {
      tool.addEventListener("mousedown", (event) => event.preventDefault()); // what is selected stays selected
      tool.addEventListener("click", () => {
        if (!isRich()) return;
        page.focus();
        document.execCommand(tool.dataset.does, false, tool.dataset.with || null);
        changed();
      });
    }
    let range = null;
    document.addEventListener("selectionchange", () => {
      const now = getSelection();
      if (now.rangeCount && page.contains(now.anchorNode)) range = now.getRangeAt(0).cloneRange();
    });
    const back = () => {
      page.focus();
      if (!range) return;
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    };
    form.querySelector("[data-link]").addEventListener("click", () => {
      const to = form.querySelector("#link-to");
      if (!/^https?:\/\/\S+$/.test(to.value)) return tell("请写完整的网址，以 https:// 开头。");
      if (!range || range.collapsed) return tell("请先选中要连出去的字。");
      back();
      document.execCommand("createLink", false, to.value);
      to.value = "";
      tell("");
      return changed();
    });
    form.querySelector("#link-to").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      form.querySelector("[data-link]").click();
    });
    const toSource = form.querySelector("[data-source]");
    toSource.addEventListener("click", async () => {
      const isSource = !page.hidden;
      if (isSource) source.value = page.innerHTML;
      else page.innerHTML = await cleaned(source.value).catch(() => page.innerHTML);
      page.hidden = isSource;
      source.hidden = !isSource;
      toSource.setAttribute("aria-pressed", String(isSource));
      (isSource ? source : page).focus();
      changed();
    });

    // ── pictures and blocks go where one writes ──
    const upload = document.querySelector("[data-upload=body]");
    if (upload) upload.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const { status, told: answer } = await post(form.dataset.files, new FormData(upload));
        if (status !== 200) return say(answer.said, true);
        const picture = Object.assign(document.createElement("img"), { src: answer.src, alt: answer.alt });
        back();
        put(`<p>${picture.outerHTML.replace(location.origin, "")}</p>`);
        upload.reset();
        return say("图片加上了。");
      } catch {
        return say("图片没有传上去，请再试一次。", true);
      }
    });
    const blocks = document.querySelector("[data-blocks]");
    if (blocks) blocks.addEventListener("submit", (event) => {
      event.preventDefault();
      back();
      put(document.querySelector(`template[data-block="${blocks.elements.block.value}"]`).innerHTML);
    });
  }
  count();
}
