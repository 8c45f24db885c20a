// The panel beside the phone: readers, the clock, faults, the account, and what passed between the two sides.

import { ask, el, face, iconButton, shanghai, toast } from "./dom.js";
import { Posting } from "./posting.js";
import { PAY_PLACES, payFaults, Till } from "./till.js";

const HOURS = 3600;
const API_FAULTS = [
  ["慢", "slow"], ["沉默", "silent"], ["丢应答", "drop"], ["断开", "cut"], ["500", "500"], ["网页", "html"], ["空白", "empty"], ["乱码", "garbage"],
  ["-1 系统忙", "errcode:-1"], ["45009 日限额", "errcode:45009"], ["45015 窗口关", "errcode:45015"], ["45047 条数尽", "errcode:45047"],
  ["48001 没权限", "errcode:48001"], ["43101 没订阅", "errcode:43101"], ["47003 字段错", "errcode:47003"], ["40164 白名单", "errcode:40164"], ["令牌作废", "expire_token"],
];
const CALLBACK_FAULTS = [
  ["慢", "slow"], ["丢应答", "drop"], ["丢推送", "lost"], ["重复", "duplicate"], ["乱序", "reorder"], ["假签名", "forged"], ["别家的", "foreign"],
];
const PLACES = [["*", "全部接口"], ["callback", "回调（推送）"], ["/cgi-bin/message/custom/send", "客服消息"], ["/cgi-bin/message/mass/sendall", "群发"], ["/cgi-bin/message/mass/send", "群发（名单）"], ["/cgi-bin/draft/add", "建草稿"], ["/cgi-bin/message/template/send", "模板消息"], ["/cgi-bin/message/subscribe/bizsend", "订阅通知"], ["/cgi-bin/ticket/getticket", "网页签名票"], ["/sns/oauth2/access_token", "网页授权"], ["/cgi-bin/stable_token", "稳定令牌"], ["/cgi-bin/token", "令牌"], ["/cgi-bin/menu/create", "建菜单"], ["/cgi-bin/media/get", "取素材"], ["/cgi-bin/user/get", "粉丝列表"], ...PAY_PLACES];
const LOGS = { calls: "接口调用", pushes: "推送", deliveries: "送达", violations: "违例" };
const KEPT = 200;

const small = (words, onclick, kind = "") => el("button", { class: `small ${kind}`, type: "button", onclick }, words);
const box = (title, ...children) => el("section", { class: "box", "aria-label": title }, el("h3", {}, title), ...children);

export class Desk {
  constructor(node, phone) {
    this.node = node;
    this.phone = phone; // {choose(reader), current()}
    this.tab = "calls";
    this.seen = {};
    this.drawn = {};
    this.build();
  }

