// Sends the checkout without leaving the page: whatever becomes of the network, everything typed is still there and may be sent again.
// The server places one order for one cart, however often it is sent. Without this file the form is sent as any other.

const PATIENCE = 30000;
const KEPT = "checkout";
// Kept by nobody but the server: what names the cart, and what everybody agrees to anew.
const NOT_KEPT = ["csrfmiddlewaretoken", "token", "seen", "accept", "newsletter"];

function setBusy(form, isBusy) {
  if (isBusy) form.dataset.sent = "yes";
  else delete form.dataset.sent;
  form.querySelectorAll("button[type=submit]").forEach((button) => {
    if (isBusy) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  });
}

function tell(form, text) {
  const problem = form.querySelector("[data-problem]");
  problem.textContent = text;
  problem.hidden = !text;
}

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html").getElementById("checkout");
  if (!page) return false;
  document.getElementById("checkout").replaceWith(page);
  const first = document.getElementById("errors") ?? document.getElementById("notice");
  first?.focus();
  return true;
}

// An answer that is no page of the checkout: what is said of it, by the name of the form's words.
class Refused extends Error {}

async function send(form, isAgain = false) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.status === 403) {
    // The page is older than the browser's cookies: once more, with a token that fits them.
    if (isAgain) throw new Refused("refused");
    form.elements.csrfmiddlewaretoken.value = (await answer.json()).token;
    await send(form, true);
    return;
  }
  if (answer.status === 429) throw new Refused("busy");
  if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
    const { next } = await answer.json();
    forget();
    window.location.assign(next);
    return;
  }
  if (answer.redirected) {
    window.location.assign(answer.url);
    return;
  }
  if (![409, 422].includes(answer.status) || !show(await answer.text())) throw new Error(String(answer.status));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-checkout]")) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  setBusy(form, true);
  tell(form, "");
  try {
    await send(form);
  } catch (error) {
    setBusy(form, false);
    if (error instanceof Refused) tell(form, form.dataset[error.message]);
    else tell(form, error instanceof TypeError ? form.dataset.lost : form.dataset.slow);
  }
});

// Back from the next page, the form may be sent again: it leads to the same order.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-checkout]").forEach((form) => setBusy(form, false)));

// What was typed is there again after a look at the cart, or in another language; this window keeps it, and nobody else.
function typed(form) {
  return [...form.elements].filter((field) => field.name && !NOT_KEPT.includes(field.name) && field.type !== "hidden");
}

function keep(form) {
  const values = typed(form).filter((field) => (field.type === "radio" ? field.checked : field.value));
  sessionStorage.setItem(KEPT, JSON.stringify(values.map((field) => [field.name, field.value])));
}

function forget() {
  sessionStorage.removeItem(KEPT);
}

function restore(form) {
  const kept = new Map(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
  typed(form).forEach((field) => {
    if (!kept.has(field.name)) return;
    // A way of paying that is not offered any more leaves the one that the page begins with.
    if (field.type === "radio") field.checked ||= field.value === kept.get(field.name) && !field.disabled;
    else if (!field.value) field.value = kept.get(field.name);
    if (field.value && field.type !== "radio") field.closest("details")?.setAttribute("open", "");
  });
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("[data-checkout]");
  if (form) keep(form);
});
document.querySelectorAll("form[data-checkout]").forEach((form) => {
  if (!document.getElementById("errors")) restore(form);
});
