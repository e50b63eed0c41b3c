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
    problem.code ? el("p", { class: "soft" }, `${problem.code}${problem.trace ? ` · trace ${problem.trace}` : ""}`) : null,
    retry ? el("button", { onclick: retry }, "Try again") : null,
  );
