// The sample of the branding follows its form, and beside each colour there is a field to pick one. Without it both show what was saved.
const sample = document.querySelector("[data-look-sample]");
const form = sample?.closest("form");
const NAMES = ["primary_colour", "accent_colour", "font", "header"];

if (form) {
  let waiting = 0;
  let asked = 0;

  const ask = async () => {
    const mine = ++asked;
    const values = new URLSearchParams(NAMES.map((name) => [name, form.elements[name].value]));
    const response = await fetch(`${sample.dataset.lookSample}?${values}`);
    // An answer that took longer than the next one is about colours of before.
    if (response.ok && mine === asked) sample.innerHTML = await response.text();
  };

  form.addEventListener("input", ({ target }) => {
    if (!NAMES.includes(target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 200);
  });

  for (const name of NAMES.slice(0, 2)) {
    const typed = form.elements[name];
    const picker = Object.assign(document.createElement("input"), { type: "color", value: typed.value, className: "look-sample__picker" });
    picker.setAttribute("aria-label", sample.dataset.pick);
    picker.addEventListener("input", () => {
      typed.value = picker.value;
      typed.dispatchEvent(new Event("input", { bubbles: true }));
    });
    typed.addEventListener("input", () => {
      if (/^#[0-9a-f]{6}$/i.test(typed.value)) picker.value = typed.value;
    });
    typed.after(picker);
  }
}
