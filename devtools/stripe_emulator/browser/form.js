// The card form in its frame. What is typed goes from here to the emulator; the page around it never sees it.
import { post, say, setAppearance, setLanguage } from "/_browser/texts.js";

const options = new URLSearchParams(location.search);
const page = options.get("page");
const fields = Object.fromEntries(["number", "expiry", "cvc"].map((id) => [id, document.getElementById(id)]));
const digits = (id) => fields[id].value.replace(/\D/g, "");
const tell = (kind, values = {}) => { if (page) parent.postMessage({ source: "payment-element", kind, ...values }, page); };

function addsUp(number) {
  const sum = [...number].reverse().reduce((total, digit, place) => total + Number(place % 2 ? "0246813579"[digit] : digit), 0);
  return sum % 10 === 0;
}

const CHECKS = {
  number() {
    const number = digits("number");
    if (number.length < (number.startsWith("3") ? 15 : 16)) return "incomplete_number";
    return addsUp(number) ? "" : "invalid_number";
  },
  expiry() {
    const { month, year } = expiry();
    if (!year || month < 1 || month > 12) return "incomplete_expiry";
    return new Date(year, month, 1) > new Date() ? "" : "invalid_expiry";
  },
  cvc: () => (digits("cvc").length === (digits("number").startsWith("3") ? 4 : 3) ? "" : "incomplete_cvc"),
};

function expiry() {
  const written = digits("expiry");
  const year = Number(written.slice(2));
  return { month: Number(written.slice(0, 2)), year: written.length === 4 ? 2000 + year : written.length === 6 ? year : 0 };
}

function show(id, code) {
  document.getElementById(`${id}-error`).textContent = code ? say(code) : "";
  fields[id].toggleAttribute("aria-invalid", false);
  if (code) fields[id].setAttribute("aria-invalid", "true");
  resize();
}

function validate() {
  const wrong = Object.keys(fields).map((id) => [id, CHECKS[id]()]);
  wrong.forEach(([id, code]) => show(id, code));
  const first = wrong.find(([, code]) => code);
  if (!first) return null;
  fields[first[0]].focus();
  return { type: "validation_error", code: first[1], message: say(first[1]) };
}

const isComplete = () => Object.values(CHECKS).every((check) => check() === "");
const resize = () => tell("height", { height: document.querySelector("main").getBoundingClientRect().height + 12 });

async function confirm({ key, secret, account, params }) {
  const error = validate();
  if (error) return { error };
  const { month, year } = expiry();
  const values = {
    key, client_secret: secret, use_stripe_sdk: "true", ...(account ? { _stripe_account: account } : {}), ...params,
    "payment_method_data[type]": "card", "payment_method_data[card][number]": digits("number"),
    "payment_method_data[card][exp_month]": month, "payment_method_data[card][exp_year]": year,
    "payment_method_data[card][cvc]": digits("cvc"),
  };
  try {
    const { ok, body } = await post(`/v1/payment_intents/${secret.split("_secret_")[0]}/confirm`, values);
    return ok ? { paymentIntent: body } : { error: body.error };
  } catch {
    return { error: { type: "api_connection_error", message: say("connection") } };
  }
}

function clear() {
  Object.keys(fields).forEach((id) => { fields[id].value = ""; show(id, ""); });
}

const WORK = {
  submit: () => ({ error: validate() }),
  confirm,
  clear,
  focus: () => fields.number.focus(),
  update({ locale, appearance }) {
    if (locale) setLanguage(locale);
    if (appearance) setAppearance(appearance);
    resize();
  },
};

window.addEventListener("message", async (event) => {
  if (event.source !== parent || event.origin !== page || !(event.data.kind in WORK)) return;
  const result = await WORK[event.data.kind](event.data);
  tell("answer", { id: event.data.id, result: result ?? {} });
});

// Spaces come while typing at the end; in the middle of a number the caret stays where it is.
function group(input, pattern) {
  if (input.selectionStart === input.value.length) input.value = pattern(input.value.replace(/\D/g, ""));
}
document.addEventListener("input", ({ target, inputType }) => {
  if (target === fields.number) group(target, (number) => number.replace(/(\d{4})(?=\d)/g, "$1 "));
  const grows = !inputType || !inputType.startsWith("delete");
  if (target === fields.expiry && grows) group(target, (date) => (date.length < 2 ? date : `${date.slice(0, 2)} / ${date.slice(2)}`));
  show(target.id, "");
  tell("change", { complete: isComplete(), empty: Object.values(fields).every((field) => field.value === "") });
});
document.addEventListener("focusout", ({ target }) => { if (target.value) show(target.id, CHECKS[target.id]()); });
document.addEventListener("focusin", () => tell("focus"));
document.addEventListener("focusout", () => tell("blur"));
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
new ResizeObserver(resize).observe(document.querySelector("main"));

setLanguage(options.get("locale"));
setAppearance(JSON.parse(options.get("appearance") || "{}"));
resize();
tell("ready");