  build() {
    this.badges = el("span", { class: "row badges" });
    this.people = el("ul", { class: "people" });
    this.time = el("p", { class: "time" });
    this.faults = el("ul", { class: "active" });
    this.log = el("div", { class: "log", role: "tabpanel", id: "log", tabindex: "0", "aria-label": "记录" });
    this.till = new Till(box, (work) => this.run(work));
    this.posting = new Posting(box, (work) => this.run(work));
    const head = el("div", { class: "desk-head" }, el("h2", {}, "模拟器"), this.badges, iconButton("close", "关闭控制台", () => this.toggle(false)));
    const left = el("div", { class: "pile" }, this.readerBox(), this.clockBox(), this.till.node);
    const right = el("div", { class: "pile" }, this.faultBox(), this.posting.node, this.accountBox());
    this.node.append(head, el("div", { class: "cards" }, left, right, this.logBox()));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.node.classList.contains("open")) this.toggle(false); });
    // Tapping beside the drawer closes it.
    document.getElementById("phone").addEventListener("pointerdown", () => this.node.classList.contains("open") && this.toggle(false));
  }

  toggle(open) {
    this.node.classList.toggle("open", open);
    const opener = document.getElementById("to-desk");
    opener.setAttribute("aria-expanded", String(open));
    (open ? this.node.querySelector(".desk-head .icon-button") : opener).focus();
  }

  readerBox() {
    const name = el("input", { class: "grow", value: "老周", maxlength: "20", required: true, "aria-label": "新读者的名字" });
    const form = el("form", { class: "row", onsubmit: async (event) => {
      event.preventDefault();
      await this.run(async () => this.phone.choose(await this.add(name.value.trim())));
      name.value = "";
    } }, name, el("button", { class: "small main" }, "添读者"));
    return box("读者", this.people, form);
  }

  clockBox() {
    const forward = (words, seconds) => small(words, () => this.run(() => ask("POST", "/sim/clock", { advance_s: seconds })));
    return box("时钟", this.time, el("div", { class: "row" }, forward("+1 分", 60), forward("+2 小时", 2 * HOURS), forward("+1 天", 24 * HOURS), forward("+3 天", 72 * HOURS)),
      el("p", { class: "hint" }, "令牌、客服窗口、素材、二维码和时间戳都跟着走；只能往前。"));
  }

  faultBox() {
    const where = el("select", { class: "grow", "aria-label": "在哪里出故障" }, ...PLACES.map(([path, words]) => el("option", { value: path }, words)));
    const times = el("input", { type: "number", min: "0", max: "999", value: "1", "aria-label": "几次，0 为一直" });
    const seconds = el("input", { type: "number", min: "0.1", max: "60", step: "0.1", value: "2.5", "aria-label": "慢几秒" });
    const grid = el("div", { class: "faults-grid" });
    const order = (what) => this.run(async () => {
      const told = await ask("POST", "/sim/faults", { path: where.value, what: what === "slow" ? `slow:${seconds.value}` : what, times: Number(times.value) });
      toast(`已下令：${told.what}`);
    });
    const fill = () => grid.replaceChildren(...(where.value === "callback" ? CALLBACK_FAULTS : payFaults(where.value) ?? API_FAULTS).map(([words, what]) => small(words, () => order(what))));
    where.addEventListener("change", fill);
    fill();
    const clear = small("全部清除", () => this.run(() => ask("DELETE", "/sim/faults")), "bad");
    const section = box("故障", el("div", { class: "row" }, where, el("label", {}, "次数 ", times), el("label", {}, "慢(秒) ", seconds)), grid, this.faults);
    section.querySelector("h3").append(clear);
    return section;
  }

  accountBox() {
    const kind = el("select", { "aria-label": "账号类型" }, el("option", { value: "service" }, "服务号"), el("option", { value: "subscription" }, "订阅号"));
    const verified = el("select", { "aria-label": "认证" }, el("option", { value: "1" }, "已认证"), el("option", { value: "" }, "未认证"));
    const mode = el("select", { "aria-label": "消息加解密方式" }, ...[["safe", "安全模式"], ["compatible", "兼容模式"], ["plain", "明文模式"]].map(([value, words]) => el("option", { value }, words)));
    const reset = small("清空并重来", () => {
      if (!confirm("读者、聊天、令牌、素材、菜单和记录都会清空，时钟归零，不能撤销。继续吗？")) return;
      this.run(async () => {
        await ask("POST", "/sim/reset", { kind: kind.value, verified: Boolean(verified.value), mode: mode.value });
        location.assign("/");
      });
    }, "bad");
    const check = small("验证回调地址", () => this.run(async () => {
      const told = await ask("POST", "/sim/verify");
      toast(told.ok ? "回调地址验证通过" : `没有通过：${told.error ?? told.status}`);
    }));
    return box("账号", el("div", { class: "row" }, kind, verified, mode, reset, check), el("p", { class: "hint" }, "换类型要清空重来：一个账号的权限和它的读者是一起的。"));
  }

  logBox() {
    const tabs = el("div", { class: "tabs", role: "tablist" }, ...Object.entries(LOGS).map(([name, words]) => el("button", {
      type: "button", role: "tab", "aria-controls": "log", "aria-selected": String(name === this.tab), "data-tab": name, onclick: () => this.show(name) }, words)));
    const section = box("记录", tabs, this.log);
    section.classList.add("full");
    return section;
  }

  show(name) {
    this.tab = name;
    this.seen[name] = 0;
    this.log.replaceChildren();
    this.node.querySelectorAll("[role=tab]").forEach((tab) => tab.setAttribute("aria-selected", String(tab.dataset.tab === name)));
    return this.run(() => this.lookAtLog());
  }

  async run(work) {
    try {
      await work();
      await this.look();
    } catch (error) {
      toast(error.message);
    }
  }

  async add(name) {
    const { openid } = await ask("POST", "/sim/readers", { name });
    return { openid, name, following: false };
  }

  async look() {
    const [people, clock, faults, account] = await Promise.all(["readers?limit=300", "clock", "faults", "account"].map((what) => ask("GET", `/sim/${what}`)));
    this.redraw("account", account, () => this.badges.replaceChildren(...accountBadges(account)));
    this.redraw("people", [people, this.phone.current()], () => this.people.replaceChildren(...people.map((one) => this.person(one))));
    this.redraw("faults", faults.active, () => this.faults.replaceChildren(...faults.active.map((fault) => this.fault(fault))));
    const now = shanghai(clock.now);
    const ahead = clock.ahead_s ? `快了 ${span(clock.ahead_s)}` : "与本机一致";
    this.time.replaceChildren(`${now.day} ${now.week} ${now.second}`, el("small", {}, ahead));
    await this.till.look();
    await this.posting.look();
    await this.lookAtLog();
  }

  redraw(name, value, draw) {
    const text = JSON.stringify(value);
    if (this.drawn[name] === text) return;
    this.drawn[name] = text;
    draw();
  }

  person(one) {
    const windows = one.windows.map((open) => `${open.credits} 条·${span(open.seconds_left)}`).join("，");
    const words = el("span", {}, one.name, el("small", {}, one.following ? (windows ? `客服窗口：${windows}` : "客服窗口已关") : "点开后可关注"));
    const badge = el("span", { class: one.following ? "badge" : "badge off" }, one.following ? "已关注" : "未关注");
    return el("li", {}, el("button", { type: "button", title: one.openid, "aria-current": String(one.openid === this.phone.current()),
      onclick: () => { this.phone.choose(one); this.toggle(false); } }, face(one.name), words, badge));
  }

  fault(fault) {
    const place = PLACES.find(([path]) => path === fault.path)?.[1] ?? fault.path;
    const left = fault.left === null ? "一直" : `还有 ${fault.left} 次`;
    return el("li", { title: fault.will }, el("span", {}, `${place} · ${fault.what} · ${left}`),
      el("button", { type: "button", "aria-label": `清除 ${fault.what}`, onclick: () => this.run(() => ask("DELETE", `/sim/faults?number=${fault.number}`)) }, "✕"));
  }

  async lookAtLog() {
    const name = this.tab;
    const after = this.seen[name] ?? 0;
    const rows = await ask("GET", `/sim/${name}?after=${after}&newest=${KEPT}`);
    if (name !== this.tab || after !== (this.seen[name] ?? 0)) return;
    if (rows.length) this.seen[name] = rows.at(-1).n ?? rows.at(-1).id;
    this.log.querySelector(".none")?.remove();
    rows.forEach((row) => this.log.prepend(entry(name, row)));
    while (this.log.children.length > KEPT) this.log.lastChild.remove();
    if (!this.log.children.length) this.log.append(el("p", { class: "none" }, EMPTY[name]));
  }
}

