// The bar below the chat: the account's menu, the text box, the "+" panel, or the invitation to follow.

import { el, icon, iconButton, toast } from "./dom.js";
import { askPlace, askScan, openPage, recordVoice } from "./sheets.js";

const KINDS = { 图片: ["picture", "image", "image/*"], 语音文件: ["file", "voice", "audio/*,.amr,.mp3"], 视频: ["film", "video", "video/*"] };

/** Draws the bar for a reader and redraws it only when something about it changed, so that typing is never lost. */
export class Bar {
  constructor(node, phone) {
    this.node = node;
    this.phone = phone; // {send(wish), upload(kind, file), state()}
    this.writing = false;
    this.drawn = "";
    document.addEventListener("click", (event) => { if (!event.target.closest(".menu")) this.closeMenus(); });
  }

  draw() {
    const { reader, menu } = this.phone.state();
    const wanted = JSON.stringify([reader?.openid, reader?.following, menu, this.writing || !menu.length]);
    if (!reader) return this.node.replaceChildren();
    if (wanted === this.drawn) return undefined;
    this.drawn = wanted;
    if (!reader.following) return this.node.replaceChildren(this.invitation());
    if (menu.length && !this.writing) return this.node.replaceChildren(this.menus(menu));
    return this.node.replaceChildren(this.composer(menu.length > 0));
  }

  invitation() {
    return el("div", { class: "follow-bar" }, el("p", {}, "关注以后才能和图书馆说话。"),
      el("button", { class: "wide", type: "button", onclick: () => this.phone.send({ type: "event", event: "subscribe" }) }, "关注公众号"),
      el("button", { class: "quiet", type: "button", onclick: () => this.scan() }, "扫海报上的二维码关注"));
  }

  menus(menu) {
    const toWriting = iconButton("keyboard", "改用键盘", () => { this.writing = true; this.draw(); this.node.querySelector("textarea").focus(); });
    return el("nav", { class: "menus", "aria-label": "公众号菜单" }, toWriting, ...menu.map((button) => this.menu(button)));
  }

  menu(button) {
    const below = button.sub_button ?? [];
    if (!below.length) return el("div", { class: "menu" }, el("button", { type: "button", onclick: () => this.press(button) }, button.name));
    const top = el("button", { class: "has-more", type: "button", "aria-haspopup": "true", "aria-expanded": "false" }, button.name);
    const list = el("div", { class: "sub-menu", hidden: true }, ...below.map((sub) => el("button", { type: "button", onclick: () => { this.closeMenus(); this.press(sub); } }, sub.name)));
    top.addEventListener("click", () => {
      const open = list.hidden;
      this.closeMenus();
      list.hidden = !open;
      top.setAttribute("aria-expanded", String(open));
    });
    return el("div", { class: "menu" }, top, list);
  }

  closeMenus() {
    this.node.querySelectorAll(".sub-menu").forEach((list) => { list.hidden = true; });
    this.node.querySelectorAll("[aria-expanded]").forEach((top) => top.setAttribute("aria-expanded", "false"));
  }

  press(button) {
    const event = (more = {}) => this.phone.send({ type: "event", event: button.type, key: button.key ?? "", ...more });
    const acts = {
      click: () => event({ event: "CLICK" }),
      view: () => { event({ event: "VIEW", key: button.url }); openPage(button.url, button.name); },
      miniprogram: () => { event({ event: "view_miniprogram", key: button.pagepath }); toast("模拟手机打不开小程序"); },
      scancode_push: () => askScan(this.phone.state().codes, (result) => { event({ result }); openPage(result); }),
      scancode_waitmsg: () => askScan(this.phone.state().codes, (result) => event({ result })),
      location_select: () => askPlace(async (place) => { await event({ ...place, poiname: place.label }); this.phone.send({ type: "location", scale: 16, ...place }); }),
    };
    for (const type of ["pic_sysphoto", "pic_photo_or_album", "pic_weixin"]) {
      acts[type] = () => this.pick("image", "image/*", () => event());
    }
    (acts[button.type] ?? (() => toast("这种菜单要在真的微信里试")))();
  }

  composer(withMenu) {
    const box = el("textarea", { rows: "1", "aria-label": "写消息", enterkeyhint: "send", maxlength: "20000" });
    const send = el("button", { class: "send", type: "submit", hidden: true }, "发送");
    const panel = this.panel();
    const plus = iconButton("plus", "更多：图片、语音、位置…", () => {
      panel.hidden = !panel.hidden;
      plus.setAttribute("aria-expanded", String(!panel.hidden));
      this.phone.scroll();
    });
    const form = el("form", { class: "writing" },
      withMenu ? iconButton("menu", "回到菜单", () => { this.writing = false; this.draw(); }) : null, box, plus, send);
    box.addEventListener("input", () => { send.hidden = !box.value.trim(); plus.hidden = !send.hidden; });
    box.addEventListener("focus", () => { panel.hidden = true; });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!box.value.trim()) return;
      this.phone.send({ type: "text", content: box.value });
      box.value = "";
      box.dispatchEvent(new Event("input"));
      box.focus();
    });
    return el("div", {}, form, panel);
  }

  panel() {
    const tile = (name, picture, onclick) => el("button", { type: "button", onclick }, el("i", {}, icon(picture)), name);
    const files = Object.entries(KINDS).map(([name, [picture, kind, accept]]) => tile(name, picture, () => this.pick(kind, accept)));
    const canRecord = "MediaRecorder" in window && navigator.mediaDevices;
    const record = canRecord ? tile("录音", "voice", () => recordVoice((file) => this.phone.upload("voice", file), toast)) : null;
    const place = tile("位置", "place", () => askPlace((where) => this.phone.send({ type: "location", scale: 16, ...where })));
    return el("div", { class: "plus", hidden: true, role: "group", "aria-label": "更多" }, ...files, record, place, tile("扫一扫", "scan", () => this.scan()));
  }

  scan() {
    askScan(this.phone.state().codes, (scene) => this.phone.send({ type: "event", event: "SCAN", key: scene }));
  }

  pick(kind, accept, before) {
    const input = el("input", { type: "file", accept });
    input.addEventListener("change", async () => {
      if (!input.files.length) return;
      await before?.();
      this.phone.upload(kind, input.files[0]);
    });
    input.click();
  }
}
