// What slides over the chat: a page in its frame, the contact card, dialogs, a picture. Escape closes the topmost.

import { el, face, icon, iconButton } from "./dom.js";

const phone = document.getElementById("phone");
const stack = [];

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && stack.length) stack.at(-1).close();
});

/** Put a layer over the phone; the rest of the phone cannot be reached until it closes. */
function lay(layer, first, onclose) {
  const before = document.activeElement;
  const beneath = [...phone.children].filter((child) => !child.inert && child.id !== "toast");
  beneath.forEach((child) => { child.inert = true; });
  phone.append(layer);
  const entry = {
    close() {
      if (!layer.isConnected) return;
      stack.splice(stack.indexOf(entry), 1);
      layer.remove();
      beneath.forEach((child) => { child.inert = false; });
      before?.focus?.();
      onclose?.();
    },
  };
  stack.push(entry);
  (first ?? layer.querySelector("button, input, a"))?.focus();
  return entry;
}

/** Another reader takes the phone: nothing of the last one's stays open. */
export function closeSheets() {
  while (stack.length) stack.at(-1).close();
}

const loads = new WeakMap(); // frame: how many pages it has shown that the way back leads to

/** A page that made way for the next one is no step of the way back. */
export function stepDone(frame) {
  loads.set(frame, loads.get(frame) - 1);
}

