// The bank's question. In a frame it tells the page around it; alone it leads back to where the payment was to return.
import { post, say, setAppearance, setLanguage } from "/_browser/texts.js";

const options = new URLSearchParams(location.search);
const secret = options.get("client_secret");

async function answer(passed) {
  const buttons = document.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  const values = { key: options.get("key"), client_secret: secret, passed };
  if (options.get("account")) values._stripe_account = options.get("account");
  const problem = document.querySelector("[role=alert]");
  let result;
  try {
    result = await post("/_browser/challenge", values);
  } catch {
    problem.textContent = say("connection");
    buttons.forEach((button) => { button.disabled = false; });
    return;
  }
  if (options.get("page")) {
    parent.postMessage({ source: "challenge", kind: "answered" }, options.get("page"));
  } else if (result.ok && result.body.return_url) {
    const { payment_intent: intent, return_url: back } = result.body;
    const next = new URL(back);
    next.searchParams.set("payment_intent", intent.id);
    next.searchParams.set("payment_intent_client_secret", secret);
    next.searchParams.set("redirect_status", intent.last_payment_error ? "failed" : "succeeded");
    location.assign(next);
  } else {
    problem.textContent = say("over");
  }
}

document.getElementById("complete").addEventListener("click", () => answer("true"));
document.getElementById("fail").addEventListener("click", () => answer("false"));
setLanguage(options.get("locale"));
setAppearance(JSON.parse(options.get("appearance") || "{}"));
// Until here a click would be lost.
document.querySelectorAll("button").forEach((button) => { button.disabled = false; });
