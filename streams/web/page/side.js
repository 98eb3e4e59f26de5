// Alerts, health and coverage.

import { alertItem } from "./alert.js";
import { get, getHealth, post } from "./api.js";
import { byId, counted, el, failed, lasting, number, table, time } from "./dom.js";

const WHO = "resonanz-who";

const AGENTS = { enrich: "Anreichern", index: "Index", lake: "Archiv", watch: "Wächter", notify: "Melden", log: "Protokoll" };

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
    const opened = new Set([...byId("alerts").querySelectorAll("details[open]")].map((part) => part.dataset.alert));
    byId("alerts").replaceChildren(...alerts.map((alert) => alertItem(alert, act, opened)));
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
    pill.textContent = report.ready ? "alles läuft" : report.started ? "etwas steht" : "startet";
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
