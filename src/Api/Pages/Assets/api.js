// The public API, as anybody calls it: a page has no powers of its own.

/** A problem that the service told (RFC 9457), or that it could not be reached. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? (status ? `The service answered ${status}.` : "The service cannot be reached. Is it up?"));
    Object.assign(this, { status, code: body?.code, errors: body?.errors ?? [], report: body?.report, trace: body?.trace_id });
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {string | object} [body] Text is sent as it is.
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>} of a success.
 */
export async function send(method, path, body, signal) {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, {
      method,
      body: text,
      signal,
      headers: text === undefined ? {} : { "Content-Type": "application/json" },
    });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    dispatchEvent(new Event("unreachable"));
    throw new Problem(0);
  }
  if (response.status === 401) location.assign(`/login?return=${encodeURIComponent(location.pathname + location.search)}`);
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => null));
  return response;
}

export const get = async (path, signal) => (await send("GET", path, undefined, signal)).json();
export const post = async (path, body, signal) => (await send("POST", path, body, signal)).json();

/** `el("a", { href: "/" }, "text", child)`: elements without markup in strings. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter(child => child != null));
  return element;
}

/** 1,234 · 12.3 k · 4.56 M: three figures. */
export function short(number) {
  if (number == null) return "–";
  const size = Math.abs(number);
  for (const [least, unit] of [
    [1e12, " T"],
    [1e9, " G"],
    [1e6, " M"],
    [1e4, " k"],
  ])
    if (size >= least) return (number / (unit === " k" ? 1e3 : least)).toPrecision(3).replace(/\.?0+$/, "") + unit;
  return size >= 1000 || Number.isInteger(number) ? Math.round(number).toLocaleString("en") : number.toPrecision(3);
}

/** 22 B · 1.43 MB */
export const bytes = number => {
  const text = short(number);
  return /[a-zA-Z]$/.test(text) ? `${text}B` : `${text} B`;
};

export const shape = dims => dims?.slice(1).join("×") ?? "?";

export const ago = time => {
  const seconds = (Date.now() - new Date(time)) / 1000;
  for (const [unit, length] of [
    ["d", 86400],
    ["h", 3600],
    ["min", 60],
  ])
    if (seconds >= length) return `${Math.floor(seconds / length)} ${unit} ago`;
  return "just now";
};

/** Says what failed, in place of what was to be shown. */
export const failed = (problem, retry) =>
  el(
    "div",
    { class: "problem", role: "alert" },
    el("p", {}, problem.message),
    problem.errors?.length
      ? el(
          "ul",
          {},
          ...problem.errors
            .slice(0, 8)
            .map(each => el("li", {}, `${each.pointer ?? each.path ?? ""} ${each.detail ?? each.message ?? ""}`)),
        )
      : null,
    problem.code ? el("p", { class: "code" }, `${problem.code}${problem.trace ? ` · trace ${problem.trace}` : ""}`) : null,
    retry ? el("button", { onclick: retry }, "Try again") : null,
  );

/** What stands in a place before its answer is there. */
export const waiting = (lines = 3) =>
  el(
    "div",
    { class: "skeleton", "aria-busy": "true", "aria-label": "Reading" },
    ...Array.from({ length: lines }, () => el("span")),
  );

/** An empty place that says what would fill it. */
export const empty = (title, ...children) => el("div", { class: "empty" }, el("h2", {}, title), ...children);

/** A line for a moment, at the foot of the page. */
export const tell = (text, kind = "done") => dispatchEvent(new CustomEvent("told", { detail: { text, kind } }));

/** Opens a dialog that is gone when it closes. */
export function dialog(title, ...children) {
  const id = `dialog-${document.querySelectorAll("dialog").length}`;
  const shown = el(
    "dialog",
    { "aria-labelledby": id, onclose: () => shown.remove() },
    el(
      "div",
      { class: "row" },
      el("h2", { id, class: "grow" }, title),
      el("button", { class: "icon", "aria-label": "Close", onclick: () => shown.close() }, "×"),
    ),
    ...children,
  );
  document.body.append(shown);
  shown.showModal();
  return shown;
}

const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;

