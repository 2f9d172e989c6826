// Files dropped onto the field are as if they had been chosen; those that are too big are named before anything is sent.
(() => {
  function start(field) {
    if (field.dataset.started) return;
    field.dataset.started = "yes";
    const input = field.querySelector("input");
    const list = field.querySelector(".drop__files");
    const state = field.querySelector(".drop__state");
    field.querySelector(".drop__hint").hidden = false;

    function show() {
      const files = [...input.files];
      list.replaceChildren(
        ...files.map((file) => Object.assign(document.createElement("li"), { textContent: file.name })),
      );
      let total = 0;
      const big = files.filter((file) => (total += file.size) > Number(field.dataset.dropLimit));
      const text = big.length ? `${field.dataset.dropTooBig} ${big.map((file) => file.name).join(", ")}` : "";
      state.textContent = text;
      input.setCustomValidity(text);
    }

    input.addEventListener("change", show);
    for (const name of ["dragenter", "dragover"])
      field.addEventListener(name, (event) => {
        event.preventDefault();
        field.classList.add("drop--over");
      });
    for (const name of ["dragleave", "drop"])
      field.addEventListener(name, () => field.classList.remove("drop--over"));
    field.addEventListener("drop", (event) => {
      event.preventDefault();
      const chosen = new DataTransfer();
      for (const file of [...input.files, ...event.dataTransfer.files]) chosen.items.add(file);
      input.files = chosen.files;
      show();
    });
  }

  const startAll = () => document.querySelectorAll("[data-drop]").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
