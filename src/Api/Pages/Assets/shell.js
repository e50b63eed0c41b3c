// What every page has: navigation, who is signed in, the theme, the keys, and what is told when the service is away.
import { dialog, el, get, send } from "./api.js";

const Places = [
  ["Workbench", "/workbench", "w"],
  ["Jobs", "/jobs", "j"],
  ["Studies", "/studies", "s"],
  ["Data", "/data", "d"],
  ["Models", "/models", "m"],
  ["Workers", "/workers", "o"],
];
const Themes = { auto: "◐", light: "☀", dark: "☾" };
const pageKeys = [];

/** Shortcuts of the page, for the help: `[["Ctrl+Enter", "train"]]`. */
export const explain = keys => pageKeys.push(...keys);

class AppHeader extends HTMLElement {
  async connectedCallback() {
    this.setAttribute("role", "banner");
    const who = el(
      "div",
      { class: "who" },
      themeButton(),
      el("button", { class: "icon", onclick: help, "aria-label": "Keys and help" }, "?"),
    );
    this.append(
      el("a", { class: "skip", href: "#main" }, "Skip to content"),
      el(
        "a",
        { class: "mark", href: "/workbench" },
        el("span", { class: "logo", "aria-hidden": "true" }),
        "Concat",
        el("b", {}, "Service"),
      ),
      el("nav", { "aria-label": "Pages" }, ...Places.map(([name, path]) => place(name, path)), place("API", "/swagger")),
      who,
    );
    document.body.append(away, toasts);
    // Focus goes on where the page begins.
    document.getElementById("main")?.setAttribute("tabindex", "-1");
    const me = await get("/v1/me").catch(() => null);
    if (!me) return;
    if (me.scopes.some(scope => scope === "admin" || scope === "operator"))
      this.querySelector("nav").append(place("Keys", "/keys"));
    who.append(menu(me));
  }
}

function place(name, path) {
  const here = location.pathname;
  return el("a", { href: path, "aria-current": here === path || here.startsWith(path + "/") ? "page" : false }, name);
}

function menu(me) {
  const ends = me.expires_at ? `until ${new Date(me.expires_at).toLocaleDateString()}` : "without an end";
  const details = el(
    "details",
    { class: "menu" },
    el("summary", { "aria-label": `Team ${me.team}: scopes and sign-out` }, me.team),
    el(
      "div",
      { class: "panel" },
      el("p", {}, "Signed in as ", el("b", {}, me.team), " with the key ", el("b", {}, me.key_name), `, ${ends}.`),
      el("p", { class: "soft" }, "It may do:"),
      el("ul", { class: "chips" }, ...me.scopes.map(scope => el("li", {}, scope))),
      el(
        "button",
        {
          class: "main",
          onclick: async () => {
            await send("POST", "/logout").catch(() => {});
            location.assign("/login");
          },
        },
        "Sign out",
      ),
    ),
  );
  addEventListener("click", event => details.contains(event.target) || details.removeAttribute("open"));
  details.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    details.removeAttribute("open");
    details.firstChild.focus();
  });
  return details;
}

function themeButton() {
  const root = document.documentElement;
  const button = el("button", { class: "icon" });
  const show = () => {
    button.textContent = Themes[root.dataset.theme];
    button.setAttribute("aria-label", `Theme: ${root.dataset.theme}. Change it`);
    button.title = `Theme: ${root.dataset.theme}`;
  };
  button.addEventListener("click", () => {
    const names = Object.keys(Themes);
    root.dataset.theme = names[(names.indexOf(root.dataset.theme) + 1) % names.length];
    localStorage.setItem("concat.theme", root.dataset.theme);
    show();
    dispatchEvent(new Event("theme"));
  });
  show();
  return button;
}

function help() {
  const row = ([key, what]) =>
    el("div", {}, el("dt", {}, ...key.split(" ").map(each => el("kbd", {}, each))), el("dd", {}, what));
  dialog(
    "Keys",
    el(
      "dl",
      { class: "keys" },
      ...[...pageKeys, ...Places.map(([name, , key]) => [`g ${key}`, `go to ${name}`]), ["?", "this help"]].map(row),
    ),
    el("p", { class: "soft" }, "Single letters work while no field has the focus. Tab and Shift+Tab reach everything else."),
  );
}

// What is told

const toasts = el("div", { class: "toasts", role: "status" });
addEventListener("told", ({ detail }) => {
  const toast = el("div", { class: `toast ${detail.kind}` }, detail.text);
  toasts.append(toast);
  setTimeout(() => toast.remove(), 6000);
});

const away = el("div", { class: "away", role: "status", hidden: true });
let lost;
addEventListener("unreachable", () => {
  if (lost) return;
  away.hidden = false;
  away.textContent = `The service cannot be reached since ${new Date().toLocaleTimeString()}. What you see may be old; trying again …`;
  lost = setInterval(async () => {
    if (!(await fetch("/health/live").catch(() => null))?.ok) return;
    clearInterval(lost);
    lost = undefined;
    away.hidden = true;
    dispatchEvent(new Event("reachable"));
  }, 2000);
});

customElements.define("app-header", AppHeader);

let jump = 0;
addEventListener("keydown", event => {
  if (event.target.closest("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const found = Date.now() - jump < 1200 && Places.find(([, , key]) => key === event.key);
  if (found) location.assign(found[1]);
  jump = event.key === "g" ? Date.now() : 0;
  if (event.key === "?") help();
});
