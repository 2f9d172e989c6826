// The map of a meeting point: one pin. Without tiles it stays hidden, for a pin on plain ground tells nobody the way.

document.querySelectorAll("[data-meeting-point]").forEach((box) => {
  const { latitude, longitude, name, tiles, attribution } = box.dataset;
  if (!window.L || !tiles) {
    box.hidden = true;
    return;
  }
  const spot = [Number(latitude), Number(longitude)];
  const map = window.L.map(box, { scrollWheelZoom: false }).setView(spot, 16);
  window.L.tileLayer(tiles, { attribution, maxZoom: 19 }).addTo(map);
  window.L.marker(spot, { title: name, alt: name }).addTo(map);
});
