// Web authorisation: ask the phone around this page who holds it, and come back with the answer.

const words = document.getElementById("words");

window.addEventListener("message", (event) => {
  if (event.source !== window.parent || event.data?.weixin !== "answer") return;
  if (!event.data.openid) { words.textContent = "手机还没有主人，请先添一位读者"; return; }
  const here = new URL(location.href);
  here.searchParams.set("as", event.data.openid);
  location.replace(here); // the reader's way back must not lead here again
});

if (window.parent === window) words.textContent = "请在微信客户端打开链接";
else window.parent.postMessage({ weixin: "ask", id: 0, what: "who" }, "*");
