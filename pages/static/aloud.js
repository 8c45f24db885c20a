// Reads a page aloud with the browser's own voice. Voices may come late; without a Chinese one the sentence of the page stays.
(() => {
  const button = document.getElementById("aloud");
  const words = document.getElementById("aloud-words");
  const none = document.getElementById("aloud-none");
  const speech = window.speechSynthesis;
  if (!button || !speech || !window.SpeechSynthesisUtterance) return;
  const voice = () => speech.getVoices().find((one) => /^(zh|cmn)/i.test(one.lang));
  const offer = () => {
    button.hidden = !voice();
    none.hidden = !!voice();
  };
  const text = () => [...document.querySelectorAll("[data-aloud]")]
    .map((one) => one.dataset.aloud || one.textContent.trim()).filter(Boolean).join("。");
  const said = (is_speaking) => { words.textContent = is_speaking ? "停" : "读给我听"; };
  button.addEventListener("click", () => {
    const was_speaking = speech.speaking;
    speech.cancel();
    said(false);
    if (was_speaking) return;
    const reading = new SpeechSynthesisUtterance(text());
    Object.assign(reading, { lang: "zh-CN", voice: voice(), rate: 0.8 });
    reading.onend = () => said(false);
    reading.onerror = (event) => {
      said(false);
      if (event.error === "canceled" || event.error === "interrupted") return;
      button.hidden = true;
      none.hidden = false;
    };
    speech.speak(reading);
    said(true);
  });
  speech.addEventListener?.("voiceschanged", offer);
  addEventListener("pagehide", () => speech.cancel());
  offer();
})();
