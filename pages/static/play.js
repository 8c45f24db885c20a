// A work that was really heard or watched, five seconds or half of it, is counted once; jumping about in it is not hearing.
(() => {
  const form = document.getElementById("play");
  if (!form) return;
  const LONG_ENOUGH = 5, JUMP = 2;
  let isTold = false;
  for (const player of document.querySelectorAll("audio, video")) {
    let heard = 0, before = 0;
    player.addEventListener("timeupdate", () => {
      const step = player.currentTime - before;
      before = player.currentTime;
      if (step > 0 && step < JUMP && !player.paused) heard += step;
      const enough = Number.isFinite(player.duration) ? Math.min(LONG_ENOUGH, player.duration / 2) : LONG_ENOUGH;
      if (isTold || heard < enough) return;
      isTold = true;
      fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => { isTold = false; });
    });
  }
})();
