// Elements are made here and nowhere else; what others wrote only ever becomes text, never markup.

export const byId = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return node;
}

export const failed = (note, error) => { note.textContent = `Nicht gelesen: ${error.message}`; };

// A link only to where a browser may go without harm; else the label alone.
export function link(url, label) {
  if (!/^https?:\/\//i.test(url ?? "")) return el("span", {}, label);
  return el("a", { href: url, rel: "noopener noreferrer nofollow", target: "_blank" }, label);
}

export const number = (value, digits = 0) =>
  value.toLocaleString("de-DE", { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const counted = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;

const DAY = { day: "2-digit", month: "2-digit" };
const TIME = { hour: "2-digit", minute: "2-digit" };

export const shortTime = (at) => new Date(at).toLocaleString("de-DE", { ...DAY, ...TIME });

export function time(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  const label = today ? `${at.toLocaleTimeString("de-DE", TIME)} Uhr` : shortTime(at);
  return el("time", { datetime: iso, title: at.toLocaleString("de-DE") }, label);
}

export function lasting(secs) {
  if (secs < 90) return `${Math.round(secs)} s`;
  if (secs < 5400) return `${Math.round(secs / 60)} min`;
  if (secs < 129600) return `${Math.round(secs / 3600)} h`;
  return `${Math.round(secs / 86400)} Tagen`;
}

export function table(caption, heads, rows) {
  return el(
    "table",
    {},
    el("caption", { class: "hidden" }, caption),
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows.map(([first, ...rest]) =>
      el("tr", {}, el("th", { scope: "row" }, first), rest.map((cell) => el("td", {}, cell))))),
  );
}
