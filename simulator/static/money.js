// Money on the phone: a red packet in the chat, and the sheet on which a transfer is confirmed.

import { ask, el, toast } from "./dom.js";
import { dialog } from "./sheets.js";

const yuan = (fen) => (fen / 100).toFixed(2);

/** The packet's card; a tap opens it, a second one shows the sum again. */
export function packetBubble(item, context) {
  const { wishing, sender, fen } = item.content;
  const state = el("span", { class: "card-foot" }, item.opened ? "已领取" : "微信红包");
  const open = async () => {
    try {
      await ask("POST", `/sim/readers/${encodeURIComponent(context.reader.openid)}/open`, { id: item.id });
    } catch (error) {
      toast(error.message);
      return;
    }
    state.textContent = "已领取";
    card.classList.add("opened");
    dialog(sender, (close) => [el("p", { class: "sum" }, yuan(fen), el("small", {}, "元")), el("p", { class: "wish" }, wishing),
      el("p", { class: "wish" }, "已存入零钱"), el("button", { class: "wide plain", type: "button", onclick: close }, "好")]);
  };
  const button = el("button", { class: "card-button", type: "button", onclick: open, "aria-label": `打开红包：${wishing}` },
    el("i", { class: "packet-seal", "aria-hidden": "true" }, "福"), el("b", {}, wishing));
  const card = el("div", { class: item.opened ? "bubble card packet opened" : "bubble card packet" }, button, state);
  return card;
}

/** WeChat's sheet for a transfer. Resolves to what the page is told: shown, or why not; never whether money came. */
export async function transferSheet(reader, { package: words }) {
  const path = `/sim/readers/${encodeURIComponent(reader.openid)}/transfer`;
  let told;
  try {
    told = await ask("POST", path, { package: words });
  } catch (error) {
    return { err_msg: error.message.startsWith("requestMerchantTransfer") ? error.message : `requestMerchantTransfer:fail ${error.message}` };
  }
  return new Promise((answer) => {
    let took = false;
    dialog("收款", (close) => {
      const done = told.state !== "WAIT_USER_CONFIRM";
      const confirm = async () => {
        took = true;
        try {
          const now = await ask("POST", path, { package: words, confirm: true });
          toast(now.state === "SUCCESS" ? "已存入零钱" : "收款失败：账号异常");
        } catch (error) {
          toast(error.message);
        }
        close();
      };
      return [el("p", { class: "wish" }, told.sender), el("p", { class: "sum" }, yuan(told.fen), el("small", {}, "元")), el("p", { class: "wish" }, told.remark),
        el("button", { class: "wide", type: "button", disabled: done, onclick: confirm }, done ? STATES[told.state] ?? "已结束" : "确认收款")];
    }, () => answer({ err_msg: took ? "requestMerchantTransfer:ok" : "requestMerchantTransfer:cancel" }));
  });
}

const STATES = { SUCCESS: "已收款", FAIL: "已失效", CANCELLED: "已撤销" };
