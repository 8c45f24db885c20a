// Small tools of the page: making nodes (never from markup), icons, talking to the simulator, a passing word.

const PATHS = {
  desk: ["M4 6h16", "M4 12h16", "M4 18h16"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M5 20c.6-3.600 3.400-5.500 7-5.500s6.400 1.900 7 5.500"],
  back: ["M15 5l-7 7 7 7"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  away: ["M10 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-4", "M14 4h6v6", "M20 4l-9 9"],
  plus: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 8v8", "M8 12h8"],
  keyboard: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M8 9.500h.01", "M12 9.500h.01", "M16 9.500h.01", "M8 12.500h.01", "M12 12.500h.01", "M16 12.500h.01", "M9 15.500h6"],
  menu: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M8 9.500h8", "M8 12.500h8", "M8 15.500h8"],
  picture: ["M4 6a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1z", "M4 16l5-5 4 4 2-2 5 5", "M15.500 9h.01"],
  voice: ["M12 4a2.500 2.500 0 0 0-2.500 2.500v5a2.500 2.500 0 0 0 5 0v-5A2.500 2.500 0 0 0 12 4z", "M6.500 11.500a5.500 5.500 0 0 0 11 0", "M12 17v3"],
  file: ["M13 4H7a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V9z", "M13 4v5h5", "M10 17v-4l4-1v4"],
  film: ["M4 7a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1z", "M15 11l5-3v8l-5-3z"],
  place: ["M12 21s6.500-6 6.500-11a6.500 6.500 0 0 0-13 0c0 5 6.500 11 6.500 11z", "M12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z"],
  scan: ["M4 9V5a1 1 0 0 1 1-1h4", "M15 4h4a1 1 0 0 1 1 1v4", "M20 15v4a1 1 0 0 1-1 1h-4", "M9 20H5a1 1 0 0 1-1-1v-4", "M4 12h16"],
  sound: ["M6 10v4", "M10 7v10", "M14 9v6", "M18 11v2"],
};

/** An element: el("button", {class: "x", onclick: f, "aria-label": "…"}, "text", node, …). */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value === "boolean") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const path of PATHS[name]) {
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    svg.append(line);
  }
  return svg;
}

export function iconButton(name, label, onclick) {
  return el("button", { class: "icon-button", type: "button", "aria-label": label, title: label, onclick }, icon(name));
}

/** A person's or the account's square face: a character on a colour of its own. */
export function face(name, tint) {
  const sum = [...name].reduce((total, sign) => total + sign.codePointAt(0), 0);
  return el("span", { class: "face", "data-tint": tint ?? String(sum % 5), "aria-hidden": "true" }, [...name].at(tint ? 0 : -1) ?? "？");
}

/** Ask the simulator. Throws an Error whose message may be shown. */
export async function ask(method, path, body) {
  const form = body instanceof FormData;
  const wish = { method, body: body === undefined || form ? body : JSON.stringify(body) };
  if (body !== undefined && !form) wish.headers = { "Content-Type": "application/json" };
  let answer;
  try {
    answer = await fetch(path, wish);
  } catch {
    throw new Error("连不上模拟器，它还在运行吗？");
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(told.error ?? `模拟器回答 ${answer.status}`), { status: answer.status });
  return told;
}

let fading;
export function toast(words) {
  const node = document.getElementById("toast");
  node.textContent = words;
  node.classList.add("on");
  clearTimeout(fading);
  fading = setTimeout(() => node.classList.remove("on"), 2400);
}

export const twoDigits = (number) => String(number).padStart(2, "0");

/** A moment of the simulator's clock as Shanghai reads it. */
export function shanghai(seconds) {
  const at = new Date((seconds + 8 * 3600) * 1000);
  return {
    day: `${at.getUTCMonth() + 1}月${at.getUTCDate()}日`,
    week: "周" + "日一二三四五六"[at.getUTCDay()],
    minute: `${twoDigits(at.getUTCHours())}:${twoDigits(at.getUTCMinutes())}`,
    second: `${twoDigits(at.getUTCHours())}:${twoDigits(at.getUTCMinutes())}:${twoDigits(at.getUTCSeconds())}`,
  };
}
