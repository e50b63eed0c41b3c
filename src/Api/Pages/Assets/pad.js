// A place to draw with the pointer: light on dark, as the pictures are that small models learn from.
import { el } from "./api.js";

const Side = 196;

/** @param {(picture: Blob) => void} ask is given what was drawn, as PNG, after each stroke. */
export function pad(ask) {
  const canvas = el("canvas", {
    class: "pad",
    width: Side,
    height: Side,
    role: "img",
    "aria-label": "A field to draw in with the pointer",
  });
  const pen = canvas.getContext("2d");
  const clear = () => {
    pen.fillStyle = "black";
    pen.fillRect(0, 0, Side, Side);
  };
  const place = event => [(event.offsetX * Side) / canvas.clientWidth, (event.offsetY * Side) / canvas.clientHeight];
  Object.assign(pen, { strokeStyle: "white", lineWidth: 16, lineCap: "round", lineJoin: "round" });
  clear();
  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
    pen.lineTo(...place(event));
    pen.stroke();
  });
  canvas.addEventListener("pointermove", event => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...place(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", () => canvas.toBlob(ask, "image/png"));
  return el(
    "div",
    { class: "row" },
    canvas,
    el("button", { onclick: clear }, "Clear"),
    el("span", { class: "soft" }, "Or draw here."),
  );
}
