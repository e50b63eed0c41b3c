// The registry.
import { ago, el, failed, get } from "./api.js";

const place = document.getElementById("models");

async function read() {
  try {
    const { data } = await get("/v1/models?limit=100");
    place.replaceChildren(
      data.length === 0
        ? el(
            "p",
            {},
            "No models yet: a job that succeeds publishes one. ",
            el("a", { href: "/workbench" }, "Go to the Workbench"),
          )
        : el(
            "table",
            {},
            el("thead", {}, el("tr", {}, ...["Name", "Newest version", "Since"].map(name => el("th", { scope: "col" }, name)))),
            el(
              "tbody",
              {},
              ...data.map(model =>
                el(
                  "tr",
                  {},
                  el("td", {}, el("a", { href: `/models/${model.name}` }, model.name)),
                  el("td", {}, model.latest_version ?? "–"),
                  el("td", {}, ago(model.created_at)),
                ),
              ),
            ),
          ),
    );
  } catch (problem) {
    place.replaceChildren(failed(problem, read));
  }
}

await read();
