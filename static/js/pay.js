// The card form of the payment provider, and the clock that shows how long the places are kept.

const SECOND = 1000;

function startClock(hold) {
  const clock = hold.querySelector("[data-clock]");
  const said = document.querySelector("[data-said]");
  // Counted from the server's answer, so that a wrong clock in the guest's device does not matter.
  const end = Date.now() + Number(hold.dataset.seconds) * SECOND;
  let lastMinute = null;
  const tick = () => {
    // A longer time has put another clock in its place.
    if (!hold.isConnected) {
      window.clearInterval(timer);
      return;
    }
    const left = Math.max(0, Math.round((end - Date.now()) / SECOND));
    const minutes = Math.floor(left / 60);
    clock.textContent = `${minutes}:${String(left % 60).padStart(2, "0")}`;
    // Said only now and then: a voice that counts seconds helps nobody.
    if (left > 0 && left % 60 === 0 && [10, 5, 2, 1].includes(minutes) && lastMinute !== minutes) {
      lastMinute = minutes;
      said.textContent = minutes === 1 ? hold.dataset.minuteLeft : hold.dataset.minutesLeft.replace("{minutes}", minutes);
    }
    if (left === 0) {
      window.clearInterval(timer);
      said.textContent = hold.dataset.overText;
      window.location.assign(hold.dataset.over);
    }
  };
  const timer = window.setInterval(tick, SECOND);
  tick();
}

function appearance() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const variables = { colorPrimary: value("--primary"), colorBackground: value("--surface"), colorText: value("--text") };
  return {
    theme: dark ? "night" : "stripe",
    variables: Object.fromEntries(Object.entries(variables).filter(([, color]) => /^#[0-9a-f]{6}$/i.test(color))),
  };
}

function startPayment(form) {
  const button = form.querySelector("button");
  const problem = form.querySelector("[data-problem]");
  const tell = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
  };
  form.hidden = false;
  if (!window.Stripe) {
    tell(form.dataset.notLoaded);
    return;
  }
  const stripe = window.Stripe(form.dataset.key, { locale: form.dataset.language });
  const elements = stripe.elements({
    clientSecret: form.dataset.secret,
    locale: form.dataset.language,
    appearance: appearance(),
  });
  const payment = elements.create("payment", { layout: "tabs" });
  payment.on("ready", () => {
    form.querySelector("[data-element]").classList.add("pay__element--ready");
    button.disabled = false;
  });
  payment.on("loaderror", () => tell(form.dataset.notLoaded));
  payment.mount(form.querySelector("[data-element]"));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    tell("");
    let result;
    try {
      result = await stripe.confirmPayment({
        elements,
        confirmParams: { return_url: form.dataset.return },
        redirect: "if_required",
      });
    } catch {
      result = { error: { message: form.dataset.failed } };
    }
    const moved = ["succeeded", "processing", "requires_capture"].includes(result.error?.payment_intent?.status);
    if (!result.error || moved) {
      // What came of it is asked of the server, which asks the provider.
      window.location.assign(form.dataset.return);
      return;
    }
    tell(result.error.message || form.dataset.failed);
    button.disabled = false;
    button.removeAttribute("aria-busy");
  });
}

document.querySelectorAll("[data-hold]").forEach(startClock);
document.addEventListener("htmx:load", ({ target }) => {
  if (!target.matches("[data-hold]")) return;
  startClock(target);
  document.querySelector("[data-said]").textContent = target.querySelector("[data-extended]")?.textContent ?? "";
});
document.querySelectorAll("form[data-pay]").forEach(startPayment);
