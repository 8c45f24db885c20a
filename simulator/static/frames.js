// What pages in the phone's frame ask of WeChat: who the reader is, a signature's check, a scan, a consent.

import { ask, toast } from "./dom.js";
import { transferSheet } from "./money.js";
import { consentSheet } from "./notices.js";
import { askContent, openPage, stepDone } from "./sheets.js";

/** Answer the pages. `phone`: {state(), send(wish)}. */
export function serveFrames(phone) {
  window.addEventListener("message", async (event) => {
    const frame = [...document.querySelectorAll("iframe")].find((one) => one.contentWindow === event.source);
    const serve = SERVICES[event.data?.what];
    if (!frame || event.data.weixin !== "ask" || !serve || !phone.state().reader) return;
    const told = await serve(event.data, { ...phone, frame, origin: event.origin });
    event.source?.postMessage({ weixin: "answer", id: event.data.id, ...told }, event.origin === "null" ? "*" : event.origin);
  });
}

const SERVICES = {
  /** Only WeChat's own page may know; it stands in a sandbox and has no origin. */
  who(wish, { origin, frame, state }) {
    if (origin !== "null") return {};
    stepDone(frame);
    return { openid: state().reader.openid };
  },

  async config({ appId, timestamp, nonceStr, signature, url }, { origin }) {
    if (new URL(url).origin !== origin) return { errMsg: "config:fail, invalid url domain", openTags: [] };
    return ask("POST", "/sim/jssdk/config", { appId, timestamp, nonceStr, signature, url }).catch(failed("config"));
  },

  /** needResult 1: the page gets what the code says; 0: WeChat itself goes where it leads. */
  scan({ needResult }, { state, send }) {
    return new Promise((answer) => {
      askContent(state().codes, (found) => {
        const code = state().codes.find((one) => one.url === found);
        if (Number(needResult) === 1) return answer({ errMsg: "scanQRCode:ok", resultStr: found });
        if (code) send({ type: "event", event: "SCAN", key: code.scene });
        else openPage(found);
        return answer({ errMsg: "scanQRCode:ok", resultStr: "" });
      }, () => answer({ errMsg: "scanQRCode:cancel" }));
    });
  },

  transfer(wish, { state }) {
    return transferSheet(state().reader, wish);
  },

  async subscribe({ template_ids: ids }, { state }) {
    const { reader, account } = state();
    try {
      const rows = await ask("POST", "/sim/sheet", { template_ids: ids });
      const accept = await consentSheet(account.name, rows);
      const told = await ask("POST", `/sim/readers/${encodeURIComponent(reader.openid)}/subscribe`, { template_ids: ids, accept });
      return { errMsg: "subscribe:ok", subscribeDetails: told.subscribeDetails };
    } catch (error) {
      toast(error.message);
      return { errMsg: `subscribe:fail ${error.message}`, errCode: 20001 };
    }
  },
};

function failed(api) {
  return (error) => ({ errMsg: `${api}:fail, ${error.message}`, openTags: [] });
}