/** A call as a line of a shell; the key is the reader's own, in the environment. */
export function curl({ method = "GET", path, body, form, file, type }) {
  const lines = [
    `curl${method === "GET" || (method === "POST" && (body || form || file)) ? "" : ` -X ${method}`} -H "Authorization: Bearer $KEY"`,
  ];
  if (body !== undefined) lines.push(`-H "Content-Type: application/json" --data ${quoted(JSON.stringify(body))}`);
  if (file) lines.push(`-H "Content-Type: ${type}" --data-binary @${quoted(file)}`);
  for (const [name, value] of Object.entries(form ?? {})) lines.push(`-F ${quoted(`${name}=${value}`)}`);
  return [...lines, quoted(location.origin + path)].join(" \\\n  ");
}

/** Text to be copied. */
export const code = (text, label = "Copy") =>
  el(
    "div",
    { class: "snippet" },
    el("pre", { tabindex: 0 }, el("code", {}, text)),
    el(
      "button",
      {
        class: "copy",
        onclick: async event => {
          await navigator.clipboard.writeText(text);
          event.target.textContent = "Copied";
        },
      },
      label,
    ),
  );

/** The small button beside an action that shows the same call for a shell. */
export const curlButton = (call, word = "This") =>
  el(
    "button",
    {
      type: "button",
      class: "curl",
      title: "The same call as curl",
      "aria-label": `${word} as curl`,
      onclick: () => dialog("The same call as curl", el("p", { class: "soft" }, "KEY holds an API key."), code(curl(call()))),
    },
    "curl",
  );

/**
 * A button that makes one call of the public API, beside it the same call as curl.
 * @param {() => { method: string, path: string, body?: object }} call
 * @param {(answer: any) => void} done
 */
export function action(word, call, done, { style = "", confirm } = {}) {
  const button = el("button", { class: style }, word);
  button.addEventListener("click", async () => {
    if (confirm && !(await sure(confirm, word))) return;
    button.disabled = true;
    try {
      const { method, path, body } = call();
      const response = await send(method, path, body);
      await done(response.status === 204 ? null : await response.json().catch(() => null));
    } catch (problem) {
      tell(problem.message, "bad");
    } finally {
      button.disabled = false;
    }
  });
  return el("span", { class: "action" }, button, curlButton(call, word));
}

/** Asks before what cannot be undone. */
export const sure = (question, word) =>
  new Promise(answer => {
    const shown = dialog(
      question,
      el(
        "div",
        { class: "row" },
        el("button", { class: "danger", onclick: () => (answer(true), shown.close()) }, word),
        el("button", { onclick: () => shown.close() }, "Not now"),
      ),
    );
    shown.addEventListener("close", () => answer(false));
  });

/** `table(["Name", { name: "Size", number: true }], rows)`; a row is a list of cells. */
export function table(columns, rows, caption) {
  const of = columns.map(column => (typeof column === "string" ? { name: column } : column));
  return el(
    "table",
    {},
    caption ? el("caption", {}, caption) : null,
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ...of.map(column =>
          column.name === "" ? el("td") : el("th", { scope: "col", class: column.number ? "number" : null }, column.name),
        ),
      ),
    ),
    el(
      "tbody",
      {},
      ...rows.map(cells =>
        el("tr", {}, ...cells.map((cell, i) => el("td", { class: of[i].number ? "number" : null }, cell ?? "–"))),
      ),
    ),
  );
}

const Signs = { succeeded: "●", finished: "●", failed: "✕", cancelled: "○", running: "▶", paused: "‖", queued: "…" };

/** A state as a sign and a word, so that no color speaks alone. */
export const state = name => el("span", { class: `state ${name}` }, `${Signs[name] ?? "◌"} ${name}`);

export const Over = ["succeeded", "failed", "cancelled"];

export const when = time => el("time", { datetime: time, title: new Date(time).toLocaleString() }, ago(time));

/** Nested settings as one level: `{ "optimizer.lr": 0.1 }`. */
export function flat(value, path = "", into = {}) {
  if (value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length)
    for (const [key, each] of Object.entries(value)) flat(each, path ? `${path}.${key}` : key, into);
  else into[path] = value;
  return into;
}

/** What this key may do; an empty list while that is not known. */
export const scopes = async () => (await get("/v1/me").catch(() => ({ scopes: [] }))).scopes;

/** Whether a key with these scopes may do what asks for one. */
export const may = (held, scope) => held.some(each => each === scope || each === "admin" || each === "operator");
