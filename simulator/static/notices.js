// Template messages and subscription notices on the phone: their cards, the consent sheet, the settings.

import { ask, el, toast } from "./dom.js";
import { dialog, openPage } from "./sheets.js";

/** A card: title, lines, and 详情 where it leads somewhere. */
export function noticeCard(item) {
  const { title, fields, miniprogram } = item.content;
  const lines = fields.map((line) => el("div", {}, el("dt", {}, line.name), el("dd", {}, line.value)));
  const open = item.url ? () => openPage(item.url, title) : () => toast("模拟手机打不开小程序");
  const more = item.url || miniprogram ? el("button", { class: "notice-more", type: "button", onclick: open }, "详情") : null;
  const from = item.kind === "subscription" ? el("span", { class: "card-foot" }, "订阅通知") : null;
  return el("div", { class: "bubble card notice" }, el("b", {}, title), el("dl", {}, ...lines), more, from);
}

/** WeChat's sheet. Resolves to {template_id: "accept" | "reject"}; closing it is 取消. */
export function consentSheet(account, rows) {
  return new Promise((answer) => {
    let accept = Object.fromEntries(rows.map((row) => [row.template_id, "reject"]));
    dialog(`${account} 申请向你发送通知`, (close) => {
      const picks = rows.map((row) => [row, el("input", { type: "checkbox", checked: true })]);
      const allow = () => {
        accept = Object.fromEntries(picks.map(([row, box]) => [row.template_id, box.checked ? "accept" : "reject"]));
        close();
      };
      const lines = picks.map(([row, box]) => el("label", { class: "consent" }, box, el("span", {}, row.title), el("small", {}, KINDS[row.type])));
      return [el("div", { class: "picks" }, ...lines), el("div", { class: "pair" },
        el("button", { class: "wide plain", type: "button", onclick: close }, "取消"),
        el("button", { class: "wide", type: "button", onclick: allow }, "允许"))];
    }, () => answer(accept));
  });
}

const KINDS = { 2: "一次", 3: "长期" };

/** The settings of this account on the contact card: what may come, and a button against each. */
export function noticeSettings(openid) {
  const list = el("div", { class: "notice-settings" });
  const path = `/sim/readers/${encodeURIComponent(openid)}`;
  const draw = async () => {
    const [notices, marks] = await Promise.all([ask("GET", `${path}/subscriptions`), ask("POST", `${path}/marks`, {})]);
    list.replaceChildren(el("h4", {}, "通知管理"), blocking(marks.blocks), ...notices.map(row),
      ...(notices.length ? [] : [el("p", {}, "还没有订阅过通知。")]));
  };
  const change = async (what, wish) => {
    try {
      await ask("POST", `${path}/${what}`, wish);
      await draw();
    } catch (error) {
      toast(error.message);
    }
  };
  const blocking = (blocks) => el("label", { class: "consent" }, el("span", {}, "接收服务通知（模板消息）"),
    el("input", { type: "checkbox", checked: !blocks, onchange: (event) => change("marks", { blocks: !event.target.checked }) }));
  const row = (one) => el("div", { class: "consent" }, el("span", {}, one.title), el("small", {}, leftOf(one)),
    el("button", { class: "quiet", type: "button", disabled: one.left === 0, "aria-label": `拒收 ${one.title}`,
      onclick: () => change("refuse", { template_ids: [one.template_id] }) }, "拒收"));
  draw().catch((error) => toast(error.message));
  return list;
}

function leftOf({ left }) {
  if (left === 0) return "不再接收";
  return left < 0 ? "长期" : `还可收 ${left} 条`;
}
