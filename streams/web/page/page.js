// Wires the page: what is asked, what comes live, and what is shown when.

import { get } from "./api.js";
import { byId, counted, el, failed, number, shortTime } from "./dom.js";
import { histogram } from "./histogram.js";
import { mentionItem } from "./mention.js";
import { loadAlerts, loadCoverage, loadHealth } from "./side.js";
import { TONES, toneLabel } from "./tones.js";

const SHOWN = 200;
const PAGE = 30;
const RANGES = { "1h": [3600e3, "1m"], "24h": [86400e3, "30m"], "7d": [7 * 86400e3, "3h"], "30d": [30 * 86400e3, "12h"] };
const FACETS = ["subscription", "source", "sentiment", "language"];

const form = byId("search");
const list = byId("mentions");
const state = { names: new Map(), room: SHOWN, paused: false, lost: false, waiting: [], asked: 0 };

const nameOf = (id) => state.names.get(id) || id;

function asked() {
  const given = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) given.append(name, value.trim());
  const [since, until] = given.get("since").split("/");
  given.set("since", since);
  if (until) given.set("until", until);
  return given;
}

// From when until when, and how finely that is counted; a fixed time is written as ISO 8601 writes intervals.
function span() {
  const chosen = form.elements.since.value;
  if (chosen in RANGES) return { since: Date.now() - RANGES[chosen][0], until: Date.now(), interval: RANGES[chosen][1] };
  const [since, until] = chosen.split("/").map(Date.parse);
  const [, interval] = Object.values(RANGES).find(([range]) => range >= until - since) ?? RANGES["30d"];
  return { since, until, interval };
}

// --- mentions -------------------------------------------------------------------------------------------------

function show(mention) {
  const there = list.querySelector(`[data-id="${CSS.escape(mention.id)}"]`);
  const item = mentionItem(mention, nameOf);
  item.dataset.id = mention.id;
  item.dataset.at = mention.created_at;
  item.dataset.author = mention.author?.id ?? "";
  there?.remove();
  const after = [...list.children].find((other) => Date.parse(other.dataset.at) <= Date.parse(mention.created_at));
  list.insertBefore(item, after ?? null);
  return item;
}

async function load() {
  const turn = ++state.asked;
  const query = asked();
  query.set("size", PAGE);
  try {
    const found = await get("/api/mentions", query);
    if (turn !== state.asked) return;
    list.replaceChildren();
    state.waiting = [];
    state.room = SHOWN;
    showWaiting();
    found.mentions.forEach(show);
    byId("more").hidden = found.cursor === null;
    byId("mentions-note").textContent = found.mentions.length ? "" : "Nichts gefunden. Ein längerer Zeitraum oder weniger Filter helfen.";
  } catch (error) {
    failed(byId("mentions-note"), error);
  }
}

// Goes on behind the last one shown, whatever has come and gone above it; one that is there already is replaced.
async function loadOlder() {
  const query = asked();
  query.set("size", PAGE);
  query.set("until", new Date(Date.parse(list.lastChild.dataset.at) + 1).toISOString());
  try {
    const found = await get("/api/mentions", query);
    const before = list.children.length;
    found.mentions.forEach(show);
    state.room = Math.max(SHOWN, list.children.length);
    byId("more").hidden = found.cursor === null || list.children.length === before;
  } catch (error) {
    failed(byId("mentions-note"), error);
  }
}

const VALUES = {
  subscription: (mention) => mention.matches.map((match) => match.subscription),
  source: (mention) => [mention.source],
  sentiment: (mention) => [mention.sentiment?.label],
  language: (mention) => [mention.language?.code],
};

function isAsked(mention) {
  const query = asked();
  const { since, until } = span();
  const at = Date.parse(mention.created_at);
  return at >= since && (at < until || !query.has("until"))
    && FACETS.every((facet) => !query.has(facet) || VALUES[facet](mention).includes(query.get(facet)));
}

// Only the index knows what a text query means, so with one the search is repeated instead.
function arrived(mention) {
  soon(summarize, 3000);
  if (asked().has("q")) return soon(load, 5000);
  if (!isAsked(mention)) return;
  if (state.paused) {
    state.waiting = [...state.waiting, mention].slice(-SHOWN);
    return showWaiting();
  }
  showLive([mention]);
}

function showLive(mentions) {
  for (const mention of mentions) show(mention).classList.add("new");
  while (list.children.length > state.room) {
    list.lastChild.remove();
    byId("more").hidden = false;
  }
  byId("mentions-note").textContent = "";
}

function forget({ post, author }) {
  const isGone = (id, by) => id === post || (author !== null && by === author);
  [...list.children].filter((item) => isGone(item.dataset.id, item.dataset.author)).forEach((item) => item.remove());
  state.waiting = state.waiting.filter((mention) => !isGone(mention.id, mention.author?.id));
  showWaiting();
}

function showWaiting() {
  const button = byId("show-new");
  button.hidden = state.waiting.length === 0;
  button.textContent = `${counted(state.waiting.length, "neue", "neue")} zeigen`;
}

