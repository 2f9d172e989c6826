// The field of linked records: a search whose results become boxes to tick. Without it the boxes that are there still work.
(() => {
  function start(field) {
    if (field.dataset.started) return;
    field.dataset.started = "yes";
    const chosen = field.querySelector(".records__chosen");
    const search = field.querySelector(".records__search");
    const input = search.querySelector("input");
    const found = search.querySelector(".records__found");
    const state = search.querySelector(".records__state");
    let timer, asked;
    search.hidden = false;

    function add(record) {
      const box = document.createElement("input");
      Object.assign(box, { type: "checkbox", name: field.dataset.recordsName, value: record.key, checked: true });
      const label = document.createElement("label");
      label.append(box, ` ${record.name}`);
      const item = document.createElement("li");
      item.append(label);
      chosen.append(item);
    }

    function pick(record) {
      const there = [...chosen.querySelectorAll("input")].find((box) => box.value === record.key);
      if (there) there.checked = true;
      else add(record);
      input.value = "";
      found.replaceChildren();
      input.focus();
    }

    function show(records) {
      state.textContent = records.length ? "" : field.dataset.recordsNone;
      found.replaceChildren(
        ...records.map((record) => {
          const button = document.createElement("button");
          Object.assign(button, { type: "button", className: "button button-small button-secondary" });
          button.textContent = record.name;
          button.addEventListener("click", () => pick(record));
          const item = document.createElement("li");
          item.append(button);
          return item;
        }),
      );
    }

    async function find() {
      const text = input.value.trim();
      asked?.abort();
      asked = new AbortController();
      if (text.length < 2) {
        found.replaceChildren();
        state.textContent = "";
        return;
      }
      try {
        const answer = await fetch(`${field.dataset.records}?q=${encodeURIComponent(text)}`, { signal: asked.signal });
        show((await answer.json()).records);
      } catch (error) {
        if (error.name !== "AbortError") state.textContent = field.dataset.recordsFailed;
      }
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(find, 150);
    });
    // Enter takes the first one found instead of sending the form.
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      found.querySelector("button")?.click();
    });
  }

  const startAll = () => document.querySelectorAll("[data-records]").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
