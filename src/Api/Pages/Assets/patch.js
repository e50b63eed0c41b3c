// JSON Patch (RFC 6902) with add, replace and remove, as advice is written.

const steps = pointer =>
  pointer
    .split("/")
    .slice(1)
    .map(part => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** @returns a patched copy. */
export function patched(document, operations) {
  const copy = structuredClone(document);
  for (const { op, path, value } of operations) {
    const way = steps(path),
      last = way.pop();
    const place = way.reduce((at, step) => at[step], copy);
    if (!Array.isArray(place)) {
      if (op === "remove") delete place[last];
      else place[last] = value;
    } else if (op === "replace") place[last] = value;
    else if (op === "remove") place.splice(last, 1);
    else place.splice(last === "-" ? place.length : last, 0, value);
  }
  return copy;
}
