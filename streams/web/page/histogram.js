// Mentions over time as stacked bars, one colour a tone, with axes and as a table.

import { counted, el, number, svg, table } from "./dom.js";
import { TONES } from "./tones.js";

const SIZE = { height: 200, left: 44, right: 12, top: 12, bottom: 26 };
const LABEL_WIDTH = 64;
const HOUR_MS = 3600000;
const DAY_MS = 24 * HOUR_MS;
const UNITS = [HOUR_MS / 4, HOUR_MS / 2, HOUR_MS, 4 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 2 * DAY_MS, 5 * DAY_MS];

export function histogram(summary, sinceMs, untilMs, width) {
  const step = summary.interval_ms;
  const starts = [];
  for (let at = Math.floor(sinceMs / step) * step; at < untilMs; at += step) starts.push(at);
  const series = seriesOf(summary);
  const bars = starts.map((at) => ({ at, parts: series.map(({ tone, counts }) => [tone, counts.get(at) ?? 0]) }));
  const highest = Math.max(1, ...bars.map(sum));
  const top = niceCeiling(highest);
  return el(
    "figure",
    {},
    drawing(bars, top, step, width),
    el("figcaption", {}, legend(series)),
    el("details", {}, el("summary", {}, "Als Tabelle"), asTable(bars, series)),
  );
}

// What has no tone is counted too: the whole less the parts, which were counted a moment later.
function seriesOf(summary) {
  const rest = new Map(summary.histogram.map(({ at, count }) => [Date.parse(at), count]));
  const series = TONES.map(([tone, label]) => {
    const counts = new Map((summary.series?.[tone] ?? []).map(({ at, count }) => [Date.parse(at), count]));
    for (const [at, count] of counts) rest.set(at, Math.max(0, (rest.get(at) ?? 0) - count));
    return { tone, label, counts };
  });
  return [...series, { tone: "none", label: "ohne Angabe", counts: rest }].filter(total);
}

const total = ({ counts }) => [...counts.values()].reduce((a, b) => a + b, 0);
const sum = ({ parts }) => parts.reduce((all, [, count]) => all + count, 0);

function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 6, 8, 10].map((factor) => factor * power).find((nice) => Number.isInteger(nice) && nice >= value);
}

function drawing(bars, top, step, width) {
  const { height, left, right, top: above, bottom } = SIZE;
  const high = height - above - bottom;
  const wide = (width - left - right) / bars.length;
  const y = (count) => above + high * (1 - count / top);
  const all = bars.reduce((a, bar) => a + sum(bar), 0);
  const peak = bars.reduce((best, bar) => (sum(bar) > sum(best) ? bar : best), bars[0]);
  const told = all ? `${counted(all, "Erwähnung", "Erwähnungen")}, am meisten ${number(sum(peak))} ab ${moment(peak.at)}` : "keine Erwähnungen";
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Verlauf: ${told}` },
    gridLines(top, y, width),
    bars.map((bar, at) => column(bar, left + at * wide, wide, y)),
    timeLabels(bars, step, wide),
  );
}

function gridLines(top, y, width) {
  const values = [0, top / 2, top].filter(Number.isInteger);
  return values.map((value) =>
    svg("g", { class: "grid" },
      svg("line", { x1: SIZE.left, x2: width - SIZE.right, y1: y(value), y2: y(value) }),
      svg("text", { x: SIZE.left - 6, y: y(value) + 4, "text-anchor": "end" }, number(value))));
}

function column(bar, x, wide, y) {
  let below = 0;
  const rects = bar.parts.filter(([, count]) => count > 0).map(([tone, count]) => {
    const rect = svg("rect", { class: tone, x: x + wide * 0.1, width: wide * 0.8, y: y(below + count), height: y(below) - y(below + count) });
    below += count;
    return rect;
  });
  return svg("g", {}, svg("title", {}, `${moment(bar.at)}: ${number(sum(bar))}`), rects);
}

// As many labels as have room, where the local clock shows a round time.
function timeLabels(bars, step, wide) {
  const most = (wide * bars.length) / LABEL_WIDTH;
  const span = step * bars.length;
  const unit = UNITS.find((length) => span / length <= most) ?? 10 * DAY_MS;
  const labels = [];
  bars.forEach(({ at }, index) => {
    const local = at - new Date(at).getTimezoneOffset() * 60000;
    const x = SIZE.left + index * wide;
    if (local % unit >= step || index === 0 || x + LABEL_WIDTH / 4 > SIZE.left + wide * bars.length) return;
    const date = new Date(at);
    const text = unit < DAY_MS ? date.toLocaleTimeString("de-DE", { hour: "2-digit", minute: "2-digit" }) : date.toLocaleDateString("de-DE", { day: "2-digit", month: "2-digit" });
    labels.push(svg("text", { class: "tick", x, y: SIZE.height - 8, "text-anchor": "middle" }, text));
  });
  return labels;
}

const moment = (at) => new Date(at).toLocaleString("de-DE", { day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });

function legend(series) {
  return el("ul", { class: "legend" }, series.map((one) =>
    el("li", {}, el("span", { class: `swatch ${one.tone}` }), `${one.label} ${number(total(one))}`)));
}

function asTable(bars, series) {
  const rows = bars.filter((bar) => sum(bar) > 0).reverse();
  return el("div", { class: "scroll" }, table(
    "Erwähnungen je Zeitabschnitt",
    ["ab", ...series.map(({ label }) => label), "zusammen"],
    rows.map((bar) => [moment(bar.at), ...bar.parts.map(([, count]) => number(count)), number(sum(bar))]),
  ));
}
