// The merchant's money in the panel: what there is, paying in, the bill of the day.

import { ask, el, toast } from "./dom.js";

const yuan = (fen) => (fen / 100).toFixed(2);

export const PAY_PLACES = [["/mmpaymkttransfers/sendredpack", "发红包"], ["/mmpaymkttransfers/gethbinfo", "查红包"], ["/v3/fund-app/mch-transfer/transfer-bills", "商家转账"], ["/v3/fund-app/mch-transfer/transfer-bills/out-bill-no", "查转账"]];
const SILENCES = [["慢", "slow"], ["丢应答", "drop"], ["断开", "cut"], ["500", "500"], ["乱码", "garbage"]];
const PACKET_FAULTS = [["系统忙", "errcode:SYSTEMERROR"], ["处理中", "errcode:PROCESSING"], ["太快", "errcode:FREQ_LIMIT"], ["余额不足", "errcode:NOTENOUGH"], ["今日上限", "errcode:SENDNUM_LIMIT"], ["接口关闭", "errcode:API_METHOD_CLOSED"], ["证书不对", "errcode:CA_ERROR"]];
const TRANSFER_FAULTS = [["假签名", "forged"], ["别的证书", "foreign"], ["系统忙", "errcode:SYSTEM_ERROR"], ["太快", "errcode:FREQUENCY_LIMITED"], ["余额不足", "errcode:NOT_ENOUGH"], ["没权限", "errcode:NO_AUTH"]];

/** The faults of an address of WeChat Pay; undefined for all others. */
export function payFaults(path) {
  if (path.startsWith("/mmpaymkttransfers/")) return [...SILENCES, ...PACKET_FAULTS];
  return path.startsWith("/v3/") ? [...SILENCES, ...TRANSFER_FAULTS] : undefined;
}

export class Till {
  constructor(box, run) {
    this.balance = el("p", { class: "time" });
    const sum = el("input", { type: "number", min: "1", max: "1000000", step: "1", value: "100", required: true, "aria-label": "充值多少元" });
    const pay = el("form", { class: "row", onsubmit: (event) => {
      event.preventDefault();
      run(async () => toast(`余额 ${yuan((await ask("POST", "/sim/balance", { more_fen: Math.round(Number(sum.value) * 100) })).fen)} 元`));
    } }, sum, "元", el("button", { class: "small main" }, "充值"), el("button", { class: "small", type: "button", onclick: () => run(() => ask("POST", "/sim/balance", { fen: 0 })) }, "清空余额"));
    const bill = el("a", { class: "small", href: "/sim/fund-flow.csv", download: "" }, "下载今天的资金账单");
    const day = el("input", { type: "date", "aria-label": "哪天的资金账单", onchange: () => {
      bill.href = `/sim/fund-flow.csv?day=${day.value}`;
      bill.textContent = day.value ? `下载 ${day.value} 的资金账单` : "下载今天的资金账单";
    } });
    this.node = box("微信支付", this.balance, pay, el("p", { class: "row" }, bill, day));
    this.node.hidden = true;
  }

  async look() {
    const { fen, merchant } = await ask("GET", "/sim/balance");
    this.node.hidden = !merchant;
    const words = `${yuan(fen)} 元`;
    if (this.shown !== words) this.balance.replaceChildren(words, el("small", {}, `商户号 ${merchant} 的余额`));
    this.shown = words;
  }
}
