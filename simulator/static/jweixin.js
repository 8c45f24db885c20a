// What a page loads as WeChat's JSSDK. The phone around the page stands in for WeChat: pages ask it by postMessage.
// Outside the phone nothing answers, as outside WeChat: neither wx.ready nor wx.error is called.

(() => {
  const waiting = new Map(); // number of a question: what to do with its answer
  const callbacks = { ready: [], error: [] };
  const state = { done: false, ok: false, errMsg: "", apis: [], tags: [] };
  let asked = 0;

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.data?.weixin !== "answer") return;
    const take = waiting.get(event.data.id);
    waiting.delete(event.data.id);
    take?.(event.data);
  });

  function ask(what, wish) {
    if (window.parent === window) return new Promise(() => {});
    asked += 1;
    const id = asked;
    window.parent.postMessage({ weixin: "ask", id, what, ...wish }, "*");
    return new Promise((take) => { waiting.set(id, take); });
  }

  async function config({ appId, timestamp, nonceStr, signature, jsApiList = [], openTagList = [] }) {
    const url = location.href.split("#")[0];
    const told = await ask("config", { appId, timestamp, nonceStr, signature, url });
    const ok = told.errMsg === "config:ok";
    Object.assign(state, { done: true, ok, errMsg: told.errMsg, apis: ok ? jsApiList : [] });
    state.tags = ok ? openTagList.filter((tag) => told.openTags.includes(tag)) : [];
    document.querySelectorAll("wx-open-subscribe").forEach((tag) => tag.draw());
    if (ok) callbacks.ready.forEach((call) => call());
    else callbacks.error.forEach((call) => call({ errMsg: state.errMsg }));
  }

  function ready(call) {
    callbacks.ready.push(call);
    if (state.ok) call();
  }

  function error(call) {
    callbacks.error.push(call);
    if (state.done && !state.ok) call({ errMsg: state.errMsg });
  }

  async function scanQRCode({ needResult = 0, success, fail, cancel, complete } = {}) {
    const told = state.apis.includes("scanQRCode") ? await ask("scan", { needResult }) : { errMsg: "scanQRCode:permission denied" };
    const answer = { errMsg: told.errMsg, ...(told.resultStr === undefined ? {} : { resultStr: told.resultStr }) };
    const outcome = told.errMsg.split(":")[1];
    ({ ok: success, cancel }[outcome] ?? (outcome in { ok: 0, cancel: 0 } ? null : fail))?.(answer);
    complete?.(answer);
  }

  /**
   * The page's markup in a shadow tree. Its styles are set by script, and named otherwise before anything parses
   * them: a page's policy forbids inline ones, also in a document that is only parsed.
   */
  function fill(shadow, markup) {
    const renamed = markup.replace(/<(\/?)style\b/gi, "<$1wx-style").replace(/(<[a-z][^>]*?\s)style(\s*=)/gi, "$1data-wx-style$2");
    const parsed = new DOMParser().parseFromString(renamed, "text/html");
    parsed.querySelectorAll("script").forEach((script) => script.remove());
    const texts = [...parsed.querySelectorAll("wx-style")].map((style) => { style.remove(); return style.textContent; });
    shadow.adoptedStyleSheets = texts.map((text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); return sheet; });
    shadow.replaceChildren(...parsed.body.childNodes);
    shadow.querySelectorAll("[data-wx-style]").forEach((node) => { node.style.cssText = node.dataset.wxStyle; });
  }

  class OpenSubscribe extends HTMLElement {
    connectedCallback() {
      setTimeout(() => this.draw()); // its template may not have been read yet
    }

    draw() {
      if (this.shadow || !this.isConnected || !state.tags.includes("wx-open-subscribe")) return;
      const templates = [...this.querySelectorAll("template, script[type='text/wxtag-template']")];
      if (!templates.length) return;
      this.shadow = this.attachShadow({ mode: "open" });
      fill(this.shadow, templates.map((one) => (one instanceof HTMLTemplateElement ? one.innerHTML : one.textContent)).join(""));
      this.shadow.addEventListener("click", () => this.tapped());
      this.dispatchEvent(new CustomEvent("ready"));
    }

    async tapped() {
      const ids = (this.getAttribute("template") ?? "").split(",").map((id) => id.trim()).filter(Boolean);
      const told = await ask("subscribe", { template_ids: ids });
      const name = told.subscribeDetails === undefined ? "error" : "success";
      const { errMsg, errCode, subscribeDetails } = told;
      this.dispatchEvent(new CustomEvent(name, { detail: name === "success" ? { errMsg, subscribeDetails } : { errMsg, errCode } }));
    }
  }

  /** What WeChat itself puts into every page inside it. */
  async function invoke(api, wish, take) {
    if (api !== "requestMerchantTransfer") return take?.({ err_msg: `${api}:fail, the simulator knows no such api` });
    const { mchId, appId, package: words } = wish;
    const told = mchId && appId && words ? await ask("transfer", { mchId, appId, package: words }) : { err_msg: `${api}:fail, mchId, appId and package are needed` };
    return take?.({ err_msg: told.err_msg });
  }

  customElements.define("wx-open-subscribe", OpenSubscribe);
  window.wx = { config, ready, error, scanQRCode };
  window.jWeixin = window.wx;
  if (window.parent !== window) {
    window.WeixinJSBridge = { invoke };
    document.dispatchEvent(new Event("WeixinJSBridgeReady"));
  }
})();
