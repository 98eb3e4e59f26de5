// Alerts, health and coverage.

import { get, getHealth, post } from "./api.js";
import { byId, counted, el, failed, lasting, number, table, time } from "./dom.js";

const WHO = "resonanz-who";

const STATES = { open: "offen", acknowledged: "übernommen", snoozed: "stumm", closed: "geschlossen" };
const AGENTS = { enrich: "Anreichern", index: "Index", lake: "Archiv", watch: "Wächter", notify: "Melden", log: "Protokoll" };

function alertItem(alert) {
  const button = (label, action, body = {}) =>
    el("button", { type: "button", click: () => act(alert, action, body), "aria-label": `${label}: ${alert.name}` }, label);
  return el(
    "li",
    { class: `alert severity-${alert.severity}` },
    el("div", { class: "head" }, el("h3", {}, alert.name || alert.subscription), el("span", { class: "state" }, STATES[alert.state])),
    severity(alert.severity),
    el("p", {}, el("strong", {}, number(alert.count)), ` statt ${number(alert.expected, alert.expected < 10 ? 1 : 0)} Erwähnungen seit `,
      time(alert.since), rarity(alert.unusual_days)),
    el("p", { class: "quiet" }, facts(alert).join(" · ")),
    alert.coverage.length ? el("p", { class: "quiet" }, "Gelesen bis: ", alert.coverage.map(coverageFact)) : null,
    alert.state === "snoozed" ? el("p", { class: "quiet" }, "stumm bis ", time(alert.snoozed_until)) : null,
    lastNote(alert),
    el("p", { class: "buttons" },
      alert.state === "open" ? button("Übernehmen", "ack") : null,
      alert.state === "snoozed" ? null : button("4 h stumm", "snooze", { until: "4h" }),
      button("Schließen", "close")),
  );
}

function severity(level) {
  const segments = [1, 2, 3, 4, 5, 6].map((at) => el("i", { class: at <= level ? "on" : "off" }));
  return el("p", { class: "severity" }, el("span", { class: "bar", "aria-hidden": "true" }, segments), `Stufe ${level} von 6`);
}

const rarity = (days) => (days >= 1 ? `; so viel nur einmal in ${counted(Math.round(days), "Tag", "Tagen")}` : "");

function facts(alert) {
  const told = [counted(alert.voices, "Stimme", "Stimmen"), counted(alert.stories, "Geschichte", "Geschichten")];
  if (alert.negative_share !== null && alert.negative_share !== undefined) told.push(`${number(100 * alert.negative_share)} % negativ`);
  return told;
}

function coverageFact(source, at) {
  return [at ? ", " : "", `${source.ingestor} `, source.complete_until ? time(source.complete_until) : "unbekannt"];
}

function lastNote(alert) {
  const last = alert.history.filter((change) => change.by || change.note).at(-1);
  if (!last) return null;
  const by = last.by ? `${STATES[last.state]} von ${last.by}` : STATES[last.state];
  return el("p", { class: "quiet" }, by, ", ", time(last.at), last.note ? `: ${last.note}` : "");
}

function healthTable(report) {
  const agents = Object.entries(report.agents);
  if (!agents.length) return el("p", { class: "quiet" }, "In diesem Prozess arbeitet kein Agent.");
  return table("Zustand der Agenten", ["Agent", "Zustand", "wartend", "zuletzt"], agents.map(([name, agent]) => [
    AGENTS[name] ?? name,
    el("span", { class: agent.trouble ? "state bad" : "state good", title: agent.trouble }, agent.trouble ? "steht" : agent.holding ? "hält an" : "läuft"),
    number(agent.lag),
    agent.idle_secs === null ? "–" : `vor ${lasting(agent.idle_secs)}`,
  ]));
}

const COVERAGE = { ok: ["vollständig", "good"], late: ["im Rückstand", "warn"], down: ["ausgefallen", "bad"] };

function coverageTable(coverage) {
  const sources = Object.entries(coverage).sort(([a], [b]) => a.localeCompare(b, "de"));
  if (!sources.length) return el("p", { class: "quiet" }, "Noch hat keine Quelle berichtet.");
  return table("Abdeckung der Quellen", ["Quelle", "Zustand", "gelesen bis"], sources.map(([name, source]) => {
    const [label, kind] = COVERAGE[source.state] ?? [source.state ?? "unbekannt", "warn"];
    return [name, el("span", { class: `state ${kind}`, title: source.reason ?? null }, label), source.complete_until ? time(source.complete_until) : "unbekannt"];
  }));
}

export async function loadAlerts() {
  try {
    const { alerts } = await get("/api/alerts", new URLSearchParams("state=open&state=acknowledged&state=snoozed"));
    byId("alerts").replaceChildren(...alerts.map(alertItem));
    byId("alerts-note").textContent = alerts.length ? "" : "Kein Alarm ist offen.";
    byId("who-label").hidden = alerts.length === 0;
    const open = alerts.filter((alert) => alert.state === "open").length;
    byId("alert-count").hidden = open === 0;
    byId("alert-count").textContent = counted(open, "Alarm", "Alarme");
    document.title = open ? `(${open}) Resonanz` : "Resonanz";
  } catch (error) {
    failed(byId("alerts-note"), error);
  }
}

async function act(alert, action, body) {
  try {
    await post(`/api/alerts/${encodeURIComponent(alert.id)}/${action}`, { ...body, by: byId("who").value.trim() || null });
    await loadAlerts();
  } catch (error) {
    byId("alerts-note").textContent = `Nicht geändert: ${error.message}`;
  }
}

export async function loadHealth() {
  const pill = byId("ready-state");
  try {
    const report = await getHealth();
    byId("health").replaceChildren(healthTable(report));
    pill.className = report.ready ? "state good" : "state bad";
    pill.textContent = report.ready ? "alles läuft" : "etwas steht";
  } catch {
    pill.className = "state bad";
    pill.textContent = "nicht erreichbar";
  }
}

export async function loadCoverage() {
  try {
    byId("coverage").replaceChildren(coverageTable((await get("/api/coverage")).coverage));
  } catch (error) {
    failed(byId("coverage"), error);
  }
}

byId("who").value = localStorage.getItem(WHO) ?? "";
byId("who").addEventListener("change", (event) => localStorage.setItem(WHO, event.target.value.trim()));
