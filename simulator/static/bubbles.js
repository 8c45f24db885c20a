// One item of the screen as a node. The account's words are untrusted: text nodes only, http(s) links only.

import { el, face, icon, toast } from "./dom.js";
import { packetBubble } from "./money.js";
import { noticeCard } from "./notices.js";
import { isMap, openMap, openPage, viewPicture } from "./sheets.js";

export function bubbleFor(item, context) {
  if (item.kind === "note") return el("p", { class: "remark" }, item.text);
  const mine = item.from === "reader";
  const build = BUILDERS[item.kind] ?? textBubble;
  const name = mine ? context.reader.name : context.account.name;
  const said = el("div", { class: mine ? "said mine" : "said", "data-n": String(item.n) },
    face(name, mine ? undefined : "account"), build(item, context));
  said.firstChild.after(el("span", { class: "unseen" }, `${name}：`));
  if (item.failed) markFailed(said);
  return said;
}

export function markFailed(said) {
  said.querySelector(".mark")?.remove();
  const words = "没有送达：公众号没有好好回答";
  said.append(el("span", { class: "mark failed", role: "img", "aria-label": words, title: words }, "!"));
}

function textBubble(item, context) {
  const parts = item.content.parts ?? [{ text: item.text, href: "" }];
  return el("div", { class: "bubble" }, ...parts.map((part) => piece(part, item, context)));
}

function piece(part, item, context) {
  if (part.href.startsWith("weixin://bizmsgmenu")) {
    const told = menuWords(part.href);
    return tappable(part.text, () => context.tap(told.msgmenucontent ?? part.text, told.msgmenuid ?? ""));
  }
  if (isMap(part.href)) return tappable(part.text, () => openMap(part.href));
  if (/^https?:\/\//.test(part.href)) return tappable(part.text, () => openPage(part.href));
  return document.createTextNode(part.text);
}

function menuWords(href) {
  const pairs = href.slice(href.indexOf("?") + 1).split("&").map((pair) => pair.split("="));
  const plain = (value) => { try { return decodeURIComponent(value); } catch { return value; } };
  return Object.fromEntries(pairs.map(([name, ...value]) => [name, plain(value.join("="))]));
}

/** A word to tap. Not a <button>: the edges of one let a line break, and quotes around the word would part from it. */
function tappable(text, onclick) {
  const onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault(); // a space would scroll
    onclick();
  };
  return el("span", { class: "link", role: "button", tabindex: "0", onclick, onkeydown }, text);
}

function choiceBubble(item, context) {
  const { head, choices, tail } = item.content;
  const rows = choices.map((choice) => tappable(choice.content, () => context.tap(choice.content, choice.id)));
  return el("div", { class: "bubble" }, head, el("div", { class: "choices" }, ...rows), tail);
}

function newsBubble(item) {
  const cards = item.content.articles.map((article) => {
    const cover = /^https?:/.test(article.picurl) ? el("img", { src: article.picurl, alt: "", loading: "lazy" }) : null;
    const words = [el("b", {}, article.title || article.url), article.description ? el("p", {}, article.description) : null];
    return el("button", { class: "card-button", type: "button", onclick: () => openPage(article.url, article.title) }, cover, ...words);
  });
  return el("div", { class: "bubble card" }, ...cards);
}

function pictureBubble(item) {
  const picture = el("img", { class: "shot", src: item.content.media_url, alt: "图片", loading: "lazy" });
  return el("button", { class: "bubble bare", type: "button", "aria-label": "看大图", onclick: () => viewPicture(item.content.media_url) }, picture);
}

function voiceBubble(item) {
  const button = el("button", { class: "bubble sound", type: "button", "aria-label": "播放语音" }, icon("sound"), "语音");
  const sound = new Audio();
  sound.preload = "none";
  sound.src = item.content.media_url;
  for (const [event, on] of [["playing", true], ["ended", false], ["pause", false]]) {
    sound.addEventListener(event, () => button.classList.toggle("playing", on));
  }
  button.addEventListener("click", () => {
    if (!sound.paused) return sound.pause();
    return sound.play().catch(() => toast(`浏览器放不了这种录音（${item.content.content_type}）`));
  });
  return button;
}

function filmBubble(item) {
  const film = el("video", { class: "film", src: item.content.media_url, controls: true, preload: "metadata" });
  const words = item.text === "[视频]" ? null : el("span", { class: "card-foot" }, item.text);
  return el("div", { class: "bubble bare" }, film, words);
}

function placeBubble(item) {
  const { lat, lon, label } = item.content;
  const words = el("span", { class: "card-button" }, el("b", {}, label || "位置"), el("p", {}, `北纬 ${lat.toFixed(4)}，东经 ${lon.toFixed(4)}`));
  return el("div", { class: "bubble card" }, words, el("span", { class: "place-map" }, icon("place")));
}

function miniBubble(item) {
  const { media_url, appid, pagepath } = item.content;
  const cover = el("img", { src: media_url, alt: "", loading: "lazy" });
  const open = () => toast(`模拟手机打不开小程序（${appid}，${pagepath}）`);
  const button = el("button", { class: "card-button mini-card", type: "button", onclick: open }, el("b", {}, item.text), cover);
  return el("div", { class: "bubble card" }, button, el("span", { class: "card-foot" }, "小程序"));
}

function cardBubble(item) {
  const names = { music: "音乐", card: "卡券" };
  const open = item.url ? () => openPage(item.url, item.text) : () => toast(`模拟手机打不开${names[item.kind]}`);
  const button = el("button", { class: "card-button", type: "button", onclick: open }, el("b", {}, item.text));
  return el("div", { class: "bubble card" }, button, el("span", { class: "card-foot" }, names[item.kind]));
}

const BUILDERS = {
  msgmenu: choiceBubble, news: newsBubble, link: newsBubble, image: pictureBubble, voice: voiceBubble,
  video: filmBubble, location: placeBubble, music: cardBubble, miniprogram: miniBubble, card: cardBubble,
  template: noticeCard, subscription: noticeCard, red_packet: packetBubble,
};
