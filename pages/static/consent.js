// 订阅通知 on a page: WeChat draws the button and asks; we say how it went. Outside WeChat the box stays hidden.
(() => {
  const box = document.getElementById("consent");
  const words = document.getElementById("consent-words");
  const button = document.getElementById("consent-button");
  if (!box || !window.wx) return;
  const { app, time, nonce, signature } = box.dataset;

  function say(said) {
    words.textContent = said;
    words.setAttribute("role", "status");
  }

  wx.ready(() => { box.hidden = false; });
  button.addEventListener("success", (event) => {
    const answers = Object.values(JSON.parse(event.detail.subscribeDetails));
    const agreed = answers.some((answer) => (typeof answer === "string" ? JSON.parse(answer) : answer).status === "accept");
    say(agreed ? "好，到时候通知您。" : "好，不另外通知。您来公众号时会看到。");
    if (agreed) button.hidden = true;
  });
  button.addEventListener("error", () => say("微信没有打开通知的选择，不影响报名。您来公众号时会看到消息。"));
  wx.config({ appId: app, timestamp: time, nonceStr: nonce, signature, jsApiList: ["checkJsApi"], openTagList: ["wx-open-subscribe"] });
})();