function flush() {
  showLive(state.waiting);
  state.waiting = [];
  showWaiting();
}

function pause() {
  state.paused = !state.paused;
  byId("pause").setAttribute("aria-pressed", state.paused);
  byId("pause").textContent = state.paused ? "Weiterlaufen" : "Anhalten";
  if (!state.paused) flush();
}

// --- course over time, filters --------------------------------------------------------------------------------

async function summarize() {
  const query = asked();
  const { since, until, interval } = span();
  query.set("interval", interval);
  query.set("by", "sentiment");
  try {
    const summary = await get("/api/mentions/summary", query);
    byId("total").textContent = number(summary.total);
    const open = byId("histogram").querySelector("details")?.open;
    byId("histogram").replaceChildren(histogram(summary, since, until, byId("histogram").clientWidth));
    if (open) byId("histogram").querySelector("details").open = true;
    fillFilters(summary.facets);
  } catch (error) {
    failed(byId("histogram"), error);
  }
}

function fillFilters(facets) {
  for (const facet of FACETS) {
    const select = form.elements[facet];
    if (document.activeElement === select) continue;
    const chosen = select.value;
    const counts = facets[facet] ?? {};
    const values = new Set(facet === "subscription" ? state.names.keys() : facet === "sentiment" ? TONES.map(([tone]) => tone) : []);
    [chosen, ...Object.keys(counts)].filter(Boolean).forEach((value) => values.add(value));
    const label = (value) => (facet === "subscription" ? nameOf(value) : facet === "sentiment" ? toneLabel(value) : value);
    const options = [...values].map((value) => el("option", { value }, counts[value] ? `${label(value)} (${number(counts[value])})` : label(value)));
    select.replaceChildren(el("option", { value: "" }, "alle"), ...options);
    select.value = chosen;
  }
}

async function loadNames() {
  try {
    const { subscriptions } = await get("/api/subscriptions");
    state.names = new Map(subscriptions.map(({ id, name }) => [id, name || id]));
  } catch {
    // ids are shown instead of names
  }
}

// --- what starts what -----------------------------------------------------------------------------------------

const timers = new Map();

function soon(task, waitMs) {
  if (timers.has(task)) return;
  timers.set(task, setTimeout(() => { timers.delete(task); task(); }, waitMs));
}

function every(task, waitMs) {
  setInterval(() => { if (!document.hidden) task(); }, waitMs);
}

function ask() {
  const query = asked().toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
  byId("copy").textContent = "Kopieren";
  byId("call").textContent = `curl '${location.origin}/api/mentions?${query.replaceAll("'", "%27")}'`;
  return Promise.all([load(), summarize()]);
}

function restore() {
  const given = new URLSearchParams(location.search);
  const fixed = `${given.get("since")}/${given.get("until")}`;
  const [since, until] = fixed.split("/").map(Date.parse);
  if (since < until) {
    form.elements.since.append(el("option", { value: fixed }, `${shortTime(since)} bis ${shortTime(until)}`));
    given.set("since", fixed);
  }
  for (const [name, value] of given) {
    const field = form.elements[name];
    if (!field || (name === "since" && ![...field.options].some((option) => option.value === value))) continue;
    if (FACETS.includes(name)) field.append(el("option", { value }, value));
    field.value = value;
  }
}

// What was said while the line was down may be more than the server remembers.
function catchUp() {
  if (!state.lost) return;
  state.lost = false;
  loadAlerts();
  if (!state.paused) ask();
}

function follow() {
  const source = new EventSource("/api/stream");
  const pill = byId("stream-state");
  const tell = (label, kind) => { pill.textContent = label; pill.className = `state ${kind}`; };
  source.addEventListener("open", () => { tell("live", "good"); catchUp(); });
  source.addEventListener("error", () => {
    tell("verbindet neu …", "warn");
    state.lost = true;
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 10000);
  });
  source.addEventListener("gone", (event) => forget(JSON.parse(event.data)));
  source.addEventListener("mention", (event) => arrived(JSON.parse(event.data)));
  source.addEventListener("alert", () => soon(loadAlerts, 300));
}

async function copy() {
  await navigator.clipboard.writeText(byId("call").textContent);
  byId("copy").textContent = "Kopiert";
}

form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
form.addEventListener("change", (event) => { if (event.target.tagName === "SELECT") ask(); });
form.addEventListener("reset", () => setTimeout(ask));
byId("more").addEventListener("click", loadOlder);
byId("pause").addEventListener("click", pause);
byId("show-new").addEventListener("click", flush);
byId("copy").addEventListener("click", copy);
addEventListener("resize", () => soon(summarize, 300));

restore();
await loadNames();
await Promise.all([ask(), loadAlerts(), loadHealth(), loadCoverage()]);
follow();
every(loadHealth, 5000);
every(loadCoverage, 15000);
every(loadAlerts, 30000);
every(summarize, 60000);
document.body.dataset.ready = "true";
