// The phone's heart: who holds it, what is on its screen, and asking for news every second.

import { Bar } from "./bar.js";
import { bubbleFor, markFailed } from "./bubbles.js";
import { Desk } from "./desk.js";
import { ask, el, icon, shanghai, toast } from "./dom.js";
import { serveFrames } from "./frames.js";
import { noticeSettings } from "./notices.js";
import { closeSheets, dialog, openContact } from "./sheets.js";

const GAP_S = 300; // a time is shown again after five quiet minutes
const EVERY_MS = 1000;
const SHOWN = { image: "[图片]", voice: "[语音]", video: "[视频]" };

const chat = document.getElementById("chat");
const typing = document.getElementById("typing");

let state = { reader: null, account: { name: "" }, menu: [], codes: [], now: 0 };
let last = 0; // number of the newest item drawn
let lastAt = 0;
let pending = []; // bubbles shown before the simulator knows them: {words, node}

let atEnd = true; // whether the newest words are in view: pictures that load late must not push them out
chat.addEventListener("scroll", () => { atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 120; });
new ResizeObserver(() => { if (atEnd) scrollDown(); }).observe(chat);
chat.addEventListener("load", () => { if (atEnd) scrollDown(); }, true);

const bar = new Bar(document.getElementById("bar"), { send, upload, scroll: scrollDown, state: () => state });
const desk = new Desk(document.getElementById("desk"), { choose, current: () => state.reader?.openid });

const itemContext = () => ({ ...state, tap: (content, id) => send({ type: "text", content, bizmsgmenuid: id || "1" }) });

async function look() {
  const openid = state.reader?.openid;
  if (!openid) return;
  const told = await ask("GET", `/sim/phone/${encodeURIComponent(openid)}?after=${last}`);
  if (openid !== state.reader?.openid) return; // another reader was chosen meanwhile
  state = { ...state, ...told };
  document.getElementById("account-name").textContent = told.account.name;
  typing.textContent = told.reader.typing ? "对方正在输入…" : "";
  const news = told.items.filter((item) => item.n > last);
  news.forEach(draw);
  if (news.length && (atEnd || news.some((item) => item.from === "reader"))) scrollDown();
  if (!chat.children.length) chat.append(el("p", { class: "empty-chat" }, told.reader.following ? "说一句话，看看图书馆怎么回答。" : "还没有关注这个公众号。"));
  bar.draw();
}

function draw(item) {
  chat.querySelector(".empty-chat")?.remove();
  last = item.n;
  if (item.from === "reader") settle(item);
  if (item.kind === "failure" && item.content.item) {
    const said = chat.querySelector(`[data-n="${Number(item.content.item)}"]`);
    if (said) markFailed(said);
  }
  if (item.at - lastAt > GAP_S) chat.append(timeLine(item.at));
  lastAt = item.at;
  const firstPending = pending[0]?.node;
  const node = bubbleFor(item, itemContext());
  if (firstPending?.isConnected && item.from === "reader") firstPending.before(node);
  else chat.append(node);
}

function timeLine(at) {
  const then = shanghai(at);
  const today = shanghai(state.now).day === then.day;
  return el("p", { class: "when" }, today ? then.minute : `${then.day} ${then.week} ${then.minute}`);
}

/** The simulator now has the item: its own bubble takes the place of the one shown in advance. */
function settle(item) {
  const at = pending.findIndex((one) => one.words === item.text);
  if (at >= 0) pending.splice(at, 1)[0].node.remove();
}

function showAtOnce(words) {
  const node = el("div", { class: "said mine" });
  const item = { n: 0, from: "reader", kind: "text", text: words, content: {}, failed: false };
  node.append(...bubbleFor(item, itemContext()).childNodes, el("span", { class: "mark sending", role: "img", "aria-label": "正在发送" }));
  chat.querySelector(".empty-chat")?.remove();
  chat.append(node);
  const one = { words, node };
  pending.push(one);
  scrollDown();
  return one;
}

async function deliver(words, body) {
  const shown = words ? showAtOnce(words) : null;
  try {
    await ask("POST", `/sim/readers/${encodeURIComponent(state.reader.openid)}/send`, body);
  } catch (error) {
    if (shown) markFailed(shown.node);
    pending = pending.filter((one) => one !== shown);
    toast(error.message);
  }
  await refresh();
}

function send(wish) {
  const words = wish.type === "text" ? wish.content : wish.type === "location" ? `[位置] ${wish.label}`.trim() : "";
  return deliver(words, wish);
}

function upload(kind, file) {
  const form = new FormData();
  form.append("type", kind);
  form.append("file", file, file.name);
  return deliver(SHOWN[kind], form);
}

function scrollDown() {
  atEnd = true;
  requestAnimationFrame(() => { chat.scrollTop = chat.scrollHeight; });
}

function choose(reader) {
  closeSheets();
  state = { ...state, reader };
  last = 0;
  lastAt = 0;
  pending = [];
  chat.replaceChildren();
  const address = new URL(location.href);
  if (reader) address.searchParams.set("as", reader.openid);
  else address.searchParams.delete("as");
  history.replaceState(null, "", address);
  if (!reader) bar.node.replaceChildren();
  bar.drawn = "";
  return refresh();
}

async function refresh() {
  try {
    await look();
    await desk.look();
  } catch (error) {
    if (error.status === 404) await lost();
    else toast(error.message);
  }
}

/** The reader is gone (the simulator was reset): somebody else takes the phone. */
async function lost() {
  const [other] = await ask("GET", "/sim/readers?limit=1");
  await choose(other ?? null);
  if (!other) invite();
}

function invite() {
  dialog("先请一位读者", (close) => {
    const name = el("input", { value: "小林", maxlength: "20", required: true, "aria-label": "读者的名字" });
    const form = el("form", { onsubmit: async (event) => {
      event.preventDefault();
      close();
      choose(await desk.add(name.value.trim()));
    } }, el("label", {}, "读者的名字", name), el("button", { class: "wide" }, "拿起手机"));
    return [el("p", {}, "这部手机还没有主人。起个名字，就可以关注公众号、说话、扫码了。"), form];
  });
}

async function start() {
  document.getElementById("to-desk").append(icon("desk"));
  document.getElementById("to-contact").append(icon("person"));
  document.getElementById("to-desk").addEventListener("click", () => desk.toggle(true));
  document.getElementById("to-contact").addEventListener("click", () => {
    if (!state.reader) return invite();
    const event = (name) => () => send({ type: "event", event: name });
    return openContact(state, { follow: event("subscribe"), unfollow: event("unsubscribe"), settings: noticeSettings(state.reader.openid) });
  });
  serveFrames({ state: () => state, send });
  const people = await ask("GET", "/sim/readers");
  const wanted = new URLSearchParams(location.search).get("as");
  const reader = people.find((one) => one.openid === wanted) ?? people[0];
  await choose(reader ?? null);
  if (!reader) invite();
  for (;;) {
    await new Promise((later) => setTimeout(later, document.hidden ? EVERY_MS * 5 : EVERY_MS));
    await refresh();
  }
}

start().catch((error) => toast(error.message));
