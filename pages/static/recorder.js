// Recording in the browser. What was recorded is heard before it is sent; it goes the way of every other file (hand_in.js).
(() => {
  const box = document.getElementById("recorder"), none = document.getElementById("recorder-none"), form = document.getElementById("form");
  if (!box) return;
  const button = document.getElementById("record"), clock = document.getElementById("record-clock");
  const after = document.getElementById("recorded"), play = document.getElementById("record-play");
  const most = Number(box.dataset.most) || 30 * 60;
  const instead = "可以回到公众号，按住说话发语音；也可以用手机自带的录音机录好，再选文件；或者点右上角，在手机的浏览器里打开这一页。";
  const cannot = (why) => { box.hidden = true; none.hidden = false; none.textContent = `${why}${instead}`; };
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) {
    cannot("这里不能直接录音。");
    return;
  }
  box.hidden = false;
  const KINDS = [["audio/webm;codecs=opus", "webm"], ["audio/mp4", "m4a"], ["audio/ogg;codecs=opus", "ogg"]];
  const said = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  let recorder = null, parts = [], began = 0, timer = 0, file = null;

  async function start() {
    let stream;
    button.disabled = true; // a second tap while the phone asks for the microphone would start a second recorder
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    } catch (error) {
      cannot(error.name === "NotFoundError" ? "没有找到麦克风。" : "没有得到使用麦克风的允许。");
      return;
    } finally { button.disabled = false; }
    const [type, suffix] = KINDS.find(([one]) => MediaRecorder.isTypeSupported(one)) || ["", "webm"];
    recorder = new MediaRecorder(stream, type ? { mimeType: type, audioBitsPerSecond: 96000 } : {});
    parts = [];
    recorder.addEventListener("dataavailable", (event) => { if (event.data.size) parts.push(event.data); });
    recorder.addEventListener("stop", () => {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
      const now = new Date(), two = (number) => String(number).padStart(2, "0");
      file = new File(parts, `录音${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.${suffix}`, { type: recorder.mimeType, lastModified: now.getTime() });
      if (play.src) URL.revokeObjectURL(play.src);
      play.src = URL.createObjectURL(file);
      after.hidden = false;
      button.hidden = true;
      clock.textContent = `录好了，${said((Date.now() - began) / 1000)}，先听一听。`;
    });
    recorder.start(1000); // a part a second: a crash of the recorder loses no more
    began = Date.now();
    button.textContent = "停";
    button.classList.replace("weui-btn_primary", "weui-btn_warn");
    tick();
    timer = setInterval(tick, 250);
  }
  function tick() {
    const seconds = (Date.now() - began) / 1000;
    clock.textContent = `正在录 ${said(seconds)}${box.dataset.most !== "0" ? `，最长 ${said(most)}` : ""}`;
    if (seconds >= most) stop();
  }
  function stop() { if (recorder?.state === "recording") recorder.stop(); }
  function anew() {
    file = null;
    after.hidden = true;
    button.hidden = false;
    button.textContent = "开始录音";
    button.classList.replace("weui-btn_warn", "weui-btn_primary");
    clock.textContent = "";
  }
  button.addEventListener("click", () => { if (recorder?.state === "recording") stop(); else start(); });
  document.getElementById("record-again").addEventListener("click", () => { anew(); button.focus(); });
  document.getElementById("record-use").addEventListener("click", () => {
    const sent = file;
    play.pause();
    after.hidden = true;
    clock.textContent = "正在传…";
    form.dispatchEvent(new CustomEvent("recorded", { detail: { file: sent, done: async (whole) => {
      if (await whole) return anew(); // kept here until the library has it
      after.hidden = false;
      clock.textContent = "没有传成，这一段还在，请再点“用这一段”。";
      return undefined;
    } } }));
  });
  addEventListener("beforeunload", (event) => { if (file || recorder?.state === "recording") event.preventDefault(); });
})();
