// Turns the list of points inside [data-map] into a Leaflet map. Without JavaScript the list itself leads to a map.
function show(container) {
  const L = window.L;
  const items = [...container.querySelectorAll("[data-latitude]")];
  const points = items.map((item) => ({
    at: [Number(item.dataset.latitude), Number(item.dataset.longitude)],
    name: item.textContent.trim(),
    number: item.dataset.number,
  }));
  if (!points.length) return;
  const canvas = document.createElement("div");
  canvas.className = "map__canvas";
  container.prepend(canvas);
  container.classList.add("map--shown");
  const map = L.map(canvas, { scrollWheelZoom: false, attributionControl: Boolean(container.dataset.tiles) });
  if (container.dataset.tiles) {
    L.tileLayer(container.dataset.tiles, { attribution: container.dataset.attribution, maxZoom: 19 }).addTo(map);
  }
  if (container.dataset.line && points.length > 1) {
    L.polyline(points.map((point) => point.at), { className: "map__line" }).addTo(map);
  }
  for (const point of points) {
    const label = document.createElement("span");
    label.textContent = point.number || "";
    const icon = L.divIcon({ className: "map__pin", html: label, iconSize: [32, 32] });
    const marker = L.marker(point.at, { icon, alt: point.name, title: point.name }).addTo(map);
    const text = document.createElement("strong");
    text.textContent = point.name;
    marker.bindPopup(text);
  }
  map.fitBounds(L.latLngBounds(points.map((point) => point.at)).pad(0.2), { maxZoom: 16 });
}

function showAll() {
  document.querySelectorAll("[data-map]:not(.map--shown)").forEach(show);
}

// Deferred scripts have run by the time a module does, in the order of the page.
showAll();
document.addEventListener("htmx:afterSwap", showAll);
