// The list of tours follows its filters without a new page, and the filters follow the address. Everything works without this file.
const form = document.getElementById("tour-filters");

// What is left empty does not belong into the address.
form.addEventListener("htmx:configRequest", (event) => {
  const data = event.detail.formData;
  for (const name of new Set(data.keys())) {
    const full = data.getAll(name).filter((value) => String(value).trim());
    data.delete(name);
    full.forEach((value) => data.append(name, value));
  }
});

// Before htmx is there, a filter leads to the page with it.
form.addEventListener("change", () => {
  if (!window.htmx) form.requestSubmit();
});

function followAddress() {
  const asked = new URLSearchParams(window.location.search);
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = asked.getAll(field.name).includes(field.value);
    else if (field.name) field.value = asked.get(field.name) ?? "";
  }
}

// A filter was taken away by its link, which is gone now: go on reading at the number of tours.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "tours" || event.detail.requestConfig?.elt === form) return;
  followAddress();
  document.getElementById("tour-count").focus({ preventScroll: true });
});
document.addEventListener("htmx:historyRestore", () => window.location.reload());
// As it was left, it comes back from the browser's memory.
window.addEventListener("pageshow", (event) => { if (event.persisted) followAddress(); });

// A filter that was changed before this file was there counts as well.
const asItCame = form.cloneNode(true);
asItCame.reset();
const chosen = (filters) => new URLSearchParams(new FormData(filters)).toString();
if (chosen(form) !== chosen(asItCame)) form.requestSubmit();
