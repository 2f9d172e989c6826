// A map in the admin on which the pin of a place is set; the two number fields and the pin follow each other.
(function () {
  const DIGITS = 6;

  function show(canvas) {
    const L = window.L;
    const latitude = document.getElementById(canvas.dataset.latitude);
    const longitude = document.getElementById(canvas.dataset.longitude);
    const map = L.map(canvas, { scrollWheelZoom: false, attributionControl: Boolean(canvas.dataset.tiles) });
    if (canvas.dataset.tiles) {
      L.tileLayer(canvas.dataset.tiles, { attribution: canvas.dataset.attribution, maxZoom: 19 }).addTo(map);
    }
    let pin = null;

    function typed() {
      if (!latitude.value.trim() || !longitude.value.trim()) return null;
      const at = [latitude.value, longitude.value].map((text) => Number(text.replace(",", ".")));
      return Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180 ? at : null;
    }

    function write(at) {
      const point = L.latLng(at).wrap();
      latitude.value = point.lat.toFixed(DIGITS);
      longitude.value = point.lng.toFixed(DIGITS);
      for (const field of [latitude, longitude]) field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function place(at) {
      if (pin) {
        pin.setLatLng(at);
        return;
      }
      pin = L.marker(at, { draggable: true, alt: canvas.dataset.pin, title: canvas.dataset.pin }).addTo(map);
      pin.on("dragend", () => write(pin.getLatLng()));
    }

    function follow() {
      const at = typed();
      if (!at) return;
      place(at);
      map.setView(at, Math.max(map.getZoom() || 0, 15));
    }

    const start = typed();
    map.setView(start || [30, 10], start ? 15 : 2);
    if (start) place(start);
    map.on("click", (event) => {
      place(event.latlng);
      write(event.latlng);
    });
    latitude.addEventListener("input", follow);
    longitude.addEventListener("input", follow);
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-point-map]").forEach(show));
})();
