// Optional: shows the page of the PDF, sharp at every size, with the matches marked. If anything goes wrong, the
// picture from the server stays.
const viewer = document.getElementById("viewer");

let reading; // the file and its reader, loaded once
let wanted = 0; // the page that was asked for last

async function load(box) {
  const pdfjs = await import(box.dataset.pdfjs);
  pdfjs.GlobalWorkerOptions.workerSrc = box.dataset.worker;
  const ours = new URL("pdfjs/", import.meta.url).href;
  const file = await pdfjs.getDocument({
    url: box.dataset.file,
    standardFontDataUrl: `${ours}standard_fonts/`,
    wasmUrl: `${ours}wasm/`,
    useWasm: false, // the content security policy forbids WebAssembly; slower decoders are used instead
    useSystemFonts: false, // the bundled fonts fit the widths stated in the file; system fonts may not
    isEvalSupported: false,
    enableXfa: false,
    disableAutoFetch: true,
  }).promise;
  return { pdfjs, file };
}

async function show(box, number) {
  wanted = number;
  reading ??= load(box);
  const { pdfjs, file } = await reading;
  const page = await file.getPage(number);
  const plain = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: box.clientWidth / plain.width });
  const sharp = Math.min(devicePixelRatio || 1, 2);
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(viewport.width * sharp);
  canvas.height = Math.floor(viewport.height * sharp);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Picture of page ${number}. Its text is also on this page.`);
  await page.render({ canvas, viewport, transform: [sharp, 0, 0, sharp, 0, 0] }).promise;
  const text = await page.getTextContent();
  const boxes = drawn(pdfjs, text, viewport, JSON.parse(box.dataset.marks)[number] ?? []);
  if (number !== wanted) return; // the reader has gone on
  box.replaceChildren(canvas, ...boxes);
  box.dataset.shown = "pdf";
  box.dataset.page = number;
}

const letters = (text) => Array.from(text.normalize("NFKC").toLowerCase().matchAll(/[\p{L}\p{N}]/gu), (found) => found[0]).join("");

// The same method as ingest/worker/render.py: compares only letters and digits, and needs a unique match.
function places(items, marks) {
  let page = "";
  const home = [];
  items.forEach((item, number) => {
    Array.from(item.str).forEach((letter, at) => {
      for (const each of letters(letter)) {
        page += each;
        home.push([number, at]);
      }
    });
  });
  const found = [];
  for (const [before, text, after] of marks) {
    const [left, wanted, right] = [letters(before), letters(text), letters(after)];
    if (!wanted) continue;
    for (const [ahead, behind] of [[left, right], [left, ""], ["", right], [left.slice(-8), right.slice(0, 8)], ["", ""]]) {
      const whole = ahead + wanted + behind;
      const start = page.indexOf(whole);
      if (start < 0 || page.indexOf(whole, start + 1) >= 0) continue;
      found.push(home.slice(start + ahead.length, start + ahead.length + wanted.length));
      break;
    }
  }
  return found;
}

function drawn(pdfjs, text, viewport, marks) {
  const items = text.items.filter((item) => item.str);
  const ruler = document.createElement("canvas").getContext("2d");
  const boxes = [];
  for (const place of places(items, marks)) {
    const ranges = new Map();
    for (const [number, at] of place) {
      const range = ranges.get(number) ?? [at, at];
      ranges.set(number, [Math.min(range[0], at), Math.max(range[1], at)]);
    }
    for (const [number, [first, last]] of ranges) {
      const item = items[number];
      const [a, b, c, d, e, f] = pdfjs.Util.transform(viewport.transform, item.transform);
      const size = Math.hypot(c, d);
      ruler.font = `100px ${text.styles[item.fontName]?.fontFamily ?? "sans-serif"}`;
      const string = Array.from(item.str);
      const share = (end) => ruler.measureText(string.slice(0, end).join("")).width / (ruler.measureText(item.str).width || 1);
      const wide = item.width * viewport.scale;
      const mark = document.createElement("div");
      mark.className = "r-drawn-mark";
      // Positions in per cent of the page, so that the marks stay on their words when the window is resized.
      const [left, top] = [e + wide * share(first) * Math.cos(Math.atan2(b, a)), f - size + wide * share(first) * Math.sin(Math.atan2(b, a))];
      mark.style.left = `${(100 * left) / viewport.width}%`;
      mark.style.top = `${(100 * top) / viewport.height}%`;
      mark.style.width = `${(100 * wide * (share(last + 1) - share(first))) / viewport.width}%`;
      mark.style.height = `${(120 * size) / viewport.height}%`;
      mark.style.transformOrigin = "0 83.3%";
      mark.style.transform = `rotate(${Math.atan2(b, a)}rad)`;
      boxes.push(mark);
    }
  }
  return boxes;
}

// Without the PDF, the picture from the server follows the text instead.
function fall_back(number) {
  viewer.dataset.shown = "picture";
  viewer.dataset.page = number;
  const image = viewer.querySelector("img");
  const address = `${viewer.dataset.pictures}${number}/picture.png${viewer.dataset.asked}`;
  if (!image || image.getAttribute("src") === address) return;
  image.src = address;
  image.alt = `Picture of page ${number}. Its text is also on this page.`;
}

if (viewer) {
  const turn = (number) => show(viewer, number).catch(() => fall_back(number));
  turn(Number(viewer.dataset.page));
  viewer.addEventListener("turn", (event) => turn(event.detail));
}
