/* The drawing of the network beside its list. Everything that it shows stands in the table too; without WebGL there is the table alone. */
const CHILD = 1, ACTOR = 4;
const box = document.getElementById("network");
const list = document.getElementById("list");
const told = JSON.parse(document.getElementById("network-drawing").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const hues = 5;
const scale = told.nodes.length > 600 ? 0.55 : 1;
let colours = read();
let marked = box.dataset.who;
let renderer = null;

function read() {
  const style = getComputedStyle(document.documentElement);
  const told = Object.fromEntries(["ink", "card", "line", "soft", "bad", "focus", "main"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  told.hues = Array.from({ length: hues }, (_, at) => style.getPropertyValue(`--s${at + 1}`).trim());
  return told;
}

function made() {
  const graph = new graphology.Graph({ multi: false, type: "undirected" });
  told.nodes.forEach(([member, x, y, size, community, flags, on], at) => {
    const node = { x, y: 1 - y, size: (2.5 + 9 * size) * scale, community, flags, on, label: told.names[at] };
    if (flags & CHILD) { graph.addNode(`ring${member}`, { ...node, size: node.size + 3 * scale, label: null, ring: member }); }
    graph.addNode(String(member), node);
  });
  const key = (at) => String(told.nodes[at][0]);
  told.lines.forEach(([one, other, weight]) => {
    if (!graph.hasEdge(key(one), key(other))) { graph.addEdge(key(one), key(other), { size: Math.min(4, 0.4 + Math.log1p(weight) / 2) }); }
  });
  return graph;
}

function shownNode(name, node) {
  if (node.ring !== undefined) { return { ...node, color: node.on ? colours.bad : colours.line, zIndex: 0 }; }
  const color = !node.on ? colours.line : node.community ? colours.hues[(node.community - 1) % hues] : colours.soft;
  const isMarked = name === marked;
  return {
    ...node, color: isMarked ? colours.focus : color, zIndex: isMarked ? 3 : node.on ? 2 : 1, highlighted: isMarked,
    size: isMarked ? node.size + 3 : node.size, label: node.on || isMarked ? node.label : null,
    forceLabel: isMarked || Boolean(node.on && node.flags & ACTOR && told.nodes.length < 60),
  };
}

function drawHover(context, data, settings) {
  if (!data.label) { return; }
  context.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
  const wide = context.measureText(data.label).width + 12;
  context.fillStyle = colours.card;
  context.strokeStyle = colours.soft;
  context.beginPath();
  context.rect(data.x + data.size + 2, data.y - settings.labelSize / 2 - 5, wide, settings.labelSize + 10);
  context.fill();
  context.stroke();
  context.fillStyle = colours.ink;
  context.fillText(data.label, data.x + data.size + 8, data.y + settings.labelSize / 3);
}

function settings() {
  return {
    nodeReducer: shownNode,
    edgeReducer: (_, edge) => ({ ...edge, color: colours.line }),
    labelColor: { color: colours.ink }, labelSize: 13, labelFont: "sans-serif", labelDensity: 0.12, labelRenderedSizeThreshold: 7,
    defaultDrawNodeHover: drawHover, zIndex: true, minCameraRatio: 0.02, maxCameraRatio: 2, allowInvalidContainer: false,
  };
}

function duration() { return { duration: calm.matches ? 0 : 250 }; }

function mark(place, { move }) {
  marked = String(place);
  for (const option of list.children) {
    const isIt = option.dataset.place === marked;
    option.setAttribute("aria-selected", String(isIt));
    if (isIt) { list.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
  }
  if (!renderer) { return; }
  renderer.refresh();
  const at = renderer.getNodeDisplayData(marked);
  if (at && move) { renderer.getCamera().animate({ x: at.x, y: at.y }, duration()); }
}

async function open(place) {
  mark(place, { move: false });
  const answer = await fetch(box.dataset.member.replace(/0\/$/, `${place}/`), { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.querySelector("section.member");
  if (!answer.ok || !part) { location.search = `?who=${place}`; return; }
  document.getElementById("who-place").replaceChildren(document.adoptNode(part));
  for (const link of document.querySelectorAll(".members tr")) { link.classList.toggle("chosen", link.querySelector(`a[data-place="${place}"]`) !== null); }
  document.getElementById("who").focus();
  document.getElementById("who").scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
}

function step(by) {
  const options = [...list.children];
  if (!options.length) { return; }
  const now = options.findIndex((one) => one.dataset.place === marked);
  const next = now < 0 ? 0 : Math.min(options.length - 1, Math.max(0, now + by));
  mark(options[next].dataset.place, { move: true });
}

list.addEventListener("keydown", (event) => {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6 };
  if (event.key in steps) { step(steps[event.key]); event.preventDefault(); }
  if (event.key === "Enter" && marked !== "" && list.querySelector(`[data-place="${marked}"]`)) { open(marked); event.preventDefault(); }
});
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) { mark(option.dataset.place, { move: true }); open(option.dataset.place); }
});

box.hidden = false;
try {
  renderer = new Sigma(made(), document.getElementById("drawing"), settings());
  renderer.on("clickNode", ({ node }) => { open(node.replace("ring", "")); });
  dark.addEventListener("change", () => { colours = read(); renderer.setSetting("labelColor", { color: colours.ink }); renderer.refresh(); });
  document.getElementById("closer").addEventListener("click", () => { renderer.getCamera().animatedZoom(duration()); });
  document.getElementById("farther").addEventListener("click", () => { renderer.getCamera().animatedUnzoom(duration()); });
  document.getElementById("whole").addEventListener("click", () => { renderer.getCamera().animatedReset(duration()); });
  box.dataset.drawn = String(told.nodes.length);
} catch {
  document.getElementById("drawing").hidden = true;
  for (const button of box.querySelectorAll("button")) { button.hidden = true; }
}
