// One alert: what is unusual, what carries it, and what can be done about it.

import { byId, counted, el, link, number, time } from "./dom.js";

const STATES = { open: "offen", acknowledged: "übernommen", snoozed: "stumm", closed: "geschlossen" };
const KINDS = {
  volume: "ungewöhnlich viel", sentiment: "der Ton wird negativer", actor: "neue Stimme", venue: "neuer Ort",
  term: "neues Wort", silence: "ungewöhnlich still",
};
const READ = { late: "im Rückstand", down: "ausgefallen" };

const mentions = (count) => counted(count, "Erwähnung", "Erwähnungen");
const voices = (count) => counted(count, "Stimme", "Stimmen");
const exact = (value) => number(value, value < 10 ? 1 : 0);
const percent = (share) => `${number(100 * share)} %`;

// `act(alert, action, body)` does something about it; `opened` holds the ids of those shown at length.
export function alertItem(alert, act, opened) {
  const button = (label, action, body = {}) =>
    el("button", { type: "button", click: () => act(alert, action, body), "aria-label": `${label}: ${alert.name}` }, label);
  return el(
    "li",
    { class: `alert severity-${alert.severity}` },
    el("div", { class: "head" }, el("h3", {}, alert.name || alert.subscription), el("span", { class: "state" }, STATES[alert.state])),
    severity(alert),
    alert.kind === "volume" ? null : el("p", {}, KINDS[alert.kind] ?? alert.kind, alert.subject ? `: ${alert.subject}` : ""),
    el("p", {}, el("strong", {}, number(alert.count)), ` statt ${exact(alert.expected)} Erwähnungen seit `,
      time(alert.since), rarity(alert.unusual_days)),
    el("p", { class: "quiet" }, facts(alert).join(" · ")),
    alert.coverage.length ? el("p", { class: "quiet" }, "Gelesen bis: ", alert.coverage.map(coverageFact)) : null,
    alert.state === "snoozed" ? el("p", { class: "quiet" }, "stumm bis ", time(alert.snoozed_until)) : null,
    lastNote(alert),
    atLength(alert, opened.has(alert.id)),
    el("p", { class: "buttons" },
      alert.state === "open" ? button("Übernehmen", "ack") : null,
      alert.state === "snoozed" ? null : button("4 h stumm", "snooze", { until: "4h" }),
      el("button", { type: "button", click: () => measure(alert, act), "aria-label": `Maßnahme: ${alert.name}` }, "Maßnahme …"),
      button("Schließen", "close")),
  );
}

function severity(alert) {
  const segments = [1, 2, 3, 4, 5, 6].map((at) => el("i", { class: at <= alert.severity ? "on" : "off" }));
  return el("p", { class: "severity" }, el("span", { class: "bar", "aria-hidden": "true" }, segments), `Stufe ${alert.severity} von 6`);
}

const rarity = (days) => (days >= 1 ? `; so etwas nur einmal in ${counted(Math.round(days), "Tag", "Tagen")}` : "");

function facts(alert) {
  const told = [voices(alert.voices), counted(alert.stories, "Geschichte", "Geschichten")];
  if (alert.negative_share !== null && alert.negative_share !== undefined) {
    const usual = alert.negative_usual;
    told.push(`${percent(alert.negative_share)} negativ${usual === null || usual === undefined ? "" : ` statt ${percent(usual)}`}`);
  }
  return told;
}

function coverageFact(source, at) {
  const state = READ[source.state] ? ` (${READ[source.state]})` : "";
  return [at ? ", " : "", `${source.ingestor} `, source.complete_until ? time(source.complete_until) : "unbekannt", state];
}

function lastNote(alert) {
  const last = alert.history.filter((change) => change.by || change.note).at(-1);
  if (!last) return null;
  const by = last.by ? `${STATES[last.state]} von ${last.by}` : STATES[last.state];
  return el("p", { class: "quiet" }, by, ", ", time(last.at), last.note ? `: ${last.note}` : "");
}

// Texts, people, places, words, planned measures and what followed those taken; nothing if none of it is known.
function atLength(alert, open) {
  const parts = [
    ["Was am weitesten trägt", (alert.top_stories ?? []).map(story)],
    ["Wer am weitesten trägt", (alert.actors ?? []).map(prominent)],
    ["Wo es am weitesten trägt", (alert.venues ?? []).map(prominent)],
    ["Was jetzt öfter gesagt wird", (alert.terms ?? []).map((one) => `${one.term}: ${number(one.mentions)} statt ${exact(one.expected)}, ${voices(one.voices)}`)],
    ["Vorgesehene Maßnahmen", planned(alert)],
    ["Nach Maßnahmen", (alert.effects ?? []).map(effect)],
  ].filter(([, items]) => items.length);
  if (!parts.length) return null;
  return el("details", { open, "data-alert": alert.id }, el("summary", {}, "Näheres"),
    parts.map(([heading, items]) => [el("h4", {}, heading), el("ul", {}, items.map((item) => el("li", {}, item)))]));
}

function story(one) {
  const copies = one.mentions > 1 ? `, ${mentions(one.mentions)} von ${voices(one.voices)}` : "";
  const words = one.quote ? `„${one.quote}“` : "(Wortlaut bei der Quelle)";
  return [link(one.url, words), ` – ${[one.author, one.source].filter(Boolean).join(", ")}${copies}`];
}

const prominent = (one) => `${one.name}: ${mentions(one.mentions)}, davon ${number(one.negative)} negativ; Einfluss ${number(one.influence)}`;

// Those of the highest step that was reached.
function planned(alert) {
  const playbook = alert.alarm.playbook ?? {};
  const worst = Math.max(alert.severity, ...alert.history.map((change) => change.severity));
  const step = Math.max(...Object.keys(playbook).map(Number).filter((at) => at <= worst));
  return playbook[step] ?? [];
}

function effect(one) {
  const head = [`„${one.measure}“, ${one.by}, `, time(one.at)];
  if (one.change === null || one.change === undefined) return [...head, ": für einen Vergleich noch zu früh"];
  return [...head, `: vorher ${exact(one.before)} je Stunde, danach ${exact(one.after)}, üblich wären ${exact(one.expected)}; `,
    `gemessen am Üblichen das ${number(one.change, 2)}-fache (mit 95 % Sicherheit ${number(one.low, 2)} bis ${number(one.high, 2)}), `,
    "was nicht heißt, dass die Maßnahme der Grund ist"];
}

function measure(alert, act) {
  const dialog = byId("measure-dialog");
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", () => {
    const said = byId("measure").value.trim();
    byId("measure").value = "";
    if (dialog.returnValue === "ok" && said) act(alert, "measure", { measure: said });
  }, { once: true });
}