export function openPage(url, title) {
  if (!/^https?:\/\//.test(url)) return;
  const frame = el("iframe", { src: url, title: title || "网页", allow: "microphone",
    sandbox: "allow-forms allow-scripts allow-same-origin allow-popups allow-modals allow-downloads" });
  loads.set(frame, 0);
  frame.addEventListener("load", () => loads.set(frame, loads.get(frame) + 1));
  const back = iconButton("back", "返回", () => {
    if (loads.get(frame) <= 1) return layer.close();
    loads.set(frame, loads.get(frame) - 2);
    return history.back();
  });
  const away = el("a", { class: "icon-button", href: url, target: "_blank", rel: "noopener", "aria-label": "在新窗口打开", title: "在新窗口打开" }, icon("away"));
  const name = el("h2", {}, title || new URL(url).host);
  const close = iconButton("close", "关闭网页", () => layer.close());
  const head = el("div", { class: "sheet-head page-head" }, back, close, name, away);
  const layer = lay(el("section", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": title || "网页" }, head, frame), back);
}

/** A link to Tencent's map: a real phone opens the map at its marker; there is no net here, so it is said what it would show. */
export function isMap(url) {
  return /^https:\/\/apis\.map\.qq\.com\/uri\/v1\/marker\?/.test(url);
}

export function openMap(url) {
  const marker = new URL(url).searchParams.get("marker") ?? "";
  const told = Object.fromEntries(marker.split(";").map((pair) => { const at = pair.indexOf(":"); return [pair.slice(0, at), pair.slice(at + 1)]; }));
  const [lat = "", lon = ""] = (told.coord ?? "").split(",");
  dialog("地图", (close) => [
    el("div", { class: "bubble card" }, el("span", { class: "card-button" }, el("b", {}, told.title || "位置"), el("p", {}, told.addr ?? ""),
      el("p", {}, `北纬 ${Number(lat).toFixed(4)}，东经 ${Number(lon).toFixed(4)}`)), el("span", { class: "place-map" }, icon("place"))),
    el("p", {}, "真的微信会在这里打开腾讯地图，可以看路线、叫导航。"),
    el("button", { class: "wide", type: "button", onclick: close }, "知道了"),
  ]);
}

export function viewPicture(url) {
  const layer = lay(el("button", { class: "viewer", type: "button", "aria-label": "关闭大图", onclick: () => layer.close() }, el("img", { src: url, alt: "图片" })));
}

export function openContact({ account, reader }, { follow, unfollow, settings }) {
  const kinds = { service: "服务号", subscription: "订阅号" };
  const top = el("div", { class: "contact-top" }, face(account.name, "account"),
    el("div", {}, el("h3", {}, account.name), el("p", {}, `微信号：${account.account_id}`)));
  top.firstChild.classList.add("big");
  const rows = [["类型", kinds[account.kind]], ["认证", account.verified ? "已认证" : "未认证"], ["我是", reader.name], ["OpenID", reader.openid]];
  const table = el("dl", {}, ...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  const act = (words, kind, what) => el("button", { class: `wide ${kind}`, type: "button", onclick: () => { layer.close(); what?.(); } }, words);
  const acts = reader.following ? [act("发消息", ""), act("不再关注", "danger", unfollow)] : [act("关注公众号", "", follow)];
  const head = el("div", { class: "sheet-head" }, iconButton("back", "返回", () => layer.close()), el("h2", {}, "资料"));
  const layer = lay(el("section", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": "公众号资料" }, head, el("div", { class: "contact" }, top, table, settings, ...acts)));
}

/** A dialog from the bottom. `build(close)` returns its children; tapping beside it closes it. */
export function dialog(title, build, onclose) {
  const box = el("div", { class: "dialog", role: "dialog", "aria-modal": "true", "aria-label": title });
  const dim = el("div", { class: "dim", onclick: (event) => { if (event.target === dim) close(); } }, box);
  const close = () => layer.close();
  box.append(el("h2", {}, title), ...build(close));
  const layer = lay(dim, box.querySelector("input, .picks button, .wide"), onclose);
  return close;
}

const PLACES = [
  ["官塘里幸福小区", 30.9461, 117.8342], ["乌木山菜市场", 30.9209, 117.8061],
  ["铜官区图书馆", 30.9369, 117.8213], ["铜陵站", 30.9530, 117.7610],
  ["铜陵市天井湖公园", 30.9442, 117.8046], ["上海图书馆", 31.2118, 121.4437],
];

export function askPlace(send) {
  dialog("发送位置", (close) => {
    const field = (label, value, more = {}) => el("input", { value, required: true, "aria-label": label, ...more });
    const name = field("地点名称", "", { placeholder: "例如：铜官区图书馆", required: false });
    const lat = field("纬度", "30.9369", { inputmode: "decimal", pattern: "-?[0-9]+(\\.[0-9]+)?" });
    const lon = field("经度", "117.8213", { inputmode: "decimal", pattern: "-?[0-9]+(\\.[0-9]+)?" });
    const picks = PLACES.map(([label, north, east]) => el("button", { type: "button", onclick: () => { close(); send({ lat: north, lon: east, label }); } }, label, el("small", {}, `${north}, ${east}`)));
    const form = el("form", { onsubmit: (event) => { event.preventDefault(); close(); send({ lat: Number(lat.value), lon: Number(lon.value), label: name.value.trim() }); } },
      el("label", {}, "或自己填", name), el("div", { class: "pair" }, el("label", {}, "纬度", lat), el("label", {}, "经度", lon)),
      el("button", { class: "wide" }, "发送"), el("button", { class: "quiet", type: "button", onclick: close }, "取消"));
    return [el("div", { class: "picks" }, ...picks), form];
  });
}

const SCENE = { of: (code) => code.scene, name: "场景值", example: "例如：poster_01", longest: 64 };
const CONTENT = { of: (code) => code.url, name: "码里的内容", example: "例如：一个网址，或一串字", longest: 2000 };

/** The camera's stand-in: one of the account's codes, or its scene typed. `send` gets the scene. */
export function askScan(codes, send) {
  scanDialog(codes, SCENE, send);
}

/** The same for a page that wants to read any code. `send` gets what the code says; `cancel` is called without one. */
export function askContent(codes, send, cancel) {
  scanDialog(codes, CONTENT, send, cancel);
}

function scanDialog(codes, { of, name, example, longest }, send, cancel) {
  let found = "";
  dialog("扫一扫", (close) => {
    const done = (words) => { found = words; close(); };
    const life = (code) => (code.expires_at === null ? "永久码" : "临时码");
    const picks = codes.map((code) => el("button", { type: "button", onclick: () => done(of(code)) }, code.scene, el("small", {}, life(code))));
    const words = codes.length ? "公众号生成的二维码：" : `公众号还没有生成带参数的二维码。可以直接填${name}。`;
    const box = el("input", { required: true, maxlength: String(longest), placeholder: example, "aria-label": name });
    const form = el("form", { onsubmit: (event) => { event.preventDefault(); if (box.value.trim()) done(box.value.trim()); } },
      el("label", {}, name, box), el("button", { class: "wide" }, "扫这个码"), el("button", { class: "quiet", type: "button", onclick: close }, "取消"));
    return [el("p", {}, words), el("div", { class: "picks" }, ...picks), form];
  }, () => (found ? send(found) : cancel?.()));
}

export async function recordVoice(send, refuse) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    refuse("没有可用的麦克风，可改发语音文件");
    return;
  }
  const recorder = new MediaRecorder(stream);
  const pieces = [];
  let wanted = false;
  let seconds = 0;
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener("stop", () => {
    clearInterval(ticking);
    stream.getTracks().forEach((track) => track.stop());
    if (wanted) send(new File(pieces, "voice.webm", { type: recorder.mimeType }));
  });
  const clock = el("div", { class: "record", role: "timer" }, "0″");
  const finish = (keep) => { wanted = keep; if (recorder.state !== "inactive") recorder.stop(); };
  const close = dialog("正在录音", () => [clock,
    el("button", { class: "wide", type: "button", onclick: () => { wanted = true; close(); } }, "说完了，发送"),
    el("button", { class: "quiet", type: "button", onclick: () => close() }, "取消")], () => finish(wanted));
  const ticking = setInterval(() => {
    seconds += 1;
    clock.textContent = `${seconds}″`;
    if (seconds >= 60) { wanted = true; close(); }
  }, 1000);
  recorder.start();
}
