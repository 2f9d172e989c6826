// Turns the list of points inside [data-map] into a Leaflet map when it comes near the screen; only then Leaflet is fetched.
// Without JavaScript the list itself leads to a map.

// Names beside pins are read easily up to here.
const MOST_NAMES = 12;
// In pixels, to the left and above and to the right and below: about half of a name, and a pin.
const NAME_ROOM = { paddingTopLeft: [80, 72], paddingBottomRight: [80, 32] };
// In pixels: how near another pin is in the way of a name.
const NAME_HEIGHT = 64;
const NAME_WIDTH = 96;
const PIN_ROOM = { padding: [32, 32] };
let leaflet;

function loaded(element, parent) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", reject);
    parent.append(element);
  });
}

function load(container) {
  leaflet ??= Promise.all([
    loaded(Object.assign(document.createElement("link"), { rel: "stylesheet", href: container.dataset.style }), document.head),
    loaded(Object.assign(document.createElement("script"), { src: container.dataset.script }), document.body),
  ]);
  return leaflet;
}

function show(container) {
  const L = window.L;
  const { tiles, attribution, line } = container.dataset;
  const points = [...container.querySelectorAll("[data-latitude]")].map((item) => ({
    at: [Number(item.dataset.latitude), Number(item.dataset.longitude)],
    name: item.textContent.trim(),
    number: item.dataset.number,
  }));
  const canvas = document.createElement("div");
  canvas.className = tiles ? "map__canvas" : "map__canvas map__canvas--plain";
  container.prepend(canvas);
  const map = L.map(canvas, { scrollWheelZoom: false, attributionControl: Boolean(tiles), zoomSnap: tiles ? 1 : 0.1 });
  if (tiles) L.tileLayer(tiles, { attribution, maxZoom: 19 }).addTo(map);
  if (line && points.length > 1) L.polyline(points.map((point) => point.at), { className: "map__line" }).addTo(map);
  // Beside numbers, names would cover the next pin.
  const named = !tiles && points.length <= MOST_NAMES && !points.some((point) => point.number);
  for (const point of points) {
    const label = document.createElement("span");
    label.textContent = point.number || "";
    const icon = L.divIcon({ className: "map__pin", html: label, iconSize: [32, 32] });
    point.pin = L.marker(point.at, { icon, alt: point.name, title: point.name }).addTo(map);
  }
  // Room for the pins, and for the names above and beside them.
  map.fitBounds(L.latLngBounds(points.map((point) => point.at)), { maxZoom: 16, ...(named ? NAME_ROOM : PIN_ROOM) });
  const spots = points.map((point) => map.latLngToContainerPoint(point.at));
  points.forEach((point, number) => {
    const name = document.createElement("span");
    name.textContent = point.name;
    name.dir = "auto";
    if (named) {
      // Above its pin, but below it where another pin is in the way.
      const spot = spots[number];
      const isCrowded = spots.some((other) => other.y < spot.y && spot.y - other.y < NAME_HEIGHT && Math.abs(other.x - spot.x) < NAME_WIDTH);
      const side = isCrowded ? { direction: "bottom", offset: [0, 16] } : { direction: "top", offset: [0, -16] };
      point.pin.bindTooltip(name, { permanent: true, className: "map__name", ...side });
    } else {
      point.pin.bindPopup(name);
    }
  });
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      load(target).then(() => show(target));
    }
  },
  { rootMargin: "300px" },
);

function watch() {
  for (const container of document.querySelectorAll("[data-map]:not([data-watched])")) {
    container.dataset.watched = "";
    if (container.querySelector("[data-latitude]")) near.observe(container);
  }
}

watch();
document.addEventListener("htmx:afterSwap", watch);
