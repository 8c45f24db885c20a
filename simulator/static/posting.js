// Mass sends in the panel: whether the administrator is asked, their yes or no, and what becomes of the next one.

import { ask, el, shanghai } from "./dom.js";

const STATES = { waiting: "等管理员", SEND_SUCCESS: "发出了", SEND_FAIL: "没发成", DELETE: "删了" };
const OUTCOMES = [["send success", "发成"], ["send fail", "失败"], ["err(20013)", "涉嫌侵权"], ["err(10001)", "涉嫌广告"]];
const KEPT = 6;

export class Posting {
  constructor(box, run) {
    this.run = run;
    this.drawn = "";
    this.wishes = 0;
    this.asks = el("input", { type: "checkbox", onchange: () => this.wish({ protected: this.asks.checked }) });
    const next = el("select", { "aria-label": "下一次群发的结果", onchange: () => this.wish({ next: next.value }) },
      ...OUTCOMES.map(([value, words]) => el("option", { value }, words)));
    this.next = next;
    this.list = el("ul", { class: "active" });
    this.node = box("群发", el("div", { class: "row" }, el("label", {}, this.asks, " 群发保护"), el("label", {}, "下一次 ", next)), this.list);
  }

  wish(what) {
    this.wishes += 1;
    return this.run(async () => {
      await ask("POST", "/sim/masses", what);
      this.wishes += 1;
    });
  }

  async look() {
    const wishes = this.wishes;
    const told = await ask("GET", "/sim/masses");
    const text = JSON.stringify(told);
    // An answer from before a wish would undo what was just ticked.
    if (text === this.drawn || wishes !== this.wishes) return;
    this.drawn = text;
    this.asks.checked = told.protected;
    this.next.value = told.next;
    this.list.replaceChildren(...told.masses.slice(-KEPT).reverse().map((one) => this.job(one)));
  }

  job(one) {
    const words = el("span", {}, `${shanghai(one.at).second} · ${audience(one.audience)} · ${STATES[one.state]}`);
    if (one.state !== "waiting") return el("li", {}, words);
    const say = (label, yes) => el("button", { class: yes ? "small main" : "small bad", type: "button",
      onclick: () => this.run(() => ask("POST", `/sim/masses/${one.msg_id}/confirm`, { yes })) }, label);
    return el("li", {}, words, say("管理员同意", true), say("拒绝", false));
  }
}

function audience(to) {
  if (to.all) return "全部读者";
  return to.tag ? `标签 ${to.tag}` : `${to.openids} 位读者`;
}
