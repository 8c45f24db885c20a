// Many files of a class at once: the library says whose each is by its name, then each goes to its work in parts.
(() => {
  const coming = document.getElementById("coming"), again = document.getElementById("again"), said = document.getElementById("coming-said");
  if (!coming) return;
  const base = coming.dataset.box, token = () => document.querySelector("#files input[name=csrf_token]").value;
  const up = window.uploads({ token, coming });
  let queue = Promise.resolve(), failed = 0;
  for (const input of document.querySelectorAll("input[data-kind]")) {
    input.form.querySelector("button").hidden = true;
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      queue = queue.then(() => all(files, input.dataset.kind));
    });
  }
  async function all(files, kind) {
    let told;
    said.textContent = "正在看是哪位同学的…";
    try {
      const answer = await fetch(`${base}/match`, { method: "POST", headers: { "X-CSRFToken": token() }, body: JSON.stringify({ names: files.map((file) => file.name) }), redirect: "manual" });
      told = await answer.json();
    } catch { said.textContent = "没有网络，请过一会儿再选一次。"; return; }
    if (!told.files) { said.textContent = told.words; return; }
    let done = 0;
    for (const [place, file] of files.entries()) {
      const whose = told.files[place];
      said.textContent = `第 ${place + 1} 个，共 ${files.length} 个`;
      if (!whose.at) { up.refuse(file, whose.words); failed += 1; continue; }
      if (whose.takes === "text" && kind !== "slip") { up.refuse(file, `${whose.words} 收的是文字，不收文件。`); failed += 1; continue; }
      if (await up.send(file, whose.at, { most: Infinity, kind })) done += 1; else failed += 1;
    }
    said.textContent = `收下了 ${done} 个文件${failed ? `，${failed} 个没有收下，原因写在上面` : ""}。`;
    if (!failed) location.reload();
    again.hidden = false;
  }
  addEventListener("beforeunload", (event) => { if (up.underway()) event.preventDefault(); });
})();
