// One mention as an article; spans are code points, as the server counts them.

import { el, link, number, time } from "./dom.js";
import { toneLabel, toneSign } from "./tones.js";

export function mentionItem(mention, subscriptionName) {
  const author = mention.author;
  const who = author ? (author.handle ? `@${author.handle.replace(/^@/, "")}` : author.name ?? author.id) : "ohne Angabe";
  const head = el(
    "p",
    { class: "meta" },
    el("span", { class: "source" }, mention.venue?.name ?? mention.source),
    el("span", { class: "author", title: author?.name ?? null }, who),
    link(mention.url, time(mention.created_at)),
    toneBadge(mention.sentiment),
    influenceBadge(mention.influence),
  );
  return el(
    "li",
    {},
    el(
      "article",
      { "data-tone": mention.sentiment?.label ?? "none" },
      head,
      mention.title ? el("h3", { dir: "auto" }, mention.title) : null,
      el("p", { class: "text", dir: "auto", lang: mention.language?.code ?? null }, marked(mention.text, spansOf(mention))),
      el("p", { class: "matches" }, mention.matches.map((match) =>
        el("span", { class: "match", title: match.because.join("\n") || null }, subscriptionName(match.subscription)))),
    ),
  );
}

function toneBadge(sentiment) {
  if (!sentiment) return null;
  const title = sentiment.label === "unsure" ? "Der Ton ist nicht sicher zu bestimmen" : `Wert ${number(sentiment.score, 2)}`;
  return el("span", { class: `tone ${sentiment.label}`, title }, `${toneSign(sentiment.label)} ${toneLabel(sentiment.label)}`);
}

function influenceBadge(influence) {
  if (!influence) return null;
  const parts = Object.entries(influence.parts).map(([name, value]) => `${name} ${number(value, 1)}`).join(", ");
  return el("span", { class: "influence", title: `0 bis 100${parts ? `: ${parts}` : ""}` }, `Einfluss ${number(influence.score)}`);
}

const spansOf = (mention) => mention.matches.flatMap((match) => match.spans);

// The text with its spans marked; spans may overlap, repeat or reach too far.
export function marked(text, spans) {
  const points = Array.from(text);
  const parts = [];
  let at = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const from = Math.max(start, at);
    const to = Math.min(end, points.length);
    if (to <= from) continue;
    if (from > at) parts.push(points.slice(at, from).join(""));
    parts.push(el("mark", {}, points.slice(from, to).join("")));
    at = to;
  }
  parts.push(points.slice(at).join(""));
  return parts;
}
