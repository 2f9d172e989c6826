// Steppers for numbers of people, and forms that are sent once. Everything works without this file.

function stepperButton(label, sign, by, input) {
  const button = document.createElement("button");
  button.type = "button";
  button.id = `${input.id}-${by > 0 ? "more" : "less"}`;
  button.className = "stepper__button";
  button.setAttribute("aria-label", label);
  button.textContent = sign;
  button.addEventListener("click", () => {
    if (by > 0) input.stepUp();
    else input.stepDown();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return button;
}

function addButtons(stepper) {
  const input = stepper.querySelector("input");
  if (!input || stepper.dataset.ready) return;
  stepper.dataset.ready = "yes";
  const less = stepperButton(stepper.dataset.less, "−", -1, input);
  const more = stepperButton(stepper.dataset.more, "+", 1, input);
  const limits = () => {
    const value = Number(input.value || 0);
    // aria-disabled keeps the focus where it is, which disabled would lose.
    less.setAttribute("aria-disabled", String(value <= Number(input.min || 0)));
    more.setAttribute("aria-disabled", String(input.max !== "" && value >= Number(input.max)));
  };
  input.addEventListener("change", limits);
  stepper.prepend(less);
  stepper.append(more);
  limits();
}

function enhance(root) {
  root.querySelectorAll("[data-stepper]").forEach(addButtons);
  root.querySelectorAll("[data-without-script]").forEach((element) => {
    element.hidden = true;
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-busy", "true"));
});

// Back from the next page, the form may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-once]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
});

// What was clicked may be gone after a step inside the panel: go on reading at its heading, not at the top of the page.
// What htmx fetches by itself when the page opens has no event, and leaves the reader where the page begins.
document.addEventListener("htmx:afterSettle", (event) => {
  const panel = event.target.closest?.("#book");
  const heading = panel?.querySelector("h2");
  if (!heading || !event.detail.requestConfig.triggeringEvent || document.activeElement !== document.body) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
});

// The buttons of a stepper are made anew with what was fetched: who pressed one can press it again. The new total is said.
let focused = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id === "cart-body") focused = document.activeElement?.id ?? "";
});
document.addEventListener("htmx:load", (event) => {
  enhance(event.target);
  if (event.target.id !== "cart-body") return;
  document.getElementById(focused)?.focus({ preventScroll: true });
  document.getElementById("cart-said").textContent = document.getElementById("cart-total").textContent.replace(/\s+/g, " ").trim();
  window.htmx.trigger(document.body, "cart-changed");
});

// The bar that leads to the panel would lie over its buttons: it goes while the panel is in sight.
const bar = document.querySelector(".book-bar");
const booking = document.getElementById("book");
if (bar && booking) {
  new IntersectionObserver(([entry]) => bar.classList.toggle("book-bar--away", entry.isIntersecting)).observe(booking);
}
enhance(document);
