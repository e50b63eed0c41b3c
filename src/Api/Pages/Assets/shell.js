// What every page has: navigation, who is signed in, and the keys that jump.
import { el, get, send } from "./api.js";

const Places = [
  ["Workbench", "/workbench", "w"],
  ["Jobs", "/jobs", "j"],
  ["Models", "/models", "m"],
  ["API", "/swagger", "a"],
];

class AppHeader extends HTMLElement {
  async connectedCallback() {
    const here = location.pathname;
    const places = Places.map(([name, path]) =>
      el("a", { href: path, "aria-current": here === path || here.startsWith(path + "/") ? "page" : false }, name),
    );
    const who = el("span", { class: "who" });
    this.append(
      el("a", { class: "skip", href: "#main" }, "Skip to content"),
      el("a", { class: "mark", href: "/workbench" }, "Concat", el("b", {}, "Service")),
      el("nav", { "aria-label": "Pages" }, ...places),
      who,
    );
    const me = await get("/v1/me");
    who.append(
      el("span", { title: `key ${me.key_name}: ${me.scopes.join(", ")}` }, me.team),
      el(
        "button",
        {
          class: "plain",
          onclick: async () => {
            await send("POST", "/logout");
            location.assign("/login");
          },
        },
        "Sign out",
      ),
    );
  }
}

customElements.define("app-header", AppHeader);

let jump = 0;
addEventListener("keydown", event => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const place = Date.now() - jump < 1200 && Places.find(([, , key]) => key === event.key);
  if (place) location.assign(place[1]);
  jump = event.key === "g" ? Date.now() : 0;
});
