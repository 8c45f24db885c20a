// Collecting a transfer: looks until it is prepared, opens WeChat's sheet, then looks again: only what was read back counts.
(() => {
  const box = document.getElementById("collect");
  const state = document.getElementById("state");
  const button = document.getElementById("confirm");
  if (!box) return;
  const { look, step, app, merchant, package: words } = box.dataset;
  let looks = 0;

  async function again(asked) {
    looks += 1;
    try {
      const told = await (await fetch(asked ? `${look}?look=1` : look, { headers: { Accept: "application/json" } })).json();
      if (told.step !== step) return location.reload();
      state.textContent = told.state;
    } catch {
      state.textContent = "网络不太好，正在再试…";
    }
    if (looks < 40) setTimeout(() => again(false), Math.min(1000 * looks, 5000));
    return undefined;
  }

  if (step === "wait") {
    setTimeout(() => again(false), 800);
    return;
  }
  const bridge = () => window.WeixinJSBridge;
  const outside = () => {
    if (bridge()) return;
    document.getElementById("outside").hidden = false;
    button.disabled = true;
  };
  setTimeout(outside, 1500);
  document.addEventListener("WeixinJSBridgeReady", () => { button.disabled = false; document.getElementById("outside").hidden = true; });
  button.addEventListener("click", () => {
    if (!bridge()) return outside();
    return bridge().invoke("requestMerchantTransfer", { mchId: merchant, appId: app, package: words }, (told) => {
      if (told.err_msg === "requestMerchantTransfer:ok") state.textContent = "正在核对是否到账…";
      looks = 0;
      again(true);
    });
  });
})();
