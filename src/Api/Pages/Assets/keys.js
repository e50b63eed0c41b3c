// Keys of the team: made, shown once, rotated, revoked. For administrators.
import { action, code, curlButton, dialog, el, empty, failed, get, may, post, scopes, table, waiting, when } from "./api.js";

const place = document.getElementById("keys"),
  sessions = document.getElementById("sessions");
const Scopes = [
  ["jobs:read", "see jobs, data sets and workers"],
  ["jobs:write", "train, upload and delete"],
  ["models:read", "see and download models"],
  ["infer", "ask models"],
  ["admin", "all of these, and keys, aliases and retention of the team"],
];
const held = await scopes();

function shown(answer) {
  dialog(
    `The key '${answer.details.name}'`,
    el("p", {}, "It is shown this once and cannot be read again."),
    code(answer.key, "Copy the key"),
    el("p", { class: "soft" }, "In a shell: ", el("code", {}, "export KEY=…")),
  );
  return read();
}

function create() {
  const name = el("input", { id: "key-name", required: true, maxlength: 100, placeholder: "laptop" });
  const ends = el("input", { id: "key-ends", type: "date", min: new Date(Date.now() + 864e5).toISOString().slice(0, 10) });
  const boxes = Scopes.map(([scope, what], i) =>
    el(
      "label",
      {},
      el("input", { type: "checkbox", value: scope, checked: i < 4 }),
      el("span", {}, el("code", {}, scope), ` – ${what}`),
    ),
  );
  const refused = el("div");
  const call = () => ({
    method: "POST",
    path: "/v1/keys",
    body: {
      name: name.value,
      scopes: boxes
        .map(box => box.firstChild)
        .filter(box => box.checked)
        .map(box => box.value),
      ...(ends.value ? { expires_at: `${ends.value}T00:00:00Z` } : {}),
    },
  });
  const asked = dialog(
    "Create a key",
    el("label", { for: "key-name" }, "Name"),
    name,
    el("fieldset", {}, el("legend", {}, "It may"), ...boxes),
    el("label", { for: "key-ends" }, "Ends on"),
    ends,
    el("small", { class: "soft" }, "Left empty: never."),
    refused,
    el(
      "div",
      { class: "row end" },
      el(
        "span",
        { class: "action" },
        el(
          "button",
          {
            class: "main",
            onclick: async () => {
              try {
                const answer = await post("/v1/keys", call().body);
                asked.close();
                await shown(answer);
              } catch (problem) {
                refused.replaceChildren(failed(problem));
              }
            },
          },
          "Create",
        ),
        curlButton(call, "Create"),
      ),
    ),
  );
  name.focus();
}

function ends(key) {
  if (key.revoked_at) return el("span", { class: "state" }, "○ revoked");
  if (!key.expires_at) return "never";
  const days = (new Date(key.expires_at) - Date.now()) / 864e5;
  if (days < 0) return el("span", { class: "state" }, "○ ended");
  return el(
    "span",
    { class: days < 14 ? "state running" : "" },
    days < 1 ? "▲ today" : `${days < 14 ? "▲ " : ""}in ${Math.floor(days)} days`,
  );
}

const row = key => [
  el("b", {}, key.name),
  key.team,
  el("code", {}, `${key.prefix}…`),
  el("span", {}, ...key.scopes.map(scope => el("span", { class: "chip" }, scope))),
  ends(key),
  key.last_used_at ? when(key.last_used_at) : "never",
  key.revoked_at || (key.expires_at && new Date(key.expires_at) < Date.now())
    ? ""
    : el(
        "div",
        { class: "row" },
        action("Rotate", () => ({ method: "POST", path: `/v1/keys/${key.id}/rotate` }), shown, {
          confirm: `Make another key like '${key.name}'? This one stays valid for 24 hours.`,
        }),
        action("Revoke", () => ({ method: "DELETE", path: `/v1/keys/${key.id}` }), read, {
          style: "danger",
          confirm: `Revoke '${key.name}' (${key.prefix}…)? Whoever uses it is locked out at once.`,
        }),
      ),
];

async function read() {
  if (!may(held, "admin"))
    return place.replaceChildren(
      empty(
        "For administrators",
        el("p", {}, "Your key lacks the scope ", el("code", {}, "admin"), ". Ask whoever gave it to you."),
      ),
    );
  try {
    const [keys, open] = await Promise.all([get("/v1/keys?limit=100"), get("/v1/sessions")]);
    const ended = key => key.revoked_at || (key.expires_at && new Date(key.expires_at) < Date.now());
    const columns = ["Name", "Team", "Begins with", "May", "Ends", "Last used", ""];
    const gone = keys.data.filter(ended);
    place.replaceChildren(
      table(columns, keys.data.filter(key => !ended(key)).map(row)),
      gone.length ? el("details", {}, el("summary", {}, `${gone.length} ended`), table(columns, gone.map(row))) : "",
    );
    sessions.replaceChildren(
      table(
        ["Key", "Since", "Until", ""],
        open.data.map(each => [
          each.key_name,
          when(each.created_at),
          new Date(each.expires_at).toLocaleString(),
          action("Sign out", () => ({ method: "DELETE", path: `/v1/sessions/${each.id}` }), read),
        ]),
      ),
    );
  } catch (problem) {
    place.replaceChildren(failed(problem, read));
  }
}

if (may(held, "admin")) document.getElementById("bar").append(el("button", { class: "main", onclick: create }, "Create a key…"));
place.replaceChildren(waiting(4));
await read();
addEventListener("reachable", read);
