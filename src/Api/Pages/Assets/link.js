// A spec in an address, behind the #, which a browser keeps to itself: deflated, in the letters of base64url.

const Mark = "#s=";

const through = async (bytes, transform) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(transform)).arrayBuffer());

/** @returns {Promise<string>} the fragment. */
export async function fragmentOf(text) {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  const letters = btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
  return Mark + letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @returns {Promise<string | null>} null where the fragment holds no spec. */
export async function textOf(fragment) {
  if (!fragment.startsWith(Mark)) return null;
  try {
    const letters = atob(fragment.slice(Mark.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, letter => letter.charCodeAt(0));
    return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
  } catch {
    return null;
  }
}