const EMPTY = {
  calls: "公众号还没有调用过接口。", pushes: "还没有推送：在手机上说句话试试。",
  deliveries: "还没有收到客服消息、模板消息或订阅通知。", violations: "没有违例：公众号的回答都合平台的规矩。",
};

function accountBadges(account) {
  const kinds = { service: "服务号", subscription: "订阅号" };
  const modes = { safe: "安全模式", compatible: "兼容模式", plain: "明文模式" };
  return [el("span", { class: "badge" }, kinds[account.kind]), el("span", { class: account.verified ? "badge" : "badge off" }, account.verified ? "已认证" : "未认证"),
    el("span", { class: "badge off" }, modes[account.mode]), el("span", { class: "badge off", title: "回调地址" }, account.callback)];
}

function span(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} 秒`;
  if (seconds < 2 * HOURS) return `${Math.round(seconds / 60)} 分`;
  if (seconds < 72 * HOURS) return `${Math.round(seconds / HOURS)} 小时`;
  return `${Math.round(seconds / HOURS / 24)} 天`;
}

function entry(name, row) {
  const [what, badge, kind, ms, body] = ENTRIES[name](row);
  const summary = el("summary", {}, el("time", {}, shanghai(row.at).second), el("span", { class: "what" }, what),
    el("span", { class: `badge ${kind}` }, badge), el("span", { class: "ms" }, ms));
  return el("details", {}, summary, el("pre", {}, body));
}

/** The first line of a template message or a subscription notice. */
function firstLine(data) {
  return data && Object.values(data)[0]?.value;
}

const ENTRIES = {
  calls: (row) => {
    const cut = row.status === null;
    const bad = cut || row.status !== 200 || row.errcode;
    const fault = row.fault ? `故障：${row.fault}\n` : "";
    return [`${row.method} ${row.path}`, cut ? "断开" : String(row.errcode || row.status), bad ? "bad" : "", `${row.ms} ms`, `${fault}→ ${row.sent}\n← ${row.answer || "（没有应答）"}`];
  },
  pushes: (row) => {
    const last = row.tries.at(-1);
    const fault = row.fault ? `故障：${row.fault}\n` : "";
    const lines = row.tries.map((one, at) => `第 ${at + 1} 次 ${one.status ?? one.error} · ${one.ms} ms\n${one.reply}`);
    return [row.what, last ? String(last.status ?? "无应答") : "未推送", last?.status === 200 ? "" : "bad", last ? `${last.ms} ms` : "", `${row.openid}\n${fault}${lines.join("\n")}`];
  },
  deliveries: (row) => [row.content.content ?? row.content.head_content ?? firstLine(row.content.data) ?? row.msgtype, row.msgtype, "", "", `${row.openid}\n${JSON.stringify(row.content, null, 2)}`],
  violations: (row) => [row.what, "违例", "warn", "", `${row.openid ?? ""}\n${row.what}`],
};
