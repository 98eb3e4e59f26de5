// Asks the interface of this server.

import { byId } from "./dom.js";

const TOKEN = "resonanz-token";

export async function get(path, parameters) {
  const query = parameters?.toString();
  return answerOf(await fetch(query ? `${path}?${query}` : path));
}

// How the agents are doing is told with status 503 too.
export async function getHealth() {
  return (await fetch("/health/ready")).json();
}

export async function post(path, body) {
  for (;;) {
    const headers = { "Content-Type": "application/json" };
    const token = sessionStorage.getItem(TOKEN);
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (response.status !== 401 || !(await askToken())) return answerOf(response);
  }
}

async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

function askToken() {
  const dialog = byId("token-dialog");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "ok" ? byId("token").value : "";
      byId("token").value = "";
      if (given) sessionStorage.setItem(TOKEN, given);
      resolve(Boolean(given));
    }, { once: true });
  });
}
